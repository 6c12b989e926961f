import type { AnswerState } from '../types.ts';
import { standingOf } from './tally.ts';

export type HealthState = 'unknown' | 'well' | 'degraded' | 'failing';

/** How one library does, as the last checks and searches showed. */
export interface Condition {
  readonly state: HealthState;
  readonly cause: string | null;
  /** When it came into this state; null before anything was heard. */
  readonly since: Date | null;
  readonly lastGoodAt: Date | null;
  readonly lastCheckedAt: Date | null;
  readonly lastAskedAt: Date | null;
  readonly failedSearches: number;
  readonly failedChecks: number;
}

/** What a run of like answers says about a library. */
export interface Evidence {
  readonly source: 'search' | 'check';
  readonly verdict: 'good' | 'poor' | 'bad';
  readonly cause: string | null;
  /** How many answers in a row, and when the first and the last of them came. */
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** So many searches in a row must fail before searches alone say that a library fails. */
const failedSearchesInRow = 3;

export const unknownCondition: Condition = {
  state: 'unknown',
  cause: null,
  since: null,
  lastGoodAt: null,
  lastCheckedAt: null,
  lastAskedAt: null,
  failedSearches: 0,
  failedChecks: 0,
};

/**
 * The condition after more was heard. A failed check decides at once: it asked for a record the library
 * had. Searches fail for more reasons, so several in a row have to. Any answer ends `failing`; what a check
 * found wanting (`degraded`) only a check can take back.
 */
export function conditionAfter(before: Condition, evidence: Evidence): Condition {
  const heard = {
    ...before,
    ...(evidence.source === 'check'
      ? { lastCheckedAt: later(before.lastCheckedAt, evidence.lastAt) }
      : { lastAskedAt: later(before.lastAskedAt, evidence.lastAt) }),
  };
  switch (evidence.verdict) {
    case 'good':
      return afterGood(heard, evidence);
    case 'poor':
      return moveTo(
        { ...heard, lastGoodAt: later(before.lastGoodAt, evidence.lastAt), ...noFailures },
        'degraded',
        evidence.cause,
        evidence.firstAt,
      );
    case 'bad':
      return afterBad(heard, evidence);
  }
}

const noFailures = { failedSearches: 0, failedChecks: 0 };

function afterGood(before: Condition, { source, lastAt, firstAt }: Evidence): Condition {
  const good = { ...before, lastGoodAt: later(before.lastGoodAt, lastAt), ...noFailures };
  const stays = source === 'search' && before.state === 'degraded';
  return stays ? good : moveTo(good, 'well', null, firstAt);
}

function afterBad(before: Condition, evidence: Evidence): Condition {
  const { source, count, cause, firstAt, lastAt } = evidence;
  const isCheck = source === 'check';
  const counted = {
    ...before,
    failedSearches: before.failedSearches + (isCheck ? 0 : count),
    failedChecks: before.failedChecks + (isCheck ? count : 0),
  };
  const decides = isCheck || counted.failedSearches >= failedSearchesInRow;
  if (before.state === 'failing') return decides && isCheck ? { ...counted, cause } : counted;
  const from = isCheck || count >= failedSearchesInRow ? firstAt : lastAt;
  return decides ? moveTo(counted, 'failing', cause, from) : counted;
}

function moveTo(
  condition: Condition,
  state: HealthState,
  cause: string | null,
  at: Date,
): Condition {
  const since = condition.state === state ? condition.since : at;
  return { ...condition, state, cause, since };
}

function later(a: Date | null, b: Date): Date {
  return a !== null && a > b ? a : b;
}

/** What a reader's search says about the library's health; null where it was not really asked. */
export function verdictOf(state: AnswerState): 'good' | 'bad' | null {
  switch (standingOf(state)) {
    case 'answered':
      return 'good';
    case 'failed':
      return 'bad';
    case 'unasked':
      return null;
  }
}

export interface SustainedRules {
  /** Failed checks in a row, or minutes of failing, after which a library's desk is written to. */
  readonly checks: number;
  readonly minutes: number;
}

/** Whether a failure has gone on for long enough to write to the library about it. */
export function isSustained(condition: Condition, rules: SustainedRules, now: Date): boolean {
  if (condition.state !== 'failing' || condition.since === null) return false;
  return (
    condition.failedChecks >= rules.checks ||
    now.getTime() - condition.since.getTime() >= rules.minutes * 60_000
  );
}
