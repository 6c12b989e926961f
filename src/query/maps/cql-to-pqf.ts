import { partsOf, positionOf } from '../cql/parser.ts';
import { QuerySyntaxError } from '../errors.ts';
import { scopeOf } from '../indexes.ts';
import { quoteTerm } from '../pqf/printer.ts';
import { wordsOf } from '../term.ts';
import type {
  BooleanNode,
  Clause,
  Modifier,
  PrefixAssignment,
  Query,
  QueryNode,
} from '../types.ts';
import { type AttributeMap, findEntry, setIdentifier, setNameOf } from './properties.ts';

/** An index or modifier name under the assignments that hold there. */
interface ScopedName {
  readonly uri: string | undefined;
  readonly local: string;
}

interface Scope {
  readonly map: AttributeMap;
  readonly prefixes: readonly PrefixAssignment[];
}

const relationAliases: Readonly<Record<string, string>> = {
  '==': 'exact',
  '=': 'eq',
  '<=': 'le',
  '>=': 'ge',
};

/**
 * CQL as PQF under a properties map. What the map cannot say is a QuerySyntaxError with the SRU
 * diagnostic that names it and the position of the clause.
 */
export function cqlToPqf(query: Query, map: AttributeMap): string {
  return printNode(query.node, { map, prefixes: query.prefixes }).trimEnd();
}

function printNode(node: QueryNode, outer: Scope): string {
  const scope = { ...outer, prefixes: scopeOf(node, outer.prefixes) };
  if (node.type === 'clause') return printClause(node, scope);
  const operator = node.operator === 'prox' ? printProximity(node) : `@${node.operator} `;
  if (node.operator !== 'prox' && node.modifiers[0] !== undefined) {
    throw fault(46, `The boolean modifier ${node.modifiers[0].name}`, node);
  }
  return operator + printNode(node.left, scope) + printNode(node.right, scope);
}

function fault(diagnostic: number, what: string, node: QueryNode): QuerySyntaxError {
  const clause = firstClause(node);
  return new QuerySyntaxError(`${what} is not in the map.`, positionOf(clause) ?? 0, diagnostic);
}

function firstClause(node: QueryNode): Clause {
  let current = node;
  while (current.type === 'boolean') current = current.left;
  return current;
}

const proximityRelations: Readonly<Record<string, number>> = {
  '<': 1,
  '<=': 2,
  '=': 3,
  '>=': 4,
  '>': 5,
  '<>': 6,
};
const proximityUnits: Readonly<Record<string, number>> = {
  word: 2,
  sentence: 3,
  paragraph: 4,
  element: 8,
};

function printProximity(node: BooleanNode): string {
  let distance: number | null = null;
  let relation = 2;
  let unit = 2;
  let ordered = 0;
  for (const { name, comparison, value } of node.modifiers) {
    if (name === 'ordered') ordered = 1;
    else if (name === 'unordered') ordered = 0;
    else if (name === 'distance') {
      relation = proximityRelations[comparison ?? ''] ?? 0;
      if (relation === 0) throw fault(40, `The distance relation ${comparison}`, node);
      distance = Number.parseInt(value ?? '', 10) || 0;
    } else if (name === 'unit') {
      unit = proximityUnits[value ?? ''] ?? 0;
      if (unit === 0) throw fault(42, `The unit ${value}`, node);
    } else {
      throw fault(46, `The boolean modifier ${name}`, node);
    }
  }
  return `@prox 0 ${distance ?? (unit === 2 ? 1 : 0)} ${ordered} ${relation} k ${unit} `;
}

