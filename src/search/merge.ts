import { hash } from 'node:crypto';
import type { BibRecord, RecordType } from '../marc/record.ts';
import { foldForMatching, hasHan } from '../marc/text.ts';
import type { SourceRecord } from '../members/types.ts';
import type { Group } from './matching/index.ts';
import { holdingOf } from './merge/holding.ts';
import {
  type From,
  fullest,
  longest,
  mostCommon,
  mostFrequent,
  type Read,
  type Rule,
  union,
} from './merge/rules.ts';
import type { MergedRecord } from './types.ts';

/** A merged line before it is ranked. */
export type MergedLine = Omit<MergedRecord, 'score'>;

/** Where each described field of a merged line was taken from. */
export type Provenance = Readonly<
  Record<string, readonly { readonly library: string; readonly localId: string }[]>
>;

const maxSubjects = 60;
const maxIdentifiers = 40;

type Merge<V> = (records: readonly BibRecord[], from: From) => V;
/** What a line says of the edition itself; every record says as much. */
export type Described = Omit<MergedLine, 'id' | 'mergedBecause' | 'holdings'>;
type Field = keyof Described;

/** A field that goes by a rule alone. */
function by<T, V>(rule: Rule<T, V>, read: Read<T>): Merge<V> {
  return (records, from) => rule(records, read, from);
}

/** Fields that belong to a title come from the records that have that title. */
function withTitle(rule: Rule<string, string | null>, read: Read<string>): Merge<string | null> {
  return (records, from) => {
    if (!records.some((record) => read(record) !== null)) return null;
    const title = chosenTitle(records, null);
    return rule(records, (record) => (sameText(record.title, title) ? read(record) : null), from);
  };
}

/** What is in Chinese script goes before everything else. */
function inScript<T, V>(
  rule: Rule<T, V>,
  read: Read<T>,
  isHan: (record: BibRecord) => boolean,
): Merge<V> {
  const readHan: Read<T> = (record) => (isHan(record) ? read(record) : null);
  return (records, from) => rule(records, records.some(isHan) ? readHan : read, from);
}

const identifiers = union((entry) => entry, maxIdentifiers);

/** The original script goes before a romanisation; then the writing most libraries use. */
const titleInScript = inScript(
  mostCommon,
  (record) => record.title,
  (record) => hasHan(record.title),
);

const chosenTitle: Merge<string> = (records, from) => titleInScript(records, from) ?? '';

/** The rule of each field. A value is always one some record has; nothing is put together anew. */
const rules: { readonly [F in Field]: Merge<Described[F]> } = {
  title: chosenTitle,
  subtitle: withTitle(longest, (record) => record.subtitle),
  parallelTitle: by(mostCommon, (record) => record.parallelTitle),
  partNumber: withTitle(mostCommon, (record) => record.partNumber),
  partName: withTitle(mostCommon, (record) => record.partName),
  responsibility: inScript(
    longest,
    (record) => record.responsibility,
    (record) => record.responsibility !== null && hasHan(record.responsibility),
  ),
  authors: inScript(
    fullest,
    (record) => record.authors,
    (record) => record.authors.some(hasHan),
  ),
  edition: by(mostCommon, (record) => record.edition),
  publisher: by(mostCommon, (record) => record.publisher),
  place: by(mostCommon, (record) => record.place),
  year: by(mostFrequent<number>, yearOf),
  date(records, from) {
    const year = mostFrequent(records, yearOf, null);
    return longest(records, (record) => (record.year === year ? record.date : null), from);
  },
  extent: by(mostCommon, (record) => record.extent),
  series: by(longest, (record) => record.series),
  isbn: by(identifiers, (record) => record.isbn),
  isbnAsWritten: by(identifiers, (record) => record.isbnAsWritten),
  issn: by(identifiers, (record) => record.issn),
  language: by(mostFrequent<string>, (record) => record.language),
  type: (records, from) => mostFrequent(records, saidType, from) ?? 'other',
  subjects: by(union(foldForMatching, maxSubjects), (record) => record.subjects),
  classes: chosenClasses,
};

