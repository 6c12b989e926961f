import {
  type CodeSet,
  eaccCharacter,
  iso5426Set,
  marc8Tables,
  SECOND_HALF,
} from './marc8-tables.ts';

/** Text decoded from a set with marks before their letters, composed in part only. */
export interface DecodedMarks {
  readonly text: string;
  /** Codes that mean nothing, marks without a letter, escape sequences that are none. */
  readonly faults: number;
  readonly ascii: boolean;
}

const ESC = 0x1b;
const REPLACEMENT = 0xfffd;
/** The block of combining marks, U+0300 to U+036F. */
const FIRST_MARK = 0x300;
const MARK_BLOCK = 0x70;
const NOT_COMPOSED = 1;
/** Marks on one letter beyond this are let go at once, so that no input can pile them up. */
const MAX_PENDING_MARKS = 16;
/** C1 controls of MARC-8 and UNIMARC; they are there whatever is designated. */
const NON_SORT_BEGIN = 0x88;
const NON_SORT_END = 0x89;
const JOINER = 0x8d;
const NON_JOINER = 0x8e;

/**
 * MARC-8 (MARC 21 Specifications for Record Structure, part 2; ISO 2022 designations, EACC, combining
 * marks before the base letter, `&#xNNNN;` for what it cannot say). Designations end with the
 * subfield. A code that is undefined on the left is taken for the ASCII character it would be.
 */
export function decodeMarc8(bytes: Uint8Array, start = 0, end = bytes.length): DecodedMarks {
  return new MarksDecoder(bytes, start, end, marc8Tables().ansel, true).decode();
}

/** ISO 5426 as UNIMARC and MAB use it: ASCII on the left, the Latin set with marks on the right. */
export function decodeIso5426(bytes: Uint8Array, start = 0, end = bytes.length): DecodedMarks {
  return new MarksDecoder(bytes, start, end, iso5426Set(), false).decode();
}

const scratch = new Uint16Array(32 * 1024);
/** Characters composed of an ASCII letter and a mark, filled as met; NOT_COMPOSED where there is none. */
const composed = new Uint16Array(MARK_BLOCK * 128);

/** What NFC makes of the two, or 0. */
function compose(letter: number, mark: number): number {
  const at = (mark - FIRST_MARK) * 128 + letter;
  const known = composed[at] as number;
  if (known !== 0) return known === NOT_COMPOSED ? 0 : known;
  const joined = String.fromCharCode(letter, mark).normalize('NFC');
  composed[at] = joined.length === 1 ? joined.charCodeAt(0) : NOT_COMPOSED;
  return joined.length === 1 ? joined.charCodeAt(0) : 0;
}

class MarksDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #tables = marc8Tables();
  readonly #initialG1: CodeSet;
  readonly #references: boolean;
  readonly #units: Uint16Array;
  readonly #pending = new Uint16Array(MAX_PENDING_MARKS);
  #pendingCount = 0;
  #length = 0;
  #at: number;
  #faults = 0;
  #high = 0;
  /** Null stands for EACC. */
  #g0: CodeSet | null;
  #g1: CodeSet | null;

  constructor(
    bytes: Uint8Array,
    start: number,
    end: number,
    initialG1: CodeSet,
    references: boolean,
  ) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#initialG1 = initialG1;
    this.#references = references;
    // No code gives more units than it has bytes. Decoding is done when the caller has its text back, so
    // that one buffer serves all but the longest.
    this.#units = end - start <= scratch.length ? scratch : new Uint16Array(end - start);
    this.#g0 = this.#tables.ascii;
    this.#g1 = initialG1;
  }

  decode(): DecodedMarks {
    const bytes = this.#bytes;
    const end = this.#end;
    const { ascii } = this.#tables;
    while (this.#at < end) {
      if (this.#g0 === ascii && this.#pendingCount === 0) this.#asciiRun();
      if (this.#at === end) break;
      const byte = bytes[this.#at] as number;
      if (byte === ESC) this.#escape();
      else if (byte < 0x21) this.#control(byte);
      else if (byte >= 0x80) this.#right(byte);
      else if (this.#g0 === ascii && byte !== 0x26) {
        this.#at += 1;
        this.#emit(byte);
      } else this.#left(byte);
    }
    this.#flushMarks();
    const units = this.#units;
    const text = Buffer.from(units.buffer, units.byteOffset, this.#length * 2).toString('utf16le');
    return { text, faults: this.#faults, ascii: this.#high < 0x80 };
  }

  /** Copies letters, digits and blanks up to the next byte that needs thought. */
  #asciiRun(): void {
    const bytes = this.#bytes;
    const units = this.#units;
    const end = this.#end;
    let at = this.#at;
    let length = this.#length;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte < 0x20 || byte >= 0x80 || byte === 0x26) break;
      units[length++] = byte;
    }
    this.#at = at;
    this.#length = length;
  }

  #emit(character: number): void {
    this.#high |= character;
    if (this.#pendingCount === 1 && character < 0x80) {
      const mark = this.#pending[0] as number;
      const whole =
        mark < FIRST_MARK + MARK_BLOCK && mark >= FIRST_MARK ? compose(character, mark) : 0;
      if (whole !== 0) {
        this.#pendingCount = 0;
        this.#units[this.#length++] = whole;
        return;
      }
    }
    if (character > 0xffff) {
      this.#units[this.#length++] = 0xd7c0 + (character >> 10);
      this.#units[this.#length++] = 0xdc00 + (character & 0x3ff);
    } else this.#units[this.#length++] = character;
    if (this.#pendingCount > 0) this.#emitMarks();
  }

  #emitMarks(): void {
    for (let n = 0; n < this.#pendingCount; n += 1) {
      this.#units[this.#length++] = this.#pending[n] as number;
    }
    this.#pendingCount = 0;
  }

  /** Marks that found no letter stay in the text, after what came before them. */
  #flushMarks(): void {
    if (this.#pendingCount === 0) return;
    this.#faults += 1;
    this.#emitMarks();
  }

  #emitFrom(set: CodeSet, code: number): void {
    this.#at += 1;
    const character = set[code] as number;
    if (character > 0 && character < SECOND_HALF) this.#emit(character);
    else if (character === 0) {
      this.#faults += 1;
      this.#emit(set === this.#g0 ? code : REPLACEMENT);
    } else if (character > -SECOND_HALF && character < 0) {
      if (this.#pendingCount === MAX_PENDING_MARKS) this.#flushMarks();
      this.#high |= -character;
      this.#pending[this.#pendingCount++] = -character;
    }
  }

  #control(byte: number): void {
    this.#at += 1;
    if (byte === 0x20) {
      // A mark over a blank is a spacing mark in the standards; it is mostly a sign of another charset.
      if (this.#pendingCount > 0) this.#faults += 1;
      this.#emit(byte);
      return;
    }
    this.#flushMarks();
    if (byte >= 0x1d) {
      this.#g0 = this.#tables.ascii;
      this.#g1 = this.#initialG1;
    }
    this.#units[this.#length++] = byte;
  }

  #left(byte: number): void {
    if (this.#g0 === null) this.#eacc(0);
    else if (byte === 0x26 && this.#references && this.#reference()) return;
    else this.#emitFrom(this.#g0, byte);
  }

  #right(byte: number): void {
    if (byte < 0xa0) {
      this.#at += 1;
      if (byte === NON_SORT_BEGIN) this.#emit(0x98);
      else if (byte === NON_SORT_END) this.#emit(0x9c);
      else if (byte === JOINER) this.#emit(0x200d);
      else if (byte === NON_JOINER) this.#emit(0x200c);
      else {
        this.#faults += 1;
        this.#emit(REPLACEMENT);
      }
    } else if (this.#g1 === null) this.#eacc(0x80);
    else this.#emitFrom(this.#g1, byte & 0x7f);
  }

  /**
   * A code of three bytes. One that means nothing, or cannot be a code, is mostly a forgotten way back
   * to ASCII: then its first byte is text of its own if a code follows right behind, or none can.
   */
  #eacc(highBit: number): void {
    const character = this.#eaccAt(this.#at, highBit);
    if (character > 0) {
      this.#at += 3;
      this.#emit(character);
      return;
    }
    this.#faults += 1;
    if (character < 0 || this.#codeFollows(highBit)) {
      this.#emit((this.#bytes[this.#at] as number) - highBit);
      this.#at += 1;
    } else {
      this.#emit(REPLACEMENT);
      this.#at += 3;
    }
  }

  /** Whether a code begins one or two bytes on: then the count of three was lost before. */
  #codeFollows(highBit: number): boolean {
    return this.#eaccAt(this.#at + 1, highBit) > 0 || this.#eaccAt(this.#at + 2, highBit) > 0;
  }

  /** The character of the code there, 0 if it means nothing, -1 if those bytes cannot be a code. */
  #eaccAt(at: number, highBit: number): number {
    if (at + 2 >= this.#end) return -1;
    const a = (this.#bytes[at] as number) - highBit;
    const b = (this.#bytes[at + 1] as number) - highBit;
    const c = (this.#bytes[at + 2] as number) - highBit;
    const character = eaccCharacter(this.#tables, a, b, c);
    if (character !== 0) return character;
    return b < 0x20 || b > 0x7f || c < 0x20 || c > 0x7f ? -1 : 0;
  }

  /** `&#x4E2D;`, the lossless form of MARC-8 for characters outside it; false if it is not one. */
  #reference(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#at + 1] !== 0x23 || bytes[this.#at + 2] !== 0x78) return false;
    let value = 0;
    const first = this.#at + 3;
    const last = Math.min(first + 6, this.#end - 1);
    for (let at = first; at <= last; at += 1) {
      const byte = bytes[at] as number;
      if (byte === 0x3b) {
        if (at < first + 4 || !isReferable(value)) return false;
        this.#at = at + 1;
        this.#emit(value);
        return true;
      }
      const digit = hexDigit(byte);
      if (digit < 0) return false;
      value = value * 16 + digit;
    }
    return false;
  }

  /**
   * One escape sequence (ISO 2022): `ESC s`, `ESC g b p`, or `$` for several bytes, an intermediate that
   * names the half, `!` before E, and the final that names the set.
   */
  #escape(): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    let half = 0;
    const first = at < this.#end ? (bytes[at] as number) : 0;
    if (first === 0x73 || first === 0x67 || first === 0x62 || first === 0x70) {
      this.#designate(at + 1, half, first === 0x73 ? 'B' : String.fromCharCode(first));
      return;
    }
    const multibyte = first === 0x24;
    if (multibyte) at += 1;
    const intermediate = at < this.#end ? (bytes[at] as number) : 0;
    if (intermediate === 0x29 || intermediate === 0x2d) half = 1;
    const named = half === 1 || intermediate === 0x28 || intermediate === 0x2c;
    if (named) at += 1;
    if (at < this.#end && bytes[at] === 0x21) at += 1;
    const final = at < this.#end ? (bytes[at] as number) : 0;
    const known = named || multibyte;
    if (known && multibyte === (final === 0x31)) {
      this.#designate(at + 1, half, String.fromCharCode(final));
    } else this.#badEscape();
  }

  #designate(next: number, half: number, final: string): void {
    const set = final === '1' ? null : this.#tables.sets.get(final);
    if (set === undefined) {
      this.#badEscape();
      return;
    }
    this.#at = next;
    if (half === 0) this.#g0 = set;
    else this.#g1 = set;
  }

  /** The escape byte is dropped and what follows is text: a broken sequence hides no letter. */
  #badEscape(): void {
    this.#faults += 1;
    this.#at += 1;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isReferable(character: number): boolean {
  return character >= 0xa0 && character <= 0x10ffff && (character < 0xd800 || character > 0xdfff);
}
