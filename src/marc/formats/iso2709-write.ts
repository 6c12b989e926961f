import { encodeRecordText } from '../charset/index.ts';
import { type Field, isControlField, type MarcRecord, type RecordCharset } from '../types.ts';
import { FIELD_TERMINATOR, LEADER_LENGTH, RECORD_TERMINATOR } from './directory.ts';
import { MarcError } from './errors.ts';

const LONGEST_FIELD = 9_999;
const LONGEST_RECORD = 99_999;

/**
 * A record in the exchange format (ISO 2709) with `4500` directories, in that charset. Leader/09 of MARC
 * 21 records is set to what was written; delimiters inside text become blanks. Throws MarcError for what
 * the format cannot hold and UnmappableError for what the charset cannot.
 */
export function encodeIso2709(record: MarcRecord, charset: RecordCharset): Uint8Array {
  const directory: string[] = [];
  const data: Uint8Array[] = [];
  let length = 0;
  for (const field of record.fields) {
    if (!/^[0-9A-Za-z]{3}$/.test(field.tag)) {
      throw new MarcError('unwritable', `The tag "${field.tag}" is not three letters or digits.`);
    }
    const bytes = encodeField(field, charset);
    if (bytes.length > LONGEST_FIELD) {
      throw new MarcError(
        'field_too_long',
        `Field ${field.tag} has ${bytes.length} bytes of at most 9,999.`,
      );
    }
    directory.push(field.tag, digits(bytes.length, 4), digits(length, 5));
    data.push(bytes);
    length += bytes.length;
  }
  const base = LEADER_LENGTH + directory.join('').length + 1;
  const total = base + length + 1;
  if (total > LONGEST_RECORD) {
    throw new MarcError('record_too_long', `The record has ${total} bytes of at most 99,999.`);
  }
  const head = Buffer.from(
    writeLeader(record, charset, total, base) + directory.join(''),
    'latin1',
  );
  return Buffer.concat([head, Buffer.of(FIELD_TERMINATOR), ...data, Buffer.of(RECORD_TERMINATOR)]);
}

function encodeField(field: Field, charset: RecordCharset): Uint8Array {
  const parts: Uint8Array[] = [];
  if (isControlField(field)) parts.push(encodeRecordText(undelimited(field.value), charset));
  else {
    parts.push(oneByte(field.ind1, field.tag), oneByte(field.ind2, field.tag));
    for (const { code, value } of field.subfields) {
      parts.push(Buffer.of(0x1f), oneByte(code, field.tag));
      parts.push(encodeRecordText(undelimited(value), charset));
    }
  }
  return Buffer.concat([...parts, Buffer.of(FIELD_TERMINATOR)]);
}

function oneByte(character: string, tag: string): Uint8Array {
  if (!/^[\x20-\x7e]$/.test(character)) {
    throw new MarcError(
      'unwritable',
      `Field ${tag} has the indicator or code "${character}", which is not one ASCII character.`,
    );
  }
  return Buffer.from(character, 'latin1');
}

function undelimited(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the delimiters are control characters.
  return /[\u001d-\u001f]/.test(text) ? text.replace(/[\u001d-\u001f]/g, ' ') : text;
}

function writeLeader(
  record: MarcRecord,
  charset: RecordCharset,
  total: number,
  base: number,
): string {
  const leader = record.leader
    .replace(/[^\x20-\x7e]/g, ' ')
    .padEnd(LEADER_LENGTH)
    .slice(0, LEADER_LENGTH);
  const unimarc = record.fields.some((field) => field.tag === '200');
  const unicode = charset === 'utf-8' || charset === 'auto';
  const coding = unimarc ? leader[9] : unicode ? 'a' : ' ';
  return `${digits(total, 5)}${leader.slice(5, 9)}${coding}22${digits(base, 5)}${leader.slice(17, 20)}4500`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
