import { cell, list, type Row, readTable } from './tsv.ts';
import type { Fact, FactLanguage, FactMedium, FactPerson } from './types.ts';

export const columns = [
  'key',
  'work',
  'edition',
  'language',
  'medium',
  'title',
  'pinyin',
  'parallelTitle',
  'subtitle',
  'partNumber',
  'partName',
  'people',
  'editionStatement',
  'publisher',
  'place',
  'year',
  'month',
  'extent',
  'series',
  'seriesVolume',
  'isbn',
  'hardbackIsbn',
  'clc',
  'ddc',
  'subjects',
  'holders',
] as const satisfies readonly (keyof Fact)[];

let facts: readonly Fact[] | null = null;

/** The table of bibliographic facts. All of it is synthetic: no row describes a real book. */
export function readFacts(): readonly Fact[] {
  facts ??= readTable('entries.tsv').map(factOfRow);
  return facts;
}

function factOfRow(row: Row): Fact {
  return {
    key: cell(row, 'key'),
    work: cell(row, 'work'),
    edition: cell(row, 'edition'),
    language: cell(row, 'language') as FactLanguage,
    medium: cell(row, 'medium') as FactMedium,
    title: cell(row, 'title'),
    pinyin: cell(row, 'pinyin'),
    parallelTitle: cell(row, 'parallelTitle'),
    subtitle: cell(row, 'subtitle'),
    partNumber: cell(row, 'partNumber'),
    partName: cell(row, 'partName'),
    people: list(cell(row, 'people'), ';').map(personOfCell),
    editionStatement: cell(row, 'editionStatement'),
    publisher: cell(row, 'publisher'),
    place: cell(row, 'place'),
    year: Number(cell(row, 'year')),
    month: Number(cell(row, 'month')),
    extent: cell(row, 'extent'),
    series: cell(row, 'series'),
    seriesVolume: cell(row, 'seriesVolume'),
    isbn: cell(row, 'isbn'),
    hardbackIsbn: cell(row, 'hardbackIsbn'),
    clc: cell(row, 'clc'),
    ddc: cell(row, 'ddc'),
    subjects: list(cell(row, 'subjects'), ';'),
    holders: list(cell(row, 'holders'), ' '),
  };
}

function personOfCell(text: string): FactPerson {
  const [name = '', role = '', pinyin = '', country = ''] = text.split('|');
  return { name, role, pinyin, country };
}

/** One line of the table, the way `entries.tsv` keeps it. */
export function printFact(fact: Fact): string {
  return columns
    .map((column) => {
      const value = fact[column];
      if (column === 'people') return fact.people.map(cellOfPerson).join(';');
      if (column === 'subjects') return fact.subjects.join(';');
      if (column === 'holders') return fact.holders.join(' ');
      return String(value);
    })
    .join('\t');
}

function cellOfPerson(person: FactPerson): string {
  return [person.name, person.role, person.pinyin, person.country].join('|').replace(/\|+$/, '');
}
