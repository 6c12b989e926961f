/** What one PDU may cost. Beyond any of these the association is given up. */
export interface BerLimits {
  /** Bytes of one PDU, header included. */
  readonly pduBytes: number;
  /** Nested constructed values. */
  readonly depth: number;
  /** Octets in which a length may be written (ISO 8825-1 section 8.1.3.5 allows 126). */
  readonly lengthOctets: number;
  /** Values in one PDU, since two bytes on the wire become an object here. */
  readonly elements: number;
}

/** For answers of libraries: the deepest real one, GRS-1 in a Present response, needs about 20. */
export const clientLimits: BerLimits = {
  pduBytes: 4 * 1024 * 1024,
  depth: 32,
  lengthOctets: 4,
  elements: 250_000,
};

/** For requests of clients: small, but a chain of fifty terms nests a level each. */
export const serverLimits: BerLimits = {
  pduBytes: 256 * 1024,
  depth: 128,
  lengthOctets: 4,
  elements: 20_000,
};

/** How slowly an answer that has begun may come before it is given up. */
export interface Pace {
  readonly minBytesPerSecond: number;
  /** The time over which the rate is taken. */
  readonly windowMs: number;
}

export const defaultPace: Pace = { minBytesPerSecond: 256, windowMs: 2000 };
