import type { Clock } from '../members/guards/clock.ts';
import type { Outcome, SourceRecord } from '../members/types.ts';

/** A whole answer as several gateways share it. */
export interface WholeAnswer {
  readonly outcome: Outcome;
  readonly records: readonly SourceRecord[];
}

export interface StoredAnswer extends WholeAnswer {
  /** By the clock of the store, so that gateways need not agree on the time. */
  readonly ageMs: number;
}

/** The right to ask a library one question while no other gateway does. */
export interface SharedTurn {
  /** Keeps the whole answer and ends the turn; refused where the turn was lost meanwhile. */
  publish(answer: WholeAnswer): Promise<void>;
  /** Ends the turn without an answer: another gateway may ask. */
  release(): void;
}

/** What a gateway that wants an answer is told. */
export type SharedWord =
  | { readonly answer: StoredAnswer }
  | { readonly turn: SharedTurn }
  /** Another gateway is asking; settles when something may have changed, or the signal aborts. */
  | { readonly changed: (signal: AbortSignal) => Promise<void> };

/**
 * Answers shared by several gateways, each asked for by one of them at a time. The store keeps its own
 * time limits; what it cannot read or write it may lose: a search never depends on it.
 */
export interface SharedAnswers {
  /** A fresh answer, or a turn; with `steal` a turn in any case, and no answer. */
  ask(key: string, steal: boolean): Promise<SharedWord>;
  /** A kept answer of any age. */
  read(key: string): Promise<StoredAnswer | undefined>;
}

/** A shared answer is worth this much waiting and no more; the library may be as near. */
const patienceMs = 50;

/** What the store says, or undefined when it fails or is slow; a turn that comes late is given back. */
export function askShared(
  shared: SharedAnswers,
  key: string,
  steal: boolean,
  clock: Clock,
): Promise<SharedWord | undefined> {
  const word = shared.ask(key, steal);
  return within(word, patienceMs, clock).then((told) => {
    if (told === undefined) {
      word.then(
        (late) => {
          if ('turn' in late) late.turn.release();
        },
        () => {},
      );
    }
    return told;
  });
}

/** What a promise comes to within so many milliseconds; undefined later, and when it rejects. */
export function within<T>(
  promise: Promise<T>,
  limitMs: number,
  clock: Clock,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    // What arrived while this process was busy is read before the wait is called over.
    const cancel = clock.after(limitMs, () => clock.soon(() => resolve(undefined)));
    const settle = (value: T | undefined) => {
      cancel();
      resolve(value);
    };
    promise.then(settle, () => settle(undefined));
  });
}
