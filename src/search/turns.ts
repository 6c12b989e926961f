import type { Clock } from '../members/guards/clock.ts';

/**
 * Work of all searches taken in turns: one piece, then whatever the network has brought in, then the
 * next. Without it searches that get their answers together would hold up everybody for the sum of
 * their work.
 */
export interface Turns {
  /** Queues work that may wait. */
  take(work: () => void): void;
  /** Settles when it is one's turn; goes before work that may wait. */
  next(): Promise<void>;
}

export function createTurns(clock: Clock): Turns {
  const first: (() => void)[] = [];
  const rest: (() => void)[] = [];
  let scheduled = false;

  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    clock.soon(() => {
      scheduled = false;
      const work = first.shift() ?? rest.shift();
      if (first.length > 0 || rest.length > 0) schedule();
      work?.();
    });
  };

  return {
    take(work) {
      rest.push(work);
      schedule();
    },
    next() {
      return new Promise((resolve) => {
        first.push(resolve);
        schedule();
      });
    },
  };
}
