import type { Contributor, RecordType } from '../record.ts';
import { hasHan, withoutNonSortingWords } from '../text.ts';
import { codedYear } from './dates.ts';
import type { Draft } from './draft.ts';
import { linkedTitle } from './embedded.ts';
import {
  addClass,
  addClassOf,
  addIsbns,
  addIssn,
  addLink,
  addNote,
  addOnce,
  addSubject,
  type FieldReader,
  fieldTable,
  firstOfList,
  isUnknownPlace,
  languageCode,
  maximumContributors,
  mayBeList,
  orNull,
  textOf,
} from './fields.ts';
import { type Findings, lookAgain } from './look.ts';
import { dateAsWritten, isClc } from './marc21.ts';
import { joinedName, namesOf, plainName } from './names.ts';
import { cleanText, withoutBrackets, withoutMarks, withoutStop } from './punctuation.ts';
import { roleInWords } from './roles.ts';
import type { FieldView } from './view.ts';

/**
 * UNIMARC Bibliographic and CNMARC (WH/T 0503), read field by field into a draft. CNMARC is UNIMARC
 * with habits of its own, all met in records of Chinese libraries: pinyin in $A or $9, marks typed
 * into subfields, several subjects in one 606 $a, roles with a blank before them.
 */

/** Leader 06 and 07 (UNIMARC manual, record label); 06 `l` is electronic, `m` multimedia. */
export function unimarcType(leader: string): RecordType {
  switch (leader.charAt(6)) {
    case 'b':
      return 'manuscript';
    case 'c':
    case 'd':
      return 'music';
    case 'e':
    case 'f':
      return 'map';
    case 'g':
      return 'video';
    case 'i':
    case 'j':
      return 'sound';
    case 'k':
      return 'image';
    case 'l':
      return 'computer';
    case 'm':
      return 'kit';
    case 'r':
      return 'object';
    default: {
      const level = leader.charAt(7);
      return level === 's' || level === 'i' ? 'serial' : level === 'a' ? 'article' : 'book';
    }
  }
}

/** 100 $a: publication date 1 in 09–12. */
function readCodedData(draft: Draft, field: FieldView): void {
  draft.codedYear ??= codedYear((field.firstOf('a') ?? '').slice(9, 13));
}

/**
 * 200 in the order it is written: from a parallel title ($d) on, other title information and parts are
 * that title's; a second $a, or $c, is another work in the same volume, with what follows it.
 */
function readTitleField(draft: Draft, field: FieldView): void {
  if (draft.title !== '') return;
  const subtitles: string[] = [];
  const numbers: string[] = [];
  const names: string[] = [];
  const statements: string[] = [];
  let parallel = '';
  let inOtherWork = false;
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    switch (code) {
      case 'a':
      case 'c':
        if (draft.title === '' && code === 'a') setTitle(draft, field.value(at), field.look(at));
        else {
          addOnce(draft.otherTitles, field.withoutStop(at));
          inOtherWork = true;
        }
        break;
      case 'd':
        parallel = joinedTo(parallel, ' = ', field.withoutMarks(at));
        break;
      case 'e':
      case 'h':
      case 'i': {
        const text = field.withoutStop(at);
        if (inOtherWork) break;
        if (parallel !== '') parallel = joinedTo(parallel, code === 'e' ? ' : ' : '. ', text);
        else if (text !== '')
          (code === 'e' ? subtitles : code === 'h' ? numbers : names).push(text);
        break;
      }
      case 'f':
      case 'g':
        statements.push(field.withoutStop(at));
        break;
      case 'A':
      case '9':
        draft.titlePinyin ??= pinyinOf(field.value(at));
        break;
    }
  }
  draft.parallelTitle ??= orNull(withoutMarks(parallel));
  draft.subtitle = joined(subtitles, ' : ');
  draft.partNumber = joined(numbers, ', ');
  draft.partName = joined(names, ', ');
  draft.responsibility = joined(statements, ' ; ');
}

function joinedTo(text: string, separator: string, more: string): string {
  if (text === '' || more === '') return text + more;
  return text + separator + more;
}

/** $a with the number and name of a part. */
function titleAndPart(field: FieldView): string | null {
  const title = field.withoutStop(field.find('a'));
  const numbered = joinedTo(title, '. ', field.withoutStop(field.find('h')));
  return orNull(joinedTo(numbered, '. ', field.withoutStop(field.find('i'))));
}

function joined(parts: readonly string[], separator: string): string | null {
  if (parts.length < 2) return orNull(parts[0] ?? '');
  return orNull(parts.filter((part) => part !== '').join(separator));
}

