import { partsOf, positionOf } from '../cql/parser.ts';
import { QuerySyntaxError } from '../errors.ts';
import { resolveIndex, scopeOf } from '../indexes.ts';
import { wordsOf } from '../term.ts';
import { proximityOf } from '../translate/proximity.ts';
import type { BooleanNode, Clause, PrefixAssignment, Query, QueryNode } from '../types.ts';

/**
 * The query in the Common Command Language (ISO 8777, with the signs YAZ reads: `?` any characters,
 * `#` one, `%` and `!` nearness). What CCL has no words for is a QuerySyntaxError.
 */
export function printCcl(query: Query): string {
  return printNode(query.node, query.prefixes);
}

function printNode(node: QueryNode, outer: readonly PrefixAssignment[]): string {
  const prefixes = scopeOf(node, outer);
  if (node.type === 'clause') return printClause(node, prefixes);
  const operator = node.operator === 'prox' ? nearness(node) : node.operator;
  return `(${printNode(node.left, prefixes)}) ${operator} (${printNode(node.right, prefixes)})`;
}

/** `%3` at most three words apart, `!3` in that order; CCL counts words and has no other unit. */
function nearness(node: BooleanNode): string {
  let near: ReturnType<typeof proximityOf>;
  try {
    near = proximityOf(node);
  } catch {
    throw unsaid('These modifiers of prox', node);
  }
  const distance = near.relation === 1 ? near.distance - 1 : near.distance;
  if (near.unit !== 2 || near.relation > 2) throw unsaid('This kind of nearness', node);
  return `${near.ordered ? '!' : '%'}${distance === 1 ? '' : distance}`;
}

function printClause(clause: Clause, prefixes: readonly PrefixAssignment[]): string {
  const relation = clause.relation.name.replace(/^cql\./, '');
  const field = fieldOf(clause.index, prefixes);
  switch (relation) {
    case '=':
    case '==':
    case 'scr':
    case 'adj':
    case 'exact':
      return `${field === '' ? '' : `${field}=`}${partsOf(clause).map(printTerm).join(' ')}`;
    case 'all':
    case 'any': {
      const prefix = field === '' ? '' : `${field}=`;
      const words = wordsOf(clause.term);
      const printed = (words.length === 0 ? [''] : words).map((word) => prefix + printTerm(word));
      return printed.join(relation === 'all' ? ' and ' : ' or ');
    }
    case 'within': {
      const [from, to, more] = wordsOf(clause.term);
      if (from === undefined || to === undefined || more !== undefined || field === '') break;
      return `(${field}>=${printTerm(from)}) and (${field}<=${printTerm(to)})`;
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '<>':
      if (field === '') throw unsaid('A comparison without a field', clause);
      return `${field}${relation}${partsOf(clause).map(printTerm).join(' ')}`;
  }
  throw unsaid(`The relation ${clause.relation.name}`, clause);
}

/** The name of the field; a prefix assigned in the query itself means nothing outside it. */
function fieldOf(index: string | null, prefixes: readonly PrefixAssignment[]): string {
  if (index === null || (/^cql\./i.test(index) && resolveIndex(index) === 'any')) return '';
  const dot = index.indexOf('.');
  const isAssigned = prefixes.some(
    (one) => one.prefix?.toLowerCase() === index.slice(0, dot).toLowerCase(),
  );
  const name = dot !== -1 && isAssigned ? index.slice(dot + 1) : index;
  return /^[\p{L}\p{N}._:-]+$/u.test(name) ? name : printTerm(name);
}

/** Literal text in quotation marks, masks between them: `comput*` is `"comput"?`. */
function printTerm(raw: string): string {
  if (raw === '') return '""';
  let result = '';
  let isOpen = false;
  const mark = (open: boolean) => {
    if (open !== isOpen) result += '"';
    isOpen = open;
  };
  for (let at = 0; at < raw.length; at += 1) {
    let character = raw.charAt(at);
    const isEscaped = character === '\\' && at + 1 < raw.length;
    if (isEscaped) character = raw.charAt(++at);
    if (!isEscaped && (character === '*' || character === '?')) {
      mark(false);
      result += character === '*' ? '?' : '#';
    } else {
      mark(true);
      result += /["\\]/.test(character) ? `\\${character}` : printable(character);
    }
  }
  mark(false);
  return result;
}

function printable(character: string): string {
  return /\p{Cc}/u.test(character) ? ' ' : character;
}

function unsaid(what: string, node: QueryNode): QuerySyntaxError {
  let first = node;
  while (first.type === 'boolean') first = first.left;
  return new QuerySyntaxError(`${what} cannot be said in CCL.`, positionOf(first) ?? 0, 48);
}
