import { QuerySyntaxError } from '../../../query/errors.ts';
import { parseCql } from '../../../query/index.ts';
import { type MaskedTerm, readTerm } from '../../../query/term.ts';
import type { Clause, Query, QueryNode, SortKey } from '../../../query/types.ts';
import { type Comparison, type Criterion, type SearchField, test } from '../../search/criterion.ts';
import type { SortBy } from '../../search/order.ts';
import { SruDiagnostic } from './diagnostics.ts';

/** The indexes these servers have, by their names in CQL; explain lists the same ones. */
export const cqlIndexes: Readonly<Record<string, SearchField>> = {
  'cql.serverChoice': 'any',
  'cql.anywhere': 'any',
  'dc.title': 'title',
  'dc.creator': 'author',
  'dc.subject': 'subject',
  'dc.publisher': 'publisher',
  'dc.date': 'year',
  'bath.isbn': 'isbn',
  'bath.issn': 'issn',
  'bath.title': 'title',
  'bath.author': 'author',
  'rec.id': 'id',
  'local.callnumber': 'callnumber',
  'local.class': 'class',
  'local.series': 'series',
};

/** Context sets by the identifiers explain gives them. */
export const contextSets: Readonly<Record<string, string>> = {
  cql: 'info:srw/cql-context-set/1/cql-v1.2',
  dc: 'info:srw/cql-context-set/1/dc-v1.1',
  bath: 'http://zing.z3950.org/cql/bath/2.0/',
  rec: 'info:srw/cql-context-set/2/rec-1.1',
  local: 'info:guanji/sandbox/local',
};

const defaultSet: Readonly<Record<string, SearchField>> = {
  serverchoice: 'any',
  anywhere: 'any',
  title: 'title',
  creator: 'author',
  author: 'author',
  subject: 'subject',
  publisher: 'publisher',
  date: 'year',
  isbn: 'isbn',
  issn: 'issn',
};

export interface ReadQuery {
  readonly criterion: Criterion;
  readonly sort: readonly SortBy[];
  readonly query: Query;
}

/** Parses CQL as the server understands it; throws SruDiagnostic for what it does not. */
export function readCql(text: string): ReadQuery {
  let query: Query;
  try {
    query = parseCql(text);
  } catch (error) {
    if (error instanceof QuerySyntaxError) throw new SruDiagnostic(error.diagnostic, error.message);
    throw error;
  }
  return { criterion: criterionOf(query.node), sort: query.sort.map(sortOfKey), query };
}

/** The parser bounds how deep a query nests, so that this recursion is bounded too. */
function criterionOf(node: QueryNode): Criterion {
  if (node.type === 'clause') return clauseTest(node);
  if (node.operator === 'prox') throw new SruDiagnostic(37, 'prox');
  return {
    type: node.operator,
    left: criterionOf(node.left),
    right: criterionOf(node.right),
  };
}

/** The field of an index name; its set and name do not care for case. */
export function fieldOfIndex(index: string | null): SearchField {
  if (index === null) return 'any';
  const lower = index.toLowerCase();
  const [set, name] = lower.includes('.') ? lower.split('.') : ['', lower];
  if (set !== '' && set !== undefined && !Object.hasOwn(contextSets, set)) {
    throw new SruDiagnostic(15, set);
  }
  const qualified = Object.keys(cqlIndexes).find((known) => known.toLowerCase() === lower);
  const field = set === '' ? defaultSet[name ?? ''] : cqlIndexes[qualified ?? ''];
  if (field === undefined) throw new SruDiagnostic(16, index);
  return field;
}

function clauseTest(clause: Clause): Criterion {
  if (clause.index?.toLowerCase() === 'cql.allrecords') return { type: 'everything' };
  const field = fieldOfIndex(clause.index);
  const { name, modifiers } = clause.relation;
  const [modifier] = modifiers;
  if (modifier !== undefined) throw new SruDiagnostic(20, modifier.name);
  const masked = readTerm(clause.term);
  const { text, open } = unmasked(masked);
  if (text.trim() === '') throw new SruDiagnostic(27, '');
  const anchor = anchorOf(masked);
  switch (name) {
    case '=':
    case 'scr':
    case 'adj':
      return test(field, text, { open, anchor });
    case '==':
    case 'exact':
      return test(field, text, { open, anchor: 'whole' });
    case 'all':
    case 'any':
      return test(field, text, { open, words: name });
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '<>':
      return test(field, text, { comparison: name as Comparison });
    case 'within':
      return within(field, text);
    default:
      throw new SruDiagnostic(19, name);
  }
}

function within(field: SearchField, text: string): Criterion {
  const [from, to, more] = text.trim().split(/\s+/);
  if (field !== 'year' || from === undefined || to === undefined || more !== undefined) {
    throw new SruDiagnostic(19, 'within');
  }
  return {
    type: 'and',
    left: test(field, from, { comparison: '>=' }),
    right: test(field, to, { comparison: '<=' }),
  };
}

/** Masks are understood at the ends of a term only. */
function unmasked(term: MaskedTerm): { text: string; open: 'none' | 'left' | 'right' | 'both' } {
  const pieces = [...term.pieces];
  const left = pieces[0]?.kind === 'many';
  if (left) pieces.shift();
  const right = pieces.at(-1)?.kind === 'many';
  if (right) pieces.pop();
  const text = pieces.map((piece) => {
    if (piece.kind !== 'text') throw new SruDiagnostic(28, piece.kind === 'many' ? '*' : '?');
    return piece.text;
  });
  if (left && right) return { text: text.join(''), open: 'both' };
  return { text: text.join(''), open: left ? 'left' : right ? 'right' : 'none' };
}

function anchorOf(term: MaskedTerm): 'anywhere' | 'start' | 'end' | 'whole' {
  if (term.anchoredStart) return term.anchoredEnd ? 'whole' : 'start';
  return term.anchoredEnd ? 'end' : 'anywhere';
}

function sortOfKey(key: SortKey): SortBy {
  const descending = key.modifiers.some((modifier) => modifier.name.endsWith('descending'));
  return { key: sortableField(key.index), descending };
}

function sortableField(index: string): SortBy['key'] {
  const field = fieldOfIndex(index);
  if (field !== 'title' && field !== 'author' && field !== 'year') {
    throw new SruDiagnostic(82, index);
  }
  return field;
}

/** `sortKeys` of SRU 1.1 and 2.0: `path,schema,ascending,case,missing` with blanks between keys. */
export function readSortKeys(text: string): SortBy[] {
  return text
    .split(' ')
    .filter((key) => key !== '')
    .map((key) => {
      const [path = '', , ascending = '1'] = key.split(',');
      return { key: sortableField(path), descending: ascending === '0' };
    });
}
