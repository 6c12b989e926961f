import { createClient } from 'redis';
import t from 'tap';
import { systemClock } from '../../src/members/guards/clock.ts';
import { guard } from '../../src/members/guards/index.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import { openConnection, SharedStoreError } from '../../src/search/shared/connection.ts';
import type { SharedCache } from '../../src/search/shared/index.ts';
import { fakeConnector, testLibrary } from '../support/connectors.ts';
import { flushPrefix, newPrefix, startRedis, withoutRedis } from '../support/redis.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { books, view, words } from '../support/searches.ts';
import { openTestCache } from '../support/shared-cache.ts';

const skip = await withoutRedis();
const skipServer = withoutPrograms('redis-server');

/** A library that both gateways ask through connectors of their own. */
function library(connections = 2) {
  const document = testLibrary('a', { limits: { connections } });
  let inFlight = 0;
  let most = 0;
  const make = () => {
    const connector = fakeConnector(document, systemClock, { books: books(3), firstMs: 20 });
    return {
      ...connector,
      async search(...args: Parameters<typeof connector.search>) {
        most = Math.max(most, ++inFlight);
        try {
          return await connector.search(...args);
        } finally {
          inFlight--;
        }
      },
    };
  };
  return { make, most: () => most };
}

function gateway(cache: SharedCache, connector: ReturnType<ReturnType<typeof library>['make']>) {
  const guarded = guard(connector, { slots: cache.slots });
  const engine = createSearchEngine({
    connectorFor: () => guarded,
    shared: cache.answers,
    sharedSearches: cache.searches,
    sharedLines: cache.lines,
  });
  const search = async (term: string, refresh = false) => {
    const request = { libraries: ['a'], sort: 'relevance' as const, waitMs: 8000, refresh };
    const begun = engine.start({ query: words(term), cql: term, ...request });
    await begun.wait('complete');
    return begun.answer(view);
  };
  return { engine, search };
}

t.test('all gateways together keep to the connections of a library', { skip }, async (t) => {
  const prefix = newPrefix();
  t.teardown(() => flushPrefix(prefix));
  const shared = library(2);
  const caches = [
    await openTestCache(prefix),
    await openTestCache(prefix),
    await openTestCache(prefix),
  ];
  const gateways = caches.map((cache) => gateway(cache, shared.make()));
  const terms = Array.from({ length: 24 }, (_, n) => `词${n}`);
  const answers = await Promise.all(terms.map((term, n) => gateways[n % 3]?.search(term, true)));
  t.ok(
    answers.every((answer) => answer?.libraries[0]?.state === 'answered'),
    'nobody starves',
  );
  t.ok(shared.most() <= 2, `never more than two at once, but ${shared.most()}`);
  for (const { engine } of gateways) await engine.close();
  for (const cache of caches) await cache.close();
});

t.test('a gateway that dies gives its places back', { skip }, async (t) => {
  const prefix = newPrefix();
  t.teardown(() => flushPrefix(prefix));
  const [one, two] = [await openTestCache(prefix), await openTestCache(prefix)];
  const never = new AbortController().signal;
  const held = await one.slots.acquire('a', 1, never);
  t.ok(held);
  const impatient = AbortSignal.timeout(300);
  await t.rejects(two.slots.acquire('a', 1, impatient), 'while it is in use nobody else has it');
  const waiting = two.slots.acquire('a', 1, never);
  held?.release();
  const taken = await waiting;
  t.ok(taken, 'it is handed on as soon as it is free');
  taken?.release();
  await one.close();
  await two.close();
});

