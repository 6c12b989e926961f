import {
  findIdentifiers,
  isbnAlone,
  isbnOfField,
  normaliseIsbn,
  normaliseIssn,
} from '../identifiers.ts';
import type { Draft } from './draft.ts';
import { type Findings, look, lookAgain } from './look.ts';
import { withoutMarks } from './punctuation.ts';
import type { FieldView } from './view.ts';

/** What MARC 21 and UNIMARC fields have in common, and the bounds of what one record may hold. */

export type FieldReader = (draft: Draft, field: FieldView) => void;

/** Readers by tag as a number; tags with letters belong to holdings alone. */
export type FieldTable = readonly (FieldReader | undefined)[];

/** Most entries kept of any repeatable element; beyond it a record is no catalogue record. */
const maximumEntries = 200;
/** Most contributors kept of one record. */
export const maximumContributors = 100;
/** Longest note kept, in characters. */
const maximumNote = 8000;

export function fieldTable(
  readers: readonly (readonly [tags: readonly number[], read: FieldReader])[],
): FieldTable {
  const table: (FieldReader | undefined)[] = new Array(1000).fill(undefined);
  for (const [tags, read] of readers) for (const tag of tags) table[tag] = read;
  return table;
}

/** The text, or null where nothing is left of it. */
export function orNull(text: string): string | null {
  return text === '' ? null : text;
}

/** Adds a text once. */
export function addOnce(list: string[], text: string): void {
  if (text !== '' && list.length < maximumEntries && !list.includes(text)) list.push(text);
}

/** An ISBN field: each number in $a, valid or not, with what the qualifier after it says. */
export function addIsbns(draft: Draft, field: FieldView, qualifierCodes: string): void {
  let written = -1;
  let said = -1;
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    if (code === 'a') {
      if (written >= 0) addStatements(draft, field, written, said);
      written = at;
      said = -1;
    } else if (said < 0 && qualifierCodes.includes(code)) said = at;
  }
  if (written >= 0) addStatements(draft, field, written, said);
}

function addStatements(draft: Draft, field: FieldView, written: number, qualifier: number): void {
  const text = field.cleanText(written);
  if (text === '' || draft.isbnStatements.length >= maximumEntries) return;
  const said = qualifier < 0 ? null : orNull(withoutParentheses(field.withoutMarks(qualifier)));
  const alone = isbnAlone(text);
  if (alone !== null || /^[0-9Xx-]+$/.test(text)) {
    const isbn13 = alone ?? (text.length < 10 ? isbnOfField(text) : normaliseIsbn(text));
    draft.isbnStatements.push({ isbn13, asWritten: text, qualifier: said });
    return;
  }
  const found = findIdentifiers(text).filter(({ kind }) => kind === 'isbn');
  if (found.length === 0) addDoubtfulIsbn(draft, text, said);
  found.forEach(({ value, start, end }, i) => {
    const after = text.slice(end, found[i + 1]?.start ?? text.length);
    draft.isbnStatements.push({
      isbn13: value,
      asWritten: text.slice(start, end),
      qualifier: said ?? qualifierIn(after),
    });
  });
}

/** A number with a wrong check digit is kept as written; a price or a binding alone is no number. */
function addDoubtfulIsbn(draft: Draft, text: string, qualifier: string | null): void {
  const number = /^(?:ISBN[\s:：]*)?([0-9０-９][0-9０-９\s\u2010-\u2015－-]{6,}[0-9０-９Xx])/i.exec(
    text,
  );
  if (number?.[1] === undefined) return;
  draft.isbnStatements.push({
    isbn13: isbnOfField(number[1]),
    asWritten: number[1],
    qualifier: qualifier ?? qualifierIn(text.slice(number[0].length)),
  });
}

/** `(精装)`, `（v. 1）`, ` : pbk.`: what follows a number, without a price. */
function qualifierIn(after: string): string | null {
  const inner = /[(（[]([^)）\]]{1,60})[)）\]]/.exec(after)?.[1] ?? after;
  const text = withoutMarks(
    inner.replace(/(?:CNY|RMB|HKD|NTD?|USD|EUR|[¥￥$€£])\s*[\d.]+.*$/i, ''),
  );
  return text.length > 60 ? null : orNull(text);
}

function withoutParentheses(text: string): string {
  return /^[(（].*[)）]$/.test(text) ? text.slice(1, -1).trim() : text;
}

