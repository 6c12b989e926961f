import type { RecordCharset } from '../types.ts';
import { decodeBig5 } from './big5.ts';
import { decodeIso5426, decodeMarc8 } from './marc8-decode.ts';
import { decodeLatin1, decodeWithPlatform } from './platform.ts';

export type ConcreteCharset = Exclude<RecordCharset, 'auto'>;

/** What a record says about its own charset, for what that is worth. */
export interface CharsetHint {
  readonly charset: ConcreteCharset;
  /** Where it says so, as a sentence begins: `Leader/09`. */
  readonly place: string;
  /** False where the statement is known to be copied about: then contradicting it is no news. */
  readonly reliable: boolean;
}

/** Text in NFC with the charset it was read from. */
export interface EvidentText {
  readonly text: string;
  readonly charset: ConcreteCharset;
  readonly warnings: readonly string[];
}

export interface Reading {
  readonly charset: ConcreteCharset;
  /** NFC where the charset has marks before their letters, else as the bytes have it. */
  readonly text: string;
  readonly faults: number;
}

export const FIELD_TERMINATOR = 0x1e;
export const NO_WARNINGS: readonly string[] = [];

/** The bytes as that charset has them, right or wrong. */
export function read(bytes: Buffer, charset: ConcreteCharset): Reading {
  if (charset === 'marc-8' || charset === 'iso-5426') {
    const { text, faults } = charset === 'marc-8' ? decodeMarc8(bytes) : decodeIso5426(bytes);
    return { charset, text: text.normalize('NFC'), faults };
  }
  if (charset.startsWith('big5')) {
    const text = decodeBig5(bytes);
    return { charset, text, faults: countReplacements(text) };
  }
  if (charset === 'iso-8859-1') return { charset, text: decodeLatin1(bytes), faults: 0 };
  const text = charset === 'utf-8' ? bytes.toString('utf8') : decodeWithPlatform(bytes, charset);
  return { charset, text, faults: countReplacements(text) };
}

export function countReplacements(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) count += 1;
  return count;
}

export function isDoubleByte(charset: ConcreteCharset): boolean {
  return charset.startsWith('gb') || charset.startsWith('big5');
}

export function evident(reading: Reading, warnings: readonly string[]): EvidentText {
  const composed = reading.charset === 'marc-8' || reading.charset === 'iso-5426';
  const text = composed ? reading.text : reading.text.normalize('NFC');
  return { text, charset: reading.charset, warnings };
}

/** One sentence where the charset found is not the one that was said, else none. */
export function disagreement(
  found: ConcreteCharset,
  declared: RecordCharset,
  hint: CharsetHint | null,
  evidence: string,
): readonly string[] {
  const said = declared !== 'auto' ? declared : hint?.reliable === true ? hint.charset : found;
  if (said === found) return NO_WARNINGS;
  const by = declared !== 'auto' ? 'The library is set to' : `${hint?.place} says`;
  return [`${by} ${said}, but ${evidence}; it was read as ${found}.`];
}

/** One sentence where a reading has faults, else none. */
export function faultWarning(reading: Reading): readonly string[] {
  if (reading.faults === 0) return NO_WARNINGS;
  const codes = reading.faults === 1 ? '1 code is' : `${reading.faults} codes are`;
  const what = reading.faults === 1 ? 'it was' : 'they were';
  return [`${codes} not valid ${reading.charset}; ${what} replaced or taken for ASCII.`];
}

/** Fields looked at apart; what follows that many is one piece. */
const MAX_PIECES = 20_000;

/** The fields of a record's data; delimiters are not in them. */
export function splitFields(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let start = 0;
  for (;;) {
    const end = fields.length < MAX_PIECES ? bytes.indexOf(FIELD_TERMINATOR, start) : -1;
    fields.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    if (end < 0) return fields;
    start = end + 1;
  }
}

/** The part of byte pairs whose first byte lies in the rows of symbols and common characters. */
export function commonPairs(bytes: Uint8Array, firstLead: number, lastLead: number): number {
  let pairs = 0;
  let common = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] as number;
    if (lead < 0x80) continue;
    at += 1;
    pairs += 1;
    const trail = bytes[at] as number;
    // In GB 2312 both bytes are high; in Big5 the second may be any.
    if (lead >= firstLead && lead <= lastLead && (lastLead < 0xd0 || trail >= 0xa1)) common += 1;
  }
  return pairs === 0 ? 0 : common / pairs;
}