t.test(
  'searches go on while the store dies, and share again when it is back',
  { skip: skipServer, timeout: 30_000 },
  async (t) => {
    let redis = await startRedis();
    t.teardown(() => redis.stop());
    const shared = library();
    const first = await openTestCache('test', redis.url);
    const second = await openTestCache('test', redis.url);
    const connectors = [shared.make(), shared.make()] as const;
    const one = gateway(first, connectors[0]);
    const two = gateway(second, connectors[1]);
    await one.search('甲');
    t.match(await two.search('甲'), { total: 3, libraries: [{ cached: true }] });
    t.equal(connectors[1].asks.length, 0);

    const during = one.search('乙');
    await redis.stop();
    t.match(await during, { state: 'complete', total: 3 });
    t.match(await one.search('丙'), { state: 'complete', total: 3 });
    t.match(await two.search('丙'), {
      state: 'complete',
      total: 3,
      libraries: [{ cached: false }],
    });
    t.equal(
      second.slots.width(4),
      2,
      'its half of the connections, as two gateways were heard of last',
    );
    t.equal(second.slots.width(1), 1, 'and never none');
    t.same(first.said, ['away']);
    t.ok(first.counts.failures > 0);
    t.equal(await two.engine.find('s_unknown'), undefined);

    redis = await startRedis(redis.port);
    for (let n = 0; first.isAway || second.isAway; n++) {
      if (n > 200) throw new Error('the store is back, but nobody noticed');
      await one.search(`丁${n}`, true);
      await two.search(`丁${n}`, true);
    }
    t.same(first.said, ['away', 'back']);
    await one.search('戊');
    const told = await two.search('戊');
    t.match(told, { total: 3, libraries: [{ cached: true }] });
    for (const { engine } of [one, two]) await engine.close();
    for (const cache of [first, second]) await cache.close();
  },
);

t.test(
  'a store that answers nothing is given up, not waited for',
  { skip: skipServer },
  async (t) => {
    const redis = await startRedis();
    t.teardown(() => redis.stop());
    const cache = await openTestCache('test', redis.url);
    const other = await openTestCache('test', redis.url);
    const shared = library();
    const connector = shared.make();
    const one = gateway(cache, connector);
    const two = gateway(other, shared.make());
    const before = await one.search('甲');
    t.match(before, { state: 'complete', total: 3 });
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.sendCommand(['CLIENT', 'PAUSE', '600000', 'ALL']);
    t.match(await one.search('乙'), {
      state: 'complete',
      total: 3,
      libraries: [{ cached: false }],
    });
    t.match(
      await one.search('甲'),
      { total: 3, libraries: [{ cached: true }] },
      'its own memory stays',
    );
    t.equal((await one.engine.find(before.id))?.id, before.id);
    t.equal(await two.engine.find(before.id), undefined, 'what only the store knows is not known');
    t.equal(await one.engine.cancel('s_unknown'), false);
    t.same(cache.said, ['away'], 'said once');
    admin.destroy();
    for (const { engine } of [one, two]) await engine.close();
    for (const one of [cache, other]) await one.close();
  },
);

t.test('a store that was never there is only slow to begin without', async (t) => {
  const cache = await openTestCache('test', 'redis://127.0.0.1:1');
  t.same(cache.said, ['away']);
  t.equal(cache.isAway, true);
  t.equal(await cache.slots.acquire('a', 2, new AbortController().signal), null);
  await t.rejects(cache.answers.read('x'), SharedStoreError);
  const { make } = library();
  const { engine, search } = gateway(cache, make());
  t.match(await search('甲'), { state: 'complete', total: 3 });
  await engine.close();
  await cache.close();
});

t.test('what the store cannot mean is not read', { skip }, async (t) => {
  const prefix = newPrefix();
  t.teardown(() => flushPrefix(prefix));
  const cache = await openTestCache(prefix);
  const { make } = library();
  const connector = make();
  const { engine, search } = gateway(cache, connector);
  await search('甲');
  const connection = openConnection({
    url: process.env.GUANJI_TEST_CACHE_URL ?? 'redis://127.0.0.1:6379/9',
    prefix,
    timeoutMs: 1000,
    restMs: 0,
    onChange: () => {},
  });
  await connection.ready(1000);
  const keys = (await connection.send(['KEYS', `${prefix}:answer:*`])) as readonly Buffer[];
  t.equal(keys.length, 1);
  for (const key of keys) await connection.send(['HSET', key, 'answer', 'nonsense']);
  const other = gateway(cache, connector);
  t.match(await other.search('甲'), { total: 3, libraries: [{ cached: false }] });
  await connection.close();
  await engine.close();
  await other.engine.close();
  await cache.close();
});