/** 200 $a; some catalogues type the parallel title and the statement into it with their marks. */
function setTitle(draft: Draft, value: string, found: Findings): void {
  const [title = '', parallel] = withoutMarks(value, found).split(/ = |＝/, 2);
  draft.title = wholeTitle(title, found);
  const sorted = withoutNonSortingWords(value).split(/ = |＝/, 1)[0] ?? '';
  draft.sortTitle = wholeTitle(sorted, found);
  if (parallel !== undefined) draft.parallelTitle = orNull(withoutMarks(parallel));
}

function wholeTitle(value: string, found: Findings): string {
  const text = withoutStop(value, lookAgain(value, found));
  return text.startsWith('[') && text.indexOf(']') === text.length - 1
    ? withoutBrackets(text)
    : text;
}

/** Pinyin is Latin; $9 holds authority numbers in other catalogues. */
function pinyinOf(value: string): string | null {
  const text = cleanText(value);
  return /[a-zü]{2}/i.test(text) && !hasHan(text) && !/^\(?[A-Z]{2,}\)?\d/.test(text) ? text : null;
}

/** 5xx titles; 510 is the parallel title of records that leave it out of 200. */
function readOtherTitle(draft: Draft, field: FieldView): void {
  const title = titleAndPart(field);
  if (title === null || title === draft.title) return;
  if (field.tag === '510' && draft.parallelTitle === null) {
    const rest = field.withoutStop(field.find('e'));
    draft.parallelTitle = rest === '' ? title : `${title} : ${rest}`;
  } else if (title !== draft.parallelTitle) addOnce(draft.otherTitles, title);
}

/** 210, or 214 of newer UNIMARC, whose second indicator 0 is publication. */
function readPublication(draft: Draft, field: FieldView): void {
  const rank = field.tag === '210' || field.ind2 === '0' ? 2 : 1;
  if (rank <= draft.publicationRank) return;
  draft.publicationRank = rank;
  let place: string | null = null;
  let publisher: string | null = null;
  let date: string | null = null;
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    if (code === 'a') place ??= known(field, at);
    else if (code === 'c') publisher ??= known(field, at);
    else if (code === 'd') date ??= dateAsWritten(field, at);
  }
  draft.place = place ?? draft.place;
  draft.publisher = publisher ?? draft.publisher;
  draft.date = date ?? draft.date;
}

function known(field: FieldView, at: number): string | null {
  const text = withoutBrackets(field.value(at), field.look(at));
  return text === '' || isUnknownPlace(text) ? null : text;
}

function readSeries(draft: Draft, field: FieldView): void {
  if (draft.series !== null) return;
  draft.series = titleAndPart(field);
  if (draft.series !== null) draft.seriesVolume = orNull(field.withoutStop(field.find('v')));
}

/** 410, 461 and 462 name the series or set where 225 is left out. */
function readLinkedSeries(draft: Draft, field: FieldView): void {
  if (draft.series !== null) return;
  const linked = linkedTitle(field);
  if (linked === null) return;
  draft.series = orNull(withoutStop(linked.title));
  draft.seriesVolume = orNull(withoutStop(linked.volume ?? ''));
}

/** 700 main and 701 equal responsibility are creators, 702 is not; 71x likewise for bodies. */
function contributorReader(body: boolean, primary: boolean): FieldReader {
  return (draft, field) => {
    let entry = -1;
    let rest = -1;
    let role: string | null = null;
    let pinyin: string | null = null;
    for (let at = field.first; at < field.end; at++) {
      const code = field.code(at);
      if (code === 'a') entry = entry < 0 ? at : entry;
      else if (code === 'b') rest = rest < 0 ? at : rest;
      else if (code === '4') role ??= roleInWords(field.value(at));
      else if (code === 'A' || code === '9') pinyin ??= pinyinOf(field.value(at));
    }
    if (entry < 0 || draft.contributors.length >= maximumContributors) return;
    const kind: Contributor['kind'] = !body ? 'person' : field.ind1 === '1' ? 'meeting' : 'body';
    for (const name of contributorNames(entry, rest, field, body)) {
      draft.contributors.push({ name, kind, role, pinyin, alternate: null, primary });
    }
  };
}

