import { hash } from 'node:crypto';
import type { BibRecord } from '../marc/record.ts';
import { foldForMatching, hasHan } from '../marc/text.ts';
import type { SourceRecord } from '../members/types.ts';
import type { Group } from './matching/index.ts';
import { holdingOf } from './merge/holding.ts';
import { type Chosen, fullest, longest, mostCommon, mostFrequent, union } from './merge/rules.ts';
import type { MergedRecord } from './types.ts';

/** A merged line before it is ranked. */
export type MergedLine = Omit<MergedRecord, 'score'>;

/** Where each described field of a merged line was taken from. */
export type Provenance = Readonly<
  Record<string, readonly { readonly library: string; readonly localId: string }[]>
>;

const maxSubjects = 60;
const maxIdentifiers = 40;

type Merge = (records: readonly BibRecord[]) => Chosen<unknown>;
type Field = keyof Omit<MergedLine, 'id' | 'mergedBecause' | 'holdings'>;

const text =
  (field: 'edition' | 'publisher' | 'place' | 'extent' | 'parallelTitle'): Merge =>
  (records) =>
    mostCommon(records.map((record) => record[field]));

/** Fields that belong to a title come from the records that have that title. */
const withTitle =
  (field: 'subtitle' | 'partNumber' | 'partName', rule: typeof longest): Merge =>
  (records) => {
    const title = chosenTitle(records).value;
    return rule(records.map((record) => (sameText(record.title, title) ? record[field] : null)));
  };

const list =
  (field: 'isbn' | 'isbnAsWritten' | 'issn'): Merge =>
  (records) =>
    union(
      records.map((record) => record[field]),
      (entry) => entry,
      maxIdentifiers,
    );

/** The rule of each field. A value is always one some record has; nothing is put together anew. */
const rules: Readonly<Record<Field, Merge>> = {
  title: chosenTitle,
  subtitle: withTitle('subtitle', longest),
  parallelTitle: text('parallelTitle'),
  partNumber: withTitle('partNumber', mostCommon),
  partName: withTitle('partName', mostCommon),
  responsibility: (records) =>
    longest(
      inScript(records, (record) => hasHan(record.responsibility ?? '')).map(
        (record) => record?.responsibility ?? null,
      ),
    ),
  authors: (records) =>
    fullest(
      inScript(records, (record) => record.authors.some(hasHan)).map(
        (record) => record?.authors ?? [],
      ),
    ),
  edition: text('edition'),
  publisher: text('publisher'),
  place: text('place'),
  year: (records) => mostFrequent(records.map((record) => record.year)),
  date: (records) => {
    const year = mostFrequent(records.map((record) => record.year)).value;
    return longest(records.map((record) => (record.year === year ? record.date : null)));
  },
  extent: text('extent'),
  series: (records) => longest(records.map((record) => record.series)),
  isbn: list('isbn'),
  isbnAsWritten: list('isbnAsWritten'),
  issn: list('issn'),
  language: (records) => mostFrequent(records.map((record) => record.language)),
  type: (records) => {
    const said = mostFrequent(
      records.map((record) => (record.type === 'other' ? null : record.type)),
    );
    return said.value === null ? { value: 'other', from: [] } : said;
  },
  subjects: (records) =>
    union(
      records.map((record) => record.subjects),
      foldForMatching,
      maxSubjects,
    ),
  classes: (records) => chosenClasses(records),
};

const fields = Object.keys(rules) as readonly Field[];

/**
 * One line for a group of source records. Its id comes from the smallest `library:localId` among
 * them, so it is the same however they arrived, and stays while no smaller one joins.
 */
export function mergeGroup(group: Group): MergedLine {
  const first = group.members[0];
  const described =
    group.members.length === 1 && first !== undefined
      ? describedBy(first.record)
      : describedByRules(group.members.map((member) => member.record));
  return {
    id: recordId(group.key),
    ...described,
    mergedBecause: group.reasons,
    holdings: group.members.map(holdingOf),
  };
}

/** For each field of the merged line, the source records that have the value it shows. */
export function provenanceOf(group: Group): Provenance {
  const records = group.members.map((member) => member.record);
  const found: Record<string, readonly { library: string; localId: string }[]> = {};
  for (const field of fields) {
    const sources = rules[field](records).from.flatMap((i) => sourceAt(group.members, i));
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

type Described = Omit<MergedLine, 'id' | 'mergedBecause' | 'holdings'>;

function describedBy(record: BibRecord): Described {
  return {
    title: record.title,
    subtitle: record.subtitle,
    parallelTitle: record.parallelTitle,
    partNumber: record.partNumber,
    partName: record.partName,
    responsibility: record.responsibility,
    authors: record.authors,
    edition: record.edition,
    publisher: record.publisher,
    place: record.place,
    year: record.year,
    date: record.date,
    extent: record.extent,
    series: record.series,
    isbn: record.isbn,
    isbnAsWritten: record.isbnAsWritten,
    issn: record.issn,
    language: record.language,
    type: record.type,
    subjects: record.subjects,
    classes: record.classes,
  };
}

function describedByRules(records: readonly BibRecord[]): Described {
  const merged: Partial<Record<Field, unknown>> = {};
  for (const field of fields) merged[field] = rules[field](records).value;
  return merged as unknown as Described;
}

/** The original script goes before a romanisation; then the writing most libraries use. */
function chosenTitle(records: readonly BibRecord[]): Chosen<string> {
  const titles = inScript(records, (record) => hasHan(record.title)).map(
    (record) => record?.title ?? null,
  );
  const chosen = mostCommon(titles);
  return { value: chosen.value ?? '', from: chosen.from };
}

/** The records that are in Chinese script, where any is; the others as null, to keep the places. */
function inScript(
  records: readonly BibRecord[],
  isHan: (record: BibRecord) => boolean,
): readonly (BibRecord | null)[] {
  const han = records.map(isHan);
  return han.includes(true) ? records.map((record, i) => (han[i] ? record : null)) : records;
}

function sameText(a: string, b: string): boolean {
  return a === b || foldForMatching(a) === foldForMatching(b);
}

function chosenClasses(records: readonly BibRecord[]): Chosen<Readonly<Record<string, string>>> {
  const schemes = new Set(records.flatMap((record) => Object.keys(record.classes)));
  const value: Record<string, string> = {};
  const from = new Set<number>();
  for (const scheme of schemes) {
    const chosen = mostFrequent(records.map((record) => record.classes[scheme] ?? null));
    if (chosen.value === null) continue;
    value[scheme] = chosen.value;
    for (const i of chosen.from) from.add(i);
  }
  return { value, from: [...from] };
}
