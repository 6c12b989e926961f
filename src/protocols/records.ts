import { toBibRecord } from '../marc/dialects/index.ts';
import { decodeIso2709 } from '../marc/formats/iso2709.ts';
import type { BibRecord, Item } from '../marc/record.ts';
import type { DecodedMarc, Dialect, MarcRecord, RecordCharset } from '../marc/types.ts';
import { type DescribedRecord, type Reading, withFieldsOnDemand } from '../members/bytes-record.ts';
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
  const source = sourceRecord(library, record, origin, decoded);
  return isIso2709Syntax(origin.syntax)
    ? withFieldsOnDemand(source, readingFor(library, origin))
    : source;
}

type RecordDialect = RecordOrigin['dialect'];

const readings = new WeakMap<Library, Map<RecordDialect, Reading>>();

/** How records of a library are read again; made once for each dialect its document gives. */
function readingFor(library: Library, { dialect, items, localId }: RecordOrigin): Reading {
  // What stood beside the bytes is not in them.
  if (items.length > 0 || localId !== null) return fieldsAgain[dialect];
  const known = readings.get(library) ?? new Map<RecordDialect, Reading>();
  readings.set(library, known);
  const reading = known.get(dialect) ?? wholeAgain(library, dialect);
  known.set(dialect, reading);
  return reading;
}

function wholeAgain(library: Library, dialect: RecordDialect): Reading {
  const { fields } = fieldsAgain[dialect];
  return {
    fields,
    describe: ({ position, raw, syntax, charset, warnings }) => {
      const options = { charset: charset as RecordCharset, dialect };
      const decoded = { marc: decodeIso2709(raw, options).marc, raw, charset, warnings };
      const origin = { position, localId: null, syntax, dialect, items: [] };
      return marcSourceRecord(library, decoded, origin);
    },
  };
}

/** Reads the bytes as they were read before: in the charset that was found then. */
const readAgain = (dialect: RecordDialect): Reading => ({
  fields: ({ raw, charset }: DescribedRecord): MarcRecord =>
    decodeIso2709(raw, { charset: charset as RecordCharset, dialect }).marc,
});

/** By the dialect that the library's document gives; made once, since every record needs one. */
const fieldsAgain = {
  auto: readAgain('auto'),
  marc21: readAgain('marc21'),
  cnmarc: readAgain('cnmarc'),
  unimarc: readAgain('unimarc'),
  dc: readAgain('dc'),
  mods: readAgain('mods'),
} as const satisfies Record<RecordDialect, Reading>;

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
    marc: evidence.marc,
    raw: evidence.raw,
    syntax: origin.syntax,
    charset: evidence.charset,
    warnings: evidence.warnings,
  };
}