function printClause(clause: Clause, scope: Scope): string {
  const name = scopedName(clause.index ?? 'cql.serverChoice', scope, true);
  if (name.uri === undefined) throw fault(15, `The context set of ${clause.index}`, clause);
  if (name.uri === setIdentifier(scope.map, 'cql') && /^resultset$/i.test(name.local)) {
    return `@set ${quoteTerm(clause.term)} `;
  }
  const pairs = clause.relation.modifiers.filter((modifier) => modifier.comparison !== null);
  const near = '@prox 0 0 0 0 k 8 '.repeat(pairs.length);
  const pairTexts = pairs.toReversed().map((pair) => printPair(pair, clause, scope));
  return near + printAttributed(clause, name, scope) + pairTexts.join('');
}

/** `/dc.language=dk` beside a relation: the other index has that value in the same element. */
function printPair(pair: Modifier, clause: Clause, scope: Scope): string {
  if (pair.comparison !== '=') throw fault(19, `The relation ${pair.comparison}`, clause);
  const attributes = indexAttributes(scopedName(pair.name, scope, false), clause, scope);
  const value = pair.value ?? '';
  return `${attributes}${/^[\p{L}\p{N}]+$/u.test(value) ? value : quoteTerm(value)} `;
}

function printAttributed(clause: Clause, name: ScopedName, scope: Scope): string {
  const { map } = scope;
  const relation = clause.relation.name.replace(/^cql\./, '');
  const always = look(map, 'always', '') ?? '';
  const related =
    look(map, `relation.${relation}`, relation) ??
    look(map, `relation.${relationAliases[relation] ?? relation}`, relation);
  if (related === null) throw fault(19, `The relation ${clause.relation.name}`, clause);
  const structure =
    look(map, `structure.${relation}`, relation) ?? look(map, 'structure.*', relation);
  if (structure === null) throw fault(24, `A structure for ${clause.relation.name}`, clause);
  const isList = relation === 'all' || relation === 'any';
  const terms = isList ? listed(clause.term) : partsOf(clause);
  const operator = relation === 'any' ? '@or ' : '@and ';
  const printed = terms.map((term) => printTerm(term, clause, name, scope));
  return `${always}${related}${structure}${printed.map((term, at) => (at < printed.length - 1 ? operator : '') + term).join('')}`;
}

function listed(term: string): readonly string[] {
  const words = wordsOf(term);
  return words.length === 0 ? [''] : words;
}

function printTerm(written: string, clause: Clause, name: ScopedName, scope: Scope): string {
  const raw = written.replace(/\p{Cc}/gu, ' ');
  const { map } = scope;
  const flags = clause.relation.modifiers.filter((modifier) => modifier.comparison === null);
  const names = flags.map((modifier) => scopedName(modifier.name, scope, false).local);
  const isLiteral = names.includes('regexp') || names.includes('unmasked');
  const shape = isLiteral ? { attributes: '', text: literal(raw) } : shaped(raw, clause, map);
  const index = indexAttributes(name, clause, scope);
  const modifiers = names.toReversed().map((modifier) => {
    const found = look(map, `relationModifier.${modifier}`, modifier);
    if (found === null) throw fault(20, `The relation modifier ${modifier}`, clause);
    return found;
  });
  return `${shape.attributes}${index}${modifiers.join('')}"${shape.text}" `;
}

function indexAttributes(name: ScopedName, clause: Clause, scope: Scope): string {
  const { map } = scope;
  const set = name.uri === undefined ? undefined : setNameOf(map, name.uri);
  const found =
    set === undefined
      ? null
      : (look(map, `index.${set}.${name.local}`, name.local) ??
        look(map, `index.${set}.*`, name.local));
  if (found === null) throw fault(16, `The index ${name.local}`, clause);
  return found;
}

