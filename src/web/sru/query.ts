import { QuerySyntaxError, UnsupportedQueryError } from '../../query/errors.ts';
import {
  checkIndexes,
  parseReaderQuery,
  printCql,
  resolveIndex,
  toSruCql,
} from '../../query/index.ts';
import { literalTerm } from '../../query/term.ts';
import type { IndexMap, Query, QueryNode, SortKey } from '../../query/types.ts';
import { indexNames } from '../../query/types.ts';
import type { SortOrder } from '../../search/types.ts';
import { knownNumber, SruDiagnostic } from './diagnostics.ts';
import { contextSets } from './indexes.ts';
import type { SearchParameters } from './request.ts';

/** What a query asks for. */
export type Question =
  | {
      readonly kind: 'search';
      readonly query: Query;
      readonly cql: string;
      readonly sort: SortOrder;
    }
  /** A set that an earlier answer named (`cql.resultSetId`, CQL context set 1.2). */
  | { readonly kind: 'resultSet'; readonly id: string }
  /** One record by the number that an earlier answer gave it. */
  | { readonly kind: 'record'; readonly id: string };

type Asked = Pick<SearchParameters, 'query' | 'queryType' | 'sortKeys'>;

/** Reads the query of a search; throws SruDiagnostic for what cannot be asked. */
export function readQuestion(parameters: Asked): Question {
  const parsed = parse(parameters);
  const known = knownThing(parsed.node);
  if (known !== null) return known;
  checkNames(parsed);
  checkClauses(parsed.node);
  const sort = parsed.sort.length > 0 ? sortOf(parsed.sort) : sortKeysOf(parameters.sortKeys);
  const query: Query = { ...parsed, sort: [] };
  checkFeatures(query);
  return { kind: 'search', query, cql: printCql(query), sort };
}

function parse({ query, queryType }: Asked): Query {
  const syntax = queryType === 'cql' ? 'cql' : 'words';
  try {
    return parseReaderQuery(query, { syntax, index: 'any' }).query;
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    throw new SruDiagnostic(
      knownNumber(error.diagnostic),
      `at position ${error.position}: ${error.message}`,
    );
  }
}

/** A query that only names a result set or a merged record. */
function knownThing(node: QueryNode): Question | null {
  if (node.type !== 'clause') return null;
  const { relation, term } = node;
  if (!/^(?:=|==|exact|scr|any|all)$/.test(relation.name)) return null;
  const id = literalTerm(term).trim();
  if (isResultSetIndex(node.index)) return { kind: 'resultSet', id };
  const isNumber = node.index !== null && resolveIndex(node.index) === 'id';
  return isNumber && /^r_[0-9a-f]{24}$/.test(id) ? { kind: 'record', id } : null;
}

function isResultSetIndex(index: string | null): boolean {
  return /^(?:cql|srw)\.resultsetid$/i.test(index ?? '');
}

function checkNames(query: Query): void {
  const unknown = checkIndexes(query);
  if (unknown === null) return;
  const { index } = unknown;
  if (isResultSetIndex(index)) throw new SruDiagnostic(55);
  const dot = index.indexOf('.');
  const set = index.slice(0, Math.max(0, dot)).toLowerCase();
  if (set === '' || Object.hasOwn(contextSets, set)) throw new SruDiagnostic(16, index);
  throw new SruDiagnostic(15, index.slice(0, dot));
}

const relations = /^(?:cql\.)?(?:=|==|<>|<|<=|>|>=|scr|exact|adj|all|any|within|encloses)$/;

/** Looks at every clause; the parser bounds how many there are. */
function checkClauses(root: QueryNode): void {
  const open: QueryNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'boolean') {
      open.push(node.right, node.left);
      continue;
    }
    const { relation, term } = node;
    if (!relations.test(relation.name)) {
      throw new SruDiagnostic(19, relation.written ?? relation.name);
    }
    if (term.trim() === '') throw new SruDiagnostic(27);
  }
}

/** Every index under a name of its own: the server no query is too much for. */
const everything: IndexMap = Object.fromEntries(indexNames.map((name) => [name, name]));

/** What no library could be asked, whatever it can do, is not sent to any. */
function checkFeatures(query: Query): void {
  try {
    toSruCql(query, everything, { proximity: true });
  } catch (error) {
    if (!(error instanceof UnsupportedQueryError)) throw error;
    throw new SruDiagnostic(48, error.en);
  }
}

/** `sortby` of CQL 1.2. */
function sortOf(keys: readonly SortKey[]): SortOrder {
  const [key] = keys;
  if (key === undefined) return 'relevance';
  if (keys.length > 1) throw new SruDiagnostic(84, '1');
  let descending = false;
  for (const modifier of key.modifiers) {
    const name = modifier.name.toLowerCase().replace(/^sort\./, '');
    if (name === 'ascending' || name === 'descending') descending = name === 'descending';
    else if (name === 'respectcase') throw new SruDiagnostic(91, modifier.name);
    else if (/^missing(?:omit|fail|value)$/.test(name)) throw new SruDiagnostic(92, modifier.name);
  }
  return orderOf(key.index, key.index, descending);
}

/** `sortKeys` of SRU 1.1 and 2.0: `path,schema,ascending,caseSensitive,missingValue`, a blank between keys. */
function sortKeysOf(given: string): SortOrder {
  const keys = given.split(' ').filter((key) => key !== '');
  const [key] = keys;
  if (key === undefined) return 'relevance';
  if (keys.length > 1) throw new SruDiagnostic(84, '1');
  const [path = '', schema = '', ascending = '', caseSensitive = '', missing = ''] = key.split(',');
  if (!/^(?:|0|1|true|false)$/.test(ascending)) throw new SruDiagnostic(90, ascending);
  if (!/^(?:|0|false)$/.test(caseSensitive)) throw new SruDiagnostic(91, caseSensitive);
  if (!/^(?:|highValue|lowValue)$/.test(missing)) throw new SruDiagnostic(92, missing);
  const name = path.replace(/^.*\//, '');
  const index = schema === '' || name.includes('.') ? name : `${schema}.${name}`;
  const known = resolveIndex(index) === null ? name : index;
  return orderOf(known, path, ascending === '0' || ascending === 'false');
}

/** Years newest first are `year`; what has no year, title or author stands last in either direction. */
function orderOf(index: string, written: string, descending: boolean): SortOrder {
  const name = resolveIndex(index);
  if (name === 'year') return descending ? 'year' : '-year';
  if (name !== 'title' && name !== 'author') throw new SruDiagnostic(88, written.slice(0, 100));
  if (descending) throw new SruDiagnostic(90, 'descending');
  return name;
}
