import fc from 'fast-check';
import t from 'tap';
import {
  addSample,
  addTally,
  addTime,
  answeredShare,
  availabilityOf,
  dayOf,
  emptyTally,
  percentile,
  type Sample,
  standingOf,
  type Tally,
} from '../../../src/members/health/tally.ts';
import { type AnswerState, answerStates } from '../../../src/members/types.ts';

function sampleOf(state: AnswerState, over: Partial<Sample> = {}): Sample {
  return {
    library: 'x',
    source: 'search',
    at: 0,
    state,
    cause: null,
    elapsedMs: 100,
    phases: { search: 80, present: 20 },
    ...over,
  };
}

function tallyOf(samples: readonly Sample[]): Tally {
  const tally = emptyTally();
  for (const sample of samples) addSample(tally, sample);
  return tally;
}

const anySample = fc
  .tuple(
    fc.constantFrom(...answerStates),
    fc.constantFrom(null, 'timeout', 'connect_refused'),
    fc.double({ min: 0.01, max: 90_000, noNaN: true }),
  )
  .map(([state, cause, elapsedMs]) => sampleOf(state, { cause, elapsedMs }));

t.test('tallies of parts add up to the tally of the whole, in any order', async (t) => {
  const anySamples = fc.array(anySample);
  const property = fc.property(anySamples, anySamples, (a, b) => {
    const sum = tallyOf(a);
    addTally(sum, tallyOf(b));
    const other = tallyOf(b);
    addTally(other, tallyOf(a));
    t.same(sum, tallyOf([...a, ...b]));
    t.same(sum, other);
  });
  fc.assert(property, { numRuns: 100 });
});

t.test('a percentile read back is within a tenth of the true one', async (t) => {
  const times = fc.array(fc.double({ min: 2, max: 60_000, noNaN: true }), { minLength: 1 });
  const property = fc.property(times, fc.constantFrom(0.5, 0.9, 0.99), (all, share) => {
    const tally = emptyTally();
    for (const ms of all) addTime(tally, 'total', ms);
    const sorted = all.toSorted((a, b) => a - b);
    const truth = sorted[Math.ceil(all.length * share) - 1] ?? 0;
    const read = percentile(tally.times.total, share) ?? 0;
    t.ok(Math.abs(read - truth) <= truth * 0.1 + 0.5, `${read} for ${truth}`);
  });
  fc.assert(property, { numRuns: 200 });
  t.equal(percentile({}, 0.5), null);
});

t.test('only what the library was asked counts for and against it', async (t) => {
  const counted = answerStates.filter((state) => standingOf(state) !== 'unasked');
  t.same(counted, [
    'answered',
    'answered_estimate',
    'empty',
    'partial',
    'timed_out',
    'unreachable',
    'refused',
    'busy',
    'bad_answer',
    'unsupported',
  ]);
  t.equal(answeredShare(tallyOf([sampleOf('maintenance'), sampleOf('paused')])), null);
  t.equal(answeredShare(tallyOf([sampleOf('answered'), sampleOf('timed_out')])), 0.5);
});

t.test('an hour out of order weighs as much as an hour of many searches', async (t) => {
  const good = tallyOf(Array.from({ length: 900 }, () => sampleOf('answered')));
  const out = tallyOf([sampleOf('unreachable'), sampleOf('unreachable')]);
  t.same(availabilityOf([good, out]), { share: 0.5, hoursAsked: 2 });
  t.same(availabilityOf([dayOf([good, out])]), { share: 0.5, hoursAsked: 2 }, 'also as a day');
  t.same(availabilityOf([dayOf([good, out]), good]), { share: 2 / 3, hoursAsked: 3 });
  t.same(availabilityOf([]), { share: null, hoursAsked: 0 }, 'no data is not all well');
});

t.test('causes of one tally are bounded', async (t) => {
  const many = Array.from({ length: 500 }, (_, i) =>
    sampleOf('bad_answer', { cause: `diagnostic_${i}` }),
  );
  const { causes } = tallyOf(many);
  t.ok(Object.keys(causes).length <= 41);
  t.equal(
    Object.values(causes).reduce((sum, n) => sum + n, 0),
    500,
  );
});
