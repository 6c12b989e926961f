import type { BibRecord } from '../marc/record.ts';
import { codeAt, foldedLetters, foldForMatching, mayHoldFolded } from '../marc/text.ts';
import type { IndexName } from '../query/types.ts';
import type { RankClause, RankTerms, Token } from './rank-terms.ts';

/**
 * BM25F (Robertson and Zaragoza 2009, section 3.6) over the fields of one record, without collection
 * statistics: what the libraries happened to send must not decide how well a record matches, or the
 * order would change with every answer. Words are weighed by the query alone.
 */

interface RankField {
  /** Usual length in words, a constant for the same reason. */
  readonly usualLength: number;
  readonly texts: (record: BibRecord) => readonly (string | null)[];
}

const fields = {
  title: { usualLength: 8, texts: (r) => [r.title] },
  otherTitle: {
    usualLength: 10,
    texts: (r) => [r.subtitle, r.parallelTitle, r.partName, r.partNumber, ...r.otherTitles],
  },
  author: {
    usualLength: 8,
    texts: (r) => [...r.authors, ...r.contributors.map((c) => c.alternate)],
  },
  subject: { usualLength: 12, texts: (r) => r.subjects },
  series: { usualLength: 8, texts: (r) => [r.series] },
  publisher: { usualLength: 6, texts: (r) => [r.publisher] },
  class: { usualLength: 2, texts: (r) => Object.values(r.classes) },
  shelf: { usualLength: 2, texts: (r) => r.items.map((item) => item.callNumber) },
  year: { usualLength: 1, texts: (r) => [r.year === null ? null : String(r.year), r.date] },
} as const satisfies Record<string, RankField>;
type FieldName = keyof typeof fields;

/** A field, and how much a word is worth there. */
interface Wanted {
  readonly field: FieldName;
  readonly weight: number;
}

/** The fields an index looks into. */
const wantedBy: Readonly<Record<IndexName, readonly Wanted[]>> = {
  any: wanted({ title: 5, otherTitle: 2.5, author: 3, subject: 2, series: 1, publisher: 0.7 }),
  title: wanted({ title: 5, otherTitle: 2.5 }),
  author: wanted({ author: 4 }),
  subject: wanted({ subject: 4, title: 1 }),
  publisher: wanted({ publisher: 3 }),
  series: wanted({ series: 3, title: 0.5 }),
  class: wanted({ class: 3 }),
  callnumber: wanted({ shelf: 3, class: 1 }),
  year: wanted({ year: 2 }),
  isbn: [],
  issn: [],
  id: [],
};

function wanted(weights: Partial<Readonly<Record<FieldName, number>>>): readonly Wanted[] {
  return Object.entries(weights).map(([field, weight]) => ({ field: field as FieldName, weight }));
}

const saturation = 1.2;
const lengthShare = 0.6;
/** All words of the query where they count most come to about this. */
const scale = 10;
const exactTitle = 5;
const beginsTitle = 2;
const holdsPhrase = 1;
/** Above anything words can reach: an identifier names the edition. */
const identifier = 100;

export interface Explanation {
  readonly identifier: number;
  readonly words: readonly {
    readonly word: string;
    readonly field: string;
    readonly score: number;
  }[];
  readonly phrase: number;
  readonly total: number;
}

/** One record while it is scored: its texts by field, as written and folded, once they were needed. */
interface Reading {
  readonly record: BibRecord;
  readonly written: Partial<Record<FieldName, Written>>;
  readonly folded: Partial<Record<FieldName, readonly string[]>>;
}

/** The texts of a field as the record has them, and the letters of all of them once folded. */
interface Written {
  readonly texts: readonly (string | null)[];
  readonly letters: number;
}

function readingOf(record: BibRecord): Reading {
  return { record, written: {}, folded: {} };
}

/** How well one record matches; depends on the query and the record alone. */
export function scoreOf(terms: RankTerms, record: BibRecord): number {
  const reading = readingOf(record);
  let total = identifierScore(terms, record);
  let possible = 0;
  let found = 0;
  let phrase = 0;
  for (const clause of terms.clauses) {
    const fieldsOfIndex = wantedBy[clause.index];
    for (const token of clause.tokens) {
      possible += token.weight;
      found += token.weight * saturate(tokenWeight(token, fieldsOfIndex, reading));
    }
    phrase = Math.max(phrase, phraseScore(clause, reading));
  }
  if (possible > 0) total += (scale * found) / possible;
  return Math.round((total + phrase) * 10) / 10;
}

