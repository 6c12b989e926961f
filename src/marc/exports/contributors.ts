import type { BibRecord, Contributor, IsbnStatement } from '../record.ts';
import { hasHan } from '../text.ts';

/** What citation formats keep apart: who wrote, who edited, who translated, who did something else. */
export type Part = 'author' | 'editor' | 'translator' | 'other';

const translators = /译|譯|trans|trad|übers/i;
const editors = /编|編|辑|輯|纂|edit|compil|herausg|hrsg|red\b/i;
const authors = /著|撰|作|述|author|writer|creator|auteur|verf|composer|artist/i;

export function partOf({ role, primary }: Contributor): Part {
  if (role === null) return primary ? 'author' : 'other';
  if (translators.test(role)) return 'translator';
  if (authors.test(role) && primary) return 'author';
  if (editors.test(role)) return 'editor';
  return primary ? 'author' : 'other';
}

/** The contributors of one part, in the record's order. */
export function contributorsOf(record: BibRecord, part: Part): readonly Contributor[] {
  return record.contributors.filter((contributor) => partOf(contributor) === part);
}

/** `Smith, John` in its two halves; null for bodies, Han names and names not entered that way. */
export function familyAndGiven(
  contributor: Contributor,
): { readonly family: string; readonly given: string } | null {
  if (contributor.kind !== 'person' || hasHan(contributor.name)) return null;
  const comma = contributor.name.indexOf(', ');
  if (comma < 1) return null;
  return { family: contributor.name.slice(0, comma), given: contributor.name.slice(comma + 2) };
}

/** The title with its part and subtitle as one text, with ISBD marks between. */
export function fullTitle(record: BibRecord): string {
  const parts = [record.partNumber, record.partName].filter((part) => part !== null).join(', ');
  const whole = [record.title, parts].filter((part) => part !== '').join('. ');
  return record.subtitle === null ? whole : `${whole}: ${record.subtitle}`;
}

/** The ISBNs as stated, or as numbers alone where a source gave no more. */
export function isbnsOf({ isbn, isbnStatements }: BibRecord): readonly IsbnStatement[] {
  if (isbnStatements.length > 0) return isbnStatements;
  return isbn.map((isbn13) => ({ isbn13, asWritten: isbn13, qualifier: null }));
}

/** Number of pages in an extent (`xii, 320 p.`, `210页`), or null. */
export function pagesOf(record: BibRecord): string | null {
  const match = /(\d{1,5})\s*(?:p\b|pages?|页|頁|面|S\.|с\.|s\b)/i.exec(record.extent ?? '');
  return match?.[1] ?? null;
}

/** A value on one line: line breaks and other controls become blanks. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
