import type { Clock } from './clock.ts';

/** A small piece of some work; true while there is more of it. */
export type Piece = () => boolean;

/**
 * Work of everybody taken in turns: some milliseconds of it, then whatever the network has brought in, then
 * the next. Without it searches that get their answers together would hold up everybody for the sum of their
 * work. A piece should cost a millisecond or two, since it is never cut short.
 */
export interface Turns {
  /** Queues work that nobody waits for yet; the queued ones go round, a piece each. */
  take(piece: Piece): void;
  /** The same for work that somebody waits for: it goes first, one after the other. Rejects with what a piece throws. */
  run(piece: Piece): Promise<void>;
  /** Settles when it is one's turn, as work that somebody waits for. */
  next(): Promise<void>;
}

/** What one turn may take; the last piece of it comes on top. */
const turnMs = 4;

const perClock = new WeakMap<Clock, Turns>();

/** The turns of a clock: one event loop has one, whoever asks. */
export function turnsOf(clock: Clock): Turns {
  const known = perClock.get(clock) ?? createTurns(clock);
  perClock.set(clock, known);
  return known;
}

interface Awaited {
  readonly piece: Piece;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createTurns(clock: Clock): Turns {
  const first: Awaited[] = [];
  const rest: Piece[] = [];
  let scheduled = false;

  const schedule = () => {
    if (scheduled || first.length + rest.length === 0) return;
    scheduled = true;
    clock.soon(() => {
      scheduled = false;
      try {
        turn();
      } finally {
        schedule();
      }
    });
  };

  /** What waits for work that came to its end runs behind this turn, so the turn is over then. */
  const turn = () => {
    const end = clock.now() + turnMs;
    do {
      const [waited] = first;
      if (waited === undefined) goRound();
      else if (!goOn(waited)) return;
    } while (first.length + rest.length > 0 && clock.now() < end);
  };

  const goOn = (waited: Awaited): boolean => {
    try {
      if (waited.piece()) return true;
      waited.resolve();
    } catch (error) {
      waited.reject(error);
    }
    first.shift();
    return false;
  };

  const goRound = () => {
    const piece = rest.shift();
    if (piece?.()) rest.push(piece);
  };

  const run = (piece: Piece) =>
    new Promise<void>((resolve, reject) => {
      first.push({ piece, resolve, reject });
      schedule();
    });

  return {
    take(piece) {
      rest.push(piece);
      schedule();
    },
    run,
    next: () => run(() => false),
  };
}
