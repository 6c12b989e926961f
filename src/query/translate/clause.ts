import { isbnForms, normaliseIsbn, normaliseIssn } from '../../marc/identifiers.ts';
import { foldWidth, hasHan, toSimplified, toTraditional } from '../../marc/text.ts';
import { resolveScoped } from '../indexes.ts';
import { literalTerm, type MaskedTerm, plainText, printTerm, readTerm, wordsOf } from '../term.ts';
import type { Clause, IndexName, PrefixAssignment } from '../types.ts';
import { emptyTerm, unknownIndex, unsupportedModifier, unsupportedRelation } from './words.ts';

export interface TermOptions {
  /** How ISBNs are written at this library; `plain13` by default. */
  readonly isbnForm?: 'hyphen13' | 'plain13' | 'hyphen10' | 'plain10';
  /** Chinese script of this library's catalogue; `both` asks for either; `as-is` by default. */
  readonly script?: 'as-is' | 'simplified' | 'traditional' | 'both';
  /** Which of an index's alternatives to use, from 0. */
  readonly alternative?: Readonly<Partial<Record<IndexName, number>>>;
  /** True where the library can search by nearness; elsewhere `prox` is widened to `and`. */
  readonly proximity?: boolean;
}

export type Comparison = '<' | '<=' | '>' | '>=' | '<>';

/** A clause as every library's dialect needs it: one gateway index, one kind of match, words read. */
export interface ReadClause {
  readonly index: IndexName;
  readonly match: 'phrase' | 'all' | 'any' | 'exact' | Comparison;
  /** The whole term, with anchors at its very ends. */
  readonly whole: MaskedTerm;
  readonly words: readonly MaskedTerm[];
  readonly stem: boolean;
  readonly phonetic: boolean;
  /** True where a modifier was left out that only narrows. */
  readonly modifierDropped: boolean;
}

const matches: Readonly<Record<string, ReadClause['match'] | 'within'>> = {
  '=': 'phrase',
  scr: 'phrase',
  adj: 'phrase',
  '==': 'exact',
  exact: 'exact',
  all: 'all',
  any: 'any',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '<>': '<>',
  within: 'within',
};

/** Modifiers that change nothing libraries are asked (types of terms, ranking, usual folding). */
const idleModifiers = new Set([
  'word',
  'string',
  'number',
  'isodate',
  'uri',
  'oid',
  'masked',
  'relevant',
  'ignorecase',
  'ignoreaccents',
  'locale',
]);
/** Modifiers that only narrow: without them no hit is lost. */
const narrowingModifiers = new Set(['respectcase', 'respectaccents', 'partialorder']);

/** Reads a clause. `within` gives two, both of which must hold. */
export function readClause(
  clause: Clause,
  prefixes: readonly PrefixAssignment[],
): readonly [ReadClause] | readonly [ReadClause, ReadClause] {
  const index = resolveScoped(clause.index, prefixes);
  if (index === null) throw unknownIndex(clause.index ?? '');
  const name = clause.relation.name.replace(/^cql\./, '');
  const match = Object.hasOwn(matches, name) ? matches[name] : undefined;
  if (match === undefined) throw unsupportedRelation(clause.relation.written ?? name);
  const modifiers = readModifiers(clause);
  const read = (kind: ReadClause['match'], raw: string): ReadClause => ({
    index,
    match: kind,
    ...(modifiers.unmasked ? literalWords(raw) : maskedWords(raw, index, kind)),
    stem: modifiers.stem,
    phonetic: modifiers.phonetic,
    modifierDropped: modifiers.dropped,
  });
  if (wordsOf(clause.term).length === 0) throw emptyTerm();
  if (match !== 'within') return [read(match, clause.term)];
  const [from, to, more] = wordsOf(clause.term);
  if (from === undefined || to === undefined || more !== undefined) {
    throw unsupportedRelation('within');
  }
  return [read('>=', from), read('<=', to)];
}

function readModifiers(clause: Clause) {
  const found = { stem: false, phonetic: false, unmasked: false, dropped: false };
  for (const modifier of clause.relation.modifiers) {
    const name = modifier.name.replace(/^(cql|rel)\./, '');
    if (name === 'stem') found.stem = true;
    else if (name === 'phonetic') found.phonetic = true;
    else if (name === 'unmasked') found.unmasked = true;
    else if (narrowingModifiers.has(name)) found.dropped = true;
    else if (!idleModifiers.has(name)) throw unsupportedModifier(modifier.name);
  }
  return found;
}

function maskedWords(raw: string, index: IndexName, match: ReadClause['match']) {
  const isList = match === 'all' || match === 'any';
  // An identifier is one value, whatever blanks stand in it.
  const isOne = !isList && (index === 'isbn' || index === 'issn') && !/[*?^]/.test(raw);
  const words = isOne ? [foldWidth(raw)] : wordsOf(raw);
  return { whole: readTerm(words.join(' ')), words: words.map(readTerm) };
}

function literalWords(raw: string) {
  const words = wordsOf(literalTerm(raw));
  const literal = (text: string): MaskedTerm => ({
    anchoredStart: false,
    anchoredEnd: false,
    pieces: [{ kind: 'text', text }],
  });
  return { whole: literal(words.join(' ')), words: words.map(literal) };
}

/**
 * The spellings of a plain text to ask a library for, all of them meaning the same: the form its ISBNs
 * have, and Chinese in the script or scripts of its catalogue.
 */
export function spellings(text: string, index: IndexName, options: TermOptions): readonly string[] {
  if (index === 'isbn') return [spellIsbn(text, options.isbnForm ?? 'plain13')];
  if (index === 'issn') return [normaliseIssn(text) ?? text.trim()];
  if (!hasHan(text)) return [text];
  switch (options.script ?? 'as-is') {
    case 'as-is':
      return [text];
    case 'simplified':
      return [toSimplified(text)];
    case 'traditional':
      return [toTraditional(text)];
    case 'both':
      return [...new Set([text, toSimplified(text), toTraditional(text)])];
  }
}

/** As spellings, for a term that may have masks: each text between them in the same script. */
export function spellTerm(
  term: MaskedTerm,
  index: IndexName,
  options: TermOptions,
): readonly MaskedTerm[] {
  const text = plainText(term);
  if (text !== null) {
    return spellings(text, index, options).map((spelling) => ({
      ...term,
      pieces: [{ kind: 'text', text: spelling }],
    }));
  }
  const scripts =
    options.script === 'both'
      ? (['as-is', 'simplified', 'traditional'] as const)
      : [options.script ?? 'as-is'];
  const spelled = scripts.map((script) => ({
    ...term,
    pieces: term.pieces.map((piece) =>
      piece.kind === 'text' && index !== 'isbn' && index !== 'issn'
        ? { ...piece, text: spellings(piece.text, index, { script })[0] ?? piece.text }
        : piece,
    ),
  }));
  return [...new Map(spelled.map((one) => [printTerm(one), one])).values()];
}

/** A 979 number has no ten-digit form; it keeps thirteen digits with or without hyphens. */
function spellIsbn(text: string, form: NonNullable<TermOptions['isbnForm']>): string {
  const isbn = normaliseIsbn(text);
  if (isbn === null) return text.trim();
  const forms = isbnForms(isbn);
  return forms[form] ?? (form === 'hyphen10' ? forms.hyphen13 : forms.plain13);
}

/** Whether the query looks for an ISBN that can be written in several forms. */
export function isIsbnWord(word: MaskedTerm): boolean {
  const text = plainText(word);
  return text !== null && normaliseIsbn(text) !== null;
}
