import { decodeAsWritten } from '../charset/index.ts';
import type { DecodedMarc } from '../types.ts';
import {
  decimal,
  exactLayout,
  type FieldLayout,
  LEADER_LENGTH,
  printable,
  RECORD_TERMINATOR,
  repairedLayout,
} from './directory.ts';
import { MarcError } from './errors.ts';
import { MAX_WARNINGS, parseFields } from './fields.ts';
import type { ReadOptions } from './options.ts';
import { statedCharset } from './statement.ts';

/** The most that five digits can say; longer records are met all the same. */
const LONGEST_DECLARABLE = 99_999;

/** A record's text before its fields are told apart; each field's data end with a terminator. */
export interface Iso2709Text {
  readonly leader: string;
  readonly tags: readonly string[];
  /** Not in NFC yet. */
  readonly text: string;
  /** The record exactly as it arrived. */
  readonly raw: Buffer;
  /** The charset the text was decoded from; never `auto`. */
  readonly charset: string;
  readonly warnings: readonly string[];
}

/**
 * One record in the exchange format (ISO 2709), from its leader to its terminator. Directory lengths count
 * bytes, so the fields are found before any text is decoded. Wrong lengths, addresses and directories
 * are repaired and said; throws MarcError where no field can be found.
 */
export function decodeIso2709(bytes: Uint8Array, options: ReadOptions): DecodedMarc {
  return fieldsOfText(decodeIso2709Text(bytes, options), options);
}

/** The text of one record, as `decodeIso2709` reads it; whether its fields can be read is still to be seen. */
export function decodeIso2709Text(bytes: Uint8Array, options: ReadOptions): Iso2709Text {
  const record = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (record.length < LEADER_LENGTH + 1) {
    throw new MarcError(
      'too_short',
      `The record has ${record.length} bytes; a leader alone has 24.`,
    );
  }
  const end = endOf(record);
  return decodeLayout(record, exactLayout(record, end) ?? repairedLayout(record, end), options);
}

/** The fields of a text that was decoded before. */
export function fieldsOfText(text: Iso2709Text, options: ReadOptions): DecodedMarc {
  const decoded = fieldsOf(text) ?? fieldsOf(repaired(text.raw, options));
  if (decoded === null)
    throw new MarcError('not_marc', 'The fields of the record cannot be told apart.');
  return decoded;
}

function repaired(record: Buffer, options: ReadOptions): Iso2709Text {
  return decodeLayout(record, repairedLayout(record, endOf(record)), options);
}

/** Where the record's data end: before its terminator, if it has one. */
function endOf(record: Buffer): number {
  return record[record.length - 1] === RECORD_TERMINATOR ? record.length - 1 : record.length;
}

function decodeLayout(record: Buffer, layout: FieldLayout, options: ReadOptions): Iso2709Text {
  const isPrintable = hasPrintableLeader(record);
  const latin = record.toString('latin1', 0, LEADER_LENGTH);
  const leader = isPrintable ? latin : latin.replace(/[^\x20-\x7e]/g, ' ');
  const hint =
    options.charset === 'auto' ? statedCharset(leader, layout, options.dialect ?? 'auto') : null;
  const { text, charset, warnings } = decodeAsWritten(layout.data, options.charset, hint);
  const faults = leaderFaults(record, isPrintable);
  const said =
    faults.length + layout.warnings.length + warnings.length === 0
      ? noWarnings
      : [...faults, ...layout.warnings, ...warnings].slice(0, MAX_WARNINGS);
  return { leader, tags: layout.tags, text, raw: record, charset, warnings: said };
}

/** Null where the text has more field terminators than the layout has fields. */
function fieldsOf({ leader, tags, text, raw, charset, warnings }: Iso2709Text): DecodedMarc | null {
  const said = [...warnings];
  const fields = parseFields(tags, text.normalize('NFC'), said);
  return fields === null ? null : { marc: { leader, fields }, raw, charset, warnings: kept(said) };
}

/** Records are kept by the ten thousand, and nearly all have nothing to warn of. */
function kept(warnings: readonly string[]): readonly string[] {
  return warnings.length === 0 ? noWarnings : warnings;
}

const noWarnings: readonly string[] = [];

function hasPrintableLeader(record: Buffer): boolean {
  for (let at = 0; at < LEADER_LENGTH; at += 1) if (!isPrintableAt(record, at)) return false;
  return true;
}

function isPrintableAt(record: Buffer, at: number): boolean {
  const byte = record[at] as number;
  return byte >= 0x20 && byte <= 0x7e;
}

function leaderFaults(record: Buffer, isPrintable: boolean): readonly string[] {
  const isTerminated = endOf(record) < record.length;
  const isLong = record.length > LONGEST_DECLARABLE;
  const isLength = isLong || decimal(record, 0, 5) === record.length;
  if (isTerminated && isLength && isPrintable) return noWarnings;
  const warnings: string[] = [];
  if (!isLength) {
    const written = printable(record.toString('latin1', 0, 5));
    warnings.push(
      `The leader gives the length "${written}", but the record has ${record.length} bytes.`,
    );
  }
  if (!isTerminated) warnings.push('The record has no terminator.');
  for (let at = 5; at < LEADER_LENGTH; at += 1) {
    if (!isPrintableAt(record, at)) {
      warnings.push(`Leader/${at} is no ASCII character; it was read as a blank.`);
    }
  }
  return warnings;
}
