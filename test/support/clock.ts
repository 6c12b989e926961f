import type { Clock } from '../../src/members/guards/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** A clock that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /** Moves on by so many milliseconds, running what falls due in order, and lets promises settle. */
  advance(ms: number): Promise<void>;
  /** Time passes and nothing runs, as when a process is stopped. */
  standStill(ms: number): void;
  readonly timers: number;
}

export function createVirtualClock(): VirtualClock {
  let now = 1_000_000;
  let order = 0;
  const timers = new Set<Timer>();
  const after = (delayMs: number, act: () => void) => {
    const timer = { at: now + Math.max(0, delayMs), order: order++, act };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };
  const nextBefore = (end: number) =>
    [...timers]
      .filter((timer) => timer.at <= end)
      .sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => now,
    after,
    later: after,
    soon: (act) => {
      after(0, act);
    },
    get timers() {
      return timers.size;
    },
    standStill(ms) {
      now += ms;
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let timer = nextBefore(end); timer !== undefined; timer = nextBefore(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.act();
        await settled();
      }
      now = end;
    },
  };
}

/** Lets every promise that can settle do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
