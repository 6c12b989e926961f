import { toTraditional } from '../../marc/text.ts';
import type { Fact, FactPerson } from '../facts/types.ts';
import { dice } from './dice.ts';
import type { DroppableField, Habits } from './habits.ts';

export interface DescribedIsbn {
  readonly text: string;
  readonly qualifier: string;
}

/** An entry in the words of one library, before it becomes fields of a record. */
export interface Description {
  readonly fact: Fact;
  readonly title: string;
  readonly pinyin: string;
  readonly parallelTitle: string;
  readonly subtitle: string;
  readonly partNumber: string;
  readonly partName: string;
  readonly people: readonly FactPerson[];
  /** The statement of responsibility: `冯红艳, 徐铜文主编`. */
  readonly responsibility: string;
  readonly edition: string;
  readonly publisher: string;
  readonly place: string;
  /** `2014.2`, or the year alone. */
  readonly date: string;
  readonly extent: string;
  readonly series: string;
  readonly isbns: readonly DescribedIsbn[];
  readonly subjects: readonly string[];
}

/** Describes an entry the way one library would; `libraryId` decides where it slips. */
export function describe(fact: Fact, habits: Habits, libraryId: string): Description {
  const drops = (field: DroppableField): boolean =>
    dice(100, libraryId, fact.key, field) < (habits.drops[field] ?? 0);
  const written = (text: string, kept = 0): string =>
    inCharset(text.slice(0, kept) + inScript(text.slice(kept), habits), habits);
  const people = fact.people.map((person) => ({
    ...person,
    name: written(person.name, isSurname(person.name) ? 1 : 0),
    role: written(person.role),
    country: written(person.country),
  }));
  const edition = drops('edition') ? '' : fact.editionStatement;
  return {
    fact,
    title: written(inWidth(fact.title, habits)),
    pinyin: fact.pinyin,
    parallelTitle: habits.parallelTitle === 'none' ? '' : written(fact.parallelTitle),
    subtitle: drops('subtitle') ? '' : written(fact.subtitle),
    partNumber: written(inWidth(fact.partNumber, habits)),
    partName: written(fact.partName),
    people,
    responsibility: responsibility(people),
    edition: written(inWidth(editionForm(edition, habits), habits)),
    publisher: written(publisherForm(fact, habits)),
    place: written(fact.place),
    date: fact.month === 0 || drops('month') ? String(fact.year) : `${fact.year}.${fact.month}`,
    extent: drops('extent') ? '' : written(fact.extent),
    series: written(fact.series),
    isbns: drops('isbn') ? [] : isbns(fact, habits),
    subjects: drops('subjects') ? [] : fact.subjects.map((subject) => written(subject)),
  };
}

/** Surnames whose character stands for another word as well, which the conversion would take them for. */
function isSurname(name: string): boolean {
  return /^[余于范姜沈谷郁]/.test(name);
}

function inScript(text: string, habits: Habits): string {
  return habits.script === 'traditional' ? toTraditional(text) : text;
}

const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  Ø: 'O',
  œ: 'oe',
  Œ: 'OE',
  æ: 'ae',
  Æ: 'AE',
};

function inCharset(text: string, habits: Habits): string {
  if (habits.latin === 'full' || !/[\u00c0-\u017f]/.test(text)) return text;
  return text
    .replace(/[ßøØœŒæÆ]/g, (letter) => plainLetters[letter] ?? letter)
    .normalize('NFD')
    .replace(/(?<=[A-Za-z])\p{M}+/gu, '')
    .normalize('NFC');
}

/** Full-width forms of digits, letters and brackets, as typed with a Chinese input method. */
function inWidth(text: string, habits: Habits): string {
  if (!habits.fullWidth || !/\p{Script=Han}/u.test(text)) return text;
  return text.replace(/[!-~]/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  );
}

/** Names with the same role stand together: `甲, 乙主编 ; 丙译`. Foreign names are turned round. */
function responsibility(people: readonly FactPerson[]): string {
  const roles = [...new Set(people.map((person) => person.role))];
  return roles
    .map((role) => {
      const names = people.filter((person) => person.role === role).map(nameAsPrinted);
      return `${names.join(', ')}${role}`;
    })
    .join(' ; ');
}

function nameAsPrinted(person: FactPerson): string {
  if (person.country !== '') return `(${person.country}) ${person.name}`;
  const [surname = '', given] = person.name.split(', ');
  return given === undefined ? surname : `${given} ${surname}`;
}

const numerals = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

function editionForm(statement: string, habits: Habits): string {
  if (habits.edition === 'as-printed') return statement;
  const number = /^第([1-9])版$/.exec(statement)?.[1];
  if (number === undefined) return statement;
  return habits.edition === 'bare' ? `${number}版` : `第${numerals[Number(number)]}版`;
}

function publisherForm(fact: Fact, habits: Habits): string {
  if (!fact.publisher.endsWith('出版社')) return fact.publisher;
  if (habits.publisher === 'company') return `${fact.publisher}有限公司`;
  if (habits.publisher === 'limited') return `${fact.publisher}有限责任公司`;
  return habits.publisher === 'short' ? fact.publisher.slice(0, -3) : fact.publisher;
}

function isbns(fact: Fact, habits: Habits): DescribedIsbn[] {
  const both = fact.isbn !== '' && fact.hardbackIsbn !== '';
  const found: DescribedIsbn[] = [];
  if (fact.isbn !== '' && !(both && habits.bindings === 'hardback')) {
    found.push({ text: isbnForm(fact.isbn, fact, habits), qualifier: both ? '平装' : '' });
  }
  if (fact.hardbackIsbn !== '' && !(both && habits.bindings === 'paperback')) {
    found.push({ text: isbnForm(fact.hardbackIsbn, fact, habits), qualifier: '精装' });
  }
  return found.map((isbn) => ({ ...isbn, qualifier: inScript(isbn.qualifier, habits) }));
}

/** The hyphened ISBN-13 of the table in the form this library writes. */
function isbnForm(isbn: string, fact: Fact, habits: Habits): string {
  const ten =
    habits.isbn === 'hyphen10' ||
    habits.isbn === 'plain10' ||
    (habits.isbn === 'as-printed' && fact.year < 2007);
  const form = ten ? isbn10(isbn) : isbn;
  return habits.isbn.startsWith('plain') ? form.replaceAll('-', '') : form;
}

/** ISO 2108:1992: weights 10 to 2, modulus 11. */
function isbn10(isbn13: string): string {
  const body = isbn13.slice(4, -1);
  const digits = [...body.replaceAll('-', '')].map(Number);
  const sum = digits.reduce((total, digit, at) => total + digit * (10 - at), 0);
  const check = (11 - (sum % 11)) % 11;
  return body + (check === 10 ? 'X' : String(check));
}
