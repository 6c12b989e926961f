import type { Clock } from '../members/guards/clock.ts';

/** Who is watching a search, and what happens when nobody is any more. */
export interface Watchers {
  watch(): () => void;
  readonly count: number;
  stop(): void;
}

export function createWatchers(clock: Clock, graceMs: number, onDeserted: () => void): Watchers {
  let count = 0;
  let cancelTimer = () => {};
  return {
    watch() {
      cancelTimer();
      count++;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        count--;
        if (count === 0) cancelTimer = clock.after(graceMs, onDeserted);
      };
    },
    get count() {
      return count;
    },
    stop() {
      cancelTimer();
    },
  };
}

/** Wakes everyone who waits for something to change. */
export interface Bell {
  ring(): void;
  /** Settles at the next ring, or when the signal aborts. */
  next(signal?: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let waiting: (() => void)[] = [];
  return {
    ring() {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    next(signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        signal?.addEventListener('abort', wake, { once: true });
        waiting.push(wake);
      });
    },
  };
}
