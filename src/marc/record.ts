import type { Dialect } from './types.ts';

/** A person or body that made the work. */
export interface Contributor {
  /** The name as shown, without the role and without ISBD punctuation. */
  readonly name: string;
  readonly kind: 'person' | 'body' | 'meeting';
  /** The role in the library's own words (`主编`, `translator`), or null. */
  readonly role: string | null;
  /** Pinyin as the library wrote it, or null. */
  readonly pinyin: string | null;
  /** The same name in the other script (MARC 21 880), or null. */
  readonly alternate: string | null;
  /** True for creators; false for those named after them (translators, series editors). */
  readonly primary: boolean;
}

/** An ISBN as one record gives it. */
export interface IsbnStatement {
  /** 13 digits where the check digit is right, else null. */
  readonly isbn13: string | null;
  readonly asWritten: string;
  /** 精装, set, v. 2 …, or null. */
  readonly qualifier: string | null;
}

export const itemStatuses = [
  'available',
  'on_loan',
  'library_use',
  'on_order',
  'unavailable',
  'unknown',
] as const;
/** Where a copy is. `unknown` unless the library said so; never guessed. */
export type ItemStatus = (typeof itemStatuses)[number];

/** One copy, as the library describes it. */
export interface Item {
  readonly callNumber: string | null;
  readonly volume: string | null;
  readonly location: string | null;
  readonly barcode: string | null;
  readonly status: ItemStatus;
  /** ISO date (YYYY-MM-DD) when due back, or null. */
  readonly dueDate: string | null;
  /** True or false only where the library said so; being on the shelf never implies it. */
  readonly lendable: boolean | null;
  readonly lendableWhy: string | null;
}

export const recordTypes = [
  'book',
  'serial',
  'article',
  'map',
  'music',
  'sound',
  'video',
  'image',
  'computer',
  'manuscript',
  'kit',
  'object',
  'other',
] as const;
export type RecordType = (typeof recordTypes)[number];

export const carriers = ['online', 'disc', 'microform', 'braille'] as const;
/** What carries a work that is not printed on paper. */
export type Carrier = (typeof carriers)[number];

/** A record of any dialect in the one form that readers see and matching compares. */
export interface BibRecord {
  readonly dialect: Dialect;
  /** MARC 001, Aleph doc_number or SRU recordIdentifier, or null. */
  readonly controlNumber: string | null;
  /** The title proper without ISBD punctuation and non-sorting marks; empty when the record has none. */
  readonly title: string;
  /** The title without its leading article or other non-filing characters. */
  readonly sortTitle: string;
  readonly subtitle: string | null;
  readonly parallelTitle: string | null;
  readonly partNumber: string | null;
  readonly partName: string | null;
  /** Titles the edition is also known by: cover, spine, uniform, the other script (880). */
  readonly otherTitles: readonly string[];
  readonly titlePinyin: string | null;
  readonly responsibility: string | null;
  readonly contributors: readonly Contributor[];
  /** Names of the contributors, creators first. */
  readonly authors: readonly string[];
  readonly edition: string | null;
  readonly publisher: string | null;
  readonly place: string | null;
  readonly year: number | null;
  /**
   * The first year of the coded data (MARC 21 008, UNIMARC 100), which may differ from the written
   * one where that names a printing; absent in dialects without coded data.
   */
  readonly codedYear?: number | null;
  /** The date as the library wrote it (`2014.2`). */
  readonly date: string | null;
  readonly extent: string | null;
  readonly series: string | null;
  readonly seriesVolume: string | null;
  /** Valid ISBNs, 13 digits, in the record's order, without repeats. */
  readonly isbn: readonly string[];
  readonly isbnAsWritten: readonly string[];
  readonly isbnStatements: readonly IsbnStatement[];
  /** Valid ISSNs, `1234-567X`. */
  readonly issn: readonly string[];
  /** MARC language code (`chi`), or null. */
  readonly language: string | null;
  readonly type: RecordType;
  /** Set where coded data or a designation names a carrier other than paper. */
  readonly carrier?: Carrier | null;
  readonly subjects: readonly string[];
  /** By scheme: clc, ddc, lcc, udc, other. */
  readonly classes: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly summary: string | null;
  readonly links: readonly { readonly url: string; readonly label: string | null }[];
  /** Copies described inside the record (905, 852, AVA …); often empty. */
  readonly items: readonly Item[];
}

/** A record of which nothing is known but its title, for sources that name only some elements. */
export function emptyBibRecord(dialect: Dialect, title = ''): BibRecord {
  return {
    dialect,
    controlNumber: null,
    title,
    sortTitle: title,
    subtitle: null,
    parallelTitle: null,
    partNumber: null,
    partName: null,
    otherTitles: [],
    titlePinyin: null,
    responsibility: null,
    contributors: [],
    authors: [],
    edition: null,
    publisher: null,
    place: null,
    year: null,
    date: null,
    extent: null,
    series: null,
    seriesVolume: null,
    isbn: [],
    isbnAsWritten: [],
    isbnStatements: [],
    issn: [],
    language: null,
    type: 'book',
    subjects: [],
    classes: {},
    notes: [],
    summary: null,
    links: [],
    items: [],
  };
}
