import type { BibRecord } from '../marc/record.ts';
import type { MarcRecord } from '../marc/types.ts';
import type { SourceRecord } from './types.ts';

/**
 * A source record whose fields are read when somebody wants them. Kept, the fields of a MARC record are
 * two thirds of its memory, and most records of a search are never looked at that closely.
 *
 * A class, because a getter written into each object makes the engine keep every one of them as a hash
 * table, which costs a kilobyte and a look-up for each property read. A copy by spreading has no fields.
 */
class RecordOfBytes implements SourceRecord {
  readonly library: string;
  readonly localId: string;
  readonly position: number;
  readonly record: BibRecord;
  readonly raw: Uint8Array;
  readonly syntax: string;
  readonly charset: string;
  readonly warnings: readonly string[];
  readonly #reading: Reading;

  constructor(described: DescribedRecord, reading: Reading) {
    this.library = described.library;
    this.localId = described.localId;
    this.position = described.position;
    this.record = described.record;
    this.raw = described.raw;
    this.syntax = described.syntax;
    this.charset = described.charset;
    this.warnings = described.warnings;
    this.#reading = reading;
  }

  get marc(): MarcRecord | null {
    return this.#reading.fields(this);
  }

  static readingOf(source: SourceRecord): Reading | null {
    return #reading in source ? source.#reading : null;
  }
}

/** Everything of a source record but its fields. */
export type DescribedRecord = Omit<SourceRecord, 'marc'>;

/** How the bytes of records are read again; one serves all records of a library and dialect. */
export interface Reading {
  readonly fields: (record: DescribedRecord) => MarcRecord | null;
  /** The very same record from its bytes alone; absent where something came beside them. */
  readonly describe?: (bytes: DescribableBytes) => SourceRecord;
}

/** What has to be kept of a record that can be described again. */
export type DescribableBytes = Pick<
  SourceRecord,
  'position' | 'raw' | 'syntax' | 'charset' | 'warnings'
>;

/** The record with its fields read anew each time somebody looks at `marc`. */
export function withFieldsOnDemand(described: DescribedRecord, reading: Reading): SourceRecord {
  return new RecordOfBytes(described, reading);
}

/** How the bytes of a record are read again; null for one whose fields are kept. */
export function readingOf(source: SourceRecord): Reading | null {
  return RecordOfBytes.readingOf(source);
}
