import t from 'tap';
import { ConnectorError } from '../../../src/members/errors.ts';
import { withBulkhead } from '../../../src/members/guards/bulkhead.ts';
import { withDeadline } from '../../../src/members/guards/deadline.ts';
import { defaultGuardSettings, guard } from '../../../src/members/guards/index.ts';
import { withPace } from '../../../src/members/guards/pace.ts';
import { withRepeat } from '../../../src/members/guards/repeat.ts';
import type { Ask, Connector } from '../../../src/members/types.ts';
import { createTrace } from '../../../src/search/trace.ts';
import { createVirtualClock, settled, type VirtualClock } from '../../support/clock.ts';
import { type Behaviour, fakeConnector, testLibrary } from '../../support/connectors.ts';
import { books, words } from '../../support/searches.ts';

function ask(clock: VirtualClock, waitMs = 8000, probe = false): Ask {
  return {
    query: words('化学'),
    start: 1,
    limit: 20,
    sort: null,
    deadline: clock.now() + waitMs,
    trace: createTrace(clock),
    probe,
  };
}

/** Asks and remembers when and how it ended. */
function send(connector: Connector, clock: VirtualClock, waitMs = 8000, signal = never) {
  const begun = clock.now();
  const result = { state: 'open', reason: '', ms: -1, retryAfterMs: null as number | null };
  const end = (state: string, error?: unknown) => {
    result.state = state;
    result.ms = clock.now() - begun;
    if (!(error instanceof ConnectorError)) return;
    result.reason = `${error.code} ${error.reason}`;
    result.retryAfterMs = error.retryAfterMs;
  };
  connector
    .search(ask(clock, waitMs), signal, () => {})
    .then(
      () => end('answered'),
      (error: unknown) => end('failed', error),
    );
  return result;
}

const never = new AbortController().signal;
const unreachable = () =>
  new ConnectorError('lib', 'unreachable', 'Reset.', { reason: 'connection_reset' });

function make(behaviour: Behaviour, limits = {}) {
  const clock = createVirtualClock();
  return { clock, inner: fakeConnector(testLibrary('lib', { limits }), clock, behaviour) };
}

t.test('ends on time though the connector is deaf to its signal', async (t) => {
  const { clock, inner } = make({ hangs: 'deaf' }, { timeoutMs: 5000 });
  const guarded = withDeadline(inner, clock);
  const short = send(guarded, clock, 1000);
  const long = send(guarded, clock, 60_000);
  await clock.advance(60_000);
  t.match(short, { state: 'failed', reason: 'timeout timeout', ms: 1010 });
  t.match(long, { state: 'failed', ms: 5010 }, "the library's own limit is shorter");
});

t.test('an abort ends a deaf connector at once, with the reason it was given', async (t) => {
  const { clock, inner } = make({ hangs: 'deaf' });
  const plain = new AbortController();
  const named = new AbortController();
  const one = send(withDeadline(inner, clock), clock, 8000, plain.signal);
  const two = send(withDeadline(inner, clock), clock, 8000, named.signal);
  plain.abort();
  named.abort(new ConnectorError('lib', 'timeout', 'Over.', { reason: 'deadline' }));
  await settled();
  t.match(one, { reason: 'stopped stopped', ms: 0 });
  t.match(two, { reason: 'timeout deadline', ms: 0 });
  const late = send(withDeadline(inner, clock), clock, 8000, plain.signal);
  await settled();
  t.match(late, { reason: 'stopped stopped' }, 'also when it was aborted before');
});

t.test('records that come after the end are dropped', async (t) => {
  const clock = createVirtualClock();
  const library = testLibrary('lib');
  let late: (() => void) | null = null;
  const connector: Connector = {
    library,
    close: async () => {},
    search: (_, __, onRecords) => {
      late = () => onRecords([], 5);
      return new Promise(() => {});
    },
  };
  let heard = 0;
  const over = withDeadline(connector, clock).search(ask(clock, 10), never, () => heard++);
  over.catch(() => {});
  await clock.advance(30);
  const tell = late as (() => void) | null;
  tell?.();
  t.equal(heard, 0);
  await t.rejects(over, { code: 'timeout' });
});

t.test('so many ask at once, so many wait in order, the rest are busy at once', async (t) => {
  const { clock, inner } = make({ books: books(1), firstMs: 100 });
  const bulkhead = withBulkhead(inner, { width: () => 2, maxQueued: 3, clock });
  const results = Array.from({ length: 7 }, () => send(bulkhead, clock));
  await settled();
  t.equal(bulkhead.inFlight, 2);
  t.equal(bulkhead.queued, 3);
  t.match(results.slice(5), [{ reason: 'busy queue_full' }, { reason: 'busy queue_full' }]);
  await clock.advance(300);
  t.same(
    results.slice(0, 5).map(({ ms }) => ms),
    [100, 100, 200, 200, 300],
  );
  t.equal(inner.mostInFlight, 2);
  t.equal(bulkhead.inFlight, 0);
});

t.test('who waits in the queue leaves it at the deadline or when taken back', async (t) => {
  const { clock, inner } = make({ hangs: 'listening' });
  const bulkhead = withBulkhead(inner, { width: () => 1, maxQueued: 9, clock });
  const controller = new AbortController();
  send(bulkhead, clock, 60_000);
  const waiting = send(bulkhead, clock, 500);
  const taken = send(bulkhead, clock, 60_000, controller.signal);
  await clock.advance(200);
  controller.abort();
  await clock.advance(300);
  t.match(taken, { reason: 'stopped stopped', ms: 200 });
  t.match(waiting, { reason: 'busy queue_deadline', ms: 500 });
  t.equal(bulkhead.queued, 0);
  t.equal(inner.asks.length, 1);
});