function yearOf(record: BibRecord): number | null {
  return record.year;
}

function saidType(record: BibRecord): RecordType | null {
  return record.type === 'other' ? null : record.type;
}

const fields = Object.keys(rules) as readonly Field[];

/**
 * One line for a group of source records. Its id comes from the smallest `library:localId` among
 * them, so it is the same however they arrived, and stays while no smaller one joins.
 */
export function mergeGroup(group: Group): MergedLine {
  return lineOf(group, describe(group), recordId(group.key));
}

/** What the records of a group say together; a record alone speaks for itself. */
export function describe({ members }: Group): Described {
  const first = members[0];
  return members.length === 1 && first !== undefined
    ? first.record
    : mergedBy(members.map((member) => member.record));
}

/** For each field of the merged line, the source records that have the value it shows. */
export function provenanceOf(group: Group): Provenance {
  const records = group.members.map((member) => member.record);
  const found: Record<string, readonly { library: string; localId: string }[]> = {};
  for (const field of fields) {
    const from: number[] = [];
    rules[field](records, from);
    const sources = from.flatMap((i) => sourceAt(group.members, i));
    if (sources.length > 0) found[field] = sources;
  }
  return found;
}

function sourceAt(members: readonly SourceRecord[], i: number) {
  const member = members[i];
  return member === undefined ? [] : [{ library: member.library, localId: member.localId }];
}

/** `r_` and 96 bits of SHA-256 in hexadecimal: short enough for an address, too long to collide. */
export function recordId(groupKey: string): string {
  return `r_${hash('sha256', groupKey, 'hex').slice(0, 24)}`;
}

/** The line of a group under an id. */
export function lineOf(group: Group, described: Described, id: string): MergedLine {
  return {
    id,
    title: described.title,
    subtitle: described.subtitle,
    parallelTitle: described.parallelTitle,
    partNumber: described.partNumber,
    partName: described.partName,
    responsibility: described.responsibility,
    authors: described.authors,
    edition: described.edition,
    publisher: described.publisher,
    place: described.place,
    year: described.year,
    date: described.date,
    extent: described.extent,
    series: described.series,
    isbn: described.isbn,
    isbnAsWritten: described.isbnAsWritten,
    issn: described.issn,
    language: described.language,
    type: described.type,
    subjects: described.subjects,
    classes: described.classes,
    mergedBecause: group.reasons,
    holdings: group.members.map(holdingOf),
  };
}

function mergedBy(records: readonly BibRecord[]): Described {
  return {
    title: rules.title(records, null),
    subtitle: rules.subtitle(records, null),
    parallelTitle: rules.parallelTitle(records, null),
    partNumber: rules.partNumber(records, null),
    partName: rules.partName(records, null),
    responsibility: rules.responsibility(records, null),
    authors: rules.authors(records, null),
    edition: rules.edition(records, null),
    publisher: rules.publisher(records, null),
    place: rules.place(records, null),
    year: rules.year(records, null),
    date: rules.date(records, null),
    extent: rules.extent(records, null),
    series: rules.series(records, null),
    isbn: rules.isbn(records, null),
    isbnAsWritten: rules.isbnAsWritten(records, null),
    issn: rules.issn(records, null),
    language: rules.language(records, null),
    type: rules.type(records, null),
    subjects: rules.subjects(records, null),
    classes: rules.classes(records, null),
  };
}

function sameText(a: string, b: string): boolean {
  return a === b || foldForMatching(a) === foldForMatching(b);
}

function chosenClasses(records: readonly BibRecord[], from: From): Described['classes'] {
  const value: Record<string, string> = {};
  const places = from === null ? null : new Set<number>();
  for (const record of records) {
    for (const scheme in record.classes) {
      if (Object.hasOwn(value, scheme)) continue;
      const found: From = from === null ? null : [];
      const mark = mostFrequent(records, (one) => one.classes[scheme] ?? null, found);
      if (mark !== null) value[scheme] = mark;
      for (const place of found ?? []) places?.add(place);
    }
  }
  from?.push(...(places ?? []));
  return value;
}
