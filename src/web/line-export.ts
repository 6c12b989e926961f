import { type ExportDialect, type ExportSource, marcIn } from '../marc/exports/index.ts';
import type { BibRecord, Contributor, IsbnStatement, Item } from '../marc/record.ts';
import {
  type DataField,
  type Field,
  isControlField,
  type MarcRecord,
  type Subfield,
} from '../marc/types.ts';
import type { Directory } from '../members/directory.ts';
import type { SourceRecord } from '../members/types.ts';
import type { MergedRecord } from '../search/types.ts';

/** A merged line with the records it was made of. */
export interface ExportLine {
  readonly record: MergedRecord;
  readonly sources: readonly SourceRecord[];
}

/** What the directory knows of a library that a written record says of it. */
export interface ExportLibrary {
  /** The name copies are shown under. */
  readonly name: string;
  /** The field its own records describe copies in, where its document names one. */
  readonly copiesTag: string | null;
}

export type LibraryLookup = (id: string) => ExportLibrary | undefined;

export function libraryLookup(directory: Directory): LibraryLookup {
  return (id) => {
    const library = directory.get(id)?.library;
    if (library === undefined) return undefined;
    const { connector } = library;
    const copiesTag = connector.protocol === 'http' ? null : (connector.holdings?.tag ?? null);
    return { name: library.name.zh, copiesTag };
  };
}

/** Most fields of copies written into one record. */
const maxCopies = 200;
/** Where libraries describe their own copies; the line has the copies of all of them instead. */
const usualCopiesTags = ['852', '905', '952'] as const;

/**
 * A merged line to be written out. As MARC it is one library's own record, where any has the dialect,
 * else one made from the merged description; the number is the line's, 035 has the number in each
 * library, and 852 (905 in UNIMARC and CNMARC) the copies of all. With `source` the fullest record is
 * left as its library wrote it.
 */
export function exportOfLine(
  line: ExportLine,
  dialect: ExportDialect,
  libraryOf: LibraryLookup,
): ExportSource {
  const chosen = fullest(line.sources, dialect);
  const record = mergedDescription(line, chosen);
  if (dialect === 'source') return { record, marc: chosen?.marc ?? null };
  const own = chosen !== undefined && hasDialect(chosen, dialect) ? chosen.marc : null;
  const written = marcIn({ record: { ...record, items: [] }, marc: own }, { dialect });
  return { record, marc: federated(written, line, dialect, libraryOf) };
}

/** The line's description alone, for formats that are not MARC. */
export function descriptionOfLine(line: ExportLine): BibRecord {
  return mergedDescription(line, fullest(line.sources, 'source'));
}

/** The record with most to say among those in the dialect, or among all where none is in it. */
function fullest(sources: readonly SourceRecord[], dialect: ExportDialect) {
  const fitting = sources.filter((source) => hasDialect(source, dialect));
  const candidates = fitting.length > 0 ? fitting : sources;
  let best: SourceRecord | undefined;
  let most = -1;
  for (const source of candidates) {
    const said = wordsOf(source.record);
    if (said > most) {
      best = source;
      most = said;
    }
  }
  return best;
}

/** CNMARC is UNIMARC, so either serves where UNIMARC is asked for. */
function hasDialect({ record }: SourceRecord, dialect: ExportDialect): boolean {
  switch (dialect) {
    case 'source':
      return record.dialect !== 'dc' && record.dialect !== 'mods';
    case 'unimarc':
      return record.dialect === 'unimarc' || record.dialect === 'cnmarc';
    default:
      return record.dialect === dialect;
  }
}

/** How much a record describes, for choosing among descriptions of one edition. */
function wordsOf(record: BibRecord): number {
  const single = [
    record.subtitle,
    record.parallelTitle,
    record.responsibility,
    record.edition,
    record.publisher,
    record.place,
    record.date,
    record.extent,
    record.series,
    record.summary,
    record.titlePinyin,
  ].filter((value) => value !== null).length;
  const { contributors, subjects, notes, classes, isbn, links } = record;
  const several = contributors.length + subjects.length + notes.length + isbn.length + links.length;
  return single + several + Object.keys(classes).length;
}

/** The line's description; what a line does not hold comes from the chosen record. */
function mergedDescription(line: ExportLine, chosen: SourceRecord | undefined): BibRecord {
  const { record: merged, sources } = line;
  const base = (chosen ?? sources[0])?.record;
  if (base === undefined) throw new TypeError('A merged line has at least one source record.');
  return {
    ...base,
    controlNumber: merged.id,
    title: merged.title,
    sortTitle: base.title === merged.title ? base.sortTitle : merged.title,
    subtitle: merged.subtitle,
    parallelTitle: merged.parallelTitle,
    partNumber: merged.partNumber,
    partName: merged.partName,
    responsibility: merged.responsibility,
    contributors: contributorsOf(line, base),
    authors: merged.authors,
    edition: merged.edition,
    publisher: merged.publisher,
    place: merged.place,
    year: merged.year,
    date: merged.date,
    extent: merged.extent,
    series: merged.series,
    seriesVolume: base.series === merged.series ? base.seriesVolume : null,
    isbn: merged.isbn,
    isbnAsWritten: merged.isbnAsWritten,
    isbnStatements: statementsOf(sources),
    issn: merged.issn,
    language: merged.language,
    type: merged.type,
    subjects: merged.subjects,
    classes: merged.classes,
    summary: base.summary ?? firstOf(sources, (record) => record.summary),
    items: merged.holdings.flatMap(({ items }) => items).slice(0, maxCopies),
  };
}

