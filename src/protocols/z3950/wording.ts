import { encodeTerm, UnmappableError } from '../../marc/charset/index.ts';
import type { QueryCharset } from '../../marc/types.ts';
import type { Z3950Settings } from '../../members/document.ts';
import { hasIsbnTerm, type TermOptions, toRpn, toSruCql } from '../../query/index.ts';
import type {
  IndexMap,
  IndexName,
  Query,
  RpnAttribute,
  RpnNode,
  RpnQuery,
  Simplification,
} from '../../query/types.ts';
import type { Attribute, Rpn, WireQuery } from './apdu/query.ts';
import { universal, universalTags } from './ber/tag.ts';
import { encodeBer, text } from './ber/write.ts';
import { attributeSets, queryLanguages } from './oid.ts';

export { UnmappableError };

/** An attribute that is left out of every operand that has it. */
export interface Drop {
  readonly type: number;
  readonly value: number | string;
  /** Only from operands of this index; null for all. */
  readonly index: IndexName | null;
  /** Several words become an `and` of single ones, which is what the attribute had said. */
  readonly splitWords: boolean;
  /** What it means to the reader; null where the query means the same without the attribute. */
  readonly note: Simplification | null;
}

/** How one query is put to one library: the choices that a diagnostic may change. */
export interface Wording {
  readonly isbnForm: TermOptions['isbnForm'];
  readonly alternative: Readonly<Partial<Record<IndexName, number>>>;
  readonly drops: readonly Drop[];
}

export const plainWording: Wording = { isbnForm: undefined, alternative: {}, drops: [] };

/** The forms of ISBNs to try while nothing is found; one that says nothing for a query without any. */
export function isbnFormsFor(query: Query, connector: Z3950Settings): Wording['isbnForm'][] {
  const forms = connector.terms.isbn ?? [];
  return forms.length === 0 || !hasIsbnTerm(query) ? [undefined] : [...forms];
}

export interface WordedQuery {
  readonly rpn: RpnQuery;
  readonly simplified: readonly Simplification[];
}

/** The query in the library's attributes; throws UnsupportedQueryError. */
export function word(query: Query, connector: Z3950Settings, wording: Wording): WordedQuery {
  const { value, simplified } = toRpn(query, connector.indexes, {
    alternative: wording.alternative,
    proximity: connector.proximity ?? false,
    ...(wording.isbnForm === undefined ? {} : { isbnForm: wording.isbnForm }),
    ...(connector.terms.script === undefined ? {} : { script: connector.terms.script }),
  });
  let { node } = value;
  const notes: Simplification[] = [];
  for (const drop of wording.drops) {
    if (!operandsOf(node).some((operand) => concerns(drop, operand))) continue;
    node = withoutAttribute(node, drop);
    if (drop.note !== null) notes.push(drop.note);
  }
  return { rpn: { ...value, node }, simplified: [...simplified, ...notes] };
}

/** The depth of a tree is bounded by the query's own limits. */
function withoutAttribute(node: RpnNode, drop: Drop): RpnNode {
  if (node.type === 'operator' || node.type === 'prox') {
    return {
      ...node,
      left: withoutAttribute(node.left, drop),
      right: withoutAttribute(node.right, drop),
    };
  }
  if (node.type === 'resultSet' || !concerns(drop, node)) return node;
  const attributes = node.attributes.filter((one) => !isDropped(one, drop));
  if (!drop.splitWords) return { ...node, attributes };
  return node.term
    .split(/\s+/)
    .filter((term) => term !== '')
    .map((term): RpnNode => ({ ...node, attributes, term }))
    .reduce((left, right) => ({ type: 'operator', operator: 'and', left, right }));
}

function concerns(drop: Drop, node: RpnNode & { type: 'operand' }): boolean {
  if (drop.index !== null && drop.index !== node.index) return false;
  return node.attributes.some((one) => isDropped(one, drop));
}

