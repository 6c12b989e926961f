import { createRequire } from 'node:module';

/**
 * ISBN (ISO 2108) and ISSN (ISO 3297) as catalogues and readers write them: hyphens of any kind,
 * blanks, full-width digits, a label before and words after. A number counts only when its check
 * digit is right; placeholders of zeros never do, because they would make unlike books one.
 */

/** An identifier found inside other text. */
export interface FoundIdentifier {
  readonly kind: 'isbn' | 'issn';
  /** 13 digits for an ISBN, `1234-567X` for an ISSN. */
  readonly value: string;
  /** Where it stands in the text: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
}

/** The four ways an ISBN may have been written into an index. */
export interface IsbnForms {
  readonly hyphen13: string;
  readonly plain13: string;
  /** Null for 979, which has no ten-digit form. */
  readonly hyphen10: string | null;
  readonly plain10: string | null;
}

/** The first valid ISBN in the text as 13 digits, or null. */
export function normaliseIsbn(text: string): string | null {
  const alone = isbnAlone(text);
  if (alone !== null) return alone;
  for (const found of scan(text)) if (found.kind === 'isbn') return found.value;
  return null;
}

/**
 * As `normaliseIsbn`, for a field that holds nothing but ISBNs: a nine-digit SBN (before 1970) is
 * one too, which in other text would be any number.
 */
export function isbnOfField(text: string): string | null {
  const isbn = normaliseIsbn(text);
  if (isbn !== null) return isbn;
  const bare = compact(text);
  return /^[0-9]{8}[0-9X](?![0-9])/.test(bare) ? isbn10To13(`0${bare.slice(0, 9)}`) : null;
}

/** The first valid ISSN in the text as `1234-567X`, or null; here eight bare digits are enough. */
export function normaliseIssn(text: string): string | null {
  const bare = compact(text);
  const match = /(?<![0-9])[0-9]{7}[0-9X](?![0-9])/.exec(bare);
  if (match !== null && isIssn(match[0])) return hyphenIssn(match[0]);
  for (const found of scan(text)) if (found.kind === 'issn') return found.value;
  return null;
}

/**
 * Every valid ISBN and ISSN in the text, in order. An ISSN needs its hyphen or the label; two years
 * with a hyphen (`1998-2003`) are taken for years unless the label says otherwise.
 */
export function findIdentifiers(text: string): readonly FoundIdentifier[] {
  return [...scan(text)];
}

/** Every form of a valid 13-digit ISBN, hyphenated by the ranges of the International ISBN Agency. */
export function isbnForms(isbn13: string): IsbnForms {
  const plain10 = isbn13.startsWith('978') ? isbn13To10(isbn13) : null;
  const parsed = parseIsbn(isbn13);
  return {
    hyphen13: parsed?.isbn13h ?? isbn13,
    plain13: isbn13,
    hyphen10: plain10 === null ? null : (parsed?.isbn10h ?? plain10),
    plain10,
  };
}

/** The check digit of the first twelve digits of an ISBN-13 (ISO 2108 annex A). */
export function isbn13CheckDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (digits.charCodeAt(i) - 48) * (i % 2 === 0 ? 1 : 3);
  return String((10 - (sum % 10)) % 10);
}

/** The ISBN of a text that is nothing but one in ASCII digits and hyphens, as nearly all are. */
export function isbnAlone(text: string): string | null {
  if (text.length < 10 || text.length > 17) return null;
  let digits = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) continue;
    if (code === 0x2d) {
      digits += text.slice(from, i);
      from = i + 1;
    } else if ((code !== 0x58 && code !== 0x78) || i !== text.length - 1) return null;
  }
  digits = (from === 0 ? text : digits + text.slice(from)).replace('x', 'X');
  if (digits.length === 13) return isIsbn13(digits) ? digits : null;
  return digits.length === 10 ? isbn10To13(digits) : null;
}

/** Longest text looked through; identifiers stand in short fields, a longer one is an attack. */
const maximumLength = 20_000;
/** Digits in one run of groups beyond which nothing in it is an identifier. */
const maximumGroups = 64;

interface DigitGroup {
  /** ASCII digits, the last of them perhaps `X`. */
  readonly digits: string;
  readonly start: number;
  readonly end: number;
  /** What joins the group to the one before. */
  readonly joined: 'none' | 'blank' | 'hyphen';
}

