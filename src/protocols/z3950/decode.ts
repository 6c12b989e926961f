import { decodeText } from '../../marc/charset/index.ts';
import { bibFromXml } from '../../marc/dialects/index.ts';
import { readMarcXml } from '../../marc/formats/marcxml.ts';
import type { Item } from '../../marc/record.ts';
import type { RecordCharset } from '../../marc/types.ts';
import { parseXmlTree } from '../../marc/xml/tree.ts';
import { withFieldsOnDemand } from '../../members/bytes-record.ts';
import type { Library, SourceRecord } from '../../members/types.ts';
import {
  iso2709SourceRecord,
  marcSourceRecord,
  type RecordOrigin,
  sourceRecord,
} from '../records.ts';
import type { External, NamedRecord } from './apdu/index.ts';
import type { DatabaseSettings } from './ask.ts';
import { Z3950Error } from './errors.ts';
import { isIso2709Syntax, recordSyntaxes } from './oid.ts';
import { type AsMarc, marcFromGrs1, marcFromSutrs } from './records/as-marc.ts';
import { decodeGrs1 } from './records/grs1.ts';
import { itemsOfOpac } from './records/items.ts';
import { decodeOpac } from './records/opac.ts';
import { decodeSutrs, payload } from './records/text.ts';

/**
 * Reads one place of a library's list. What the record is, is told by the object identifier that came back,
 * never by the syntax asked for. Throws the errors of the decoders; a surrogate diagnostic is one of them.
 */
export function readRecord(
  library: Library,
  database: DatabaseSettings,
  record: NamedRecord,
  position: number,
): SourceRecord {
  if (record.kind === 'record') return readExternal(library, database, record.record, position, []);
  const why =
    record.kind === 'diagnostic'
      ? `diagnostic ${record.diagnostic.condition} stands in its place`
      : 'it came in fragments, which were not asked for';
  throw new Z3950Error('record_malformed', `Record ${position} cannot be read: ${why}.`);
}

function readExternal(
  library: Library,
  database: DatabaseSettings,
  record: External,
  position: number,
  items: readonly Item[],
): SourceRecord {
  const syntax = record.reference ?? '';
  const origin: RecordOrigin = {
    position,
    localId: null,
    syntax,
    dialect: database.records,
    items,
  };
  switch (syntax) {
    case recordSyntaxes.opac:
      return readOpac(library, database, record, position);
    case recordSyntaxes.sutrs:
    case recordSyntaxes['grs-1']: {
      const decode = stringsOf(database.charset);
      const isText = syntax === recordSyntaxes.sutrs;
      const asMarc = isText
        ? marcFromSutrs(decodeSutrs(record, decode))
        : marcFromGrs1(decodeGrs1(record, decode));
      return unstructured(library, origin, record, asMarc);
    }
    case recordSyntaxes.xml:
    case recordSyntaxes.applicationXml:
      return readXml(library, payload(record), origin);
  }
  const bytes = payload(record);
  if (!isIso2709Syntax(syntax) && bytes[0] === lessThan) return readXml(library, bytes, origin);
  return iso2709SourceRecord(library, bytes, database.charset, origin);
}

const lessThan = 0x3c;

function readOpac(
  library: Library,
  database: DatabaseSettings,
  record: External,
  position: number,
): SourceRecord {
  const opac = decodeOpac(record, stringsOf(database.charset));
  if (opac.bibliographic === null || opac.bibliographic.reference === recordSyntaxes.opac) {
    throw new Z3950Error('record_malformed', 'The OPAC record has no bibliographic record.');
  }
  const items = itemsOfOpac(opac);
  return underSyntax(
    recordSyntaxes.opac,
    readExternal(library, database, opac.bibliographic, position, items),
  );
}

/** The record under another name of its syntax; its fields are not read for that. */
function underSyntax(syntax: string, source: SourceRecord): SourceRecord {
  const { library, localId, position, record, raw, charset, warnings } = source;
  const described = { library, localId, position, record, raw, syntax, charset, warnings };
  return withFieldsOnDemand(described, { fields: () => source.marc });
}

function readXml(library: Library, bytes: Uint8Array, origin: RecordOrigin): SourceRecord {
  const root = parseXmlTree(bytes);
  const bib = bibFromXml(root);
  if (bib !== null) {
    const evidence = { marc: null, raw: bytes, charset: 'utf-8', warnings: [] };
    return sourceRecord(library, bib, origin, evidence);
  }
  for (const decoded of readMarcXml(bytes)) {
    if (!('marc' in decoded)) throw new Z3950Error('record_malformed', decoded.problem);
    if (decoded.marc.fields.length === 0) break;
    return marcSourceRecord(library, { ...decoded, raw: bytes }, origin);
  }
  throw new Z3950Error('record_malformed', `No fields were found in <${root.name}>.`);
}

/** A record of another syntax, read through the MARC that it can be made into. */
function unstructured(
  library: Library,
  origin: RecordOrigin,
  record: External,
  { marc, genuine }: AsMarc,
): SourceRecord {
  const decoded = { marc, raw: record.content, charset: 'utf-8', warnings: [] };
  const source = marcSourceRecord(library, decoded, origin);
  if (source.record.title === '') {
    throw new Z3950Error('record_malformed', `Record ${origin.position} has no title.`);
  }
  return genuine ? source : { ...source, marc: null };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Strings beside the MARC record are UTF-8 where they can be, else in the records' charset. */
function stringsOf(charset: RecordCharset): (bytes: Uint8Array) => string {
  return (bytes) => {
    try {
      return strictUtf8.decode(bytes);
    } catch {
      return decodeText(bytes, charset);
    }
  };
}
