/** How one library writes an ISBN. `as-printed`: 10 digits for books before 2007, else 13. */
export type IsbnHabit = 'hyphen13' | 'plain13' | 'hyphen10' | 'plain10' | 'as-printed';

/** Fields a library leaves out in some of its records. */
export type DroppableField = 'isbn' | 'extent' | 'month' | 'subtitle' | 'subjects' | 'edition';

/** Where copies stand inside a record. */
export interface CopyFields {
  readonly tag: string;
  readonly library: string;
  readonly barcode: string;
  readonly location: string;
  /** One subfield for the whole call number, or two for class and book number. */
  readonly callNumber: readonly [string] | readonly [string, string];
}

/** How one library catalogues: the same facts come out differently for each set of habits. */
export interface Habits {
  readonly dialect: 'cnmarc' | 'marc21';
  readonly isbn: IsbnHabit;
  /** Which of two bindings the library owns and describes. */
  readonly bindings: 'both' | 'paperback' | 'hardback';
  /** `typed` writes the equals sign into the subfield, `access` gives only the access point. */
  readonly parallelTitle: 'clean' | 'typed' | 'access' | 'none';
  /** Subfield that carries pinyin in CNMARC, or null. */
  readonly pinyin: 'A' | '9' | null;
  /** MARC 21 only: pinyin in the main fields, the Chinese text in linked 880 fields. */
  readonly romanised: boolean;
  /** Full-width letters, digits and punctuation in titles and edition statements. */
  readonly fullWidth: boolean;
  readonly script: 'simplified' | 'traditional';
  readonly publisher: 'press' | 'company' | 'limited' | 'short';
  readonly edition: 'as-printed' | 'characters' | 'bare';
  readonly classification: 'clc' | 'ddc';
  /** `plain` drops the marks of Latin letters, as charsets without them force a library to. */
  readonly latin: 'full' | 'plain';
  /** Several subjects in one 606 $a, as some libraries do. */
  readonly subjectsInOneField: boolean;
  /** Share of the records, in percent, that lack a field. */
  readonly drops: Readonly<Partial<Record<DroppableField, number>>>;
  /** Null where copies are not part of the record. */
  readonly copies: CopyFields | null;
}

/** A common Chinese academic library; each library's own habits differ from it in a few points. */
export const usualHabits: Habits = {
  dialect: 'cnmarc',
  isbn: 'hyphen13',
  bindings: 'both',
  parallelTitle: 'clean',
  pinyin: null,
  romanised: false,
  fullWidth: false,
  script: 'simplified',
  publisher: 'press',
  edition: 'as-printed',
  classification: 'clc',
  latin: 'full',
  subjectsInOneField: false,
  drops: {},
  copies: { tag: '905', library: 'a', barcode: 'b', location: 'c', callNumber: ['d', 'e'] },
};
