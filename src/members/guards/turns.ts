import type { Clock } from './clock.ts';

/** A small piece of some work; true while there is more of it. */
export type Piece = () => boolean;

/**
 * Work of everybody taken in turns: some milliseconds of it, then whatever the network has brought in, then
 * the next. Without it searches that get their answers together would hold up everybody for the sum of their
 * work. A piece should cost a millisecond or two, since it is never cut short.
 */
export interface Turns {
  /**
   * Queues work that nobody waits for yet; it is done in the order it came, so that with too much of it some is
   * done in time and not all of it late. What is long goes to the end of the queue now and then.
   */
  take(piece: Piece): void;
  /** The same for work that somebody waits for: it goes first, one after the other. Rejects with what a piece throws. */
  run(piece: Piece): Promise<void>;
  /** Settles when it is one's turn, as work that somebody waits for. */
  next(): Promise<void>;
  /** Milliseconds by now in which work had been waiting for long, growing: what came in then was not looked at. */
  behindMs(): number;
}

/** What one turn may take; the last piece of it comes on top. */
const turnMs = 4;
/** Pieces of one work done before others have a turn: an answer of the usual length. */
const piecesInRow = 6;
/** Work that has waited for less is not behind. */
const behindAfterMs = 100;

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
  let inRow = 0;
  let busySince = 0;
  let behind = 0;

  const busyTooLongMs = () =>
    first.length + rest.length === 0 ? 0 : Math.max(0, clock.now() - busySince - behindAfterMs);

  const began = () => {
    if (first.length + rest.length === 1) busySince = clock.now();
    schedule();
  };

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
    const before = busyTooLongMs();
    pieces();
    if (first.length + rest.length === 0) behind += before;
  };

  const pieces = () => {
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
    inRow++;
    if (!piece?.()) inRow = 0;
    else if (inRow < piecesInRow) rest.unshift(piece);
    else {
      rest.push(piece);
      inRow = 0;
    }
  };

  const run = (piece: Piece) =>
    new Promise<void>((resolve, reject) => {
      first.push({ piece, resolve, reject });
      began();
    });

  return {
    take(piece) {
      rest.push(piece);
      began();
    },
    run,
    next: () => run(() => false),
    behindMs: () => behind + busyTooLongMs(),
  };
}
