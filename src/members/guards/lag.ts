import type { Clock } from './clock.ts';

/** Time in which this process did nothing, so that nobody is blamed for it who was not listened to. */
export interface Lag {
  /** Milliseconds lost by now, growing; only differences mean anything, while `watch` is held. */
  lostMs(): number;
  /** Watches until the returned function is called. */
  watch(): () => void;
}

const tickMs = 100;
/** Timers are never quite on time. */
const excusedMs = 25;

const lags = new WeakMap<Clock, Lag>();

/** One process stands still as a whole. */
export function lagOf(clock: Clock): Lag {
  const known = lags.get(clock) ?? createLag(clock);
  lags.set(clock, known);
  return known;
}

/** A tick that comes late tells how long the process stood still: a collection, a stopped machine, work. */
function createLag(clock: Clock): Lag {
  let lost = 0;
  let watchers = 0;
  let due = 0;
  let cancel = () => {};

  const lateMs = () => {
    const late = clock.now() - due;
    return late > excusedMs ? late : 0;
  };

  const tick = () => {
    due = clock.now() + tickMs;
    cancel = clock.later(tickMs, () => {
      lost += lateMs();
      tick();
    });
  };

  return {
    lostMs: () => lost + (watchers > 0 ? lateMs() : 0),
    watch() {
      if (watchers === 0) tick();
      watchers++;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        watchers--;
        if (watchers > 0) return;
        lost += lateMs();
        cancel();
      };
    },
  };
}
