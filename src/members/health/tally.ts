import { type AnswerState, type Phase, phases } from '../types.ts';

/** One ask at a library that has ended, as far as history keeps it: nothing of what was asked for. */
export interface Sample {
  readonly library: string;
  readonly source: 'search' | 'check';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: AnswerState;
  readonly cause: string | null;
  readonly elapsedMs: number;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
}

/** Times of one phase, counted by bucket; keys are bucket numbers. */
export type Histogram = Record<string, number>;

/** How a library answered over some time. Tallies of any times and gateways add up. */
export interface Tally {
  /** Answers by answer state. */
  answers: Record<string, number>;
  /** Failed answers by cause. */
  causes: Record<string, number>;
  /** By phase, and `total`; only of asks the library answered. */
  times: Record<string, Histogram>;
  /** Of a day: hours in which the library was asked, and the sum of the shares it answered in each. */
  hours?: { asked: number; answered: number };
}

export const timedPhases = ['total', ...phases] as const;
export type TimedPhase = (typeof timedPhases)[number];

/** Four buckets to each doubling, from 1 ms to beyond a minute: a figure read back is within a tenth. */
const perDoubling = 4;
const lastBucket = 64;

/** Causes told apart in one tally; more are counted as `other`. */
const maxCauses = 40;

export function emptyTally(): Tally {
  return { answers: {}, causes: {}, times: {} };
}

export function addSample(tally: Tally, sample: Sample): void {
  count(tally.answers, sample.state, 1);
  const standing = standingOf(sample.state);
  if (sample.cause !== null && standing !== 'answered') addCause(tally, sample.cause, 1);
  if (standing !== 'answered') return;
  addTime(tally, 'total', sample.elapsedMs);
  for (const phase of phases) {
    const spentMs = sample.phases[phase] ?? 0;
    if (spentMs > 0) addTime(tally, phase, spentMs);
  }
}

/** Adds what `more` counted to `tally`. */
export function addTally(tally: Tally, more: Tally): void {
  for (const [state, n] of Object.entries(more.answers)) count(tally.answers, state, n);
  for (const [cause, n] of Object.entries(more.causes)) addCause(tally, cause, n);
  for (const [phase, histogram] of Object.entries(more.times)) {
    const into = tally.times[phase] ?? {};
    tally.times[phase] = into;
    for (const [bucket, n] of Object.entries(histogram)) count(into, bucket, n);
  }
  if (more.hours !== undefined) {
    const { asked = 0, answered = 0 } = tally.hours ?? {};
    tally.hours = { asked: asked + more.hours.asked, answered: answered + more.hours.answered };
  }
}

function addCause(tally: Tally, cause: string, n: number): void {
  const isKnown = cause in tally.causes || Object.keys(tally.causes).length < maxCauses;
  count(tally.causes, isKnown ? cause : 'other', n);
}

export function addTime(tally: Pick<Tally, 'times'>, phase: TimedPhase, spentMs: number): void {
  const histogram = tally.times[phase] ?? {};
  tally.times[phase] = histogram;
  count(histogram, String(bucketOf(spentMs)), 1);
}

function count(counts: Record<string, number>, key: string, n: number): void {
  counts[key] = (counts[key] ?? 0) + n;
}

export function bucketOf(spentMs: number): number {
  if (spentMs < 1) return 0;
  return Math.min(lastBucket, 1 + Math.floor(Math.log2(spentMs) * perDoubling));
}

/** The middle of a bucket on the logarithmic scale. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 0.5 : 2 ** ((bucket - 0.5) / perDoubling);
}

/** The time within which this share of the asks ended, or null where there were none. */
export function percentile(histogram: Histogram | undefined, share: number): number | null {
  const entries = Object.entries(histogram ?? {})
    .map(([bucket, n]) => [Number(bucket), n] as const)
    .sort(([a], [b]) => a - b);
  const total = entries.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const [bucket, n] of entries) {
    seen += n;
    if (seen >= total * share) return rounded(middleOf(bucket));
  }
  return rounded(middleOf(lastBucket));
}

function rounded(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
}

export function countOf(histogram: Histogram | undefined): number {
  return Object.values(histogram ?? {}).reduce((sum, n) => sum + n, 0);
}

/** What an answer state says about the library: it answered, it failed, or it was not really asked. */
export function standingOf(state: AnswerState): 'answered' | 'failed' | 'unasked' {
  switch (state) {
    case 'answered':
    case 'answered_estimate':
    case 'empty':
    case 'partial':
    // The library speaks, though it cannot do what was wished.
    case 'unsupported':
      return 'answered';
    case 'timed_out':
    case 'unreachable':
    case 'refused':
    case 'busy':
    case 'bad_answer':
      return 'failed';
    case 'paused':
    case 'maintenance':
    case 'not_asked':
    case 'stopped':
    case 'asking':
    case 'slow':
      return 'unasked';
  }
}

/** The share of asks that were answered, or null where the library was not asked. */
export function answeredShare(tally: Tally): number | null {
  let answered = 0;
  let failed = 0;
  for (const [state, n] of Object.entries(tally.answers)) {
    const standing = standingOf(state as AnswerState);
    if (standing === 'answered') answered += n;
    else if (standing === 'failed') failed += n;
  }
  return answered + failed === 0 ? null : answered / (answered + failed);
}

/**
 * Availability over hours and days: each hour in which the library was asked counts the same. Counted by
 * asks, an outage would weigh little, because a library that fails is asked far less often.
 */
export function availabilityOf(tallies: Iterable<Tally>): {
  share: number | null;
  hoursAsked: number;
} {
  let asked = 0;
  let answered = 0;
  for (const tally of tallies) {
    if (tally.hours !== undefined) {
      asked += tally.hours.asked;
      answered += tally.hours.answered;
      continue;
    }
    const share = answeredShare(tally);
    if (share === null) continue;
    asked += 1;
    answered += share;
  }
  return { share: asked === 0 ? null : answered / asked, hoursAsked: asked };
}

/** The hours of a day as one tally, which keeps what availability is counted from. */
export function dayOf(hours: readonly Tally[]): Tally {
  const day = emptyTally();
  let asked = 0;
  let answered = 0;
  for (const hour of hours) {
    addTally(day, hour);
    const share = answeredShare(hour);
    if (share === null) continue;
    asked += 1;
    answered += share;
  }
  return { ...day, hours: { asked, answered } };
}
