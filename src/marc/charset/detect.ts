import { isAscii, isUtf8 } from 'node:buffer';
import type { RecordCharset } from '../types.ts';
import { guess, readMixed } from './guess.ts';
import { plausibility } from './plausibility.ts';
import {
  type CharsetHint,
  type ConcreteCharset,
  commonPairs,
  disagreement,
  type EvidentText,
  evident,
  faultWarning,
  isDoubleByte,
  NO_WARNINGS,
  type Reading,
  read,
} from './readings.ts';

/** The score from which a declared reading is taken without asking how else it might be read. */
const LIKELY = 0.65;
const LIKELY_AMONG_LETTERS = 0.9;
/** Bytes beyond ASCII that may be valid UTF-8 without being it. */
const MOST_BYTES_BY_ACCIDENT = 24;
/** Characters a likelihood test looks at. */
const SAMPLE_LENGTH = 4096;
/** A mark that composed with nothing, but those of romanisations. */
const LOOSE_MARK = /[\u0300-\u035f\u0362-\u036f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a letter behind a delimiter is a subfield code.
const HAN_IN_WORD = /(?<!\u001f)[A-Za-z]\p{Script=Han}|\p{Script=Han}[a-z]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC is what begins them.
const ESCAPE_SEQUENCE = /\u001b(?:\$[(),-]?1|[(),-]!?[BENQS234]|[gbps])/;

export interface DetectedCharset {
  readonly charset: ConcreteCharset;
  /** Why it is not what was declared, or that it is a guess, with the evidence; null when neither. */
  readonly warning: string | null;
}

/**
 * The charset of those bytes. Strict UTF-8 decides first, then what was declared (the library document)
 * or, without that, hinted at (the leader), if the bytes agree with it; then the best-scoring guess.
 */
export function detectCharset(
  bytes: Uint8Array,
  declared: RecordCharset,
  hint: CharsetHint | null = null,
): DetectedCharset {
  const { charset, warnings } = decodeByEvidence(bytes, declared, hint);
  return { charset, warning: warnings[0] ?? null };
}

/** The text of a record's data by the same evidence. Delimiters (1D, 1E, 1F) stay where they are. */
export function decodeByEvidence(
  data: Uint8Array,
  declared: RecordCharset,
  hint: CharsetHint | null,
): EvidentText {
  const read = decodeAsWritten(data, declared, hint);
  return { ...read, text: read.text.normalize('NFC') };
}

/** As `decodeByEvidence`, with the text not always in NFC, for a caller who sees what needs to be composed. */
export function decodeAsWritten(
  data: Uint8Array,
  declared: RecordCharset,
  hint: CharsetHint | null,
): EvidentText {
  const bytes = Buffer.isBuffer(data)
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.length);
  const wanted = declared !== 'auto' ? declared : (hint?.charset ?? 'auto');
  if (isAscii(bytes)) return readAscii(bytes, declared, hint);
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    const other =
      wanted === 'auto' || wanted === 'utf-8' ? null : shortOtherReading(bytes, text, wanted);
    if (other !== null) return evident(other, NO_WARNINGS);
    return {
      text,
      charset: 'utf-8',
      warnings: disagreement('utf-8', declared, hint, 'the bytes are valid UTF-8'),
    };
  }
  if (wanted !== 'auto' && wanted !== 'utf-8') {
    const reading = read(bytes, wanted);
    if (reading.faults === 0 ? isLikely(bytes, reading) : isNearlyRight(reading)) {
      const mixed = isDoubleByte(wanted) ? readMixed(bytes, wanted) : null;
      return mixed ?? evident(reading, faultWarning(reading));
    }
  }
  return guess(bytes, declared, hint);
}

/** Seven-bit data: plain ASCII, which every charset shares, or MARC-8 with escape sequences. */
function readAscii(bytes: Buffer, declared: RecordCharset, hint: CharsetHint | null): EvidentText {
  const text = bytes.toString('latin1');
  const wanted = declared !== 'auto' ? declared : hint?.charset;
  const escapes = text.includes('\u001b') && ESCAPE_SEQUENCE.test(text);
  if (escapes || (wanted === 'marc-8' && text.includes('&#x'))) {
    const reading = read(bytes, 'marc-8');
    const warnings =
      wanted === 'marc-8'
        ? faultWarning(reading)
        : [
            ...disagreement('marc-8', declared, hint, 'the bytes have its escape sequences'),
            ...faultWarning(reading),
          ];
    return evident(reading, warnings);
  }
  return { text, charset: 'utf-8', warnings: NO_WARNINGS };
}

/**
 * A word or two of GBK or Big5 can be valid UTF-8 by accident. Where there is no more than that and the
 * declared charset reads better, this gives the declared reading.
 */
function shortOtherReading(bytes: Buffer, utf8: string, wanted: ConcreteCharset): Reading | null {
  if (!isDoubleByte(wanted) || countHighBytes(bytes) > MOST_BYTES_BY_ACCIDENT) return null;
  const reading = read(bytes, wanted);
  if (reading.faults > 0) return null;
  return plausibility(reading.text).score > plausibility(utf8).score + 0.1 ? reading : null;
}

function countHighBytes(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte >= 0x80) count += 1;
  return count;
}

/** Whether a few codes are wrong in a text that is otherwise what was declared. */
function isNearlyRight({ text, faults }: Reading): boolean {
  const { score, weight } = plausibility(text.slice(0, SAMPLE_LENGTH));
  return faults * 10 <= weight && score >= LIKELY;
}

/** Whether a faultless reading is also a likely one; double-byte charsets read nearly anything. */
function isLikely(bytes: Buffer, reading: Reading): boolean {
  const { charset, text } = reading;
  if (charset.startsWith('gb') && commonPairs(bytes, 0xa1, 0xd7) >= 0.8) return true;
  if (charset === 'marc-8' && !LOOSE_MARK.test(text) && !isDoubtfulMarc8(bytes)) return true;
  const { score, weight } = plausibility(text.slice(0, SAMPLE_LENGTH));
  if (score >= likelyFrom(charset)) return true;
  // One or two rare ideographs prove nothing, unless they cut a Latin word in two.
  return weight <= 4 && isDoubleByte(charset) && !HAN_IN_WORD.test(text);
}

/**
 * Whether faultless MARC-8 should be looked at twice: signs (℗, ©, ♯ …) before letters as often as marks,
 * which is how ISO 5426 looks, or carons and no acute, which is how the `é` of Latin-1 does.
 */
function isDoubtfulMarc8(bytes: Uint8Array): boolean {
  let signs = 0;
  let others = 0;
  let carons = 0;
  let acutes = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte < 0xa0) continue;
    if (byte === 0xe9) carons += 1;
    else if (byte === 0xe2) acutes += 1;
    if (byte >= 0xc0 && byte <= 0xc4 && ((bytes[at + 1] ?? 0) | 0x20) >= 0x61) signs += 1;
    else others += 1;
  }
  return signs * 4 > others || (carons > 0 && acutes === 0);
}

function likelyFrom(charset: ConcreteCharset): number {
  // Every byte of these is some letter, so that only comparison shows a wrong one.
  const anything =
    charset.startsWith('windows') || charset === 'iso-8859-1' || charset === 'koi8-r';
  return anything || charset === 'marc-8' ? LIKELY_AMONG_LETTERS : LIKELY;
}
