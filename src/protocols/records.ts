import { toBibRecord } from '../marc/dialects/index.ts';
import { decodeIso2709 } from '../marc/formats/iso2709.ts';
import type { BibRecord, Item } from '../marc/record.ts';
import type { DecodedMarc, Dialect, MarcRecord, RecordCharset } from '../marc/types.ts';
import type { Library, SourceRecord } from '../members/types.ts';
import { isIso2709Syntax } from './z3950/oid.ts';

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
  const evidence = { raw: decoded.raw, charset: decoded.charset, warnings: decoded.warnings };
  const again = isIso2709Syntax(origin.syntax) ? () => fieldsAgain(evidence, origin.dialect) : null;
  const source = sourceRecord(library, record, origin, { ...evidence, marc: decoded.marc });
  return again === null ? source : withFieldsOnDemand(source, again);
}

/**
 * The same record with its fields read when somebody wants them. Kept, the fields of a MARC record are
 * two thirds of its memory, and most records of a search are never looked at that closely.
 */
function withFieldsOnDemand(source: SourceRecord, read: () => MarcRecord): SourceRecord {
  const { library, localId, position, record, raw, syntax, charset, warnings } = source;
  return {
    library,
    localId,
    position,
    record,
    get marc() {
      return read();
    },
    raw,
    syntax,
    charset,
    warnings,
  };
}

/** Reads the bytes as they were read before: in the charset that was found then. */
function fieldsAgain(
  { raw, charset }: Pick<DecodedMarc, 'raw' | 'charset'>,
  dialect: Dialect | 'auto',
): MarcRecord {
  return decodeIso2709(raw, { charset: charset as RecordCharset, dialect }).marc;
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