function isDropped(attribute: RpnAttribute, drop: Drop): boolean {
  return attribute.type === drop.type && attribute.value === drop.value;
}

/** Every operand of a tree, left to right. */
export function operandsOf(root: RpnNode): (RpnNode & { type: 'operand' })[] {
  const found: (RpnNode & { type: 'operand' })[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'operand') found.push(node);
    else if (node.type !== 'resultSet') waiting.push(node.right, node.left);
  }
  return found;
}

/**
 * The bytes of a query: terms in the library's charset. Throws UnmappableError, since a term with a character
 * left out would find other books or none. Proximity in a type-1 query needs version 3; type 101 has it in both.
 */
export function wireQuery(
  rpn: RpnQuery,
  charset: QueryCharset,
  form: 'type-1' | 'type-101',
): WireQuery {
  const needs101 = form === 'type-101';
  return {
    type: needs101 ? 'type-101' : 'type-1',
    attributeSet: rpn.attributeSet,
    rpn: wireNode(rpn.node, charset, rpn.attributeSet),
  };
}

function wireNode(node: RpnNode, charset: QueryCharset, attributeSet: string): Rpn {
  switch (node.type) {
    case 'operand':
      return {
        type: 'term',
        attributes: node.attributes.map((one) => wireAttribute(one, attributeSet)),
        term: { kind: 'general', octets: encodeTerm(node.term, charset) },
      };
    case 'resultSet':
      return { type: 'resultSet', name: node.name };
    case 'operator':
    case 'prox':
      return {
        type: 'operation',
        operator:
          node.type === 'operator'
            ? node.operator
            : {
                exclusion: node.exclusion,
                distance: node.distance,
                ordered: node.ordered,
                relation: node.relation,
                unit: { kind: 'known', code: node.unit },
              },
        left: wireNode(node.left, charset, attributeSet),
        right: wireNode(node.right, charset, attributeSet),
      };
  }
}

export function wireAttribute(attribute: RpnAttribute, attributeSet: string): Attribute {
  const own = attribute.set !== null && attribute.set !== attributeSet;
  return {
    set: own ? (attribute.set ?? undefined) : undefined,
    type: attribute.type,
    value: typeof attribute.value === 'number' ? attribute.value : [attribute.value],
  };
}

/** True for trees that only a type-101 query may carry while version 2 is in force. */
export function hasProximity(root: RpnNode): boolean {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'prox') return true;
    if (node.type === 'operator') waiting.push(node.left, node.right);
  }
  return false;
}

/** Index names of the dc, bath and rec context sets, for servers that are asked in CQL. */
const cqlNames: IndexMap = {
  any: 'cql.serverChoice',
  title: 'dc.title',
  author: 'dc.creator',
  isbn: 'bath.isbn',
  issn: 'bath.issn',
  subject: 'dc.subject',
  publisher: 'dc.publisher',
  year: 'dc.date',
  id: 'rec.id',
};

/** The query as CQL text in a type-104 query (option bit 19). Throws UnsupportedQueryError. */
export function cqlQuery(
  query: Query,
  wording: Pick<Wording, 'isbnForm'>,
): { readonly query: WireQuery; readonly simplified: readonly Simplification[] } {
  const { isbnForm } = wording;
  const cql = toSruCql(query, cqlNames, isbnForm === undefined ? {} : { isbnForm });
  const content = encodeBer(text(universal(universalTags.generalString), cql.value));
  const external = { reference: queryLanguages.cql, encoding: 'single', content } as const;
  return { query: { type: 'type-104', external }, simplified: cql.simplified };
}

/** Attributes of a document's sort key as the protocol has them. */
export function sortAttributes(entry: Readonly<Record<string, number | string>>): Attribute[] {
  return Object.entries(entry).map(([type, value]) => ({
    type: Number(type),
    value: typeof value === 'number' ? value : [value],
  }));
}

export const sortAttributeSet = attributeSets.bib1;
