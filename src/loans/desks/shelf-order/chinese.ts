import { numberKey, partKey } from './parts.ts';

/**
 * Class marks of 中图法, 科图法 and 人大法, and the book number after the slash. Digits of a class are
 * decimals; a sign is filed before any digit, because what it adds is more general than a subclass.
 */

/**
 * The order of the auxiliary signs in 中图法 (5th edition, manual): the recommendation mark, general
 * subdivision, country, people, period, place and time, relation, combination.
 */
const signs: Readonly<Record<string, string>> = {
  a: '!',
  '-': '"',
  '(': '#',
  '"': '$',
  '=': '%',
  '<': '&',
  ':': "'",
  '+': '(',
};

/** Marks that end what another began, and the dots that only help the eye. */
const silent = new Set([')', '>', '.', '·', ']', '[', ' ']);

export function chineseKey(text: string, scheme: 'clc' | 'lcas' | 'ruc'): string | null {
  const slash = text.indexOf('/');
  const mark = (slash === -1 ? text : text.slice(0, slash)).trim();
  const book = slash === -1 ? '' : text.slice(slash + 1).trim();
  const classKey = scheme === 'ruc' ? rucClassKey(mark) : classKeyOf(mark, scheme);
  return classKey === null ? null : `${classKey} ${bookKey(book)}`;
}

function classKeyOf(mark: string, scheme: 'clc' | 'lcas'): string | null {
  const begins = scheme === 'clc' ? /^[A-Za-z]/ : /^\d{2}/;
  if (!begins.test(mark)) return null;
  return decimalKey(mark);
}

/**
 * The seventeen classes of 人大法 are numbered 1 to 17; those of two digits have a dot behind them
 * (`17.31`), and only the digits after the main class are decimals.
 */
function rucClassKey(mark: string): string | null {
  const match = /^(?:(1[0-7])\.|([1-9]))(.*)$/.exec(mark);
  if (match === null) return null;
  const [, two, one = '', rest = ''] = match;
  const tail = decimalKey(rest);
  return tail === null ? null : `${(two ?? one).padStart(2, '0')}${tail}`;
}

function decimalKey(mark: string): string | null {
  let key = '';
  let quoted = false;
  for (const [index, character] of [...mark].entries()) {
    if (character === '"' || character === '“' || character === '”') {
      if (!quoted) key += signs['"'];
      quoted = !quoted;
    } else if (character === 'a' && index > 0) key += signs.a;
    else if (signs[character] !== undefined && character !== 'a') key += signs[character];
    else if (/[0-9]/.test(character)) key += character;
    else if (/[A-Za-z]/.test(character)) key += character.toUpperCase();
    else if (!silent.has(character)) return null;
  }
  return key;
}

/**
 * A serial number counts (`9` before `58`), an author number is filed by letter and then by
 * decimals (`C52` before `C6`). Editions, volumes and copies after it count as numbers.
 */
function bookKey(book: string): string {
  if (book === '') return '';
  const match = /^(?:(\d{1,9})|([A-Za-z]+)\s*(\d*)([A-Za-z]*))(.*)$/.exec(book);
  if (match === null) return `Z${book.toUpperCase()}`;
  const [, serial, letters = '', digits = '', work = '', rest = ''] = match;
  const head =
    serial === undefined
      ? `A${partKey(letters.toUpperCase())}${partKey(digits)}${partKey(work.toUpperCase())}`
      : `0${numberKey(serial)}`;
  return `${head}${tailKey(rest)}`;
}

const tailSigns: Readonly<Record<string, string>> = {
  '-': '"',
  '=': '%',
  ':': "'",
  '.': '(',
  '/': ')',
};

function tailKey(rest: string): string {
  let key = '';
  for (const [, sign = '', word = ''] of rest.matchAll(/([^0-9A-Za-z]*)([0-9]+|[A-Za-z]+)/g)) {
    const rank = [...sign].map((character) => tailSigns[character] ?? '').join('') || ' ';
    key += /^\d/.test(word) ? `${rank}${numberKey(word)}` : `${rank}${word.toUpperCase()}`;
  }
  return key;
}
