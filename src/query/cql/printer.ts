import type { Clause, Modifier, PrefixAssignment, Query, QueryNode, SortKey } from '../types.ts';

/**
 * Canonical CQL: every term quoted, one blank between parts, only the parentheses that are needed.
 * Parsed again it gives the same tree.
 */
export function printCql(query: Query): string {
  const prefixes = query.prefixes.map(printPrefix);
  const sort = query.sort.length === 0 ? [] : ['sortby', ...query.sort.map(printSortKey)];
  return [...prefixes, printNode(query.node, false), ...sort].join(' ');
}

function printNode(node: QueryNode, isRight: boolean): string {
  const body = node.type === 'clause' ? printClause(node) : printBoolean(node);
  if (node.prefixes?.length) return `(${node.prefixes.map(printPrefix).join(' ')} ${body})`;
  return isRight && node.type === 'boolean' ? `(${body})` : body;
}

function printBoolean(node: Exclude<QueryNode, Clause>): string {
  const operator = node.operator + node.modifiers.map(printModifier).join('');
  return `${printNode(node.left, false)} ${operator} ${printNode(node.right, true)}`;
}

export function printClause(clause: Clause): string {
  const { index, relation, term } = clause;
  if (index === null && relation.name === '=' && relation.modifiers.length === 0)
    return quote(term);
  const modifiers = relation.modifiers.map(printModifier).join('');
  return `${printName(index ?? 'cql.serverChoice')} ${relation.name}${modifiers} ${quote(term)}`;
}

function printSortKey(key: SortKey): string {
  return printName(key.index) + key.modifiers.map(printModifier).join('');
}

function printModifier(modifier: Modifier): string {
  const { name, comparison, value } = modifier;
  return `/${printName(name)}${comparison ?? ''}${value === null ? '' : printName(value)}`;
}

function printPrefix(assignment: PrefixAssignment): string {
  const { prefix, uri } = assignment;
  return prefix === null ? `>${quote(uri)}` : `>${printName(prefix)}=${quote(uri)}`;
}

/** Names need quotes only where they are not plain words. */
function printName(name: string): string {
  return /^[\p{L}\p{N}_.:-]+$/u.test(name) && !/^(and|or|not|prox|sortby)$/i.test(name)
    ? name
    : quote(name);
}

/** Terms keep their backslashes in the tree, so that quoting is all they need. */
function quote(term: string): string {
  return `"${term}"`;
}
