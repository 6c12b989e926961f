import type { Carrier, Contributor, IsbnStatement, Item, RecordType } from '../record.ts';
import type { Dialect } from '../types.ts';
import type { FieldView } from './view.ts';

/** A BibRecord while a record's fields are read into it, one after another. */
export interface Draft {
  readonly dialect: Dialect;
  controlNumber: string | null;
  title: string;
  sortTitle: string;
  subtitle: string | null;
  parallelTitle: string | null;
  partNumber: string | null;
  partName: string | null;
  titlePinyin: string | null;
  responsibility: string | null;
  edition: string | null;
  publisher: string | null;
  place: string | null;
  date: string | null;
  /** How sure it is that place, publisher and date are the publication's: the surest field wins. */
  publicationRank: number;
  /** The year of the coded data (008, 100 $a). */
  codedYear: number | null;
  extent: string | null;
  series: string | null;
  seriesVolume: string | null;
  language: string | null;
  type: RecordType;
  carrier: Carrier | null;
  summary: string | null;
  readonly otherTitles: string[];
  readonly contributors: Contributor[];
  readonly isbnStatements: IsbnStatement[];
  readonly issn: string[];
  readonly subjects: string[];
  readonly classes: Record<string, string>;
  readonly notes: string[];
  readonly links: { readonly url: string; readonly label: string | null }[];
  readonly items: Item[];
  /** The same field in the other script (MARC 21 880), by field; null where there is none. */
  scripts: ReadonlyMap<FieldView, FieldView> | null;
}

export function newDraft(dialect: Dialect): Draft {
  return {
    dialect,
    controlNumber: null,
    title: '',
    sortTitle: '',
    subtitle: null,
    parallelTitle: null,
    partNumber: null,
    partName: null,
    titlePinyin: null,
    responsibility: null,
    edition: null,
    publisher: null,
    place: null,
    date: null,
    publicationRank: 0,
    codedYear: null,
    extent: null,
    series: null,
    seriesVolume: null,
    language: null,
    type: 'book',
    carrier: null,
    summary: null,
    otherTitles: [],
    contributors: [],
    isbnStatements: [],
    issn: [],
    subjects: [],
    classes: {},
    notes: [],
    links: [],
    items: [],
    scripts: null,
  };
}
