import type { Catalogue, CatalogueRecord } from '../catalogue/catalogue.ts';
import type { Comparison, Criterion, SearchField, Test } from './criterion.ts';
import { fold, foldWords } from './fold.ts';
import { isbnKey } from './isbn.ts';
import { compareText, fieldTexts, type Scan, scanTerms } from './order.ts';

/** A catalogue that can be searched; its index is built at the first search. */
export interface Searcher {
  find(criterion: Criterion): CatalogueRecord[];
  /** Entries of a field from the given text on, with `before` entries ahead of it. */
  scan(field: SearchField, from: string, before: number, wanted: number): Scan;
}

type Indexed = Readonly<Record<SearchField, readonly string[]>>;

export function createSearcher(catalogue: Catalogue): Searcher {
  let index: readonly Indexed[] | null = null;
  const indexed = (): readonly Indexed[] => {
    index ??= catalogue.records.map((record) => indexRecord(record, catalogue));
    return index;
  };
  return {
    find: (criterion) => {
      const fields = indexed();
      return catalogue.records.filter((record, at) =>
        satisfies(record.number, fields[at] as Indexed, criterion, catalogue),
      );
    },
    scan: (field, from, before, wanted) =>
      scanTerms(catalogue.records, field, from, before, wanted),
  };
}

function indexRecord(record: CatalogueRecord, catalogue: Catalogue): Indexed {
  const folded = (field: SearchField): readonly string[] => fieldTexts(record, field).map(fold);
  const { isbnIndex } = catalogue.profile;
  const isbn = fieldTexts(record, 'isbn').map((text) => isbnKey(text, isbnIndex));
  const words = (['title', 'author', 'subject', 'publisher', 'series'] as const).flatMap(folded);
  const { habits } = catalogue.profile;
  const pinyinless = habits.pinyin === null && !habits.romanised;
  const pinyin = pinyinless ? [] : [fold(record.described.pinyin)];
  return {
    any: [...words, ...pinyin, ...isbn],
    title: [...folded('title'), ...pinyin],
    author: folded('author'),
    isbn,
    issn: [],
    subject: folded('subject'),
    publisher: folded('publisher'),
    year: folded('year'),
    callnumber: folded('callnumber'),
    class: folded('class'),
    series: folded('series'),
    id: [record.localId],
  };
}

function satisfies(
  number: number,
  fields: Indexed,
  criterion: Criterion,
  catalogue: Catalogue,
): boolean {
  switch (criterion.type) {
    case 'everything':
      return true;
    case 'among':
      return criterion.records.has(number);
    case 'test':
      return passes(fields, criterion, catalogue);
    case 'and':
      return (
        satisfies(number, fields, criterion.left, catalogue) &&
        satisfies(number, fields, criterion.right, catalogue)
      );
    case 'or':
      return (
        satisfies(number, fields, criterion.left, catalogue) ||
        satisfies(number, fields, criterion.right, catalogue)
      );
    case 'not':
      return (
        satisfies(number, fields, criterion.left, catalogue) &&
        !satisfies(number, fields, criterion.right, catalogue)
      );
  }
}

function passes(fields: Indexed, test: Test, catalogue: Catalogue): boolean {
  const texts = fields[test.field];
  if (test.comparison !== '=') return compares(texts, test.comparison, test.text);
  if (test.field === 'id') return texts.includes(test.text.trim());
  if (test.field === 'isbn') {
    const key = isbnKey(test.text, catalogue.profile.isbnIndex);
    return test.open === 'right' ? texts.some((text) => text.startsWith(key)) : texts.includes(key);
  }
  if (test.field === 'any' && isIsbnLike(test.text)) {
    const key = isbnKey(test.text, catalogue.profile.isbnIndex);
    if (texts.includes(key)) return true;
  }
  if (test.words === 'phrase') return texts.some((text) => holds(text, fold(test.text), test));
  const words = foldWords(test.text);
  if (words.length === 0) return false;
  const found = (word: string): boolean => texts.some((text) => holds(text, word, test));
  return test.words === 'all' ? words.every(found) : words.some(found);
}

function isIsbnLike(text: string): boolean {
  return /^[0-9][0-9 -]{8,15}[0-9Xx]$/.test(text.trim());
}

function holds(text: string, phrase: string, test: Test): boolean {
  if (phrase === ' ') return false;
  const right = test.open === 'right' || test.open === 'both';
  const left = test.open === 'left' || test.open === 'both';
  const wanted = phrase.slice(left ? 1 : 0, right ? -1 : undefined);
  switch (test.anchor) {
    case 'whole':
      if (right) return text.startsWith(wanted);
      return left ? text.endsWith(wanted) : text === wanted;
    case 'start':
      return text.startsWith(wanted);
    case 'end':
      return text.endsWith(wanted);
    case 'anywhere':
      return text.includes(wanted);
  }
}

const judgements: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
  '<>': (order) => order !== 0,
};

function compares(texts: readonly string[], comparison: Comparison, term: string): boolean {
  const wanted = fold(term).trim();
  const isNumber = /^[0-9]+$/;
  return texts.some((text) => {
    const value = text.trim();
    const numeric = isNumber.test(wanted) && isNumber.test(value);
    const order = numeric ? Number(value) - Number(wanted) : compareText(value, wanted);
    return judgements[comparison](order);
  });
}
