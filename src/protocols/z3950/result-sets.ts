/** A result set that a library holds under a name. */
export interface HeldSet {
  readonly name: string;
  /** What was asked: the query, its database and order. */
  readonly key: string;
  readonly hits: number;
  readonly exact: boolean;
  readonly sorted: boolean;
  /** In the clock of `performance.now()`. */
  readonly foundAt: number;
}

/** Sets cost the library memory: so many names are used, over and over. */
const names: readonly string[] = ['1', '2', '3'];

/** The name that servers without named result sets know (ISO 23950 section 3.2.2.1.4). */
const onlyName = 'default';

/** Catalogues change: a set is not read any more after this time. */
const maxAgeMs = 300_000;

/** The result sets of one association. */
export class ResultSets {
  #held: HeldSet[] = [];
  #named = false;

  /** Whether several sets may be kept by name. */
  allowNames(allowed: boolean): void {
    this.#named = allowed;
  }

  get named(): boolean {
    return this.#named;
  }

  /** The set that answers `key`, if it is there and young enough. */
  find(key: string, now: number): HeldSet | undefined {
    return this.#held.find((one) => one.key === key && now - one.foundAt < maxAgeMs);
  }

  /** A name for a new set: a free one, else the one whose set is oldest, which is forgotten. */
  nextName(): string {
    if (!this.#named) {
      this.#held = [];
      return onlyName;
    }
    const free = names.find((name) => !this.#held.some((one) => one.name === name));
    if (free !== undefined) return free;
    return (this.#held.shift() as HeldSet).name;
  }

  /** Keeps a set in the place of an older one that answers the same. */
  keep(set: HeldSet): void {
    const others = this.#held.filter((one) => one.name !== set.name && one.key !== set.key);
    this.#held = [...others, set];
  }

  /** Forgets every set and returns their names. */
  forgetAll(): string[] {
    return this.#held.splice(0).map((one) => one.name);
  }
}
