import { QuerySyntaxError } from '../errors.ts';
import { queryLimits } from '../limits.ts';
import type {
  BooleanNode,
  Clause,
  Modifier,
  PrefixAssignment,
  Query,
  QueryNode,
  Relation,
  SortKey,
} from '../types.ts';
import { readTokens, type Token } from './lexer.ts';

const symbolicRelations = new Set(['=', '==', '<>', '<', '>', '<=', '>=']);
const namedRelations = new Set(['any', 'all', 'exact', 'adj', 'within', 'encloses', 'scr']);
const prefixedName = /^[a-z][\w-]*\.[a-z][\w-]*$/i;
const defaultRelation: Relation = { name: '=', modifiers: [] };

/** Where clauses stood in the text they were parsed from, for messages; kept beside the tree. */
const positions = new WeakMap<object, number>();

/** The place of a parsed clause or sort key in its text, counted from 0; undefined for a built one. */
export function positionOf(node: Clause | SortKey): number | undefined {
  return positions.get(node);
}

/** The words and strings of terms written as several (`a "b c"`), for notations that keep them apart. */
const parts = new WeakMap<Clause, readonly string[]>();

/** The words and strings a term was written as; the term itself where it is one. */
export function partsOf(clause: Clause): readonly string[] {
  return parts.get(clause) ?? [clause.term];
}

/** What `index relation (…)` hands down to the bare terms inside the parentheses. */
interface Inherited {
  readonly index: string | null;
  readonly relation: Relation;
}
const nothingInherited: Inherited = { index: null, relation: defaultRelation };

interface State {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
  terms: number;
  prefixes: number;
}

/** Parses CQL 1.2. Throws QuerySyntaxError with the position; see README.md for the readings chosen. */
export function parseCql(text: string): Query {
  const state: State = { tokens: readTokens(text), next: 0, depth: 0, terms: 0, prefixes: 0 };
  if (peek(state).kind === 'end') throw new QuerySyntaxError('The query is empty.', 0, 27);
  const prefixes = readPrefixes(state);
  const node = readScope(state, nothingInherited);
  const sort = readSort(state);
  const rest = peek(state);
  if (rest.kind !== 'end') {
    const isParenthesis = rest.text === ')' && rest.kind === 'symbol';
    throw new QuerySyntaxError(
      isParenthesis
        ? 'This ) closes nothing.'
        : `Nothing may follow here, but ${named(rest)} does.`,
      rest.position,
      isParenthesis ? 13 : 10,
    );
  }
  return { node, sort, prefixes };
}

function readPrefixes(state: State): readonly PrefixAssignment[] {
  const prefixes: PrefixAssignment[] = [];
  while (isSymbol(peek(state), '>')) {
    const sign = take(state);
    state.prefixes += 1;
    if (state.prefixes > queryLimits.prefixes) {
      throw new QuerySyntaxError('Too many prefixes are assigned.', sign.position, 10);
    }
    const first = takeWord(state, 'a prefix or an address');
    if (isSymbol(peek(state), '=')) {
      take(state);
      prefixes.push({ prefix: first, uri: takeWord(state, 'the address of the prefix') });
    } else {
      prefixes.push({ prefix: null, uri: first });
    }
  }
  return prefixes;
}

/** Clauses joined by booleans; these have one precedence and group from the left. */
function readScope(state: State, inherited: Inherited): QueryNode {
  let left = readClause(state, inherited);
  while (isBoolean(peek(state))) {
    const operator = take(state).text.toLowerCase() as BooleanNode['operator'];
    const modifiers = readModifiers(state);
    const right = readClause(state, inherited);
    left = { type: 'boolean', operator, modifiers, left, right };
  }
  return left;
}

function readClause(state: State, inherited: Inherited): QueryNode {
  const first = peek(state);
  if (isSymbol(first, '(')) return readParentheses(state, inherited);
  if (isSymbol(first, '>')) return readPrefixed(state, inherited);
  const word = takeWord(state, 'an index or a search term');
  const relation = isRelation(state) ? readRelation(state) : null;
  if (relation === null) return finishClause(state, inherited, first, word);
  const own: Inherited = { index: word, relation };
  if (isSymbol(peek(state), '(')) return readParentheses(state, own);
  const term = takeWord(state, 'a search term');
  return finishClause(state, own, first, term);
}

function finishClause(state: State, context: Inherited, start: Token, first: string): Clause {
  const words = [first];
  while (peek(state).kind === 'string' || (peek(state).kind === 'word' && !endsTerm(peek(state)))) {
    words.push(take(state).text);
  }
  const term = words.join(' ');
  countTerms(state, context.relation.name, words, start.position);
  const clause: Clause = { type: 'clause', ...context, term };
  positions.set(clause, start.position);
  if (words.length > 1) parts.set(clause, words);
  return clause;
}

