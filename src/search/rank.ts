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
    texts: (r) =>
      r.contributors.some((c) => c.alternate !== null)
        ? [...r.authors, ...r.contributors.map((c) => c.alternate)]
        : r.authors,
  },
  subject: { usualLength: 12, texts: (r) => r.subjects },
  series: { usualLength: 8, texts: (r) => [r.series] },
  publisher: { usualLength: 6, texts: (r) => [r.publisher] },
  class: { usualLength: 2, texts: (r) => Object.values(r.classes) },
  shelf: { usualLength: 2, texts: (r) => r.items.map((item) => item.callNumber) },
  year: { usualLength: 1, texts: (r) => [r.year === null ? null : String(r.year), r.date] },
} as const satisfies Record<string, RankField>;
type FieldName = keyof typeof fields;
const fieldNames = Object.keys(fields) as readonly FieldName[];

/** A field, and how much a word is worth there. */
interface Wanted {
  readonly field: FieldName;
  /** Where the field stands among all: a place in a list is found sooner than one of many names. */
  readonly at: number;
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
  return Object.entries(weights).map(([name, weight]) => {
    const field = name as FieldName;
    return { field, at: fieldNames.indexOf(field), weight };
  });
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

/** One record while it is scored: its texts by field (see Wanted.at), as written and folded, once needed. */
interface Reading {
  readonly record: BibRecord;
  readonly written: (Written | undefined)[];
  readonly folded: (readonly string[] | undefined)[];
}

/** The texts of a field as the record has them, and the letters of all of them once folded. */
interface Written {
  readonly texts: readonly (string | null)[];
  readonly letters: number;
}

function readingOf(record: BibRecord): Reading {
  return { record, written: new Array(fieldNames.length), folded: new Array(fieldNames.length) };
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
  for (const { field, at, weight } of fieldsOfIndex) {
    if (!anyMayHold(reading, at, token.text, token.letters)) continue;
    let count = 0;
    let length = 0;
    for (const text of foldedTexts(reading, at)) {
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
  const inTitle = firstWord === '' || anyMayHold(reading, titleAt, firstWord, letters);
  const title = inTitle ? (foldedTexts(reading, titleAt)[0] ?? '') : '';
  if (inTitle && title === phrase) return exactTitle;
  if (
    anyMayHold(reading, otherTitleAt, firstWord, letters) &&
    foldedTexts(reading, otherTitleAt).includes(phrase)
  ) {
    return exactTitle;
  }
  if (!inTitle) return 0;
  if (title.startsWith(phrase) && isBoundary(title, phrase.length)) return beginsTitle;
  return holds(title, phrase) ? holdsPhrase : 0;
}

const titleAt = fieldNames.indexOf('title');
const otherTitleAt = fieldNames.indexOf('otherTitle');

function writtenTexts(reading: Reading, at: number): Written {
  const known = reading.written[at];
  if (known !== undefined) return known;
  const texts = fields[fieldNames[at] as FieldName].texts(reading.record);
  let letters = 0;
  for (const text of texts) if (text) letters |= foldedLetters(text);
  const made: Written = { texts, letters };
  reading.written[at] = made;
  return made;
}

function foldedTexts(reading: Reading, at: number): readonly string[] {
  const known = reading.folded[at];
  if (known !== undefined) return known;
  const made: string[] = [];
  for (const text of writtenTexts(reading, at).texts) if (text) made.push(foldForMatching(text));
  reading.folded[at] = made;
  return made;
}

/** Most words of a query stand in few fields of a record: only those are folded. */
function anyMayHold(reading: Reading, at: number, word: string, wanted: number): boolean {
  const { texts, letters } = writtenTexts(reading, at);
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
