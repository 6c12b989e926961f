import type { RpnAttribute, RpnNode, RpnQuery } from '../types.ts';
import { attributeSetName } from './sets.ts';

/** RPN in prefix notation, with the attribute set first (`@attrset Bib-1 @attr 1=4 fish`). */
export function printPqf(query: RpnQuery): string {
  return `@attrset ${attributeSetName(query.attributeSet)} ${printPqfNode(query.node)}`;
}

/** As printPqf, without the attribute set. The tree's depth is bounded by the parsers' limits. */
export function printPqfNode(node: RpnNode): string {
  switch (node.type) {
    case 'operand':
      return `${node.attributes.map(printAttribute).join('')}${printTerm(node.term)}`;
    case 'resultSet':
      return `@set ${printTerm(node.name)}`;
    case 'operator': {
      const operator = node.operator === 'and-not' ? 'not' : node.operator;
      return `@${operator} ${printPqfNode(node.left)} ${printPqfNode(node.right)}`;
    }
    case 'prox': {
      const { exclusion, distance, ordered, relation, unit } = node;
      const flags = `${exclusion ? 1 : 0} ${distance} ${ordered ? 1 : 0} ${relation} k ${unit}`;
      return `@prox ${flags} ${printPqfNode(node.left)} ${printPqfNode(node.right)}`;
    }
  }
}

function printAttribute({ set, type, value }: RpnAttribute): string {
  const prefix = set === null ? '' : `${attributeSetName(set)} `;
  const text = String(value);
  const pair = `${type}=${text}`;
  return `@attr ${prefix}${/^[^\s"\\{}]+$/.test(text) ? pair : quoteTerm(pair)} `;
}

/** A term as one PQF word: bare where it can be, `\@and` where it looks like an operator. */
export function printTerm(term: string): string {
  if (term === '' || /[\s"{\p{Cc}]/u.test(term)) return quoteTerm(term);
  const escaped = term.replaceAll('\\', '\\\\');
  return escaped.startsWith('@') ? `\\${escaped}` : escaped;
}

/** A term in quotation marks. Control characters, which PQF cannot say, part words like blanks. */
export function quoteTerm(term: string): string {
  return `"${term.replace(/\p{Cc}/gu, ' ').replace(/["\\]/g, '\\$&')}"`;
}
