import { MarcError } from './errors.ts';

export const FIELD_TERMINATOR = 0x1e;
export const RECORD_TERMINATOR = 0x1d;
export const LEADER_LENGTH = 24;

/** A record's fields in directory order: a tag for each, and their data end to end with terminators. */
export interface FieldLayout {
  readonly tags: readonly string[];
  readonly data: Buffer;
  readonly warnings: readonly string[];
}

interface Entry {
  readonly tag: string;
  /** NaN where the directory has no digits. */
  readonly length: number;
  readonly start: number;
}

const tagsByCode = new Map<number, string>();
/** Different tags kept; hostile ones beyond are made anew each time. */
const MAX_KNOWN_TAGS = 2000;
/** More fields than any record has; a flood of terminators must not become a flood of objects. */
const MAX_FIELDS = 20_000;
/** How far ahead a directory that lost its place is searched for an entry of the right length. */
const MAX_ALIGNMENT_SKIP = 6;

/**
 * The fields of a record whose directory is exactly right: entries in the order of the data, each ending
 * on a terminator, together all of it. Null for any other record, which `repairedLayout` reads.
 */
export function exactLayout(record: Buffer, end: number): FieldLayout | null {
  const base = decimal(record, 12, 5);
  if (!(base > LEADER_LENGTH && base <= end) || record[base - 1] !== FIELD_TERMINATOR) return null;
  const size = base - 1 - LEADER_LENGTH;
  if (size % 12 !== 0 || size > 12 * MAX_FIELDS) return null;
  // Of its full length at once: a list that grows takes room for more than it gets.
  const tags: string[] = new Array(size / 12);
  let at = base;
  for (let entry = LEADER_LENGTH, n = 0; entry < base - 1; entry += 12, n += 1) {
    // Nine digits at once: four of the length and five of the place.
    const digits = decimal(record, entry + 3, 9);
    const length = Math.floor(digits / 100_000);
    if (!(length > 0) || digits - length * 100_000 !== at - base) return null;
    at += length;
    if (!(at <= end) || record[at - 1] !== FIELD_TERMINATOR) return null;
    tags[n] = tagAt(record, entry);
  }
  if (at !== end) return null;
  return { tags, data: record.subarray(base, end), warnings: [] };
}

/**
 * The fields of any record that has a directory: by the directory where its entries fit the data (in any
 * order), else by the terminators in the data, with every repair named. Throws MarcError where there is
 * nothing to go by.
 */
export function repairedLayout(record: Buffer, end: number): FieldLayout {
  const warnings: string[] = [];
  const base = findBase(record, end, warnings);
  const entries = readEntries(record, base - 1, warnings);
  if (entries.length > MAX_FIELDS) throw tooManyFields();
  if (entries.length === 0 && base < end) {
    throw new MarcError('no_directory', 'The directory has no entries, but the record has data.');
  }
  const fields = byDirectory(record, base, end, entries, warnings);
  const parts = fields ?? byTerminators(record, base, end, entries, warnings);
  const data = Buffer.concat(parts.flatMap((part) => [part.bytes, TERMINATOR]));
  return { tags: parts.map((part) => part.tag), data, warnings };
}

interface Part {
  readonly tag: string;
  /** Without its terminator, and without any inside. */
  readonly bytes: Buffer;
}

const TERMINATOR = Buffer.of(FIELD_TERMINATOR);

function findBase(record: Buffer, end: number, warnings: string[]): number {
  const declared = decimal(record, 12, 5);
  const usable = declared > LEADER_LENGTH && declared <= end;
  if (usable && record[declared - 1] === FIELD_TERMINATOR) {
    // A terminator inside what should be the directory means that the base address is a later field's.
    const first = record.indexOf(FIELD_TERMINATOR, LEADER_LENGTH);
    if (first === declared - 1 || (first - LEADER_LENGTH) % 12 !== 0) return declared;
  }
  if (usable && entriesFit(record, declared, end)) {
    warnings.push('The directory has no terminator.');
    return declared;
  }
  const terminator = record.indexOf(FIELD_TERMINATOR, LEADER_LENGTH);
  if (terminator >= 0 && terminator < end) {
    const written = record.toString('latin1', 12, 17);
    if (terminator + 1 !== declared) {
      warnings.push(
        `The base address "${printable(written)}" is wrong; the data begin at ${terminator + 1}.`,
      );
    }
    return terminator + 1;
  }
  throw new MarcError('no_directory', 'The directory has no end, so no field can be found.');
}

