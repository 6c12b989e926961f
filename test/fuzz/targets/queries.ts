import {
  parseCql,
  parsePqf,
  parseReaderQuery,
  printCql,
  printPqf,
  QuerySyntaxError,
} from '../../../src/query/index.ts';
import { BrokenPromiseError, type FuzzTarget } from '../target.ts';

const isExpected = (error: unknown) => error instanceof QuerySyntaxError;
const read = (parse: (text: string) => void) => (bytes: Uint8Array) =>
  parse(Buffer.from(bytes).toString('utf8'));

/** Queries as readers and other systems write them. */
export function queryTargets(): FuzzTarget[] {
  return [
    {
      name: 'cql',
      kind: 'markup',
      seeds: cql.map((text) => Buffer.from(text)),
      read: read((text) => same(parseCql(text), printCql, parseCql)),
      isExpected,
    },
    {
      name: 'pqf',
      kind: 'markup',
      seeds: pqf.map((text) => Buffer.from(text)),
      read: read((text) => same(parsePqf(text), printPqf, parsePqf)),
      isExpected,
    },
    {
      name: 'reader-query',
      kind: 'markup',
      seeds: [...words, ...cql].map((text) => Buffer.from(text)),
      read: read((text) => void parseReaderQuery(text, { syntax: 'auto', index: 'any' })),
      isExpected,
    },
  ];
}

/** What was printed reads as what was printed. */
function same<T>(query: T, print: (query: T) => string, parse: (text: string) => T): void {
  const once = print(query);
  const twice = print(parse(once));
  if (once !== twice) throw new BrokenPromiseError(`${once} becomes ${twice}`);
}

const words = [
  '化学工程',
  '978-7-312-03389-6',
  '1000-0054',
  'Xi’an and the "silk road"',
  'a\u0000b',
];
const cql = [
  'title = "化学工程" and author any "冯 徐"',
  '> dc = "info:srw/context-set/1/dc-v1.1" dc.title all "a b" sortby dc.date/sort.descending',
  'a prox/unit=word/distance<=3 b not (c or "d\\"e" )',
  'year within "2000 2010" and isbn exact 9787312033896',
  'title =/relevant/cql.string ^comp?ter* or subject encloses x',
  'cat and (dog or (fish not bird))',
];
const pqf = [
  '@attr 1=4 @attr 4=1 "chemical engineering"',
  '@and @attr 1=1003 feng @or @attr 1=21 a @not b c',
  '@attrset bib-1 @prox 0 3 0 2 k 2 a b',
  '@set default',
  '@term string "a\\"b"',
];
