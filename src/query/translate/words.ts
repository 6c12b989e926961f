import { UnsupportedQueryError } from '../errors.ts';
import type { IndexName, Simplification } from '../types.ts';

/** What readers call the indexes, for sentences about what a library cannot do. */
const indexLabels: Readonly<Record<IndexName, readonly [zh: string, en: string]>> = {
  any: ['任意字段', 'any field'],
  title: ['题名', 'title'],
  author: ['责任者', 'author'],
  isbn: ['ISBN', 'ISBN'],
  issn: ['ISSN', 'ISSN'],
  subject: ['主题', 'subject'],
  publisher: ['出版社', 'publisher'],
  year: ['出版年', 'year'],
  callnumber: ['索书号', 'call number'],
  class: ['分类号', 'class number'],
  series: ['丛编', 'series'],
  id: ['记录号', 'record number'],
};

const simplifications = {
  mask_widened: [
    '词中的通配符已放宽为截词检索',
    'A mask inside a word was widened to a truncated word',
  ],
  anchor_dropped: ['未限定词在字段首尾', 'The term was not tied to the start or end of the field'],
  relation_widened: ['精确匹配已放宽', 'An exact match was asked as a wider one'],
  phrase_widened: ['词组已放宽为同时包含各词', 'A phrase was asked as all of its words'],
  proximity_widened: ['邻近检索已放宽为同时包含', 'Nearness was asked as both terms'],
  modifier_dropped: ['忽略了检索修饰', 'A modifier of the relation was left out'],
  word_dropped: [
    '略去了该馆当作运算符的词',
    'A word this library takes for an operator was left out',
  ],
  range_widened: ['年代范围已放宽', 'A range was asked wider than it was'],
} as const satisfies Readonly<Record<string, readonly [zh: string, en: string]>>;
export type WideningCode = keyof typeof simplifications;

/** Collects what was simplified, each kind once, in the order it first happened. */
export interface Notes {
  add(code: WideningCode): void;
  readonly list: readonly Simplification[];
}

export function createNotes(): Notes {
  const found = new Map<string, Simplification>();
  return {
    add(code) {
      const [zh, en] = simplifications[code];
      found.set(code, { code, zh, en });
    },
    get list() {
      return [...found.values()];
    },
  };
}

export function unsupportedIndex(name: IndexName): UnsupportedQueryError {
  const [zh, en] = indexLabels[name];
  return new UnsupportedQueryError(`该馆不支持按${zh}检索`, `Cannot search by ${en} here`);
}

export function unknownIndex(name: string): UnsupportedQueryError {
  return new UnsupportedQueryError(`未知的检索字段：${name}`, `Unknown index: ${name}`);
}

export function unsupportedRelation(name: string): UnsupportedQueryError {
  return new UnsupportedQueryError(
    `该馆不支持检索关系“${name}”`,
    `Cannot search with the relation “${name}” here`,
  );
}

export function unsupportedModifier(name: string): UnsupportedQueryError {
  return new UnsupportedQueryError(
    `该馆不支持检索修饰“${name}”`,
    `Cannot search with the modifier “${name}” here`,
  );
}

export function unsupportedMask(): UnsupportedQueryError {
  return new UnsupportedQueryError(
    '该馆不支持这样的通配符检索',
    'Cannot search with such a mask here',
  );
}

export function unsupportedNegation(): UnsupportedQueryError {
  return new UnsupportedQueryError(
    '该馆无法准确排除这样的条件',
    'Cannot exclude such a condition exactly here',
  );
}

export function unsupportedBoolean(operator: string): UnsupportedQueryError {
  return new UnsupportedQueryError(
    `该馆不支持“${operator}”组合检索`,
    `Cannot combine conditions with “${operator}” here`,
  );
}

export function emptyTerm(): UnsupportedQueryError {
  return new UnsupportedQueryError('该馆不支持空检索词', 'Cannot search for an empty term here');
}
