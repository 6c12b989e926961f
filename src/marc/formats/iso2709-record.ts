import { decodeByEvidence } from '../charset/index.ts';
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
import { parseFields } from './fields.ts';
import type { ReadOptions } from './options.ts';
import { statedCharset } from './statement.ts';

/** The most that five digits can say; longer records are met all the same. */
const LONGEST_DECLARABLE = 99_999;

/**
 * One record in the exchange format (ISO 2709), from its leader to its terminator. Directory lengths count
 * bytes, so the fields are found before any text is decoded. Wrong lengths, addresses and directories
 * are repaired and said; throws MarcError where no field can be found.
 */
export function decodeIso2709(bytes: Uint8Array, options: ReadOptions): DecodedMarc {
  const record = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (record.length < LEADER_LENGTH + 1) {
    throw new MarcError(
      'too_short',
      `The record has ${record.length} bytes; a leader alone has 24.`,
    );
  }
  const terminated = record[record.length - 1] === RECORD_TERMINATOR;
  const end = terminated ? record.length - 1 : record.length;
  const exact = exactLayout(record, end);
  const warnings = leaderWarnings(record, terminated);
  return (
    (exact === null ? null : decodeLayout(record, exact, options, warnings)) ??
    decodeRepaired(record, end, options, warnings)
  );
}

function decodeRepaired(
  record: Buffer,
  end: number,
  options: ReadOptions,
  warnings: readonly string[],
): DecodedMarc {
  const decoded = decodeLayout(record, repairedLayout(record, end), options, warnings);
  if (decoded === null)
    throw new MarcError('not_marc', 'The fields of the record cannot be told apart.');
  return decoded;
}

/** Null where the text has more field terminators than the layout has fields. */
function decodeLayout(
  record: Buffer,
  layout: FieldLayout,
  options: ReadOptions,
  leaderFaults: readonly string[],
): DecodedMarc | null {
  const leader = readLeader(record);
  const hint =
    options.charset === 'auto' ? statedCharset(leader, layout, options.dialect ?? 'auto') : null;
  const decoded = decodeByEvidence(layout.data, options.charset, hint);
  const warnings = [...leaderFaults, ...layout.warnings, ...decoded.warnings];
  const fields = parseFields(layout.tags, decoded.text, warnings);
  if (fields === null) return null;
  // Records are kept by the ten thousand, and nearly all have nothing to warn of.
  const said = warnings.length === 0 ? noWarnings : warnings;
  return { marc: { leader, fields }, raw: record, charset: decoded.charset, warnings: said };
}

const noWarnings: readonly string[] = [];

function readLeader(record: Buffer): string {
  return record.toString('latin1', 0, LEADER_LENGTH).replace(/[^\x20-\x7e]/g, ' ');
}

function leaderWarnings(record: Buffer, terminated: boolean): string[] {
  const warnings: string[] = [];
  const declared = decimal(record, 0, 5);
  if (declared !== record.length && record.length <= LONGEST_DECLARABLE) {
    const written = printable(record.toString('latin1', 0, 5));
    warnings.push(
      `The leader gives the length "${written}", but the record has ${record.length} bytes.`,
    );
  }
  if (!terminated) warnings.push('The record has no terminator.');
  for (let at = 5; at < LEADER_LENGTH; at += 1) {
    const byte = record[at] as number;
    if (byte < 0x20 || byte > 0x7e) {
      warnings.push(`Leader/${at} is no ASCII character; it was read as a blank.`);
    }
  }
  return warnings;
}
