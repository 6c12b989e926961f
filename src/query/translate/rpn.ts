import { hasHan } from '../../marc/text.ts';
import { alternatives } from '../indexes.ts';
import { bib1 } from '../pqf/sets.ts';
import { type MaskedTerm, plainText } from '../term.ts';
import type {
  AttributeEntry,
  BooleanNode,
  IndexMap,
  IndexName,
  Query,
  RpnAttribute,
  RpnNode,
  RpnQuery,
  Translated,
} from '../types.ts';
import { type ReadClause, spellings, type TermOptions } from './clause.ts';
import { truncate } from './masks.ts';
import { proximityOf } from './proximity.ts';
import { type Place, walk } from './walk.ts';
import { unsupportedIndex, unsupportedMask } from './words.ts';

type Variant = 'phrase' | 'word' | 'all' | 'any' | 'begins' | 'exact';
type Attributes = Readonly<Record<string, number | string>>;

/** bib-1 relation attribute (type 2) of the comparisons. */
const comparisonValues = { '<': 1, '<=': 2, '>=': 4, '>': 5, '<>': 6 } as const;

interface Context {
  readonly index: IndexName;
  readonly entry: AttributeEntry;
  readonly options: TermOptions;
  /** Attributes that the clause's modifiers add (2=101 stem, 2=100 phonetic). */
  readonly extra: Attributes;
  readonly place: Place;
}

/**
 * The query as Z39.50 RPN with this library's attributes. Only what the document declares is sent, but
 * for truncation (5) and comparison (2), which bib-1 gives no other way to say.
 */
export function toRpn(
  query: Query,
  indexes: IndexMap,
  options: TermOptions = {},
): Translated<RpnQuery> {
  const { value, notes } = walk<RpnNode>(
    query,
    {
      clause: (clause, place) => clauseNode(clause, contextOf(clause, indexes, options, place)),
      join: joinNodes,
      proximity: proximityNode,
    },
    options,
  );
  return { value: { attributeSet: bib1, node: value }, simplified: notes.list };
}

function contextOf(
  clause: ReadClause,
  indexes: IndexMap,
  options: TermOptions,
  place: Place,
): Context {
  const { index } = clause;
  const entry = alternatives(indexes, index)[options.alternative?.[index] ?? 0];
  if (entry === undefined) throw unsupportedIndex(index);
  const extra = clause.stem ? { '2': 101 } : clause.phonetic ? { '2': 100 } : {};
  const attributes = typeof entry === 'string' ? { '1': numberOrName(entry) } : entry;
  return { index, entry: attributes, options, extra, place };
}

function numberOrName(text: string): number | string {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
}

function clauseNode(clause: ReadClause, context: Context): RpnNode {
  switch (clause.match) {
    case 'all':
    case 'any':
      return listNode(clause, clause.match, context);
    case 'phrase':
      return clause.words.length === 1
        ? wordNode(clause.whole, context)
        : phraseNode(clause, context);
    case 'exact':
      return exactNode(clause, context);
    default:
      return comparedNode(clause, comparisonValues[clause.match], context);
  }
}

function listNode(clause: ReadClause, match: 'all' | 'any', context: Context): RpnNode {
  const texts = clause.words.map(unanchoredText);
  if (texts.length > 1 && !texts.includes(null) && hasVariant(context, match)) {
    return operands(texts.join(' '), { ...variant(context, match), ...context.extra }, context);
  }
  const operator = match === 'all' ? 'and' : 'or';
  return clause.words
    .map((word) => wordNode(word, context))
    .reduce((left, right) => joinNodes(operator, left, right));
}

function unanchoredText(word: MaskedTerm): string | null {
  return word.anchoredStart || word.anchoredEnd ? null : plainText(word);
}

/** One word, or one run of Chinese, which most catalogues index as a phrase of characters. */
function wordNode(word: MaskedTerm, context: Context): RpnNode {
  const { text, left, right, isWidened } = truncate(word);
  if (isWidened) context.place.widen('mask_widened');
  const isTruncated = left || right;
  const attributes = anchored(word, isTruncated, plainVariant(text, context), context);
  const truncation = isTruncated ? { '5': left ? (right ? 3 : 2) : 1 } : {};
  return operands(text, { ...attributes, ...context.extra, ...truncation }, context);
}

