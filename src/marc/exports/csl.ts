import type { BibRecord, Contributor, RecordType } from '../record.ts';
import { contributorsOf, familyAndGiven, fullTitle, pagesOf } from './contributors.ts';

const types: Readonly<Record<RecordType, string>> = {
  book: 'book',
  serial: 'periodical',
  article: 'chapter',
  map: 'map',
  music: 'musical_score',
  sound: 'song',
  video: 'motion_picture',
  image: 'graphic',
  computer: 'software',
  manuscript: 'manuscript',
  kit: 'document',
  object: 'document',
  other: 'document',
};

export interface CslName {
  readonly family?: string;
  readonly given?: string;
  readonly literal?: string;
}

/** An item of CSL-JSON 1.0.2, for citation processors. */
export function cslItem(record: BibRecord): Readonly<Record<string, unknown>> {
  const names = (part: 'author' | 'editor' | 'translator') =>
    orAbsent(contributorsOf(record, part).map(cslName));
  const item: Record<string, unknown> = {
    id: record.controlNumber ?? record.isbn[0] ?? record.title,
    type: types[record.type],
    title: fullTitle(record),
    author: names('author'),
    editor: names('editor'),
    translator: names('translator'),
    publisher: record.publisher,
    'publisher-place': record.place,
    issued: record.year === null ? null : { 'date-parts': [dateParts(record)] },
    edition: record.edition,
    'collection-title': record.series,
    'collection-number': record.seriesVolume,
    volume: record.partNumber,
    'volume-title': record.partName,
    'number-of-pages': pagesOf(record),
    ISBN: record.isbn.join(' ') || null,
    ISSN: record.issn.join(' ') || null,
    language: record.language,
    keyword: record.subjects.join(', ') || null,
    abstract: record.summary,
    note: record.notes.join(' ') || null,
    URL: record.links[0]?.url ?? null,
    'call-number': record.items.find(({ callNumber }) => callNumber !== null)?.callNumber ?? null,
  };
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}

function cslName(contributor: Contributor): CslName {
  return familyAndGiven(contributor) ?? { literal: contributor.name };
}

function orAbsent<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

/** Year, and the month where the date reads `2014.2` or `2014-02`. */
function dateParts(record: BibRecord): readonly number[] {
  const year = record.year ?? 0;
  const month = new RegExp(`${year}[.\\-/年](\\d{1,2})(?!\\d)`).exec(record.date ?? '')?.[1];
  const number = Number(month ?? 0);
  return number >= 1 && number <= 12 ? [year, number] : [year];
}
