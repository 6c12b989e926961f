import { Z3950Error } from './errors.ts';
import { type BerLimits, clientLimits } from './limits.ts';

/** Bytes made room for when a PDU does not come in one read. */
const firstRoom = 2048;
const nothing = new Uint8Array(0);

/** Where in a value the framer stands. */
type Place = 'tag' | 'longTag' | 'length' | 'lengthOctets' | 'content';

/**
 * Cuts a byte stream into PDUs. Z39.50 has no framing of its own over TCP: the BER length is the frame,
 * and where a server writes indefinite lengths (YAZ does in every answer with records) the end is found by
 * stepping over values until the end-of-contents octets of the outermost one.
 *
 * Every byte is looked at once at most: headers are read, contents of known length are stepped over. The
 * state is a few numbers, so nothing recurses, and memory grows with what arrived, never with a length that
 * was only declared.
 */
export class BerFramer {
  readonly #limits: BerLimits;
  #place: Place = 'tag';
  #tag = 0;
  #tagOctets = 0;
  #lengthOctets = 0;
  #length = 0;
  /** Content bytes still to step over. */
  #skip = 0;
  /** Values of indefinite length that are open. */
  #open = 0;
  /** Bytes of the unfinished PDU so far. */
  #size = 0;
  /** The unfinished PDU's bytes from earlier reads, `#heldBytes` of them. */
  #held: Uint8Array = nothing;
  #heldBytes = 0;
  #examined = 0;
  #copied = 0;

  constructor(limits: BerLimits = clientLimits) {
    this.#limits = limits;
  }

  /** What has come of a PDU that has not ended. */
  get pending(): Uint8Array {
    return this.#held.subarray(0, this.#heldBytes);
  }

  /** Bytes looked at and bytes copied since the start: the framer's whole cost. */
  get work(): { readonly examined: number; readonly copied: number } {
    return { examined: this.#examined, copied: this.#copied };
  }

  /**
   * Takes the next bytes and returns the PDUs that they complete, in order. A PDU that lay whole in `chunk`
   * is a view of it. Throws Z3950Error; after that the stream cannot be followed any more.
   */
  write(chunk: Uint8Array): Uint8Array[] {
    const done: Uint8Array[] = [];
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      const before = at;
      if (this.#place === 'content') {
        at += Math.min(this.#skip, chunk.length - at);
        this.#skip -= at - before;
      } else {
        this.#header(chunk[at++] as number);
        this.#examined += 1;
      }
      this.#size += at - before;
      if (this.#place === 'content' && this.#skip === 0) this.#place = 'tag';
      if (this.#size > this.#limits.pduBytes) this.#tooLarge(this.#size);
      if (this.#place === 'tag' && this.#open === 0) {
        done.push(this.#finish(chunk.subarray(start, at)));
        start = at;
      }
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return done;
  }

  /** Takes one byte of a tag or length. */
  #header(byte: number): void {
    switch (this.#place) {
      case 'tag':
        // A PDU is always a constructed context-class value; what is not cannot be waited for.
        if (this.#size === 0 && byte >> 5 !== 0b101) {
          throw new Z3950Error('not_z3950', `A PDU cannot begin with byte ${byte.toString(16)}.`);
        }
        this.#tag = byte;
        this.#tagOctets = 1;
        this.#place = (byte & 0x1f) === 0x1f ? 'longTag' : 'length';
        return;
      case 'longTag':
        this.#tagOctets += 1;
        if (this.#tagOctets > 4) throw new Z3950Error('ber_tag', 'A tag has more than 4 octets.');
        if (byte < 0x80) this.#place = 'length';
        return;
      case 'length':
        if (byte === 0x80) this.#openIndefinite();
        else if (byte < 0x80) this.#knownLength(byte);
        else this.#longLength(byte & 0x7f);
        return;
      default:
        this.#length = this.#length * 256 + byte;
        this.#lengthOctets -= 1;
        if (this.#lengthOctets === 0) this.#knownLength(this.#length);
    }
  }

  #openIndefinite(): void {
    if ((this.#tag & 0x20) === 0) {
      throw new Z3950Error('ber_length', 'A primitive value has an indefinite length.');
    }
    this.#open += 1;
    if (this.#open > this.#limits.depth) {
      throw new Z3950Error('ber_depth', `Values nest deeper than ${this.#limits.depth}.`);
    }
    this.#place = 'tag';
  }

  #longLength(octets: number): void {
    if (octets > this.#limits.lengthOctets) {
      throw new Z3950Error('ber_length', `A length is written in ${octets} octets.`);
    }
    this.#length = 0;
    this.#lengthOctets = octets;
    this.#place = 'lengthOctets';
  }

  #knownLength(length: number): void {
    if (this.#tag === 0 && this.#open > 0) {
      if (length !== 0) throw new Z3950Error('ber_length', 'End-of-contents octets have a length.');
      this.#open -= 1;
      this.#place = 'tag';
      return;
    }
    if (this.#size + length > this.#limits.pduBytes) this.#tooLarge(this.#size + length);
    this.#skip = length;
    this.#place = 'content';
  }

  #tooLarge(bytes: number): never {
    throw new Z3950Error('pdu_too_large', `A PDU has ${bytes} bytes or more.`);
  }

  #finish(last: Uint8Array): Uint8Array {
    this.#size = 0;
    if (this.#heldBytes === 0) return last;
    this.#hold(last);
    const pdu = this.#held.subarray(0, this.#heldBytes);
    this.#held = nothing;
    this.#heldBytes = 0;
    return pdu;
  }

  /** Keeps bytes for the next read; room doubles, so that each byte is copied twice on average. */
  #hold(bytes: Uint8Array): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const room = Math.max(needed, 2 * this.#held.length, firstRoom);
      const larger = new Uint8Array(Buffer.allocUnsafeSlow(room).buffer);
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#copied += this.#heldBytes;
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#copied += bytes.length;
    this.#heldBytes = needed;
  }
}