/** Names with their roles, from a record whose names the line shows. */
function contributorsOf({ record, sources }: ExportLine, base: BibRecord): readonly Contributor[] {
  const shown = record.authors.join('\u0000');
  const owner = [base, ...sources.map((source) => source.record)].find(
    ({ authors }) => authors.join('\u0000') === shown,
  );
  return (owner ?? base).contributors;
}

/** Each number once, as the first record that has it writes it. */
function statementsOf(sources: readonly SourceRecord[]): readonly IsbnStatement[] {
  const found = new Map<string, IsbnStatement>();
  for (const { record } of sources) {
    for (const statement of record.isbnStatements) {
      const key = statement.isbn13 ?? statement.asWritten;
      if (!found.has(key)) found.set(key, statement);
    }
  }
  return [...found.values()];
}

function firstOf<T>(
  sources: readonly SourceRecord[],
  valueIn: (record: BibRecord) => T | null,
): T | null {
  for (const { record } of sources) {
    const value = valueIn(record);
    if (value !== null) return value;
  }
  return null;
}

/** The record under the line's number, with its numbers in the libraries and the copies of all. */
function federated(
  marc: MarcRecord,
  { record }: ExportLine,
  dialect: ExportDialect,
  libraryOf: LibraryLookup,
): MarcRecord {
  const isMarc21 = dialect === 'marc21';
  const replaced = new Set<string>(['001', ...usualCopiesTags]);
  // 003 names who gave the number in 001 (MARC 21); in UNIMARC it is the record's own address.
  if (isMarc21) replaced.add('003');
  for (const { library } of record.holdings) {
    const tag = libraryOf(library)?.copiesTag;
    if (tag) replaced.add(tag);
  }
  const numbers = record.holdings.map(({ library, localId }) =>
    field('035', [['a', `(${library})${localId}`]]),
  );
  const copies = record.holdings.flatMap(({ library, callNumber, location, items }) => {
    const name = libraryOf(library)?.name ?? library;
    const described = items.length > 0 ? items : [{ ...nothingKnown, callNumber, location }];
    return described.map((item) => copyField(library, name, item, isMarc21));
  });
  // Tags of letters are a library system's own (FMT, CAT, AVA), which other readers stumble over.
  const kept = marc.fields.filter(({ tag }) => /^\d{3}$/.test(tag) && !replaced.has(tag));
  const fields: Field[] = [
    { tag: '001', value: record.id },
    ...(isMarc21 ? kept : kept.map(inUnicode)),
    ...numbers,
    ...copies.slice(0, maxCopies),
  ];
  return {
    // Leader/09 `a`: what is written is Unicode (MARC 21).
    leader: isMarc21 ? `${marc.leader.slice(0, 9)}a${marc.leader.slice(10)}` : marc.leader,
    fields: fields.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0)),
  };
}

/** UNIMARC 100 $a/26-29 names the character set; 50 is ISO 10646, whatever the library sent it in. */
function inUnicode(one: Field): Field {
  if (one.tag !== '100' || isControlField(one)) return one;
  const subfields = one.subfields.map(({ code, value }) =>
    code === 'a' && value.length >= 30
      ? { code, value: `${value.slice(0, 26)}50  ${value.slice(30)}` }
      : { code, value },
  );
  return { ...one, subfields };
}

const nothingKnown: Pick<Item, 'barcode' | 'volume'> = { barcode: null, volume: null };

/** 852 of MARC 21; 905 as CALIS members use it in UNIMARC. Nothing is said of where the copy is now. */
function copyField(
  library: string,
  name: string,
  item: Pick<Item, 'callNumber' | 'location' | 'barcode' | 'volume'>,
  isMarc21: boolean,
): DataField {
  const { callNumber, location, barcode, volume } = item;
  return isMarc21
    ? field('852', [
        ['a', library],
        ['b', name],
        ['c', location],
        ['h', callNumber],
        ['p', barcode],
        ['3', volume],
      ])
    : field('905', [
        ['a', library],
        ['b', barcode],
        ['c', location],
        ['s', callNumber],
        ['v', volume],
      ]);
}

function field(
  tag: string,
  values: readonly (readonly [code: string, value: string | null])[],
): DataField {
  const subfields: Subfield[] = [];
  for (const [code, value] of values) {
    if (value !== null && value !== '') subfields.push({ code, value });
  }
  return { tag, ind1: ' ', ind2: ' ', subfields };
}
