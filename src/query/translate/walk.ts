import { resolveScoped, scopeOf } from '../indexes.ts';
import type { BooleanNode, Clause, PrefixAssignment, Query, QueryNode } from '../types.ts';
import { isIsbnWord, type ReadClause, readClause, type TermOptions } from './clause.ts';
import { createNotes, type Notes, unsupportedNegation, type WideningCode } from './words.ts';

/** Where in the query a part stands, and what may be done to it there. */
export interface Place {
  /**
   * Says that the part is asked wider than it was meant. On the right of `not` that would lose hits:
   * there it throws UnsupportedQueryError.
   */
  widen(code: WideningCode): void;
}

/** How one dialect says the parts; `walk` puts them together. */
export interface Dialect<T> {
  clause(clause: ReadClause, place: Place): T;
  join(operator: 'and' | 'or' | 'not', left: T, right: T): T;
  proximity(node: BooleanNode, left: T, right: T): T;
}

/** Translates a query from its leaves up. The tree's depth is bounded by the parser's limits. */
export function walk<T>(
  query: Query,
  dialect: Dialect<T>,
  options: TermOptions,
): { value: T; notes: Notes } {
  const notes = createNotes();
  const place = (isNegated: boolean): Place => ({
    widen(code) {
      if (isNegated) throw unsupportedNegation();
      notes.add(code);
    },
  });
  const visit = (node: QueryNode, outer: readonly PrefixAssignment[], isNegated: boolean): T => {
    const prefixes = scopeOf(node, outer);
    if (node.type === 'clause') return visitClause(node, prefixes, dialect, place(isNegated));
    const left = visit(node.left, prefixes, isNegated);
    const right = visit(node.right, prefixes, node.operator === 'not' ? !isNegated : isNegated);
    if (node.operator !== 'prox') return dialect.join(node.operator, left, right);
    if (options.proximity === true) return dialect.proximity(node, left, right);
    place(isNegated).widen('proximity_widened');
    return dialect.join('and', left, right);
  };
  return { value: visit(query.node, query.prefixes, false), notes };
}

function visitClause<T>(
  node: Clause,
  prefixes: readonly PrefixAssignment[],
  dialect: Dialect<T>,
  place: Place,
): T {
  const [first, second] = readClause(node, prefixes);
  if (first.modifierDropped) place.widen('modifier_dropped');
  const value = dialect.clause(first, place);
  return second === undefined ? value : dialect.join('and', value, dialect.clause(second, place));
}

/** Whether some clause looks for an ISBN, so that its other forms are worth asking for. */
export function hasIsbnTerm(query: Query): boolean {
  const open: { node: QueryNode; prefixes: readonly PrefixAssignment[] }[] = [
    { node: query.node, prefixes: query.prefixes },
  ];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { node } = entry;
    const prefixes = scopeOf(node, entry.prefixes);
    if (node.type === 'boolean') {
      open.push({ node: node.left, prefixes }, { node: node.right, prefixes });
    } else if (resolveScoped(node.index, prefixes) === 'isbn' && hasIsbn(node, prefixes)) {
      return true;
    }
  }
  return false;
}

function hasIsbn(clause: Clause, prefixes: readonly PrefixAssignment[]): boolean {
  try {
    return readClause(clause, prefixes).some((read) => read.words.some(isIsbnWord));
  } catch {
    // A clause that cannot be read cannot be sent in any form.
    return false;
  }
}
