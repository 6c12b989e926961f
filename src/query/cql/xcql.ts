import type { Clause, Modifier, PrefixAssignment, Query, QueryNode, SortKey } from '../types.ts';

/** A small tree of elements, printed at the end. */
interface Element {
  readonly name: string;
  readonly content: string | readonly Element[];
}

const element = (name: string, content: Element['content']): Element => ({ name, content });

/**
 * The query as XCQL (CQL 1.2, annex; `triple` and `searchClause` at the root, no namespace). With
 * `indent` two blanks a level and a line an element, else one line.
 */
export function printXcql(query: Query, options: { readonly indent?: boolean } = {}): string {
  const sort = query.sort.length === 0 ? [] : [element('sortKeys', query.sort.map(sortElement))];
  return printElement(nodeElement(query.node, query.prefixes, sort), options.indent ? 0 : null);
}

function nodeElement(
  node: QueryNode,
  outer: readonly PrefixAssignment[],
  sort: readonly Element[],
): Element {
  const prefixes = prefixElements([...outer, ...(node.prefixes ?? [])]);
  if (node.type === 'clause') {
    return element('searchClause', [...prefixes, ...clauseElements(node), ...sort]);
  }
  return element('triple', [
    ...prefixes,
    element('boolean', [element('value', node.operator), ...modifierElements(node.modifiers)]),
    element('leftOperand', [nodeElement(node.left, [], [])]),
    element('rightOperand', [nodeElement(node.right, [], [])]),
    ...sort,
  ]);
}

function clauseElements(clause: Clause): readonly Element[] {
  const { name, written, modifiers } = clause.relation;
  return [
    element('index', clause.index ?? 'cql.serverChoice'),
    element('relation', [element('value', written ?? name), ...modifierElements(modifiers)]),
    element('term', clause.term),
  ];
}

function modifierElements(modifiers: readonly Modifier[]): readonly Element[] {
  if (modifiers.length === 0) return [];
  const each = modifiers.map(({ name, comparison, value }) =>
    element('modifier', [
      element('type', name),
      ...(comparison === null ? [] : [element('comparison', comparison)]),
      ...(value === null ? [] : [element('value', value)]),
    ]),
  );
  return [element('modifiers', each)];
}

function prefixElements(prefixes: readonly PrefixAssignment[]): readonly Element[] {
  if (prefixes.length === 0) return [];
  const each = prefixes.map(({ prefix, uri }) =>
    element('prefix', [
      ...(prefix === null ? [] : [element('name', prefix)]),
      element('identifier', uri),
    ]),
  );
  return [element('prefixes', each)];
}

function sortElement(key: SortKey): Element {
  return element('key', [element('index', key.index), ...modifierElements(key.modifiers)]);
}

function printElement({ name, content }: Element, level: number | null): string {
  const before = level === null ? '' : '  '.repeat(level);
  const after = level === null ? '' : '\n';
  if (typeof content === 'string') return `${before}<${name}>${xmlText(content)}</${name}>${after}`;
  const inner = content.map((child) => printElement(child, level === null ? null : level + 1));
  return `${before}<${name}>${after}${inner.join('')}${before}</${name}>${after}`;
}

/** Line ends are written as references, so that they survive and one line stays one line. */
function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
