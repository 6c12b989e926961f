import fc from 'fast-check';
import t from 'tap';
import { ConnectorError, type ConnectorErrorCode } from '../../../src/members/errors.ts';
import { type Breaker, createBreaker } from '../../../src/members/guards/breaker.ts';
import { defaultGuardSettings } from '../../../src/members/guards/index.ts';
import { turnsOf } from '../../../src/members/guards/turns.ts';
import { createVirtualClock, type VirtualClock } from '../../support/clock.ts';

function breakerAt(random = () => 0.5): { breaker: Breaker; clock: VirtualClock } {
  const clock = createVirtualClock();
  return { clock, breaker: createBreaker({ ...defaultGuardSettings.breaker, clock, random }) };
}

const failure = (code: ConnectorErrorCode, reason: string = code) =>
  new ConnectorError('lib', code, 'It failed.', { reason });

/** One ask that fails after so long; true when the breaker let it pass. */
async function fail(
  { breaker, clock }: { breaker: Breaker; clock: VirtualClock },
  error = failure('unreachable'),
  costMs = 0,
  forced = false,
): Promise<boolean> {
  try {
    const ticket = breaker.admit('lib', forced);
    await clock.advance(costMs);
    ticket.settle(error, false);
    return true;
  } catch {
    return false;
  }
}

t.test(
  'opens on five quick failures in a row, and not when one answer comes between',
  async (t) => {
    const at = breakerAt();
    for (let i = 0; i < 4; i++) await fail(at);
    at.breaker.admit('lib', false).settle(null, true);
    for (let i = 0; i < 4; i++) await fail(at);
    t.equal(at.breaker.status().state, 'closed');
    await fail(at);
    t.match(at.breaker.status(), {
      state: 'open',
      retryAfterMs: 15_000,
      lastFailure: 'unreachable',
    });
  },
);

t.test('one silence of 2.5 s costs as much as five refusals', async (t) => {
  const at = breakerAt();
  await fail(at, failure('timeout'), 2500);
  t.equal(at.breaker.status().state, 'open');
});

t.test("time in which this process stood still is not the library's", async (t) => {
  const at = breakerAt();
  const ticket = at.breaker.admit('lib', false);
  await at.clock.advance(150);
  at.clock.standStill(3000);
  ticket.settle(failure('timeout'), false);
  t.equal(at.breaker.status().state, 'closed', 'before anything else ran');
  const later = at.breaker.admit('lib', false);
  at.clock.standStill(3000);
  await at.clock.advance(300);
  later.settle(failure('timeout'), false);
  t.equal(at.breaker.status().state, 'closed', 'after it went on for a while');
  await fail(at, failure('timeout'), 2500);
  t.equal(at.breaker.status().state, 'open', 'a silence that was listened to counts');
  t.equal(at.clock.timers, 0, 'nothing watches when nothing is asked');
});

t.test('an answer that waits here to be described is not a silence', async (t) => {
  const at = breakerAt();
  const turns = turnsOf(at.clock);
  const ticket = at.breaker.admit('lib', false);
  let left = 300;
  turns.take(() => {
    at.clock.standStill(10);
    left--;
    return left > 0;
  });
  for (let n = 0; n < 300; n++) await at.clock.advance(0);
  ticket.settle(failure('timeout'), false);
  t.equal(at.breaker.status().state, 'closed');
});

t.test('an impatient reader, a polite library and our own guards are no failures', async (t) => {
  const at = breakerAt();
  const harmless = [
    failure('timeout'),
    failure('busy', 'queue_full'),
    failure('busy', 'http_429'),
    failure('unsupported', 'bib1_114'),
    failure('stopped'),
    failure('maintenance'),
  ];
  for (let i = 0; i < 30; i++) {
    for (const error of harmless) await fail(at, error, 100);
  }
  t.not(at.breaker.status().state, 'open');
});

