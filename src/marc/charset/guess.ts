import { isAscii, isUtf8 } from 'node:buffer';
import type { RecordCharset } from '../types.ts';
import { plausibility } from './plausibility.ts';
import {
  type CharsetHint,
  type ConcreteCharset,
  commonPairs,
  countReplacements,
  disagreement,
  type EvidentText,
  evident,
  FIELD_TERMINATOR,
  faultWarning,
  isDoubleByte,
  NO_WARNINGS,
  read,
  splitFields,
} from './readings.ts';

/** Bytes a guess looks at; more would not change it. */
const SAMPLE_BYTES = 4096;
const GUESSED: readonly ConcreteCharset[] = [
  'gb18030',
  'big5-hkscs',
  'marc-8',
  'iso-5426',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'koi8-r',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
];
/** What a charset's being common among libraries adds to its score. */
const COMMON: ReadonlyMap<ConcreteCharset, number> = new Map([
  ['gb18030', 0.1],
  ['big5-hkscs', 0.08],
  ['marc-8', 0.1],
  ['windows-1252', 0.08],
  ['windows-1250', 0.07],
  ['windows-1251', 0.06],
  ['iso-5426', 0.04],
  ['koi8-r', 0.02],
]);
/** What being declared or stated adds: always something, and the more the less there is to go by. */
const DECLARED = { always: 0.06, shared: 1 };
const STATED = { always: 0.05, shared: 0.8 };
const STATED_UNRELIABLY = { always: 0.03, shared: 0.3 };

/** A guess below this is none: better to show that bytes are damaged. */
const CONVINCING = 0.6;
/** The score from which a text is Chinese without comparison, and on how many bytes at least. */
const PLAIN_CHINESE = 0.85;
const PLAIN_CHINESE_BYTES = 12;

/** Fields that are UTF-8 beyond doubt inside a record of another charset, each read for itself. */
export function readMixed(bytes: Buffer, charset: ConcreteCharset): EvidentText | null {
  let found = 0;
  const fields = splitFields(bytes);
  const inUtf8 = fields.map((field) => {
    const certain = isUtf8(field) && !isAscii(field) && isRatherUtf8(field, charset);
    if (certain) found += 1;
    return certain;
  });
  if (found === 0) return null;
  const text = fields
    .map((field, n) => read(field, inUtf8[n] ? 'utf-8' : charset).text.normalize('NFC'))
    .join('\u001e');
  return {
    text,
    charset,
    warnings: [`${found} of ${fields.length} fields are UTF-8 inside a record of ${charset}.`],
  };
}

/** Whether a field that is valid UTF-8 also reads better so; short ones can be both by accident. */
function isRatherUtf8(field: Buffer, charset: ConcreteCharset): boolean {
  if (!isCertainUtf8(field)) return false;
  const other = plausibility(read(field, charset).text).score;
  return plausibility(field.toString('utf8')).score > other;
}

/** Valid UTF-8 that others hardly give by accident: a sequence of three bytes, or several of two. */
function isCertainUtf8(field: Uint8Array): boolean {
  let sequences = 0;
  for (let at = 0; at < field.length; at += 1) {
    const byte = field[at] as number;
    if (byte >= 0xe0) return true;
    if (byte >= 0xc0) sequences += 1;
  }
  return sequences >= 4;
}

/** The best reading of bytes that are neither UTF-8 nor what was declared, with the evidence. */
export function guess(
  bytes: Buffer,
  declared: RecordCharset,
  hint: CharsetHint | null,
): EvidentText {
  const chinese = readPlainChinese(bytes, declared, hint);
  if (chinese !== null) return chinese;
  const damaged = readDamagedUtf8(bytes, declared, hint);
  if (damaged !== null) return damaged;
  const sample = sampleOf(splitFields(bytes));
  const [best, next] = rankReadings(sample, declared, hint);
  const wanted = declared !== 'auto' ? declared : (hint?.charset ?? 'utf-8');
  if (best === undefined || best.score < CONVINCING) {
    const replaced = read(bytes, wanted);
    return evident(replaced, faultWarning(replaced));
  }
  const reading = read(bytes, best.charset);
  const mixed = isDoubleByte(best.charset) ? readMixed(bytes, best.charset) : null;
  const against = next === undefined ? '' : ` against ${next.score.toFixed(2)} for ${next.charset}`;
  const evidence = `its text scores ${best.score.toFixed(2)}${against}`;
  const said = disagreement(best.charset, declared, hint, `the bytes do not agree and ${evidence}`);
  const warnings =
    said.length > 0 || best.charset === declared || best.charset === hint?.charset
      ? said
      : [`No charset was declared; it was read as ${best.charset}, since ${evidence}.`];
  return {
    ...(mixed ?? evident(reading, NO_WARNINGS)),
    warnings: [...warnings, ...(mixed?.warnings ?? []), ...faultWarning(reading)],
  };
}

/**
 * Chinese text that is GB 2312 beyond doubt, without asking how else it might be read: this is what most
 * undeclared records of Chinese libraries are, and ranking costs twenty times as much.
 */
