import type { Clock } from '../members/guards/clock.ts';
import type { Outcome, SourceRecord } from '../members/types.ts';

/** A whole answer as several gateways share it. */
export interface StoredAnswer {
  readonly outcome: Outcome;
  readonly records: readonly SourceRecord[];
  /** Milliseconds since 1970, by the clock of the gateway that asked. */
  readonly storedAt: number;
}

/**
 * Answers shared by several gateways. The store keeps its own time limits; what it cannot read or
 * write it may lose: a search never depends on it.
 */
export interface SharedAnswers {
  read(key: string): Promise<StoredAnswer | undefined>;
  write(key: string, answer: StoredAnswer): Promise<void>;
}

/** A shared answer is worth this much waiting and no more; the library may be as near. */
const patienceMs = 50;

/** The stored answer, or undefined when there is none, when the store fails, or when it is slow. */
export function readShared(
  shared: SharedAnswers,
  key: string,
  clock: Clock,
): Promise<StoredAnswer | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(patienceMs, () => resolve(undefined));
    const settle = (answer: StoredAnswer | undefined) => {
      cancel();
      resolve(answer);
    };
    shared.read(key).then(settle, () => settle(undefined));
  });
}
