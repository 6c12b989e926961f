import type { DecodedMarc, UnreadableMarc } from '../types.ts';
import { decimal, FIELD_TERMINATOR, LEADER_LENGTH, RECORD_TERMINATOR } from './directory.ts';
import { MarcError } from './errors.ts';
import { decodeIso2709 } from './iso2709-record.ts';
import type { ReadOptions } from './options.ts';

/** What stands between records of healthy files too: line ends, blanks, NUL, ^Z, a second terminator. */
const FILLERS: ReadonlySet<number> = new Set([
  0x00,
  0x09,
  0x0a,
  0x0d,
  0x1a,
  RECORD_TERMINATOR,
  0x20,
]);
const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * All records of a file or a message, in order. A record that cannot be read comes as UnreadableMarc and
 * the next one is read; bytes between records are a warning on the next, or an UnreadableMarc at the end.
 * Every byte but fillers is in some `raw`, or named in a warning. Never throws.
 */
export function* readIso2709(
  bytes: Uint8Array,
  options: ReadOptions,
): Generator<DecodedMarc | UnreadableMarc> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Looked for once and not once a record, so that a file without terminators costs no more than one with.
  let terminator = -1;
  let at = file.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  for (;;) {
    at = skipFillers(file, at);
    if (at >= file.length) return;
    if (terminator < at) terminator = nextTerminator(file, at);
    const start = looksLikeLeader(file, at) ? at : findLeader(file, at, terminator);
    const end = recordEnd(file, start, terminator);
    const record = decodeOrReport(file.subarray(start, end), options);
    yield start === at ? record : withJunk(record, file, at, start);
    at = end;
  }
}

/** The next record terminator, or the end of the file. */
function nextTerminator(file: Buffer, from: number): number {
  const found = file.indexOf(RECORD_TERMINATOR, from);
  return found < 0 ? file.length : found;
}

function skipFillers(file: Buffer, from: number): number {
  let at = from;
  while (at < file.length && FILLERS.has(file[at] as number)) at += 1;
  return at;
}

function decodeOrReport(record: Buffer, options: ReadOptions): DecodedMarc | UnreadableMarc {
  try {
    return decodeIso2709(record, options);
  } catch (error) {
    if (!(error instanceof MarcError)) throw error;
    return { raw: record, problem: error.message };
  }
}

function withJunk(
  record: DecodedMarc | UnreadableMarc,
  file: Buffer,
  from: number,
  to: number,
): DecodedMarc | UnreadableMarc {
  const shown = file
    .toString('latin1', from, Math.min(to, from + 40))
    .replace(/[^\x20-\x7e]/g, '?');
  const warning = `${to - from} bytes before the record are no record ("${shown}").`;
  if ('problem' in record) return { ...record, problem: `${record.problem} ${warning}` };
  return { ...record, warnings: [warning, ...record.warnings] };
}

/**
 * Whether a record seems to begin here: of length, indicator counts, base address and entry map, any of
 * which real leaders have wrong, two must be as they should.
 */
function looksLikeLeader(file: Buffer, at: number): boolean {
  if (at + LEADER_LENGTH > file.length) return false;
  let signs = 0;
  const base = decimal(file, at + 12, 5);
  if (!Number.isNaN(decimal(file, at, 5))) signs += 1;
  if (file[at + 10] === 0x32 && file[at + 11] === 0x32) signs += 1;
  if (!Number.isNaN(base) && file[at + base - 1] === FIELD_TERMINATOR) signs += 1;
  if (file[at + 20] === 0x34 && file[at + 21] === 0x35) signs += 1;
  return signs >= 2;
}

/** The next place a record seems to begin, before the end of what would be the record here. */
function findLeader(file: Buffer, from: number, terminator: number): number {
  const stop = Math.min(terminator, file.length - LEADER_LENGTH);
  for (let at = from + 1; at < stop; at += 1) {
    const byte = file[at] as number;
    if (byte >= 0x30 && byte <= 0x39 && isSureLeader(file, at)) return at;
  }
  return from;
}

/** A leader beyond doubt, for places where none is expected. */
function isSureLeader(file: Buffer, at: number): boolean {
  const base = decimal(file, at + 12, 5);
  return (
    !Number.isNaN(decimal(file, at, 5)) &&
    base > LEADER_LENGTH &&
    file[at + 10] === 0x32 &&
    file[at + 11] === 0x32 &&
    file[at + base - 1] === FIELD_TERMINATOR
  );
}

/**
 * Where the record ends: at its terminator if its length says so; else at the terminator, but before any
 * leader that stands where this record's length ends or behind a field terminator.
 */
function recordEnd(file: Buffer, start: number, terminator: number): number {
  const declared = start + decimal(file, start, 5);
  const end = Math.min(terminator + 1, file.length);
  if (end === declared) return end;
  if (declared > end && declared <= file.length && file[declared - 1] === RECORD_TERMINATOR) {
    // A terminator inside the data: true if what follows it is not a record of its own.
    if (!looksLikeLeader(file, skipFillers(file, end))) return declared;
  }
  for (let at = start + LEADER_LENGTH; at < end; ) {
    const fieldEnd = file.indexOf(FIELD_TERMINATOR, at);
    if (fieldEnd < 0 || fieldEnd + 1 >= end) return end;
    const next = skipFillers(file, fieldEnd + 1);
    if (isSureLeader(file, next)) return fieldEnd + 1;
    at = fieldEnd + 1;
  }
  return end;
}