/** The same score, taken apart for a reader who asks why. */
export function explainScore(terms: RankTerms, record: BibRecord): Explanation {
  const reading = readingOf(record);
  const possible = terms.clauses.reduce(
    (sum, clause) => clause.tokens.reduce((inner, token) => inner + token.weight, sum),
    0,
  );
  const words = terms.clauses.flatMap((clause) =>
    clause.tokens.flatMap((token) => {
      const all = tokenWeight(token, wantedBy[clause.index], reading);
      if (all === 0) return [];
      const score = (scale * token.weight * saturate(all)) / possible;
      return wantedBy[clause.index].flatMap((one) => {
        const part = tokenWeight(token, [one], reading);
        return part === 0
          ? []
          : [{ word: token.text, field: one.field, score: (score * part) / all }];
      });
    }),
  );
  return {
    identifier: identifierScore(terms, record),
    words,
    phrase: Math.max(0, ...terms.clauses.map((clause) => phraseScore(clause, reading))),
    total: scoreOf(terms, record),
  };
}

function identifierScore(terms: RankTerms, record: BibRecord): number {
  const named =
    terms.isbn.some((isbn) => record.isbn.includes(isbn)) ||
    terms.issn.some((issn) => record.issn.includes(issn));
  return named ? identifier : 0;
}

function saturate(weight: number): number {
  return weight / (saturation + weight);
}

/** A word's frequency over the fields, each damped by its length, each times its weight. */
function tokenWeight(token: Token, fieldsOfIndex: readonly Wanted[], reading: Reading): number {
  let sum = 0;
  for (const { field, weight } of fieldsOfIndex) {
    if (!anyMayHold(reading, field, token.text, token.letters)) continue;
    let count = 0;
    let length = 0;
    for (const text of foldedTexts(reading, field)) {
      count += occurrences(token, text);
      length += lengthOf(text);
    }
    if (count === 0) continue;
    const damping = 1 - lengthShare + (lengthShare * length) / fields[field].usualLength;
    sum += (weight * count) / damping;
  }
  return sum;
}

function phraseScore({ index, phrase, firstWord, letters }: RankClause, reading: Reading): number {
  if (!wantedBy[index].some(({ field }) => field === 'title')) return 0;
  const inTitle = firstWord === '' || anyMayHold(reading, 'title', firstWord, letters);
  const title = inTitle ? (foldedTexts(reading, 'title')[0] ?? '') : '';
  if (inTitle && title === phrase) return exactTitle;
  if (
    anyMayHold(reading, 'otherTitle', firstWord, letters) &&
    foldedTexts(reading, 'otherTitle').includes(phrase)
  ) {
    return exactTitle;
  }
  if (!inTitle) return 0;
  if (title.startsWith(phrase) && isBoundary(title, phrase.length)) return beginsTitle;
  return holds(title, phrase) ? holdsPhrase : 0;
}

function writtenTexts(reading: Reading, field: FieldName): Written {
  const known = reading.written[field];
  if (known !== undefined) return known;
  const texts = fields[field].texts(reading.record);
  let letters = 0;
  for (const text of texts) if (text) letters |= foldedLetters(text);
  const made: Written = { texts, letters };
  reading.written[field] = made;
  return made;
}

function foldedTexts(reading: Reading, field: FieldName): readonly string[] {
  const known = reading.folded[field];
  if (known !== undefined) return known;
  const made: string[] = [];
  for (const text of writtenTexts(reading, field).texts) if (text) made.push(foldForMatching(text));
  reading.folded[field] = made;
  return made;
}

/** Most words of a query stand in few fields of a record: only those are folded. */
function anyMayHold(reading: Reading, field: FieldName, word: string, wanted: number): boolean {
  const { texts, letters } = writtenTexts(reading, field);
  if ((letters & wanted) !== wanted) return false;
  for (const text of texts) if (text && mayHoldFolded(text, word)) return true;
  return false;
}

function holds(text: string, phrase: string): boolean {
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
    if (isBoundary(text, at) && isBoundary(text, at + phrase.length)) return true;
  }
  return false;
}

function occurrences(token: Token, text: string): number {
  let count = 0;
  for (let at = text.indexOf(token.text); at >= 0; at = text.indexOf(token.text, at + 1)) {
    const end = at + token.text.length;
    if (!token.whole || (isBoundary(text, at) && (token.open || isBoundary(text, end)))) count++;
  }
  return count;
}

/** Whether a Latin word may begin or end here: at the edges, at a blank, and beside Han. */
function isBoundary(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return true;
  return !isLetter(codeAt(text, at - 1)) || !isLetter(codeAt(text, at));
}

function isLetter(code: number): boolean {
  return code !== 0x20 && code < 0x2e80;
}

/** Words of a folded text, estimated: a Han character each, six letters each otherwise. */
function lengthOf(text: string): number {
  return text.charCodeAt(0) >= 0x2e80 || text.charCodeAt(text.length - 1) >= 0x2e80
    ? text.length
    : text.length / 6;
}