export function addIssn(draft: Draft, written: string): void {
  const issn = normaliseIssn(written);
  if (issn !== null) addOnce(draft.issn, issn);
}

/** A subject heading as one text: heading and subdivisions joined by `--`. */
export function addSubject(
  draft: Draft,
  field: FieldView,
  heading: string,
  subdivisions: string,
): void {
  let text = '';
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    const isHeading = heading.includes(code);
    if (!isHeading && !subdivisions.includes(code)) continue;
    const part = field.withoutStop(at);
    if (part === '') continue;
    if (text === '') text = part;
    else text += isHeading ? ` ${part}` : `--${part}`;
  }
  addOnce(draft.subjects, text);
}

export function addNote(draft: Draft, field: FieldView, codes = 'abcdefgt'): void {
  const text = textOf(field, codes);
  if (text.length <= maximumNote) addOnce(draft.notes, text);
  else addOnce(draft.notes, `${text.slice(0, maximumNote)}…`);
}

/** The field's wanted subfields in order, joined by blanks. */
export function textOf(field: FieldView, codes: string): string {
  let text = '';
  for (let at = field.first; at < field.end; at++) {
    if (!codes.includes(field.code(at))) continue;
    const part = field.cleanText(at);
    if (part !== '') text += text === '' ? part : ` ${part}`;
  }
  return text;
}

/** 856 means the same in both formats: $u address, $y link text, $3 what it is of, $z note. */
export function addLink(draft: Draft, field: FieldView): void {
  const label = field.firstOf('y') ?? field.firstOf('3') ?? field.firstOf('z');
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) !== 'u' || draft.links.length >= maximumEntries) continue;
    const url = field.value(at).trim();
    if (/^(?:https?|ftp):\/\/[^\s<>"]+$/i.test(url)) {
      draft.links.push({ url, label: label === null ? null : orNull(withoutMarks(label)) });
    }
  }
}

/** The text up to the first semicolon. */
export function firstOfList(text: string): string {
  return mayBeList(text) ? (text.split(/[;；]/, 1)[0] ?? '') : text;
}

/** Whether the text holds a semicolon, of either width: most hold none, and need no cutting. */
export function mayBeList(text: string): boolean {
  return text.includes(';') || text.includes('；');
}

/** The class in $a. */
export function addClassOf(draft: Draft, scheme: string, field: FieldView): void {
  const at = field.find('a');
  if (at >= 0) addClass(draft, scheme, field.value(at), field.look(at));
}

/** The first class of a scheme is the record's; a scheme comes once. */
export function addClass(
  draft: Draft,
  scheme: string,
  value: string | null,
  found: Findings = look(value ?? ''),
): void {
  if (value === null || Object.hasOwn(draft.classes, scheme)) return;
  const one = firstOfList(value);
  const first = withoutMarks(one, lookAgain(one, found));
  const mark = scheme === 'ddc' ? first.replaceAll('/', '') : first;
  if (mark !== '' && mark.length <= 80) draft.classes[scheme] = mark;
}

const sharedLanguageCodes: Readonly<Record<string, string>> = {
  zho: 'chi',
  fra: 'fre',
  deu: 'ger',
  ces: 'cze',
  slk: 'slo',
  nld: 'dut',
  ell: 'gre',
};

const languages = new Map<string, string | null>();
/** There are some five hundred; what is written otherwise is read anew each time. */
const mostLanguages = 1000;

/** A language code of MARC (bibliographic three letters), or null for none, many or undetermined. */
export function languageCode(written: string): string | null {
  const known = languages.get(written);
  if (known !== undefined) return known;
  const code = readLanguageCode(written);
  if (languages.size < mostLanguages && written.length === 3) languages.set(written, code);
  return code;
}

function readLanguageCode(written: string): string | null {
  const code = written.trim().slice(0, 3).toLowerCase();
  if (!/^[a-z]{3}$/.test(code) || code === 'und' || code === 'zxx' || code === 'mul') return null;
  return sharedLanguageCodes[code] ?? code;
}

/** A place or publisher that says only that there is none: [S.l.], [s.n.], 出版地不详. */
export function isUnknownPlace(text: string): boolean {
  return (
    text.length < 60 &&
    /^(?:s\. ?l\.?|s\. ?n\.?|sine loco|sine nomine|n\.? ?p\.?)$|not identified|不详|不詳|不明|^缺$/i.test(
      text,
    )
  );
}
