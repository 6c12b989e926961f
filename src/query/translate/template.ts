import { UnsupportedQueryError } from '../errors.ts';
import { alternatives } from '../indexes.ts';
import { plainText } from '../term.ts';
import type { IndexMap, Query, Translated } from '../types.ts';
import { type ReadClause, spellings, type TermOptions } from './clause.ts';
import { type Place, walk } from './walk.ts';
import {
  unsupportedBoolean,
  unsupportedIndex,
  unsupportedMask,
  unsupportedModifier,
  unsupportedRelation,
} from './words.ts';

/** What is put under one variable: words that must all be found. */
type Values = Readonly<Record<string, string>>;

/**
 * The query as values of template variables. A search form has one box an index and finds all of its
 * words, so that only clauses joined by `and` can be said; the values are plain text and nothing else,
 * to be encoded for the place they are put in.
 */
export function toTemplateVariables(
  query: Query,
  indexes: IndexMap,
  options: TermOptions = {},
): Translated<Readonly<Record<string, string>>> {
  const { value, notes } = walk<Values>(
    query,
    {
      clause: (clause, place) => clauseValues(clause, indexes, options, place),
      join(operator, left, right) {
        if (operator !== 'and') throw unsupportedBoolean(operator);
        return mergeValues(left, right);
      },
      proximity: (_node, left, right) => mergeValues(left, right),
    },
    { ...options, proximity: false },
  );
  return { value, simplified: notes.list };
}

function clauseValues(
  clause: ReadClause,
  indexes: IndexMap,
  options: TermOptions,
  place: Place,
): Values {
  const { index, match, words } = clause;
  const name = alternatives(indexes, index)[options.alternative?.[index] ?? 0];
  if (typeof name !== 'string') throw unsupportedIndex(index);
  if (clause.stem || clause.phonetic) throw unsupportedModifier(clause.stem ? 'stem' : 'phonetic');
  const text = plainText(clause.whole);
  if (text === null) throw unsupportedMask();
  if (clause.whole.anchoredStart || clause.whole.anchoredEnd) place.widen('anchor_dropped');
  const isNumber = ['isbn', 'issn', 'id', 'year'].includes(index);
  if (match === 'exact' && !isNumber) place.widen('relation_widened');
  else if (match === 'phrase' && words.length > 1 && !isNumber) place.widen('phrase_widened');
  else if (match === 'any' && words.length > 1) throw unsupportedRelation('any');
  else if (!['exact', 'phrase', 'all', 'any'].includes(match)) throw unsupportedRelation(match);
  // A form takes one spelling; where both scripts are in use the reader's own goes first.
  return { [name]: spellings(text, index, options)[0] ?? text };
}

function mergeValues(left: Values, right: Values): Values {
  const merged: Record<string, string> = { ...left };
  for (const [name, value] of Object.entries(right)) {
    const before = merged[name];
    merged[name] = before === undefined ? value : `${before} ${value}`;
  }
  if (Object.values(merged).some((value) => value.length > 1000)) {
    throw new UnsupportedQueryError('检索式对该馆过长', 'The query is too long for this library');
  }
  return merged;
}