function* scan(whole: string): Generator<FoundIdentifier> {
  const text = whole.length > maximumLength ? whole.slice(0, maximumLength) : whole;
  let at = 0;
  while (at < text.length) {
    if (digitAt(text, at) < 0) {
      at++;
      continue;
    }
    const groups = digitGroups(text, at);
    const last = groups[groups.length - 1];
    if (last === undefined) return;
    const label = labelBefore(text, at);
    if (label !== 'word') yield* identifiersIn(groups, label);
    at = last.end;
  }
}

function* identifiersIn(
  groups: readonly DigitGroup[],
  label: 'isbn' | 'issn' | 'none',
): Generator<FoundIdentifier> {
  let first = 0;
  while (first < groups.length) {
    const group = groups[first];
    if (group === undefined) return;
    const found =
      first === 0 || group.joined === 'blank'
        ? identifierFrom(groups, first, first === 0 ? label : 'none')
        : null;
    if (found === null) {
      first++;
      continue;
    }
    yield found.identifier;
    first = found.next;
  }
}

/** The identifier that begins with the group at `first`, and the index of the group after it. */
function identifierFrom(
  groups: readonly DigitGroup[],
  first: number,
  label: 'isbn' | 'issn' | 'none',
): { readonly identifier: FoundIdentifier; readonly next: number } | null {
  const begin = groups[first];
  if (begin === undefined) return null;
  let digits = '';
  let best: { readonly identifier: FoundIdentifier; readonly next: number } | null = null;
  for (let i = first; i < groups.length && digits.length < 13; i++) {
    const group = groups[i];
    if (group === undefined) break;
    digits += group.digits;
    if (groups[i + 1]?.joined === 'hyphen') continue;
    const value = identifierValue(digits, groups, first, i, label);
    if (value === null) continue;
    best = { identifier: { ...value, start: begin.start, end: group.end }, next: i + 1 };
    if (value.kind === 'issn') break;
  }
  return best;
}

function identifierValue(
  digits: string,
  groups: readonly DigitGroup[],
  first: number,
  last: number,
  label: 'isbn' | 'issn' | 'none',
): { readonly kind: 'isbn' | 'issn'; readonly value: string } | null {
  if (digits.length === 13) return isIsbn13(digits) ? { kind: 'isbn', value: digits } : null;
  if (digits.length === 10) {
    const isbn13 = isbn10To13(digits);
    return isbn13 === null ? null : { kind: 'isbn', value: isbn13 };
  }
  if (digits.length !== 8 || label === 'isbn' || !isIssn(digits)) return null;
  const hyphened = last === first + 1 && groups[last]?.joined === 'hyphen';
  const fourFour = hyphened && groups[first]?.digits.length === 4;
  if (label !== 'issn' && (!fourFour || looksLikeYears(digits))) return null;
  return { kind: 'issn', value: hyphenIssn(digits) };
}

/** Digit groups from `at` on, joined by single or spaced hyphens or by blanks. */
function digitGroups(text: string, at: number): readonly DigitGroup[] {
  const groups: DigitGroup[] = [];
  let joined: DigitGroup['joined'] = 'none';
  let position = at;
  while (groups.length < maximumGroups) {
    const group = readGroup(text, position, joined);
    if (group === null) break;
    groups.push(group);
    if (group.digits.endsWith('X')) break;
    position = group.end;
    joined = 'none';
    for (let i = 0; i < 3 && position < text.length; i++, position++) {
      const code = text.charCodeAt(position);
      if (isHyphen(code)) joined = 'hyphen';
      else if (!isBlank(code)) break;
      else if (joined === 'none') joined = 'blank';
    }
    if (joined === 'none') break;
  }
  return groups;
}

function readGroup(text: string, start: number, joined: DigitGroup['joined']): DigitGroup | null {
  let digits = '';
  let end = start;
  for (; end < text.length; end++) {
    const digit = digitAt(text, end);
    if (digit < 0) break;
    digits += String.fromCharCode(48 + digit);
  }
  const attached = digits.length > 0 || joined === 'hyphen';
  const standsAlone = joined === 'blank' && !isAsciiLetter(text.charCodeAt(end + 1));
  if (joined + digits !== 'none' && isCheckX(text.charCodeAt(end)) && (attached || standsAlone)) {
    digits += 'X';
    end++;
  }
  return digits.length === 0 ? null : { digits, start, end, joined };
}