t.test('a silence shorter than thrice the usual time is no failure', async (t) => {
  const at = breakerAt();
  const ticket = at.breaker.admit('lib', false);
  await at.clock.advance(1500);
  ticket.settle(null, true);
  await fail(at, failure('timeout'), 4000);
  t.not(at.breaker.status().state, 'open');
  await fail(at, failure('timeout'), 4600);
  t.equal(at.breaker.status().state, 'open');
});

t.test(
  'opens when half of twenty asks in a minute failed, though never five in a row',
  async (t) => {
    const at = breakerAt();
    for (let i = 0; i < 20 && at.breaker.status().state !== 'open'; i++) {
      if (i % 2 === 0) at.breaker.admit('lib', false).settle(null, true);
      else await fail(at);
      await at.clock.advance(1000);
    }
    t.equal(at.breaker.status().state, 'open');
  },
);

t.test(
  'the time curve: 15 s doubling to 300 s, one probe each time, jitter within a fifth',
  (t) => {
    return fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (random) => {
        const at = breakerAt(() => random);
        for (let i = 0; i < 5; i++) await fail(at);
        const factor = 1 + 0.2 * (2 * random - 1);
        for (const seconds of [15, 30, 60, 120, 240, 300, 300]) {
          const { retryAfterMs } = at.breaker.status();
          t.ok(Math.abs((retryAfterMs ?? 0) - seconds * 1000 * factor) <= 1);
          await at.clock.advance((retryAfterMs ?? 0) - 1);
          t.notOk(await fail(at), 'paused to the end');
          await at.clock.advance(1);
          t.ok(await fail(at), 'then one probe');
        }
      }),
      { numRuns: 20 },
    );
  },
);

t.test('half open lets one probe pass at a time', async (t) => {
  const at = breakerAt();
  for (let i = 0; i < 5; i++) await fail(at);
  await at.clock.advance(15_000);
  const probe = at.breaker.admit('lib', false);
  t.throws(() => at.breaker.admit('lib', false), { code: 'suspended', reason: 'breaker_open' });
  probe.settle(failure('stopped'), false);
  const next = at.breaker.admit('lib', false);
  next.settle(null, true);
  t.doesNotThrow(() => at.breaker.admit('lib', false));
});

t.test('comes back by quarters over a minute, and starts over at 15 s once it held', async (t) => {
  const at = breakerAt();
  for (let i = 0; i < 5; i++) await fail(at);
  await at.clock.advance(15_000);
  at.breaker.admit('lib', false).settle(null, true);
  const widths: number[] = [];
  for (let second = 0; second <= 60; second += 15) {
    widths.push(at.breaker.width());
    await at.clock.advance(15_000);
  }
  t.same(widths, [0.25, 0.5, 0.75, 1, 1]);
  at.breaker.admit('lib', false).settle(null, true);
  for (let i = 0; i < 5; i++) await fail(at);
  t.equal(at.breaker.status().retryAfterMs, 15_000);
});

t.test('failing again while it comes back doubles the pause', async (t) => {
  const at = breakerAt();
  for (let i = 0; i < 5; i++) await fail(at);
  await at.clock.advance(15_000);
  at.breaker.admit('lib', false).settle(null, true);
  for (let i = 0; i < 5; i++) await fail(at);
  t.equal(at.breaker.status().retryAfterMs, 30_000);
});

t.test(
  'a reader may force one probe at a time; its failure does not lengthen the pause',
  async (t) => {
    const at = breakerAt();
    for (let i = 0; i < 5; i++) await fail(at);
    const forced = at.breaker.admit('lib', true);
    t.throws(() => at.breaker.admit('lib', true), { code: 'suspended' });
    forced.settle(failure('unreachable'), false);
    t.equal(at.breaker.status().retryAfterMs, 15_000);
    at.breaker.admit('lib', true).settle(null, true);
    t.equal(at.breaker.status().state, 'ramping');
  },
);
