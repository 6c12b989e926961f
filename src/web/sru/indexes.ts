import type { IndexName } from '../../query/types.ts';

/** Context sets by the prefix they have without an assignment, as explain names them. */
export const contextSets: Readonly<Record<string, string>> = {
  cql: 'info:srw/cql-context-set/1/cql-v1.2',
  srw: 'info:srw/cql-context-set/1/cql-v1.1',
  dc: 'info:srw/cql-context-set/1/dc-v1.1',
  bath: 'http://zing.z3950.org/cql/bath/2.0/',
  rec: 'info:srw/cql-context-set/2/rec-1.1',
  bib: 'info:srw/cql-context-set/1/bib-v1',
};

export interface PublicIndex {
  readonly index: IndexName;
  readonly zh: string;
  readonly en: string;
  readonly sorts: boolean;
  /** Names that explain lists, the usual one first; a name without a set has none of its own. */
  readonly names: readonly (readonly [set: string | null, name: string])[];
}

/** The indexes of the federation; each is asked of the libraries that have it. */
export const publicIndexes: readonly PublicIndex[] = [
  {
    index: 'any',
    zh: '任意',
    en: 'Anywhere',
    sorts: false,
    names: [
      ['cql', 'serverChoice'],
      ['cql', 'anywhere'],
      ['bath', 'any'],
    ],
  },
  {
    index: 'title',
    zh: '题名',
    en: 'Title',
    sorts: true,
    names: [
      ['dc', 'title'],
      ['bath', 'title'],
      ['bib', 'title'],
    ],
  },
  {
    index: 'author',
    zh: '责任者',
    en: 'Author',
    sorts: true,
    names: [
      ['dc', 'creator'],
      ['dc', 'contributor'],
      ['bath', 'author'],
      ['bath', 'name'],
      ['bib', 'name'],
    ],
  },
  { index: 'isbn', zh: 'ISBN', en: 'ISBN', sorts: false, names: [['bath', 'isbn']] },
  { index: 'issn', zh: 'ISSN', en: 'ISSN', sorts: false, names: [['bath', 'issn']] },
  {
    index: 'subject',
    zh: '主题',
    en: 'Subject',
    sorts: false,
    names: [
      ['dc', 'subject'],
      ['bath', 'subject'],
    ],
  },
  { index: 'publisher', zh: '出版者', en: 'Publisher', sorts: false, names: [['dc', 'publisher']] },
  {
    index: 'year',
    zh: '出版年',
    en: 'Year of publication',
    sorts: true,
    names: [
      ['dc', 'date'],
      ['bib', 'dateIssued'],
    ],
  },
  {
    index: 'callnumber',
    zh: '索书号',
    en: 'Call number',
    sorts: false,
    names: [[null, 'callnumber']],
  },
  { index: 'class', zh: '分类号', en: 'Classification', sorts: false, names: [[null, 'class']] },
  { index: 'series', zh: '丛编', en: 'Series', sorts: false, names: [[null, 'series']] },
  {
    index: 'id',
    zh: '记录号',
    en: 'Record number',
    sorts: false,
    names: [
      ['rec', 'id'],
      ['rec', 'identifier'],
      ['dc', 'resourceIdentifier'],
    ],
  },
];
