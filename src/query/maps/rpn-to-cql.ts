import { attributeSetOid, bib1 } from '../pqf/sets.ts';
import type { RpnAttribute, RpnNode, RpnQuery } from '../types.ts';
import type { AttributeMap, MapEntry } from './properties.ts';

/** RPN that CQL or the map has no words for; `diagnostic` is the bib-1 condition that names it. */
export class RpnTranslationError extends Error {
  readonly diagnostic: number;
  /** What the diagnostic is about: the attribute's value, the result set's name. */
  readonly about: string;

  constructor(diagnostic: number, about: string, message: string) {
    super(message);
    this.name = 'RpnTranslationError';
    this.diagnostic = diagnostic;
    this.about = about;
  }
}

type Operand = Extract<RpnNode, { type: 'operand' }>;

const relationNames: Readonly<Record<string, string>> = {
  '1': '<',
  '2': '<=',
  '3': '=',
  '4': '>=',
  '5': '>',
  '6': '<>',
};
const relationAliases: Readonly<Record<string, string>> = {
  exact: '==',
  eq: '=',
  le: '<=',
  ge: '>=',
  scr: '=',
};
const proximityRelations = ['', '<', '<=', '=', '>=', '>', '<>'] as const;
const proximityUnits: Readonly<Record<number, string>> = {
  3: '/unit=sentence',
  4: '/unit=paragraph',
  8: '/unit=element',
};

/** RPN as CQL, its attributes read backwards through a map; without one, names from `1=name`. */
export function rpnToCql(query: RpnQuery, map: AttributeMap = { entries: [] }): string {
  return printNode(query.node, map, query.attributeSet);
}

function printNode(node: RpnNode, map: AttributeMap, set: string): string {
  switch (node.type) {
    case 'operand':
      return printOperand(node, map, set);
    case 'resultSet':
      throw new RpnTranslationError(18, node.name, 'A result set cannot be said in CQL.');
    default:
      return `${enclosed(node.left, map, set)} ${operatorOf(node)} ${enclosed(node.right, map, set)}`;
  }
}

function enclosed(node: RpnNode, map: AttributeMap, set: string): string {
  const text = printNode(node, map, set);
  return node.type === 'operand' ? text : `(${text})`;
}

function operatorOf(node: Extract<RpnNode, { type: 'operator' | 'prox' }>): string {
  if (node.type === 'operator') return node.operator === 'and-not' ? 'not' : node.operator;
  const relation = proximityRelations[node.relation];
  const unit = node.unit === 2 ? '' : proximityUnits[node.unit];
  if (relation === undefined || relation === '' || unit === undefined || node.exclusion) {
    throw new RpnTranslationError(129, String(node.unit), 'Such a nearness cannot be said in CQL.');
  }
  return `prox/distance${relation}${node.distance}/${node.ordered ? 'ordered' : 'unordered'}${unit}`;
}

function printOperand(node: Operand, map: AttributeMap, set: string): string {
  const index = indexOf(node, map, set);
  const relation = relationOf(node, map, set);
  const structure = reverse(map, 'structure.', node, set);
  const modifier = structure === undefined || structure === '*' ? '' : `/${structure} `;
  const term = quoted(masked(node), node.term === '');
  if (index === 'cql.serverChoice' && relation === '=' && modifier === '') return term;
  const sign = /^[a-z]/i.test(relation) ? ` ${relation} ` : relation;
  return `${index}${sign}${modifier}${term}`;
}

function indexOf(node: Operand, map: AttributeMap, set: string): string {
  const mapped = reverse(map, 'index.', node, set);
  if (mapped !== undefined) return mapped;
  const use = node.attributes.find((attribute) => attribute.type === 1);
  if (use === undefined) return 'cql.serverChoice';
  if (typeof use.value === 'string') return use.value;
  const value = String(use.value);
  throw new RpnTranslationError(114, value, `The Use attribute ${value} is not in the map.`);
}

function relationOf(node: Operand, map: AttributeMap, set: string): string {
  const mapped = reverse(map, 'relation.', node, set);
  if (mapped !== undefined) return relationAliases[mapped] ?? mapped;
  const attribute = node.attributes.find((one) => one.type === 2);
  return relationNames[String(attribute?.value)] ?? '=';
}

/** The first entry of a kind all of whose attributes the operand has. */
function reverse(
  map: AttributeMap,
  kind: 'index.' | 'relation.' | 'structure.',
  node: Operand,
  set: string,
): string | undefined {
  const found = map.entries.find(
    (entry) => entry.key.startsWith(kind) && entry.attributes.length > 0 && holds(entry, node, set),
  );
  return found?.key.slice(kind.length);
}

function holds(entry: MapEntry, node: Operand, set: string): boolean {
  return entry.attributes.every(({ set: name, type, value }) => {
    const wanted = name === null ? bib1 : attributeSetOid(name);
    return node.attributes.some(
      (attribute: RpnAttribute) =>
        (attribute.set ?? set) === wanted &&
        String(attribute.type) === type &&
        String(attribute.value).toLowerCase() === value.toLowerCase(),
    );
  });
}

/** The term with CQL's masks in place of its truncation and position attributes. */
function masked(node: Operand): string {
  const value = (type: number) => node.attributes.find((one) => one.type === type)?.value;
  const anchors = value(6) === 3 ? ['^', '^'] : value(3) === 1 ? ['^', ''] : ['', ''];
  const wrap = (text: string) => `${anchors[0]}${text}${anchors[1]}`;
  const truncation = value(5) ?? 100;
  switch (truncation) {
    case 100:
      return wrap(literal(node.term));
    case 1:
      return wrap(`${literal(node.term)}*`);
    case 2:
      return wrap(`*${literal(node.term)}`);
    case 3:
      return wrap(`*${literal(node.term)}*`);
    case 102:
      return wrap(translated(node.term, /^\.\*/, /^\./));
    case 104:
      return wrap(translated(node.term, /^\?/, /^#/));
    default: {
      const about = String(truncation);
      throw new RpnTranslationError(120, about, `The truncation ${about} cannot be said in CQL.`);
    }
  }
}

function literal(term: string): string {
  return translated(term, null, null);
}

/** Signs of a pattern as masks. A backslash makes the next character itself, as Z39.58 has it. */
function translated(term: string, many: RegExp | null, one: RegExp | null): string {
  let result = '';
  for (let at = 0; at < term.length; at += 1) {
    const rest = term.slice(at, at + 2);
    const manySign = many?.exec(rest)?.[0];
    if (manySign !== undefined) {
      result += '*';
      at += manySign.length - 1;
    } else if (one?.test(rest)) {
      result += '?';
    } else {
      const isEscaped = rest.startsWith('\\') && rest.length === 2;
      if (isEscaped) at += 1;
      const character = isEscaped ? rest.charAt(1) : rest.charAt(0);
      result += /[*?"\\]/.test(character) ? `\\${character}` : character;
    }
  }
  return result.replace(/\p{Cc}/gu, ' ');
}

function quoted(term: string, isEmpty: boolean): string {
  const isWord =
    !isEmpty && /^(?:[^\s()=<>/"]|\\.)+$/s.test(term) && !/^(and|or|not|prox|sortby)$/i.test(term);
  return isWord ? term : `"${term}"`;
}
