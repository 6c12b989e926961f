import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { ConnectorError } from '../../src/members/errors.ts';
import { systemClock } from '../../src/members/guards/clock.ts';
import { guard } from '../../src/members/guards/index.ts';
import type { SharedCache } from '../../src/search/shared/index.ts';
import { createTrace } from '../../src/search/trace.ts';
import { type Behaviour, fakeConnector, testLibrary } from '../support/connectors.ts';
import { flushPrefix, newPrefix, startRedis, withoutRedis } from '../support/redis.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { books, words } from '../support/searches.ts';
import { openTestCache } from '../support/shared-cache.ts';

const skip = await withoutRedis();
const skipServer = withoutPrograms('redis-server');

/** One gateway's way to a library that may be asked six times a minute. */
function gateway({ rates }: SharedCache, behaviour: Behaviour = { books: books(1) }) {
  const document = testLibrary('a', { limits: { perMinute: 6, connections: 10 } });
  const inner = fakeConnector(document, systemClock, behaviour);
  const connector = guard(inner, { rates });
  const ask = async (): Promise<string> => {
    const deadline = systemClock.now() + 5000;
    const trace = createTrace(systemClock);
    try {
      await connector.search(
        { query: words('化学'), start: 1, limit: 1, sort: null, deadline, trace },
        new AbortController().signal,
        () => {},
      );
      return 'answered';
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      t.ok((error.retryAfterMs ?? 0) > 0 && (error.retryAfterMs ?? 0) <= 60_000);
      return error.reason;
    }
  };
  return { ask, asked: () => inner.asks.length };
}

t.test('all gateways together keep to the rate of a library', { skip }, async (t) => {
  const prefix = newPrefix();
  t.teardown(() => flushPrefix(prefix));
  const caches = [await openTestCache(prefix), await openTestCache(prefix)];
  const gateways = caches.map((cache) => gateway(cache));
  const told: string[] = [];
  for (let turn = 0; turn < 10; turn++) told.push((await gateways[turn % 2]?.ask()) ?? '');
  t.same(told.slice(0, 6), Array(6).fill('answered'));
  t.same(told.slice(6), Array(4).fill('rate_limited'));
  t.equal(
    gateways.reduce((sum, { asked }) => sum + asked(), 0),
    6,
  );
  for (const cache of caches) await cache.close();
});

t.test('what a library asked of one gateway holds for all of them', { skip }, async (t) => {
  const prefix = newPrefix();
  t.teardown(() => flushPrefix(prefix));
  const caches = [await openTestCache(prefix), await openTestCache(prefix)] as const;
  const later = () => new ConnectorError('a', 'busy', 'Later.', { retryAfterMs: 30_000 });
  const refused = gateway(caches[0], { fails: { error: later } });
  const other = gateway(caches[1]);
  t.equal(await other.ask(), 'answered');
  t.equal(await refused.ask(), 'busy');
  // Nobody waits for the store to be told.
  while (!(await caches[1].rates.take('a', 1000))?.held) await pause(100);
  t.equal(await other.ask(), 'held');
  t.equal(await refused.ask(), 'held');
  t.equal(other.asked(), 1);
  for (const cache of caches) await cache.close();
});

t.test(
  'while the store is away each gateway keeps to its share',
  { skip: skipServer },
  async (t) => {
    const redis = await startRedis();
    const caches = [
      await openTestCache('rates', redis.url),
      await openTestCache('rates', redis.url),
    ];
    const [one] = caches.map((cache) => gateway(cache));
    // Each has heard of the other after its second beat.
    while (caches.some(({ slots }) => slots.gateways < 2)) await pause(250);
    await redis.stop();
    const told: string[] = [];
    for (let turn = 0; turn < 5; turn++) told.push((await one?.ask()) ?? '');
    t.same(told, [...Array(3).fill('answered'), 'rate_limited', 'rate_limited']);
    for (const cache of caches) await cache.close();
  },
);