t.test(
  'a library that goes silent is asked less at once, and more again as it answers',
  async (t) => {
    const { clock, inner } = make({ hangs: 'listening' });
    const bulkhead = withBulkhead(inner, { width: () => 4, maxQueued: 99, clock });
    for (let i = 0; i < 4; i++) send(bulkhead, clock, 100);
    await clock.advance(200);
    inner.behave({ books: books(1), firstMs: 100 });
    for (let i = 0; i < 20; i++) send(bulkhead, clock, 60_000);
    await settled();
    t.equal(bulkhead.inFlight, 1);
    await clock.advance(250);
    t.ok(bulkhead.inFlight > 1);
    await clock.advance(5000);
    t.equal(bulkhead.inFlight, 0);
  },
);

t.test('keeps to the rate per minute wherever the minute is begun', async (t) => {
  const { clock, inner } = make({ books: books(1) });
  const paced = withPace(inner, { perMinute: 6, maxHoldMs: 600_000, clock });
  const asked: number[] = [];
  for (let second = 0; second < 300; second++) {
    const result = send(paced, clock);
    await settled();
    if (result.state === 'answered') asked.push(second);
    else t.ok((result.retryAfterMs ?? 0) > 0 && result.reason === 'busy rate_limited');
    await clock.advance(1000);
  }
  for (const from of asked) {
    const inMinute = asked.filter((at) => at >= from && at < from + 60).length;
    t.ok(inMinute <= 7, `${inMinute} in the minute after ${from}`);
  }
  t.ok(asked.length >= 24, `${asked.length} in five minutes`);
});

t.test('leaves a library alone as long as it asked', async (t) => {
  const { clock, inner } = make({
    fails: {
      error: () =>
        new ConnectorError('lib', 'busy', 'Later.', { retryAfterMs: 5000, reason: 'http_429' }),
    },
  });
  const paced = withPace(inner, { perMinute: 100, maxHoldMs: 600_000, clock });
  send(paced, clock);
  await clock.advance(1000);
  const held = send(paced, clock);
  await settled();
  t.match(held, { reason: 'busy held', retryAfterMs: 4000 });
  await clock.advance(4000);
  send(paced, clock);
  await settled();
  t.equal(inner.asks.length, 2);
});

const repeat = (clock: VirtualClock) => ({
  ...defaultGuardSettings.repeat,
  clock,
  random: () => 0.5,
});

t.test('a connection that broke before a word is tried once more', async (t) => {
  const { clock, inner } = make({ fails: { error: unreachable } });
  const repeated = withRepeat(inner, repeat(clock));
  const result = send(repeated, clock);
  await settled();
  inner.behave({ books: books(1) });
  await clock.advance(150);
  t.match(result, { state: 'answered', ms: 150 });
  t.equal(inner.asks.length, 2);
});

t.test('is not repeated after records, after other errors, or with little time left', async (t) => {
  const after = make({ books: books(3), fails: { error: unreachable, after: 1 } });
  send(withRepeat(after.inner, repeat(after.clock)), after.clock);
  const cut = () => new ConnectorError('lib', 'malformed', 'Cut.');
  const other = make({ fails: { error: cut } });
  send(withRepeat(other.inner, repeat(other.clock)), other.clock);
  const late = make({ totalMs: 700, fails: { error: unreachable } });
  send(withRepeat(late.inner, repeat(late.clock)), late.clock, 1000);
  for (const { clock, inner } of [after, other, late]) {
    await clock.advance(2000);
    t.equal(inner.asks.length, 1);
  }
});

t.test('repeats stay within a tenth of the asks', async (t) => {
  const { clock, inner } = make({ fails: { error: unreachable } });
  const repeated = withRepeat(inner, repeat(clock));
  for (let i = 0; i < 100; i++) {
    send(repeated, clock);
    await clock.advance(200);
  }
  t.equal(inner.asks.length, 110);
});

t.test(
  'the whole stack pauses a hung library so that the next search does not wait for it',
  async (t) => {
    const { clock, inner } = make({ hangs: 'listening' });
    const guarded = guard(inner, { clock, random: () => 0.5 });
    const first = send(guarded, clock, 3000);
    await clock.advance(3000);
    t.match(first, { reason: 'timeout timeout', ms: 3000 });
    const second = send(guarded, clock, 3000);
    await settled();
    t.match(second, { reason: 'suspended breaker_open', ms: 0, retryAfterMs: 15_000 });
    t.match(guarded.status(), { breaker: { state: 'open' }, inFlight: 0, queued: 0 });
    inner.behave({ books: books(1) });
    const forced = guarded.search(ask(clock, 3000, true), never, () => {});
    t.match(await forced, { hits: 1 });
    const third = send(guarded, clock);
    await settled();
    t.match(third, { state: 'answered' });
  },
);

t.test('the reset that happens once is recovered through the whole stack', async (t) => {
  const { clock, inner } = make({ fails: { error: unreachable } });
  const guarded = guard(inner, { clock, random: () => 0.5 });
  const result = send(guarded, clock, 3000);
  await settled();
  inner.behave({ books: books(2), firstMs: 20 });
  await clock.advance(200);
  t.match(result, { state: 'answered', ms: 170 });
});