/** The word that ends right before the digits: a label, another ASCII word, or nothing of the kind. */
function labelBefore(text: string, at: number): 'isbn' | 'issn' | 'word' | 'none' {
  let end = at;
  let separated = false;
  while (end > 0 && at - end < 8 && isLabelSeparator(text.charCodeAt(end - 1))) {
    end--;
    separated = true;
  }
  const word = /(ISBN|ISSN)(?:[- ]?1[03]|-L)?$/i.exec(text.slice(Math.max(0, end - 10), end));
  if (word !== null) return word[1]?.toUpperCase() === 'ISSN' ? 'issn' : 'isbn';
  return !separated && at > 0 && isAsciiLetter(text.charCodeAt(at - 1)) ? 'word' : 'none';
}

function isIsbn13(digits: string): boolean {
  if (!digits.startsWith('978') && !digits.startsWith('979')) return false;
  // 979-0 belongs to printed music (ISMN, ISO 10957).
  if (digits.startsWith('9790') || digits.startsWith('978000000000')) return false;
  for (let i = 3; i < 13; i++) {
    const code = digits.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return digits[12] === isbn13CheckDigit(digits);
}

/** The 13-digit form of ten digits with a right check digit, else null. */
function isbn10To13(digits: string): string | null {
  let sum = 0;
  for (let i = 0; i < 9; i++) {
    const digit = digits.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    sum += (10 - i) * digit;
  }
  if (sum === 0) return null;
  const check = (11 - (sum % 11)) % 11;
  if (digits[9] !== (check === 10 ? 'X' : String(check))) return null;
  const body = `978${digits.slice(0, 9)}`;
  return body + isbn13CheckDigit(body);
}

function isbn13To10(isbn13: string): string {
  const body = isbn13.slice(3, 12);
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (10 - i) * (body.charCodeAt(i) - 48);
  const check = (11 - (sum % 11)) % 11;
  return body + (check === 10 ? 'X' : String(check));
}

/** ISO 3297: weights 8 to 2, modulo 11. */
function isIssn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < 7; i++) {
    const digit = digits.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return false;
    sum += (8 - i) * digit;
  }
  if (sum === 0) return false;
  const check = (11 - (sum % 11)) % 11;
  return digits[7] === (check === 10 ? 'X' : String(check));
}

function hyphenIssn(digits: string): string {
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

function looksLikeYears(digits: string): boolean {
  const from = Number(digits.slice(0, 4));
  const to = Number(digits.slice(4));
  return from >= 1400 && to >= from && to <= 2100;
}

/** Digits and X as ASCII, hyphens and blanks gone, everything else kept. */
function compact(text: string): string {
  let out = '';
  for (let i = 0; i < text.length && i < maximumLength; i++) {
    const code = text.charCodeAt(i);
    const digit = digitAt(text, i);
    if (digit >= 0) out += String.fromCharCode(48 + digit);
    else if (isCheckX(code)) out += 'X';
    else if (!isHyphen(code) && !isBlank(code)) out += text[i];
  }
  return out;
}

/** The value of an ASCII or full-width digit, or -1. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0xff10 && code <= 0xff19 ? code - 0xff10 : -1;
}

/** X in either case or width, and the look-alikes people type for it: × and Cyrillic Х. */
function isCheckX(code: number): boolean {
  return (
    code === 0x58 ||
    code === 0x78 ||
    code === 0xff38 ||
    code === 0xff58 ||
    code === 0xd7 ||
    code === 0x425
  );
}

function isHyphen(code: number): boolean {
  return (
    code === 0x2d ||
    (code >= 0x2010 && code <= 0x2015) ||
    code === 0x2212 ||
    code === 0xff0d ||
    code === 0xfe63 ||
    code === 0xfe58 ||
    code === 0xad ||
    code === 0x2043
  );
}

function isBlank(code: number): boolean {
  return (
    code === 0x20 ||
    code === 0xa0 ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x202f
  );
}

function isLabelSeparator(code: number): boolean {
  return isBlank(code) || isHyphen(code) || code === 0x3a || code === 0xff1a || code === 0x2e;
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

type ParseIsbn = typeof import('isbn3')['parse'];
let parse: ParseIsbn | null = null;

/** The range table is 97 kB and only forms need it, so it is loaded with the first of them. */
function parseIsbn(isbn13: string): ReturnType<ParseIsbn> {
  parse ??= (createRequire(import.meta.url)('isbn3') as typeof import('isbn3')).parse;
  return parse(isbn13);
}