/** Anchors and masks: position and truncation attributes, and the term as PQF writes it. */
function shaped(
  raw: string,
  clause: Clause,
  map: AttributeMap,
): { attributes: string; text: string } {
  let text = raw;
  const isFirst = text.startsWith('^');
  const isLast = text.length > 1 && text.endsWith('^') && !endsEscaped(text);
  text = text.slice(isFirst ? 1 : 0, isLast ? -1 : undefined);
  const where = isFirst && isLast ? 'firstAndLast' : isFirst ? 'first' : isLast ? 'last' : 'any';
  const position = look(map, `position.${where}`, where);
  if (position === null) throw fault(32, `The position ${where}`, clause);
  const masks = masksOf(text);
  const simple = simpleTruncation(text, masks, { left: !isFirst, right: !isLast });
  const truncation = simple === null ? null : look(map, `truncation.${simple}`, simple);
  if (truncation !== null) {
    const cut = text.slice(
      simple === 'left' || simple === 'both' ? 1 : 0,
      simple === 'right' || simple === 'both' ? -1 : undefined,
    );
    return { attributes: position + truncation, text: unmask(cut, false) };
  }
  if (masks.length === 0) return { attributes: position, text: unmask(text, false) };
  const pattern = look(map, 'truncation.z3958', 'z3958');
  if (pattern === null) throw fault(28, 'A pattern such as this mask', clause);
  return { attributes: position + pattern, text: unmask(text, true) };
}

function endsEscaped(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\.$/s.test(text);
}

/** Where masks stand, backslashed ones left out. */
function masksOf(text: string): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '*' || character === '?') found.push(at);
  }
  return found;
}

/** The kind of plain truncation the masks are, if any; a mask beside an anchor is a pattern. */
function simpleTruncation(
  text: string,
  masks: readonly number[],
  free: { readonly left: boolean; readonly right: boolean },
): string | null {
  if (masks.length === 0) return 'none';
  if (masks.length > 2 || masks.some((at) => text.charAt(at) !== '*')) return null;
  const isLeft = masks[0] === 0 && free.left;
  const isRight = masks.at(-1) === text.length - 1 && free.right;
  if (masks.length === 2) return isLeft && isRight ? 'both' : null;
  return isLeft ? 'left' : isRight ? 'right' : null;
}

/** The term between PQF's quotation marks; with `isPattern` in Z39.58 masks (`?` many, `#` one). */
function unmask(text: string, isPattern: boolean): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    let character = text.charAt(at);
    const isEscaped = character === '\\' && at + 1 < text.length;
    if (isEscaped) character = text.charAt(++at);
    else if (isPattern && (character === '*' || character === '?')) {
      result += character === '*' ? '?' : '#';
      continue;
    }
    if (isPattern && (character === '?' || character === '#')) result += '\\\\';
    result += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return result;
}

/** A literal term keeps its backslashes, which may mean something to the library. */
function literal(raw: string): string {
  return raw.replace(/\\[\s\S]|["\\]/g, (sign) => (sign.length === 2 ? sign : `\\${sign}`));
}

/** The attributes of a map entry as PQF, or null where the map has none. */
function look(map: AttributeMap, key: string, name: string): string | null {
  const entry = findEntry(map, key);
  if (entry === undefined) return null;
  const isNamed = entry.attributes.some(({ value }) => value.includes('*'));
  if (isNamed && !attributeName.test(name)) return null;
  return entry.attributes
    .map(({ set, type, value }) => {
      const prefix = set === null ? '' : `${set} `;
      return `@attr ${prefix}${type}=${value.replaceAll('*', name)} `;
    })
    .join('');
}

/** A name put into an attribute value must be one plain word of PQF. */
const attributeName = /^[\p{L}\p{N}][\p{L}\p{N}._:/-]*$/u;

function scopedName(name: string, scope: Scope, usesDefault: boolean): ScopedName {
  const dot = name.indexOf('.');
  const prefix = dot === -1 ? null : name.slice(0, dot).toLowerCase();
  const assigned = scope.prefixes.findLast(
    (assignment) => (assignment.prefix?.toLowerCase() ?? null) === prefix,
  );
  const isPlain = prefix === null && !usesDefault;
  const uri = assigned?.uri ?? (isPlain ? undefined : setIdentifier(scope.map, prefix));
  return { uri, local: uri === undefined || prefix === null ? name : name.slice(dot + 1) };
}
