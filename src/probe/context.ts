import type { ConnectorDependencies, EgressCall } from '../protocols/types.ts';
import type { Footprint } from './footprint.ts';
import type { Notebook } from './notebook.ts';

/** What every probe of one run works with. */
export interface ProbeContext {
  readonly dependencies: ConnectorDependencies;
  readonly footprint: Footprint;
  readonly notebook: Notebook;
  /** Longest wait for one answer. */
  readonly answerMs: number;
  /** In the clock of `performance.now()`: nothing new is begun after it. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Whether there is time for another probe. */
export const hasTime = (context: ProbeContext): boolean =>
  performance.now() < context.deadline && !context.signal.aborted;

/** The bounds of one request. */
export function callWithin(context: ProbeContext): EgressCall {
  return { signal: context.signal, deadline: performance.now() + context.answerMs };
}
