import { positionOf } from './cql/parser.ts';
import type {
  AttributeEntry,
  IndexMap,
  IndexName,
  PrefixAssignment,
  Query,
  QueryNode,
} from './types.ts';

/** Index names without a prefix: the gateway's own, the usual short forms, and Chinese ones. */
const plainNames: Readonly<Record<string, IndexName>> = {
  any: 'any',
  anywhere: 'any',
  serverchoice: 'any',
  keyword: 'any',
  任意: 'any',
  title: 'title',
  ti: 'title',
  题名: 'title',
  书名: 'title',
  author: 'author',
  creator: 'author',
  au: 'author',
  作者: 'author',
  著者: 'author',
  责任者: 'author',
  isbn: 'isbn',
  issn: 'issn',
  subject: 'subject',
  su: 'subject',
  主题: 'subject',
  publisher: 'publisher',
  pb: 'publisher',
  出版社: 'publisher',
  出版者: 'publisher',
  year: 'year',
  date: 'year',
  出版年: 'year',
  callnumber: 'callnumber',
  索书号: 'callnumber',
  class: 'class',
  classification: 'class',
  分类号: 'class',
  series: 'series',
  丛编: 'series',
  丛书: 'series',
  id: 'id',
};

/**
 * Names of the context sets. Bath's names of persons, bodies and events are read as authors, its
 * special titles as titles and its kinds of subject as subjects: the wider index loses no hit.
 */
const setNames: Readonly<Record<string, Readonly<Record<string, IndexName>>>> = {
  cql: {
    serverchoice: 'any',
    anywhere: 'any',
    anyindexes: 'any',
    allindexes: 'any',
    keywords: 'any',
  },
  dc: {
    title: 'title',
    creator: 'author',
    author: 'author',
    contributor: 'author',
    subject: 'subject',
    publisher: 'publisher',
    date: 'year',
    resourceidentifier: 'id',
  },
  bath: {
    any: 'any',
    title: 'title',
    keytitle: 'title',
    uniformtitle: 'title',
    author: 'author',
    name: 'author',
    personalname: 'author',
    corporatename: 'author',
    conferencename: 'author',
    subject: 'subject',
    topicalsubject: 'subject',
    geographicname: 'subject',
    genreform: 'subject',
    isbn: 'isbn',
    issn: 'issn',
  },
  rec: { id: 'id', identifier: 'id' },
  bib: {
    title: 'title',
    name: 'author',
    namepersonal: 'author',
    namecorporate: 'author',
    nameconference: 'author',
    dateissued: 'year',
  },
};
const setAliases: Readonly<Record<string, string>> = { srw: 'cql' };

/** Identifiers of the context sets, by a piece of the address that every version of it has. */
const setMarks: readonly (readonly [string, string])[] = [
  ['cql-context-set/1/cql', 'cql'],
  ['zing/cql/srw-indexes', 'cql'],
  ['context-set/1/dc', 'dc'],
  ['zing/cql/dc-indexes', 'dc'],
  ['purl.org/dc/', 'dc'],
  ['cql/bath', 'bath'],
  ['srw/bath', 'bath'],
  ['cql-context-set/2/rec', 'rec'],
  ['cql-context-set/1/bib', 'bib'],
];

/** The gateway index behind a CQL index name, or null for an unknown one; null means server choice. */
export function resolveIndex(name: string | null): IndexName | null {
  return resolveScoped(name, []);
}

/**
 * As resolveIndex, under the prefix assignments that hold there, innermost last. A prefix given to an
 * address that is no known context set makes its indexes unknown, whatever they are called.
 */
export function resolveScoped(
  name: string | null,
  prefixes: readonly PrefixAssignment[],
): IndexName | null {
  if (name === null) return 'any';
  const lower = name.toLowerCase();
  const dot = lower.indexOf('.');
  const prefix = dot === -1 ? null : lower.slice(0, dot);
  const assigned = prefixes.findLast(
    (assignment) => (assignment.prefix?.toLowerCase() ?? null) === prefix,
  );
  const local = lower.slice(dot + 1);
  if (assigned !== undefined) return own(setNames[setOf(assigned.uri) ?? ''], local);
  if (prefix === null) return own(plainNames, local);
  return own(setNames[setAliases[prefix] ?? prefix], local);
}

function setOf(uri: string): string | undefined {
  return setMarks.find(([mark]) => uri.includes(mark))?.[1];
}

function own<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | null {
  return table !== undefined && Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}

/**
 * The first index of the query that no gateway index stands for, or null when all are known. The
 * position is where its clause or sort key begins; it is missing in trees that were not parsed.
 */
export function checkIndexes(query: Query): { index: string; position?: number } | null {
  const open: { node: QueryNode; prefixes: readonly PrefixAssignment[] }[] = [
    { node: query.node, prefixes: query.prefixes },
  ];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { node } = entry;
    const prefixes = scopeOf(node, entry.prefixes);
    if (node.type === 'boolean') {
      open.push({ node: node.right, prefixes }, { node: node.left, prefixes });
    } else if (resolveScoped(node.index, prefixes) === null) {
      return fault(node.index ?? '', positionOf(node));
    }
  }
  for (const key of query.sort) {
    if (resolveScoped(key.index, query.prefixes) === null) {
      return fault(key.index, positionOf(key));
    }
  }
  return null;
}

function fault(index: string, position: number | undefined) {
  return position === undefined ? { index } : { index, position };
}

/** The assignments that hold inside a node. */
export function scopeOf(
  node: QueryNode,
  outer: readonly PrefixAssignment[],
): readonly PrefixAssignment[] {
  return node.prefixes === undefined ? outer : [...outer, ...node.prefixes];
}

/** The ways a library spells an index, in the order to try; empty where it has no such index. */
export function alternatives(
  indexes: IndexMap,
  name: IndexName,
): readonly (string | AttributeEntry)[] {
  const entry = Object.hasOwn(indexes, name) ? indexes[name] : undefined;
  if (entry === undefined) return [];
  return Array.isArray(entry) ? entry : [entry as string | AttributeEntry];
}
