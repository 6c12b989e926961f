import { alternatives } from '../indexes.ts';
import { type MaskedTerm, plainText, printTerm } from '../term.ts';
import type { BooleanNode, IndexMap, IndexName, Query, Translated } from '../types.ts';
import { type ReadClause, spellTerm, type TermOptions } from './clause.ts';
import { proximityOf } from './proximity.ts';
import { type Place, walk } from './walk.ts';
import {
  unsupportedIndex,
  unsupportedMask,
  unsupportedModifier,
  unsupportedRelation,
} from './words.ts';

/** What a server's explain record says it can do; an absent key means that nothing is known. */
export interface SruSupport {
  /** Relations by name; `=` is always taken to be there. */
  readonly relations?: readonly string[];
  readonly relationModifiers?: readonly string[];
  readonly masking?: boolean;
  readonly anchoring?: boolean;
}

export interface SruOptions extends TermOptions {
  /** 1.2 by default. 1.1 writes `exact` for `==` and knows no `adj`. */
  readonly version?: '1.1' | '1.2' | '2.0';
  readonly supports?: SruSupport;
}

/** A piece of CQL; `isCompound` asks for parentheses wherever it is joined. */
interface Part {
  readonly text: string;
  readonly isCompound: boolean;
}

interface Context {
  readonly index: IndexName;
  readonly name: string;
  readonly options: SruOptions;
  readonly modifiers: string;
  readonly place: Place;
}

/** The query as CQL in this server's index names, relations and version; terms always quoted. */
export function toSruCql(
  query: Query,
  indexes: IndexMap,
  options: SruOptions = {},
): Translated<string> {
  const { value, notes } = walk<Part>(
    query,
    {
      clause: (clause, place) => clausePart(clause, contextOf(clause, indexes, options, place)),
      join: joinParts,
      proximity: proximityPart,
    },
    options,
  );
  return { value: value.text, simplified: notes.list };
}

function contextOf(
  clause: ReadClause,
  indexes: IndexMap,
  options: SruOptions,
  place: Place,
): Context {
  const { index } = clause;
  const name = alternatives(indexes, index)[options.alternative?.[index] ?? 0];
  if (typeof name !== 'string') throw unsupportedIndex(index);
  const wanted = clause.stem ? 'stem' : clause.phonetic ? 'phonetic' : null;
  const known = options.supports?.relationModifiers;
  if (wanted !== null && known !== undefined && !known.includes(wanted)) {
    throw unsupportedModifier(wanted);
  }
  return { index, name, options, modifiers: wanted === null ? '' : `/${wanted}`, place };
}

function clausePart(clause: ReadClause, context: Context): Part {
  switch (clause.match) {
    case 'all':
    case 'any':
      return listPart(clause, clause.match, context);
    case 'phrase':
      return termPart('=', clause.whole, context);
    case 'exact':
      return exactPart(clause, context);
    default:
      if (!supports(context, clause.match)) throw unsupportedRelation(clause.match);
      return termPart(clause.match, clause.whole, context);
  }
}

function listPart(clause: ReadClause, match: 'all' | 'any', context: Context): Part {
  const { words } = clause;
  if (words.length === 1) return termPart('=', clause.whole, context);
  const isAnchored = words.some((word) => word.anchoredStart || word.anchoredEnd);
  // The words of a list of identifiers are spelled one by one.
  const isIdentifier = context.index === 'isbn' || context.index === 'issn';
  if (supports(context, match) && !isAnchored && !isIdentifier) {
    return termPart(match, { ...clause.whole, anchoredStart: false, anchoredEnd: false }, context);
  }
  const operator = match === 'all' ? 'and' : 'or';
  return words
    .map((word) => termPart('=', word, context))
    .reduce((left, right) => joinParts(operator, left, right));
}

function exactPart(clause: ReadClause, context: Context): Part {
  const name = context.options.version === '1.1' ? 'exact' : '==';
  if (supports(context, name)) return termPart(name, clause.whole, context);
  context.place.widen('relation_widened');
  return termPart('=', clause.whole, context);
}

/** One clause for every spelling, joined by or. */
function termPart(relation: string, term: MaskedTerm, context: Context): Part {
  return spellTerm(allowed(term, context), context.index, context.options)
    .map(
      (spelling): Part => ({
        text: `${context.name} ${relation}${context.modifiers} "${printTerm(spelling)}"`,
        isCompound: false,
      }),
    )
    .reduce((left, right) => joinParts('or', left, right));
}

/** The term without the masks and anchors that the server cannot read. */
function allowed(term: MaskedTerm, context: Context): MaskedTerm {
  const { anchoring, masking } = context.options.supports ?? {};
  let result = term;
  if (anchoring === false && (term.anchoredStart || term.anchoredEnd)) {
    context.place.widen('anchor_dropped');
    result = { ...result, anchoredStart: false, anchoredEnd: false };
  }
  if (masking === false && plainText(term) === null) throw unsupportedMask();
  return result;
}

function supports(context: Context, relation: string): boolean {
  return context.options.supports?.relations?.includes(relation) ?? true;
}

function joinParts(operator: string, left: Part, right: Part): Part {
  return { text: `${enclosed(left)} ${operator} ${enclosed(right)}`, isCompound: true };
}

function enclosed(part: Part): string {
  return part.isCompound ? `(${part.text})` : part.text;
}

const relationSigns = ['', '<', '<=', '=', '>=', '>', '<>'] as const;
const unitNames: Readonly<Record<number, string>> = {
  2: 'word',
  3: 'sentence',
  4: 'paragraph',
  8: 'element',
};

function proximityPart(node: BooleanNode, left: Part, right: Part): Part {
  const { distance, relation, unit, ordered } = proximityOf(node);
  const order = ordered ? '/ordered' : '';
  const modifiers = `/distance${relationSigns[relation]}${distance}/unit=${unitNames[unit]}${order}`;
  return joinParts(`prox${modifiers}`, left, right);
}
