import { toBibRecord } from '../marc/dialects/index.ts';
import type { BibRecord, Item } from '../marc/record.ts';
import type { DecodedMarc, Dialect } from '../marc/types.ts';
import type { Library, SourceRecord } from '../members/types.ts';

export interface RecordOrigin {
  readonly position: number;
  /** The library's own number of the record where the protocol gives one. */
  readonly localId: string | null;
  /** Record syntax OID, SRU schema or media type that came back. */
  readonly syntax: string;
  readonly dialect: Dialect | 'auto';
  /** Copies the protocol described beside the record (OPAC syntax, isohold). */
  readonly items: readonly Item[];
}

/** A decoded MARC record as a source record of a library. */
export function marcSourceRecord(
  library: Library,
  decoded: DecodedMarc,
  origin: RecordOrigin,
): SourceRecord {
  const { connector } = library;
  const holdings = connector.protocol === 'http' ? undefined : connector.holdings;
  const record = toBibRecord(decoded.marc, {
    dialect: origin.dialect,
    ...(holdings === undefined ? {} : { holdings }),
  });
  return sourceRecord(library, record, origin, {
    marc: decoded.marc,
    raw: decoded.raw,
    charset: decoded.charset,
    warnings: decoded.warnings,
  });
}

/** A record that never was MARC (DC, MODS, an OPAC's fields) as a source record of a library. */
export function sourceRecord(
  library: Library,
  record: BibRecord,
  origin: RecordOrigin,
  evidence: Pick<SourceRecord, 'marc' | 'raw' | 'charset' | 'warnings'>,
): SourceRecord {
  const localId = origin.localId ?? record.controlNumber ?? `${library.id}:${origin.position}`;
  return {
    library: library.id,
    localId,
    position: origin.position,
    record: origin.items.length > 0 ? { ...record, items: origin.items } : record,
    syntax: origin.syntax,
    ...evidence,
  };
}