function countTerms(
  state: State,
  relation: string,
  parts: readonly string[],
  position: number,
): void {
  const isList = /(^|\.)(all|any)$/.test(relation);
  const words = isList ? parts.flatMap((part) => part.split(/\s+/).filter(Boolean)) : parts;
  state.terms += Math.max(1, words.length);
  if (state.terms > queryLimits.terms) {
    throw new QuerySyntaxError(
      `The query has more than ${queryLimits.terms} search terms.`,
      position,
      38,
    );
  }
}

function readParentheses(state: State, inherited: Inherited): QueryNode {
  const open = take(state);
  state.depth += 1;
  if (state.depth > queryLimits.depth) {
    throw new QuerySyntaxError(
      `More than ${queryLimits.depth} parentheses stand inside each other.`,
      open.position,
      13,
    );
  }
  const node = readPrefixed(state, inherited);
  const close = peek(state);
  if (!isSymbol(close, ')')) {
    const reason =
      close.kind === 'end'
        ? 'The parenthesis is not closed.'
        : `A boolean or ) is expected, but ${named(close)} stands here.`;
    throw new QuerySyntaxError(reason, close.kind === 'end' ? open.position : close.position, 13);
  }
  take(state);
  state.depth -= 1;
  return node;
}

/** A scope with the prefixes before it, which hold to the end of that scope. */
function readPrefixed(state: State, inherited: Inherited): QueryNode {
  const prefixes = readPrefixes(state);
  const node = readScope(state, inherited);
  if (prefixes.length === 0) return node;
  const scoped = { ...node, prefixes: [...prefixes, ...(node.prefixes ?? [])] };
  if (scoped.type === 'clause' && node.type === 'clause') {
    positions.set(scoped, positions.get(node) ?? 0);
    parts.set(scoped, partsOf(node));
  }
  return scoped;
}

function readRelation(state: State): Relation {
  const token = take(state);
  const name = token.text.toLowerCase();
  const modifiers = readModifiers(state);
  return name === token.text ? { name, modifiers } : { name, written: token.text, modifiers };
}

function readModifiers(state: State): readonly Modifier[] {
  const modifiers: Modifier[] = [];
  while (isSymbol(peek(state), '/')) {
    const sign = take(state);
    if (modifiers.length === queryLimits.modifiers) {
      throw new QuerySyntaxError('Too many modifiers stand here.', sign.position, 10);
    }
    const name = takeWord(state, 'the name of a modifier').toLowerCase();
    const sign2 = peek(state);
    if (sign2.kind === 'symbol' && symbolicRelations.has(sign2.text)) {
      take(state);
      const value = takeWord(state, 'the value of the modifier');
      modifiers.push({ name, comparison: sign2.text, value });
    } else {
      modifiers.push({ name, comparison: null, value: null });
    }
  }
  return modifiers;
}

function readSort(state: State): readonly SortKey[] {
  if (!isKeyword(peek(state), 'sortby')) return [];
  const keys: SortKey[] = [];
  take(state);
  do {
    const token = peek(state);
    if (keys.length === queryLimits.sortKeys) {
      throw new QuerySyntaxError('Too many sort keys stand here.', token.position, 82);
    }
    const index = takeWord(state, 'an index to sort by');
    const key: SortKey = { index, modifiers: readModifiers(state) };
    positions.set(key, token.position);
    keys.push(key);
  } while (peek(state).kind === 'word' || peek(state).kind === 'string');
  return keys;
}

/** The next token is a relation, and so the word before it an index. */
function isRelation(state: State): boolean {
  const token = peek(state);
  if (token.kind === 'symbol') return symbolicRelations.has(token.text);
  if (token.kind !== 'word') return false;
  return namedRelations.has(token.text.toLowerCase()) || prefixedName.test(token.text);
}

function endsTerm(token: Token): boolean {
  return isBoolean(token) || isKeyword(token, 'sortby');
}

function isBoolean(token: Token): boolean {
  return token.kind === 'word' && /^(and|or|not|prox)$/i.test(token.text);
}

function isKeyword(token: Token, keyword: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === keyword;
}

function isSymbol(token: Token, symbol: string): boolean {
  return token.kind === 'symbol' && token.text === symbol;
}

function takeWord(state: State, expected: string): string {
  const token = peek(state);
  if (token.kind === 'word' || token.kind === 'string') return take(state).text;
  throw new QuerySyntaxError(
    `The query expects ${expected} here, but ${named(token)} stands here.`,
    token.position,
    10,
  );
}

function named(token: Token): string {
  return token.kind === 'end' ? 'its end' : `“${token.text}”`;
}

function peek(state: State): Token {
  return state.tokens[Math.min(state.next, state.tokens.length - 1)] as Token;
}

function take(state: State): Token {
  const token = peek(state);
  state.next += 1;
  return token;
}