function contributorNames(
  entry: number,
  rest: number,
  field: FieldView,
  body: boolean,
): readonly string[] {
  const value = field.value(entry);
  const found = field.look(entry);
  if (body) {
    const units: string[] = [];
    for (let at = field.first; at < field.end; at++) {
      if (field.code(at) === 'b') units.push(field.withoutStop(at));
    }
    return [[plainName(value, found), ...units].filter((part) => part !== '').join('. ')].filter(
      Boolean,
    );
  }
  if (rest < 0) return namesOf(value, found);
  const inverted = field.ind2 !== '0';
  const name = joinedName(plainName(value, found), orNull(field.withoutMarks(rest)), inverted);
  return name === '' ? [] : [name];
}

/**
 * 606 and 610. Some libraries type a list of subjects into one $a (`尘肺－护理；尘肺－康复`), some
 * with the subfield codes of their template before it (`xyz尘肺`).
 */
function readSubject(draft: Draft, field: FieldView): void {
  const written = field.firstOf('a') ?? '';
  if (!/[;；－—]|^[xyzj]{2,4}(?=\p{Script=Han})/u.test(written)) {
    addSubject(draft, field, 'ab', 'xyzj');
    return;
  }
  const list = written.replace(/^[xyzj]{2,4}(?=\p{Script=Han})/u, '').split(/[;；]/);
  const subdivisions = list.length > 1 ? '' : subdivisionsOf(field);
  for (const one of list) {
    const heading = withoutStop(one)
      .split(/\s*(?:－|——?|--)\s*/)
      .filter(Boolean)
      .join('--');
    if (heading !== '') addOnce(draft.subjects, heading + subdivisions);
  }
}

function subdivisionsOf(field: FieldView): string {
  let text = '';
  for (let at = field.first; at < field.end; at++) {
    if ('xyzj'.includes(field.code(at))) text += `--${field.withoutStop(at)}`;
  }
  return text;
}

/** 610: free words, each $a one; lists in one $a are taken apart. */
function readFreeSubjects(draft: Draft, field: FieldView): void {
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) !== 'a') continue;
    const value = field.value(at);
    if (!mayBeList(value)) addOnce(draft.subjects, field.withoutStop(at));
    else for (const word of value.split(/[;；]/)) addOnce(draft.subjects, withoutStop(word));
  }
}

/** 690 holds the Chinese Library Classification; in UNIMARC elsewhere 69x is anybody's. */
function readChineseClass(draft: Draft, field: FieldView): void {
  const mark = firstOfList(field.firstOf('a') ?? '');
  if (draft.dialect === 'cnmarc' || isClc(mark)) addClass(draft, 'clc', mark);
}

function readSummary(draft: Draft, field: FieldView): void {
  const text = textOf(field, 'a');
  if (draft.summary === null) draft.summary = orNull(text);
  else addOnce(draft.notes, text);
}

const notes = [300, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311, 312, 313, 314, 315];
const moreNotes = [316, 317, 318, 320, 321, 322, 323, 324, 325, 326, 327, 328, 332, 333, 336, 337];
/** Titles the book is known by; former (520) and later (517 in serials) titles are not of it. */
const otherTitles = [500, 510, 512, 513, 514, 515, 516, 517, 518, 530, 531, 532, 540, 541];

export const unimarcFields = fieldTable([
  [[10], (draft, field) => addIsbns(draft, field, 'b')],
  [[11], (draft, field) => addIssn(draft, field.firstOf('a') ?? '')],
  [[100], readCodedData],
  [[101], (draft, field) => (draft.language ??= languageCode(field.firstOf('a') ?? ''))],
  [[200], readTitleField],
  [[205], (draft, field) => (draft.edition ??= orNull(field.withoutStop(field.find('a'))))],
  [[210, 214], readPublication],
  [[215], (draft, field) => (draft.extent ??= orNull(field.withoutMarks(field.find('a'))))],
  [[225], readSeries],
  [[410, 461, 462], readLinkedSeries],
  [[...notes, ...moreNotes], (draft, field) => addNote(draft, field)],
  [[330], readSummary],
  [otherTitles, readOtherTitle],
  [[600, 601, 602, 605, 607], (draft, field) => addSubject(draft, field, 'abct', 'xyzj')],
  [[606], readSubject],
  [[610], readFreeSubjects],
  [[675], (draft, field) => addClassOf(draft, 'udc', field)],
  [[676], (draft, field) => addClassOf(draft, 'ddc', field)],
  [[680], (draft, field) => addClassOf(draft, 'lcc', field)],
  [[686, 692], (draft, field) => addClassOf(draft, 'other', field)],
  [[690], readChineseClass],
  [[700, 701], contributorReader(false, true)],
  [[702], contributorReader(false, false)],
  [[710, 711], contributorReader(true, true)],
  [[712], contributorReader(true, false)],
  [[856], addLink],
]);
