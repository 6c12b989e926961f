/** The languages the table holds, as MARC language codes. */
export type FactLanguage = 'chi' | 'eng' | 'fre' | 'ger' | 'rus' | 'spa';

/** What kind of thing an entry describes. */
export type FactMedium = 'book' | 'ebook' | 'score';

export interface FactPerson {
  /** A Chinese name in one string; a foreign one inverted (`Marlow, Edwin P.`). */
  readonly name: string;
  /** The role in the words of the book (`主编`, `著`, `译`); empty for foreign names. */
  readonly role: string;
  /** Pinyin of a Chinese name; empty otherwise. */
  readonly pinyin: string;
  /** The country of a translated author, as in `(英)`; empty otherwise. */
  readonly country: string;
}

/** One published edition of one work: what every library that owns it has in its hands. */
export interface Fact {
  /** Key of this entry. */
  readonly key: string;
  /** Entries of one work, in any edition or volume, share it. */
  readonly work: string;
  /** The truth of matching: entries of the same edition, and only they, share it. */
  readonly edition: string;
  readonly language: FactLanguage;
  readonly medium: FactMedium;
  readonly title: string;
  readonly pinyin: string;
  readonly parallelTitle: string;
  readonly subtitle: string;
  readonly partNumber: string;
  readonly partName: string;
  readonly people: readonly FactPerson[];
  readonly editionStatement: string;
  readonly publisher: string;
  readonly place: string;
  readonly year: number;
  /** Month of publication, 0 when the book does not say. */
  readonly month: number;
  readonly extent: string;
  readonly series: string;
  readonly seriesVolume: string;
  /** ISBN of the only or the paperback binding, 13 digits hyphened; empty when there is none. */
  readonly isbn: string;
  /** ISBN of the hardback of the same edition; empty when there is none. */
  readonly hardbackIsbn: string;
  readonly clc: string;
  readonly ddc: string;
  readonly subjects: readonly string[];
  /** Ids of the demonstration libraries that own it. */
  readonly holders: readonly string[];
}
