import { UnsupportedQueryError } from '../errors.ts';
import { alternatives } from '../indexes.ts';
import type { MaskedTerm } from '../term.ts';
import type { IndexMap, IndexName, Query, Translated } from '../types.ts';
import { type ReadClause, spellTerm, type TermOptions } from './clause.ts';
import { type Place, walk } from './walk.ts';
import {
  emptyTerm,
  unsupportedIndex,
  unsupportedMask,
  unsupportedModifier,
  unsupportedRelation,
} from './words.ts';

/** Aleph's `request` has at most 500 characters, with the two quotation marks the server adds. */
const maxRequestCharacters = 498;

interface Context {
  readonly index: IndexName;
  readonly code: string;
  readonly options: TermOptions;
  readonly place: Place;
}

/**
 * The query as the CCL of Aleph's `find`: `WTI=(words)` joined by AND, OR and NOT in parentheses. Words
 * in parentheses are all looked for, so a phrase is asked as its words.
 */
export function toXserviceRequest(
  query: Query,
  indexes: IndexMap,
  options: TermOptions = {},
): Translated<{ readonly request: string }> {
  const { value, notes } = walk<string>(
    query,
    {
      clause: (clause, place) => clauseText(clause, contextOf(clause, indexes, options, place)),
      join: joinTexts,
      proximity: (_node, left, right) => joinTexts('and', left, right),
    },
    { ...options, proximity: false },
  );
  if (value.length > maxRequestCharacters) {
    throw new UnsupportedQueryError('检索式对该馆过长', 'The query is too long for this library');
  }
  return { value: { request: value }, simplified: notes.list };
}

function contextOf(
  clause: ReadClause,
  indexes: IndexMap,
  options: TermOptions,
  place: Place,
): Context {
  const { index } = clause;
  const code = alternatives(indexes, index)[options.alternative?.[index] ?? 0];
  if (typeof code !== 'string' || !/^[A-Za-z0-9]{2,10}$/.test(code)) throw unsupportedIndex(index);
  if (clause.stem || clause.phonetic) throw unsupportedModifier(clause.stem ? 'stem' : 'phonetic');
  return { index, code, options, place };
}

function joinTexts(operator: 'and' | 'or' | 'not', left: string, right: string): string {
  return `(${left} ${operator.toUpperCase()} ${right})`;
}

function clauseText(clause: ReadClause, context: Context): string {
  const { match, words } = clause;
  switch (match) {
    case 'any':
      return words
        .map((word) => wordsText([word], context))
        .reduce((left, right) => joinTexts('or', left, right));
    case 'all':
      return wordsText(words, context);
    case 'phrase':
    case 'exact':
      widenMatch(clause, context);
      return wordsText(words, context);
    default:
      return rangeText(clause, match, context);
  }
}

function widenMatch(clause: ReadClause, context: Context): void {
  if (['isbn', 'issn', 'id', 'year'].includes(context.index)) return;
  if (clause.match === 'exact') context.place.widen('relation_widened');
  else if (clause.words.length > 1) context.place.widen('phrase_widened');
}

/** `WTI=(化学 工程)`, with an alternative for every other spelling. */
function wordsText(words: readonly MaskedTerm[], context: Context): string {
  if (words.some((word) => word.anchoredStart || word.anchoredEnd)) {
    context.place.widen('anchor_dropped');
  }
  const spelled = words.map((word) => spellTerm(word, context.index, context.options));
  const count = Math.max(...spelled.map((forms) => forms.length));
  const texts = Array.from({ length: count }, (_, at) => {
    const parts = spelled.map((forms) => printWord(forms[at] ?? forms[0], context));
    const printed = parts.filter((part) => part !== '');
    if (printed.length < parts.length && printed.length > 0) context.place.widen('word_dropped');
    if (printed.length === 0) throw emptyTerm();
    return `${context.code}=(${printed.join(' ')})`;
  });
  return [...new Set(texts)].reduce((left, right) => joinTexts('or', left, right));
}

/** Characters that mean something in Aleph's CCL; between words they are as good as a blank. */
const ccSigns = /[^\p{L}\p{M}\p{N}\s+.'$@_-]+/gu;
const operators = new Set(['and', 'or', 'not', 'to']);

/** A word with `?` for any run of characters and `!` for one; empty where nothing is left of it. */
function printWord(word: MaskedTerm | undefined, context: Context): string {
  if (word === undefined) return '';
  if (!word.pieces.some((piece) => piece.kind === 'text')) throw unsupportedMask();
  const text = word.pieces
    .map((piece) => {
      if (piece.kind !== 'text') return piece.kind === 'many' ? '?' : '!';
      return piece.text.replace(ccSigns, ' ');
    })
    .join('');
  const kept = text.split(/\s+/).filter((part) => isSearchable(part));
  if (kept.length < text.trim().split(/\s+/).length) context.place.widen('word_dropped');
  return kept.join(' ');
}

function isSearchable(part: string): boolean {
  return /[\p{L}\p{N}]/u.test(part) && !operators.has(part.toLowerCase());
}

/** Years as a range: `WYR=(2000->9999)`. Other indexes have no order that can be asked for. */
function rangeText(clause: ReadClause, match: ReadClause['match'], context: Context): string {
  const [piece, more] = clause.whole.pieces;
  const digits = piece?.kind === 'text' && more === undefined ? piece.text.trim() : '';
  if (context.index !== 'year' || !/^[0-9]{4}$/.test(digits)) throw unsupportedRelation(match);
  const year = Number(digits);
  const range = (from: number, to: number) => `${context.code}=(${pad(from)}->${pad(to)})`;
  if (match === '>=') return range(year, 9999);
  if (match === '<=') return range(0, year);
  if (match === '>' && year < 9999) return range(year + 1, 9999);
  if (match === '<' && year > 0) return range(0, year - 1);
  throw unsupportedRelation(match);
}

function pad(year: number): string {
  return String(year).padStart(4, '0');
}
