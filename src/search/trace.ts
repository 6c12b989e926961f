import type { Clock } from '../members/guards/clock.ts';
import { type Phase, phases, type Trace } from '../members/types.ts';

/** Keeps the time of one ask for its connector; read while it runs or afterwards. */
export interface TimedTrace extends Trace {
  /** Milliseconds by phase, the running one up to now. */
  times(): Readonly<Record<Phase, number>>;
  readonly roundTrips: number;
  end(): void;
}

/** A trace that begins in the queue: from here on no time is lost between phases. */
export function createTrace(clock: Clock): TimedTrace {
  const spent = noTimes();
  let phase: Phase | null = 'queue';
  let since = clock.now();
  let roundTrips = 0;
  const close = () => {
    const now = clock.now();
    if (phase !== null) spent[phase] += now - since;
    since = now;
  };
  return {
    enter(next) {
      if (phase === null) return;
      close();
      phase = next;
    },
    roundTrip() {
      roundTrips++;
    },
    end() {
      close();
      phase = null;
    },
    get roundTrips() {
      return roundTrips;
    },
    times() {
      close();
      return Object.fromEntries(phases.map((name) => [name, roundMs(spent[name])])) as Record<
        Phase,
        number
      >;
    },
  };
}

export function noTimes(): Record<Phase, number> {
  return Object.fromEntries(phases.map((name) => [name, 0])) as Record<Phase, number>;
}

/** Times are shown to a tenth of a millisecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