function plainVariant(text: string, context: Context): Attributes {
  const isPhrase = hasHan(text) && text.length > 1;
  if (isPhrase && hasVariant(context, 'phrase')) return variant(context, 'phrase');
  if (hasVariant(context, 'word')) return variant(context, 'word');
  return isPhrase || !/\s/.test(text) ? base(context) : variant(context, 'phrase');
}

/** The attributes that tie a term to the start or both ends of the field, where the library has any. */
function anchored(
  term: MaskedTerm,
  isTruncated: boolean,
  otherwise: Attributes,
  context: Context,
): Attributes {
  if (!term.anchoredStart && !term.anchoredEnd) return otherwise;
  if (term.anchoredStart && term.anchoredEnd && !isTruncated && hasVariant(context, 'exact')) {
    return variant(context, 'exact');
  }
  if (term.anchoredEnd || !hasVariant(context, 'begins')) context.place.widen('anchor_dropped');
  if (!term.anchoredStart || !hasVariant(context, 'begins')) return otherwise;
  const begins = variant(context, 'begins');
  if (begins['5'] !== undefined && begins['5'] !== 100 && !isTruncated) {
    context.place.widen('relation_widened');
  }
  return begins;
}

function phraseNode(clause: ReadClause, context: Context): RpnNode {
  const { whole } = clause;
  const [first, ...rest] = whole.pieces;
  const isPlain = rest.length === 0 || (rest.length === 1 && rest[0]?.kind === 'many');
  if (first?.kind !== 'text' || !isPlain || /\s$/.test(first.text)) {
    context.place.widen('phrase_widened');
    return clause.words
      .map((word) => wordNode(word, context))
      .reduce((left, right) => joinNodes('and', left, right));
  }
  const isTruncated = rest.length === 1;
  const attributes = anchored(whole, isTruncated, variant(context, 'phrase'), context);
  const truncation = isTruncated ? { '5': 1 } : {};
  return operands(first.text, { ...attributes, ...context.extra, ...truncation }, context);
}

/** The whole field. A library without a way to say so is asked for the phrase. */
function exactNode(clause: ReadClause, context: Context): RpnNode {
  const text = plainText(clause.whole);
  if (text !== null && hasVariant(context, 'exact')) {
    return operands(text, { ...variant(context, 'exact'), ...context.extra }, context);
  }
  // A number has no wider reading: the whole value is all its index holds.
  if (!['isbn', 'issn', 'id', 'year'].includes(context.index)) {
    context.place.widen('relation_widened');
  }
  return clause.words.length === 1 ? wordNode(clause.whole, context) : phraseNode(clause, context);
}

function comparedNode(clause: ReadClause, relation: number, context: Context): RpnNode {
  const text = plainText(clause.whole);
  if (text === null) throw unsupportedMask();
  const attributes = clause.words.length === 1 ? base(context) : variant(context, 'phrase');
  return operands(text, { ...attributes, '2': relation }, context);
}

/** One operand for every spelling, joined by or. */
function operands(text: string, attributes: Attributes, context: Context): RpnNode {
  return spellings(text, context.index, context.options)
    .map(
      (term): RpnNode => ({
        type: 'operand',
        attributes: attributeList(attributes),
        term,
        index: context.index,
      }),
    )
    .reduce((left, right) => joinNodes('or', left, right));
}

function attributeList(attributes: Attributes): readonly RpnAttribute[] {
  return Object.entries(attributes)
    .map(([type, value]) => ({ set: null, type: Number(type), value }))
    .toSorted((a, b) => a.type - b.type);
}

function hasVariant(context: Context, name: Variant): boolean {
  return typeof context.entry[name] === 'object';
}

function base(context: Context): Attributes {
  const own: Record<string, number | string> = {};
  for (const [type, value] of Object.entries(context.entry)) {
    if (/^[0-9]+$/.test(type) && typeof value !== 'object') own[type] = value;
  }
  return own;
}

/** The variant's attributes over the entry's own; the entry's own where it has no such variant. */
function variant(context: Context, name: Variant): Attributes {
  const found = context.entry[name];
  return typeof found === 'object' ? { ...base(context), ...found } : base(context);
}

export function joinNodes(operator: 'and' | 'or' | 'not', left: RpnNode, right: RpnNode): RpnNode {
  return {
    type: 'operator',
    operator: operator === 'not' ? 'and-not' : operator,
    left,
    right,
  };
}

function proximityNode(node: BooleanNode, left: RpnNode, right: RpnNode): RpnNode {
  return { type: 'prox', ...proximityOf(node), left, right };
}
