/** What all gateways together may still ask of a library. */
export interface RateWord {
  /** Milliseconds until one more ask fits; 0 where this one does, and is counted. */
  readonly waitMs: number;
  /** The library itself asked for the wait. */
  readonly held: boolean;
}

/** Asks of libraries in a minute, counted over all gateways. */
export interface Rates {
  /** Null where the gateways cannot be asked: then each keeps to its `share`. */
  take(library: string, perMinute: number): Promise<RateWord | null>;
  /** The library asked to be left alone by all of them. */
  hold(library: string, forMs: number): void;
  share(perMinute: number): number;
}
