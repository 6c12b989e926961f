/**
 * The record model every format reader produces and every dialect reads.
 * Text is Unicode, NFC; nothing is trimmed, no mark is removed.
 */

/** One subfield: its one-character code and its text as the library wrote it. */
export interface Subfield {
  readonly code: string;
  readonly value: string;
}

/** A control field (001–009, or Aleph's FMT and LDR kin): text without indicators or subfields. */
export interface ControlField {
  readonly tag: string;
  readonly value: string;
}

/** A data field. Indicators are single characters; a blank is a space. */
export interface DataField {
  readonly tag: string;
  readonly ind1: string;
  readonly ind2: string;
  readonly subfields: readonly Subfield[];
}

export type Field = ControlField | DataField;

/** A MARC record of any dialect. `leader` has 24 characters; a bad one is padded and reported. */
export interface MarcRecord {
  readonly leader: string;
  readonly fields: readonly Field[];
}

export const dialects = ['marc21', 'cnmarc', 'unimarc', 'dc', 'mods'] as const;
/** What the tags of a record mean. CNMARC is UNIMARC with Chinese local fields. */
export type Dialect = (typeof dialects)[number];

/** Character sets of records, as the library document names them; `auto` lets the bytes decide. */
export const recordCharsets = [
  'utf-8',
  'marc-8',
  'gb2312',
  'gbk',
  'gb18030',
  'big5',
  'big5-hkscs',
  'iso-5426',
  'iso-8859-1',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'koi8-r',
  'auto',
] as const;
export type RecordCharset = (typeof recordCharsets)[number];

/** Character sets that query terms may be sent in. */
export const queryCharsets = [
  'ascii',
  'utf-8',
  'gb2312',
  'gbk',
  'gb18030',
  'big5',
  'big5-hkscs',
] as const;
export type QueryCharset = (typeof queryCharsets)[number];

/** A record read from bytes, with the bytes and the evidence. */
export interface DecodedMarc {
  readonly marc: MarcRecord;
  /** The record exactly as it arrived. */
  readonly raw: Uint8Array;
  /** The charset the text was decoded from; never `auto`. */
  readonly charset: string;
  /** Repairs and guesses, one English sentence each; empty for a clean record. */
  readonly warnings: readonly string[];
}

/** A record that could not be read; the reader goes on with the next one. */
export interface UnreadableMarc {
  readonly raw: Uint8Array;
  /** One English sentence naming what is wrong and where. */
  readonly problem: string;
}

export function isControlField(field: Field): field is ControlField {
  return 'value' in field;
}

export function isDataField(field: Field): field is DataField {
  return 'subfields' in field;
}
