import type { Clock } from '../guards/clock.ts';
import type { Phase, Trace } from '../types.ts';

export interface Stopwatch {
  readonly trace: Trace;
  /** Ends the time; milliseconds in all and by phase. */
  stop(): { readonly elapsedMs: number; readonly phases: Readonly<Partial<Record<Phase, number>>> };
}

/** Keeps the time of one ask by phase, and hands on what the connector tells to the trace behind it. */
export function startStopwatch(clock: Clock, behind: Trace | null = null): Stopwatch {
  const begun = clock.now();
  const phases: Partial<Record<Phase, number>> = {};
  let current: Phase = 'queue';
  let since = begun;
  const close = (now: number) => {
    phases[current] = (phases[current] ?? 0) + now - since;
    since = now;
  };
  return {
    trace: {
      enter(phase) {
        close(clock.now());
        current = phase;
        behind?.enter(phase);
      },
      roundTrip() {
        behind?.roundTrip();
      },
    },
    stop() {
      const now = clock.now();
      close(now);
      return { elapsedMs: now - begun, phases };
    },
  };
}
