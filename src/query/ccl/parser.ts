import { QuerySyntaxError } from '../errors.ts';
import { queryLimits } from '../limits.ts';
import { bib1 } from '../pqf/sets.ts';
import type { RpnNode, RpnQuery } from '../types.ts';
import { type CclToken, readCclTokens } from './lexer.ts';
import { type CclFields, combineQualifiers, type Qualifier } from './qualifiers.ts';
import { comparedNode, termsNode } from './terms.ts';

/** Parsing state; `default` is the field of words without one. */
interface State {
  readonly tokens: readonly CclToken[];
  readonly fields: CclFields;
  next: number;
  depth: number;
  terms: number;
}

const emptyQualifier: Qualifier = {
  attributes: [],
  structures: new Set(),
  truncation: new Set(),
  order: 'none',
  omitsEquals: false,
};

/**
 * Parses CCL into RPN under a library's fields; words without a field are searched in the field
 * `term`. Throws QuerySyntaxError with the position.
 */
export function parseCcl(text: string, fields: CclFields): RpnQuery {
  const state: State = { tokens: readCclTokens(text), fields, next: 0, depth: 0, terms: 0 };
  const node = readExpression(state, null);
  const rest = peek(state);
  if (rest.kind === ')') throw new QuerySyntaxError('This ) closes nothing.', rest.position, 13);
  if (rest.kind !== 'end') {
    throw new QuerySyntaxError('An operator is expected here.', rest.position, 10);
  }
  return { attributeSet: bib1, node };
}

/** Terms joined by and, or, not; these have one precedence and group from the left. */
function readExpression(state: State, qualifiers: readonly Qualifier[] | null): RpnNode {
  let left = readNear(state, qualifiers);
  for (;;) {
    const { kind } = peek(state);
    if (kind !== 'and' && kind !== 'or' && kind !== 'not') return left;
    state.next += 1;
    const right = readNear(state, qualifiers);
    left = { type: 'operator', operator: kind === 'not' ? 'and-not' : kind, left, right };
  }
}

/** An element with what is near it. What stands after several fields is read once for each of them. */
function readNear(state: State, outer: readonly Qualifier[] | null): RpnNode {
  const own = peek(state).kind === '(' ? null : readFields(state, outer);
  const scopes = own?.qualifiers.map((one) => [one]) ?? [outer];
  const start = state.next;
  return scopes
    .map((scope) => {
      state.next = start;
      return readChain(state, scope, own?.relation ?? null);
    })
    .reduce((left, right) => ({ type: 'operator', operator: 'or', left, right }));
}

function readChain(
  state: State,
  scope: readonly Qualifier[] | null,
  relation: CclToken | null,
): RpnNode {
  let left = readElement(state, scope, relation);
  while (peek(state).kind === 'prox') {
    const sign = take(state);
    const right = readElement(state, scope ?? defaultField(state), null);
    left = {
      type: 'prox',
      exclusion: false,
      distance: sign.text.length === 1 ? 1 : Math.min(Number(sign.text.slice(1)), 999_999),
      ordered: sign.text.startsWith('!'),
      relation: 2,
      unit: 2,
      left,
      right,
    };
  }
  return left;
}

/**
 * `ti=`, `ti,au=`, `date>=`: the fields before a relation, with those of the parentheses around them;
 * null where there are none.
 */
function readFields(
  state: State,
  outer: readonly Qualifier[] | null,
): { qualifiers: readonly Qualifier[]; relation: CclToken } | null {
  const names: CclToken[] = [];
  let at = state.next;
  for (;;) {
    const token = state.tokens[at];
    if (token?.kind !== 'term') return null;
    names.push(token);
    at += 1;
    if (state.tokens[at]?.kind !== 'comma') break;
    at += 1;
  }
  const relation = state.tokens[at];
  if (relation?.kind !== 'relation') return null;
  const qualifiers = [
    ...names.map((name) => fieldOf(state, name)),
    outer ?? [emptyQualifier],
  ].reduce((left, right) =>
    left.flatMap((one) => right.map((other) => combineQualifiers([one, other]))),
  );
  if (qualifiers.length > queryLimits.terms) {
    throw new QuerySyntaxError('Too many fields stand here.', relation.position, 38);
  }
  state.next = at + 1;
  return { qualifiers, relation };
}

function defaultField(state: State): readonly Qualifier[] {
  return state.fields.fields.get('term') ?? [emptyQualifier];
}

function fieldOf(state: State, token: CclToken): readonly Qualifier[] {
  const found = state.fields.fields.get(token.text.replace(/\\(.)/gs, '$1'));
  if (found !== undefined) return found;
  throw new QuerySyntaxError(`There is no field “${token.text}”.`, token.position, 16);
}

function readElement(
  state: State,
  scope: readonly Qualifier[] | null,
  relation: CclToken | null,
): RpnNode {
  const first = peek(state);
  if (first.kind === '(') {
    state.next += 1;
    state.depth += 1;
    if (state.depth > queryLimits.depth) {
      throw new QuerySyntaxError('Too many parentheses are open.', first.position, 13);
    }
    const node = readExpression(state, scope);
    if (peek(state).kind !== ')') {
      throw new QuerySyntaxError('A ) is expected here.', peek(state).position, 13);
    }
    state.next += 1;
    state.depth -= 1;
    return node;
  }
  if (first.kind === 'set') return readSet(state);
  return readTerms(state, scope, relation);
}

function readSet(state: State): RpnNode {
  state.next += 1;
  if (peek(state).text === '=') state.next += 1;
  const name = peek(state);
  if (name.kind !== 'term') {
    throw new QuerySyntaxError('The name of a result set is expected here.', name.position, 10);
  }
  state.next += 1;
  return { type: 'resultSet', name: name.text.replace(/\\(.)/gs, '$1') };
}

function readTerms(
  state: State,
  scope: readonly Qualifier[] | null,
  relation: CclToken | null,
): RpnNode {
  const words: CclToken[] = [];
  const start = peek(state);
  while (isTerm(peek(state), words.length > 0)) words.push(take(state));
  state.terms += words.length;
  if (words.length === 0 || words.every((word) => word.kind === 'comma')) {
    throw new QuerySyntaxError('A search term is expected here.', start.position, 10);
  }
  if (state.terms > queryLimits.terms) {
    throw new QuerySyntaxError('The query has too many words.', start.position, 38);
  }
  return (scope ?? defaultField(state))
    .map((qualifier) => {
      if (relation !== null && qualifier.order !== 'none') {
        return comparedNode(words, relation, qualifier, state.fields);
      }
      if (relation !== null && relation.text !== '=') {
        throw new QuerySyntaxError('A = is expected here.', relation.position, 19);
      }
      return termsNode(words, qualifier, state.fields);
    })
    .reduce((left, right) => ({ type: 'operator', operator: 'or', left, right }));
}

/** Commas and relations are text once a term has begun. */
function isTerm(token: CclToken, hasBegun: boolean): boolean {
  return token.kind === 'term' || (hasBegun && ['comma', 'relation'].includes(token.kind));
}

function take(state: State): CclToken {
  const token = peek(state);
  state.next += 1;
  return token;
}

function peek(state: State): CclToken {
  return state.tokens[Math.min(state.next, state.tokens.length - 1)] as CclToken;
}
