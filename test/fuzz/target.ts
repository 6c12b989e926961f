/** One decoder under fuzzing. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs to begin with: our own recordings, and the shared ones where they are present. */
  readonly seeds: readonly Uint8Array[];
  /** Which mistakes are likely: those of binary protocols, or those of markup. */
  readonly kind: 'binary' | 'markup';
  /** Reads the bytes; also throws where the result breaks a promise of the decoder. */
  readonly read: (bytes: Uint8Array) => void;
  /** Whether the decoder may answer so to bad input. */
  readonly isExpected: (error: unknown) => boolean;
}

/** A promise of a decoder that an input broke. */
export class BrokenPromiseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BrokenPromiseError';
  }
}

/** Longer inputs make the search slow and find nothing that shorter ones do not. */
export const maxInputBytes = 32_768;
