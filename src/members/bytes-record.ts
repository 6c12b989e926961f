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
  readonly #read: ReadFields;

  constructor(described: DescribedRecord, read: ReadFields) {
    this.library = described.library;
    this.localId = described.localId;
    this.position = described.position;
    this.record = described.record;
    this.raw = described.raw;
    this.syntax = described.syntax;
    this.charset = described.charset;
    this.warnings = described.warnings;
    this.#read = read;
  }

  get marc(): MarcRecord | null {
    return this.#read(this);
  }
}

/** Everything of a source record but its fields. */
export type DescribedRecord = Omit<SourceRecord, 'marc'>;

/** Reads the fields of a record again; one function serves many records. */
export type ReadFields = (record: DescribedRecord) => MarcRecord | null;

/** The record with its fields read anew each time somebody looks at `marc`. */
export function withFieldsOnDemand(described: DescribedRecord, read: ReadFields): SourceRecord {
  return new RecordOfBytes(described, read);
}
