import { type Clock, secondsAfter } from '../../src/store/clock.ts';

/** A clock that stands still until it is set. */
export function standingClock(): Clock & { pass(seconds: number): void } {
  let time = new Date('2026-03-01T08:00:00Z');
  return {
    now: () => time,
    pass: (seconds: number) => {
      time = secondsAfter(time, seconds);
    },
  };
}
