import { type ConnectorError, failedStates } from '../errors.ts';
import type { AnswerState, Outcome } from '../types.ts';

/** The answer state of an ask that came to its end. */
export function stateOfOutcome(outcome: Outcome): {
  state: AnswerState;
  cause: string | null;
  hits: number;
} {
  const { hits } = outcome;
  if (outcome.incomplete !== null) return { state: 'partial', cause: 'incomplete', hits };
  if (outcome.fetched === 0 && outcome.unreadable > 0) {
    return { state: 'bad_answer', cause: 'unreadable', hits };
  }
  if (hits === 0) return { state: 'empty', cause: null, hits };
  return { state: outcome.exact ? 'answered' : 'answered_estimate', cause: null, hits };
}

/** Reasons of our own guards: the library was not asked. */
const notAsked: ReadonlySet<string> = new Set([
  'queue_full',
  'queue_deadline',
  'rate_limited',
  'held',
]);

/** The answer state of an ask that failed after so many records. */
export function stateOfError(
  error: ConnectorError,
  fetched: number,
): { state: AnswerState; cause: string } {
  const cause = error.reason;
  if (error.code === 'busy' && notAsked.has(cause)) return { state: 'not_asked', cause };
  if (error.code !== 'stopped' && fetched > 0) return { state: 'partial', cause };
  return { state: failedStates[error.code], cause };
}
