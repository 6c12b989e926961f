import type { CatalogueRecord } from '../catalogue/catalogue.ts';
import type { SearchField } from './criterion.ts';
import { fold } from './fold.ts';

export interface ScanTerm {
  /** The entry as catalogued. */
  readonly display: string;
  readonly count: number;
}

export interface SortBy {
  readonly key: 'title' | 'author' | 'year';
  readonly descending: boolean;
}

export interface Scan {
  readonly terms: readonly ScanTerm[];
  /** Place of the asked term among `terms`, from 1. */
  readonly position: number;
}

/** The texts of each field of one record, as the library wrote them. */
export function fieldTexts(record: CatalogueRecord, field: SearchField): readonly string[] {
  const { described, fact } = record;
  switch (field) {
    case 'title':
      return [
        [described.title, described.partNumber, described.partName]
          .filter((text) => text !== '')
          .join(' '),
        described.subtitle,
        described.parallelTitle,
      ].filter((text) => text !== '');
    case 'author':
      return described.people.flatMap((person) =>
        [person.name, person.pinyin].filter((name) => name !== ''),
      );
    case 'isbn':
      return described.isbns.map((isbn) => isbn.text);
    case 'subject':
      return described.subjects;
    case 'publisher':
      return [described.publisher];
    case 'year':
      return [String(fact.year)];
    case 'callnumber':
      return record.copies.slice(0, 1).map((copy) => `${copy.classNumber}/${copy.bookNumber}`);
    case 'class':
      return [fact.clc, fact.ddc];
    case 'series':
      return described.series === '' ? [] : [described.series];
    case 'id':
      return [record.localId];
    case 'issn':
      return [];
    case 'any':
      return (['title', 'author', 'subject', 'publisher', 'series', 'isbn'] as const).flatMap(
        (one) => fieldTexts(record, one),
      );
  }
}

/** Records in another order; those of equal keys keep theirs. */
export function sorted(
  records: readonly CatalogueRecord[],
  by: readonly SortBy[],
): CatalogueRecord[] {
  const keyed = records.map((record) => ({ record, keys: by.map((one) => sortKey(record, one)) }));
  keyed.sort((a, b) => {
    for (let at = 0; at < by.length; at += 1) {
      const order = compareText(a.keys[at] ?? '', b.keys[at] ?? '');
      if (order !== 0) return by[at]?.descending === true ? -order : order;
    }
    return a.record.number - b.record.number;
  });
  return keyed.map((one) => one.record);
}

function sortKey(record: CatalogueRecord, by: SortBy): string {
  if (by.key === 'year') return String(record.fact.year);
  return fold(fieldTexts(record, by.key)[0] ?? '');
}

/** The entries of a field in order, from the given text on. */
export function scanTerms(
  records: readonly CatalogueRecord[],
  field: SearchField,
  from: string,
  before: number,
  wanted: number,
): Scan {
  const entries = new Map<string, { display: string; count: number }>();
  for (const record of records) {
    for (const display of new Set(fieldTexts(record, field))) {
      const entry = entries.get(fold(display)) ?? { display, count: 0 };
      entry.count += 1;
      entries.set(fold(display), entry);
    }
  }
  const ordered = [...entries].sort(([a], [b]) => compareText(a, b));
  const folded = fold(from);
  const found = ordered.findIndex(([key]) => compareText(key, folded) >= 0);
  const at = found < 0 ? ordered.length : found;
  const first = Math.max(0, at - Math.max(0, before));
  const terms = ordered.slice(first, first + wanted).map(([, entry]) => entry);
  return { terms, position: at - first + 1 };
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
