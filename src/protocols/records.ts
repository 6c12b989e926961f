import { bibFromText, type DialectOptions, toBibRecord } from '../marc/dialects/index.ts';
import {
  decodeIso2709,
  decodeIso2709Text,
  fieldsOfText,
  type Iso2709Text,
} from '../marc/formats/iso2709.ts';
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
  const record = toBibRecord(decoded.marc, habitsOf(library, origin.dialect).options);
  const source = sourceRecord(library, record, origin, decoded);
  return isIso2709Syntax(origin.syntax)
    ? withFieldsOnDemand(source, readingFor(library, origin))
    : source;
}

/**
 * As `marcSourceRecord`, from the bytes of a record in ISO 2709, whatever its syntax calls itself. Its fields
 * are read only where somebody looks at them.
 */
export function iso2709SourceRecord(
  library: Library,
  bytes: Uint8Array,
  charset: RecordCharset,
  origin: RecordOrigin,
): SourceRecord {
  const options = { charset, dialect: origin.dialect };
  const text = decodeIso2709Text(bytes, options);
  return (
    describedText(library, text, origin) ??
    marcSourceRecord(library, fieldsOfText(text, options), origin)
  );
}

type Evidence = Pick<SourceRecord, 'charset' | 'warnings'>;

/** Null where the fields have to be read first; `known` is what was found when the record was new. */
function describedText(
  library: Library,
  text: Iso2709Text,
  origin: RecordOrigin,
  known: Evidence | null = null,
): SourceRecord | null {
  if (!isIso2709Syntax(origin.syntax)) return null;
  const said = [...text.warnings];
  const record = bibFromText(text, habitsOf(library, origin.dialect).options, said);
  if (record === null) return null;
  // Nearly all have nothing to warn of, and one empty list will do for them.
  const { charset, warnings } = known ?? {
    charset: text.charset,
    warnings: said.length === 0 ? text.warnings : said,
  };
  const source = sourceRecord(library, record, origin, {
    marc: null,
    raw: text.raw,
    charset,
    warnings,
  });
  return withFieldsOnDemand(source, readingFor(library, origin));
}

type RecordDialect = RecordOrigin['dialect'];

/** What all records of a library have in common, for each dialect its document gives. */
interface Habits {
  readonly options: DialectOptions;
  readonly reading: Reading;
}

const habits = new WeakMap<Library, Map<RecordDialect, Habits>>();

function habitsOf(library: Library, dialect: RecordDialect): Habits {
  const known = habits.get(library)?.get(dialect);
  if (known !== undefined) return known;
  const { connector } = library;
  const holdings = connector.protocol === 'http' ? undefined : connector.holdings;
  const options = { dialect, ...(holdings === undefined ? {} : { holdings }) };
  const made = { options, reading: wholeAgain(library, dialect) };
  const others = habits.get(library) ?? new Map<RecordDialect, Habits>();
  habits.set(library, others.set(dialect, made));
  return made;
}

/** How records of a library are read again. */
function readingFor(library: Library, { dialect, items, localId }: RecordOrigin): Reading {
  // What stood beside the bytes is not in them.
  if (items.length > 0 || localId !== null) return fieldsAgain[dialect];
  return habitsOf(library, dialect).reading;
}

function wholeAgain(library: Library, dialect: RecordDialect): Reading {
  const { fields } = fieldsAgain[dialect];
  return {
    fields,
    describe: ({ position, raw, syntax, charset, warnings }) => {
      const options = { charset: charset as RecordCharset, dialect };
      const text = decodeIso2709Text(raw, options);
      const known = { charset, warnings };
      const origin = { position, localId: null, syntax, dialect, items: [] };
      return (
        describedText(library, text, origin, known) ??
        marcSourceRecord(library, { ...fieldsOfText(text, options), ...known }, origin)
      );
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