/** Whether the entries before that base address agree with the data from there, field by field. */
function entriesFit(record: Buffer, base: number, end: number): boolean {
  const entries = readEntries(record, base - 1, []);
  return entries.length > 0 && byDirectory(record, base, end, entries, []) !== null;
}

/** Entries by the entry map (leader 20–21), which every dialect leaves at 4 and 5 but may damage. */
function readEntries(record: Buffer, directoryEnd: number, warnings: string[]): Entry[] {
  const size = directoryEnd - LEADER_LENGTH;
  let lengthDigits = decimal(record, 20, 1);
  let startDigits = decimal(record, 21, 1);
  const fits =
    lengthDigits >= 1 && startDigits >= 1 && size % (3 + lengthDigits + startDigits) === 0;
  if (!fits) [lengthDigits, startDigits] = [4, 5];
  const entrySize = 3 + lengthDigits + startDigits;
  if (size % entrySize !== 0) {
    warnings.push(`The directory has ${size % entrySize} bytes too many or too few.`);
  }
  const entries: Entry[] = [];
  for (let at = LEADER_LENGTH; at + entrySize <= directoryEnd; at += entrySize) {
    entries.push({
      tag: tagAt(record, at),
      length: decimal(record, at + 3, lengthDigits),
      start: decimal(record, at + 3 + lengthDigits, startDigits),
    });
  }
  return entries;
}

/** Fields as the directory says, or null where any entry does not fit the data or two overlap. */
function byDirectory(
  record: Buffer,
  base: number,
  end: number,
  entries: readonly Entry[],
  warnings: string[],
): Part[] | null {
  let total = 0;
  for (const { start, length } of entries) {
    const from = base + start;
    const to = from + length;
    if (!(length > 0 && to <= end) || record[to - 1] !== FIELD_TERMINATOR) return null;
    if (start > 0 && record[from - 1] !== FIELD_TERMINATOR) return null;
    total += length;
  }
  const ordered = entries.toSorted((a, b) => a.start - b.start);
  for (let n = 1; n < ordered.length; n += 1) {
    const before = ordered[n - 1] as Entry;
    if (before.start + before.length > (ordered[n] as Entry).start) return null;
  }
  if (total !== end - base) {
    // Whole fields beyond the directory would be lost: then the terminators tell more.
    if (countTerminators(record, base, end) > entries.length) return null;
    warnings.push(`${end - base - total} bytes of data stand in no directory entry.`);
  }
  return entries.map(({ tag, start, length }) => ({
    tag,
    bytes: withoutTerminators(
      record.subarray(base + start, base + start + length - 1),
      tag,
      warnings,
    ),
  }));
}

/** Fields by the terminators in the data, tags by the order of the directory. */
function byTerminators(
  record: Buffer,
  base: number,
  end: number,
  entries: readonly Entry[],
  warnings: string[],
): Part[] {
  const pieces = splitData(record, base, end, warnings);
  warnings.push('The directory does not fit the data; the fields were split at their terminators.');
  const ordered = entries.every((entry) => !Number.isNaN(entry.start))
    ? entries.toSorted((a, b) => a.start - b.start)
    : [...entries];
  const inOrder = pieces.length === entries.length ? ordered : entries;
  const parts: Part[] = [];
  const unused: string[] = [];
  let piece = 0;
  let entry = 0;
  while (piece < pieces.length && entry < inOrder.length) {
    const [skipPieces, skipEntries] = alignment(pieces, piece, inOrder, entry);
    for (let n = 0; n < skipEntries; n += 1) unused.push((inOrder[entry++] as Entry).tag);
    const joined = pieces.slice(piece, piece + skipPieces + 1);
    parts.push({ tag: (inOrder[entry] as Entry).tag, bytes: joinPieces(joined) });
    piece += skipPieces + 1;
    entry += 1;
  }
  for (; entry < inOrder.length; entry += 1) unused.push((inOrder[entry] as Entry).tag);
  if (unused.length > 0)
    warnings.push(`No data were found for ${unused.map(printable).join(', ')}.`);
  const last = parts.at(-1);
  if (piece < pieces.length && last !== undefined) {
    warnings.push(`${pieces.length - piece} fields without a tag were joined to ${last.tag}.`);
    parts[parts.length - 1] = {
      tag: last.tag,
      bytes: joinPieces([last.bytes, ...pieces.slice(piece)]),
    };
  }
  return parts;
}