function readPlainChinese(
  bytes: Buffer,
  declared: RecordCharset,
  hint: CharsetHint | null,
): EvidentText | null {
  if (commonPairs(bytes, 0xa1, 0xd7) < 0.85) return null;
  const reading = read(bytes, 'gb18030');
  const { score, weight } = plausibility(reading.text);
  if (reading.faults > 0 || score < PLAIN_CHINESE || weight < PLAIN_CHINESE_BYTES) return null;
  const evidence = `${weight} bytes of it score ${score.toFixed(2)} as Chinese`;
  const said = disagreement('gb18030', declared, hint, evidence);
  const mixed = readMixed(bytes, 'gb18030');
  const agreed = said.length > 0 || hint?.charset === 'gb18030';
  const warnings = agreed
    ? said
    : [`No charset was declared; it was read as gb18030, since ${evidence}.`];
  return {
    ...(mixed ?? evident(reading, NO_WARNINGS)),
    warnings: [...warnings, ...(mixed?.warnings ?? [])],
  };
}

interface Ranked {
  readonly charset: ConcreteCharset;
  readonly score: number;
}

function rankReadings(
  sample: Buffer,
  declared: RecordCharset,
  hint: CharsetHint | null,
): readonly Ranked[] {
  const charsets = new Set<ConcreteCharset>(GUESSED);
  if (declared !== 'auto') {
    // One name for each family, or the same text would stand against itself.
    for (const charset of GUESSED)
      if (familyOf(charset) === familyOf(declared)) charsets.delete(charset);
    charsets.add(declared);
  }
  charsets.delete('utf-8');
  return Array.from(charsets, (charset) => {
    const { text, faults } = read(sample, charset);
    const { score, weight } = plausibility(text.normalize('NFC'));
    // Replacement characters count already; other faults (a mark over a blank) weigh as much.
    const otherFaults = Math.max(0, faults - countReplacements(text));
    let total = score - (1.5 * otherFaults) / (weight + 4);
    const prior = priorOf(charset, declared, hint);
    if (prior !== null) total += prior.always + prior.shared / Math.max(weight, 1);
    total += COMMON.get(familyOf(charset)) ?? 0;
    return { charset, score: total };
  }).sort((a, b) => b.score - a.score);
}

/** The charset that stands for all that have the same two-byte codes. */
function familyOf(charset: ConcreteCharset): ConcreteCharset {
  if (charset.startsWith('gb')) return 'gb18030';
  return charset === 'big5' ? 'big5-hkscs' : charset;
}

function priorOf(charset: ConcreteCharset, declared: RecordCharset, hint: CharsetHint | null) {
  if (charset === declared) return DECLARED;
  if (charset !== hint?.charset) return null;
  return hint.reliable ? STATED : STATED_UNRELIABLY;
}

/** The fields with bytes beyond ASCII, up to the sample's size; the others say nothing. */
function sampleOf(fields: readonly Buffer[]): Buffer {
  const chosen: Buffer[] = [];
  let length = 0;
  for (const field of fields) {
    if (isAscii(field) && !field.includes(0x1b)) continue;
    chosen.push(field.subarray(0, SAMPLE_BYTES - length), Buffer.of(FIELD_TERMINATOR));
    length += field.length + 1;
    if (length >= SAMPLE_BYTES) break;
  }
  return Buffer.concat(chosen);
}

/**
 * UTF-8 with some bytes wrong, or with fields in another charset: fields that are valid are read as
 * UTF-8 and each of the others by itself, so that one bad byte costs one character at most.
 */
function readDamagedUtf8(
  bytes: Buffer,
  declared: RecordCharset,
  hint: CharsetHint | null,
): EvidentText | null {
  const { valid, invalid } = countSequences(bytes);
  if (valid === 0) return null;
  const fields = splitFields(bytes);
  const certain = fields.filter((field) => isUtf8(field) && isCertainUtf8(field)).length;
  if (valid < 3 * invalid && certain * 2 < fields.filter((field) => !isAscii(field)).length)
    return null;
  const strange = fields.filter((field) => !isUtf8(field) && isMostlyOther(field));
  const other = declared === 'utf-8' ? 'auto' : declared;
  const sample = sampleOf(strange);
  const [best] = rankReadings(sample, other, hint?.charset === 'utf-8' ? null : hint);
  const charset = best?.charset ?? 'windows-1252';
  let replaced = 0;
  const texts = fields.map((field) => {
    if (!isUtf8(field) && isMostlyOther(field)) return read(field, charset).text.normalize('NFC');
    const text = field.toString('utf8').normalize('NFC');
    if (!isUtf8(field)) replaced += countSequences(field).invalid;
    return text;
  });
  const warnings: string[] = [];
  if (replaced > 0) warnings.push(`${replaced} bytes are not UTF-8 and were replaced.`);
  if (strange.length > 0) {
    warnings.push(
      `${strange.length} fields are not UTF-8 like the record; they were read as ${charset}.`,
    );
  }
  return {
    text: texts.join('\u001e'),
    charset: 'utf-8',
    warnings: [
      ...disagreement('utf-8', declared, hint, 'most of its bytes are UTF-8'),
      ...warnings,
    ],
  };
}

function isMostlyOther(field: Buffer): boolean {
  const { valid, invalid } = countSequences(field);
  return invalid > valid;
}

/** Well-formed sequences beyond ASCII, and bytes beyond ASCII that belong to none. */
function countSequences(bytes: Uint8Array): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    if (byte < 0x80) {
      at += 1;
      continue;
    }
    const length = byte >= 0xf5 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    let followers = 1;
    while (followers < length && ((bytes[at + followers] ?? 0) & 0xc0) === 0x80) followers += 1;
    if (length > 0 && followers === length) valid += 1;
    else invalid += 1;
    at += length > 0 && followers === length ? length : 1;
  }
  return { valid, invalid };
}
