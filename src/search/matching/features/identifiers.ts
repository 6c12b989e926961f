import type { BibRecord, IsbnStatement } from '../../../marc/record.ts';

/** Valid identifiers only: a number with a wrong check digit says nothing. */
export interface IdentifiersFeature {
  readonly isbn: readonly string[];
  /** Of a serial alone: the ISSN in the record of a book is that of its series. */
  readonly issn: readonly string[];
  /** The ISBNs with what the record says of each. */
  readonly statements: readonly IsbnStatement[];
}

export type IdentifiersLevel =
  | 'same-isbn'
  | 'same-issn'
  | 'unknown'
  /** Both have ISBNs and share none. */
  | 'other-isbn'
  /** The same, where a set, a binding or several ISBNs explain it. */
  | 'other-isbn-explained'
  | 'other-issn';

const maxIsbns = 12;
const noIssn: readonly string[] = [];

const setOrBinding =
  /set|全套|套|精|平|软|硬|线装|hbk|hard|cloth|bound|pbk|paper|soft|nid|sid|inb|geb|kart|brosch|rel|br\b|alk|lib/i;

export function identifiersOf(record: BibRecord): IdentifiersFeature {
  return {
    isbn: record.isbn.length > maxIsbns ? record.isbn.slice(0, maxIsbns) : record.isbn,
    issn: record.type === 'serial' ? record.issn : noIssn,
    statements: record.isbnStatements,
  };
}

/** One of several, or marked as that of a set or of a binding: another may stand beside such an ISBN. */
function isLoose({ isbn, statements }: IdentifiersFeature): boolean {
  return (
    isbn.length > 1 ||
    statements.some((one) => one.qualifier !== null && setOrBinding.test(one.qualifier))
  );
}

export function compareIdentifiers(a: IdentifiersFeature, b: IdentifiersFeature): IdentifiersLevel {
  if (a.isbn.length > 0 && b.isbn.length > 0) {
    if (a.isbn.some((isbn) => b.isbn.includes(isbn))) return 'same-isbn';
    return isLoose(a) || isLoose(b) ? 'other-isbn-explained' : 'other-isbn';
  }
  if (a.issn.length > 0 && b.issn.length > 0) {
    return a.issn.some((issn) => b.issn.includes(issn)) ? 'same-issn' : 'other-issn';
  }
  return 'unknown';
}
