import fc from 'fast-check';
import t from 'tap';
import { explainCause } from '../../../src/members/health/causes.ts';
import {
  type Condition,
  conditionAfter,
  type Evidence,
  isSustained,
  unknownCondition,
} from '../../../src/members/health/condition.ts';
import { createPending } from '../../../src/members/health/pending.ts';
import type { Sample } from '../../../src/members/health/tally.ts';
import { egressReasons } from '../../../src/protocols/egress/errors.ts';

const start = Date.parse('2026-03-01T08:00:00Z');
const minute = (n: number) => new Date(start + n * 60_000);

function heard(
  source: Evidence['source'],
  verdict: Evidence['verdict'],
  at: number,
  more: Partial<Evidence> = {},
): Evidence {
  const time = minute(at);
  const cause = verdict === 'good' ? null : 'timeout';
  return { source, verdict, cause, count: 1, firstAt: time, lastAt: time, ...more };
}

const after = (...all: readonly Evidence[]): Condition =>
  all.reduce(conditionAfter, unknownCondition);

t.test('one failed check says that a library fails, and one search does not', async (t) => {
  t.match(after(heard('check', 'bad', 1)), {
    state: 'failing',
    cause: 'timeout',
    since: minute(1),
  });
  t.match(after(heard('search', 'good', 1), heard('search', 'bad', 2)), { state: 'well' });
  t.match(
    after(
      heard('search', 'good', 1),
      heard('search', 'bad', 2, { count: 2 }),
      heard('search', 'bad', 3),
    ),
    { state: 'failing', since: minute(3), lastGoodAt: minute(1) },
  );
});

t.test('any answer ends a failure, and only a check takes a weakness back', async (t) => {
  const failing = [heard('check', 'bad', 1), heard('check', 'bad', 2)];
  t.match(after(...failing), { failedChecks: 2, since: minute(1) });
  t.match(after(...failing, heard('search', 'good', 3)), { state: 'well', failedChecks: 0 });
  const weak = heard('check', 'poor', 1, { cause: 'slow' });
  t.match(after(weak, heard('search', 'good', 2)), {
    state: 'degraded',
    cause: 'slow',
    since: minute(1),
    lastGoodAt: minute(2),
  });
  t.match(after(weak, heard('check', 'good', 2)), { state: 'well', cause: null });
});

t.test('a failure is sustained by checks in a row or by its time', async (t) => {
  const rules = { checks: 3, minutes: 30 };
  const failing = after(heard('check', 'bad', 0), heard('check', 'bad', 5));
  t.equal(isSustained(failing, rules, minute(6)), false);
  t.equal(isSustained(failing, rules, minute(30)), true);
  t.equal(isSustained(after(heard('check', 'bad', 0, { count: 3 })), rules, minute(1)), true);
  t.equal(isSustained(after(heard('check', 'good', 0)), rules, minute(90)), false);
});

t.test('times of a condition never go back, whatever is heard', async (t) => {
  const anyEvidence = fc.record({
    source: fc.constantFrom('search' as const, 'check' as const),
    verdict: fc.constantFrom('good' as const, 'poor' as const, 'bad' as const),
    count: fc.integer({ min: 1, max: 5 }),
  });
  const property = fc.property(fc.array(anyEvidence), (all) => {
    let condition = unknownCondition;
    all.forEach(({ source, verdict, count }, at) => {
      const next = conditionAfter(condition, heard(source, verdict, at, { count }));
      t.ok((next.lastGoodAt ?? 0) >= (condition.lastGoodAt ?? 0));
      t.ok((next.since ?? 0) >= (condition.since ?? 0));
      t.equal(next.state === 'failing' || next.state === 'degraded', next.cause !== null);
      condition = next;
    });
  });
  fc.assert(property, { numRuns: 200 });
});

t.test('what cannot be written for long stays bounded, and like answers become one', async (t) => {
  const pending = createPending();
  const one = (at: number, state: Sample['state']): Sample => ({
    library: 'x',
    source: 'search',
    at,
    state,
    cause: null,
    elapsedMs: 1,
    phases: {},
  });
  for (let i = 0; i < 1000; i++) pending.add(one(start + i, 'answered'));
  const first = pending.take();
  t.equal(first.get('x')?.evidence.length, 1);
  t.equal(first.get('x')?.evidence[0]?.count, 1000);
  for (let i = 0; i < 500; i++) {
    pending.add(one(start + i * 3_600_000, i % 2 === 0 ? 'answered' : 'timed_out'));
  }
  pending.giveBack(first);
  const second = pending.take().get('x');
  t.ok((second?.hours.size ?? 99) <= 48);
  t.ok((second?.evidence.length ?? 99) <= 60);
  t.equal(pending.take().size, 0);
});

t.test('every cause is explained in both languages with something to do', async (t) => {
  const causes = [
    ...egressReasons,
    ...['http_403', 'http_404', 'http_500', 'http_503', 'bib1_109', 'bib1_114', 'close_shutdown'],
    ...['ber_depth', 'bad_json', 'never heard of'],
  ];
  for (const cause of causes) {
    const { message, fix } = explainCause(cause);
    for (const text of [message.zh, fix.zh]) t.match(text, /\p{Script=Han}/u, cause);
    for (const text of [message.en, fix.en]) t.match(text, /^[\p{Script=Latin}\p{P} ]+$/u, cause);
  }
  t.match(explainCause('connect_refused').fix.en, 'firewall');
  t.match(explainCause('bad_json').fix.en, 'charset');
});