/**
 * How many pieces to join, or entries to pass over, so that an entry's length is that of its field.
 * Nothing where the lengths agree already, or where no near pair agrees either.
 */
function alignment(
  pieces: readonly Buffer[],
  piece: number,
  entries: readonly Entry[],
  entry: number,
): [number, number] {
  const remaining = pieces.length - piece - (entries.length - entry);
  const wanted = (entries[entry] as Entry).length - 1;
  if (remaining === 0 || (pieces[piece] as Buffer).length === wanted) return [0, 0];
  if (remaining > 0) {
    let length = (pieces[piece] as Buffer).length;
    for (let skip = 1; skip <= Math.min(remaining, MAX_ALIGNMENT_SKIP); skip += 1) {
      length += 1 + (pieces[piece + skip] as Buffer).length;
      if (length === wanted) return [skip, 0];
    }
    return [0, 0];
  }
  for (let skip = 1; skip <= Math.min(-remaining, MAX_ALIGNMENT_SKIP); skip += 1) {
    const length = (entries[entry + skip] as Entry).length - 1;
    if (length === (pieces[piece] as Buffer).length) return [0, skip];
  }
  return [0, 0];
}

function splitData(record: Buffer, base: number, end: number, warnings: string[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = base; start < end; ) {
    const found = record.indexOf(FIELD_TERMINATOR, start);
    const stop = found < 0 || found >= end ? end : found;
    if (pieces.length === MAX_FIELDS) throw tooManyFields();
    if (stop === end) warnings.push('The last field has no terminator; the record may be cut.');
    pieces.push(record.subarray(start, stop));
    start = stop + 1;
  }
  return pieces;
}

function joinPieces(pieces: readonly Buffer[]): Buffer {
  const space = Buffer.of(0x20);
  return Buffer.concat(pieces.flatMap((piece, n) => (n === 0 ? [piece] : [space, piece])));
}

function withoutTerminators(bytes: Buffer, tag: string, warnings: string[]): Buffer {
  if (!bytes.includes(FIELD_TERMINATOR)) return bytes;
  warnings.push(`Field ${printable(tag)} has a field terminator inside; it was read as a blank.`);
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(FIELD_TERMINATOR); at >= 0; at = copy.indexOf(FIELD_TERMINATOR, at)) {
    copy[at] = 0x20;
  }
  return copy;
}

function countTerminators(record: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) if (record[at] === FIELD_TERMINATOR) count += 1;
  return count;
}

function tooManyFields(): MarcError {
  return new MarcError('too_many_fields', `The record has more than ${MAX_FIELDS} fields.`);
}

/** A decimal number of so many digits, or NaN. */
export function decimal(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let n = at; n < at + digits; n += 1) {
    const digit = (bytes[n] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function tagAt(record: Buffer, at: number): string {
  const code =
    ((record[at] as number) << 16) | ((record[at + 1] as number) << 8) | (record[at + 2] as number);
  const known = tagsByCode.get(code);
  if (known !== undefined) return known;
  const tag = record.toString('latin1', at, at + 3);
  if (tagsByCode.size < MAX_KNOWN_TAGS) tagsByCode.set(code, tag);
  return tag;
}

/** Text of unknown bytes fit for a sentence. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
