import type { Contributor, RecordType } from '../record.ts';
import { withoutNonSortingWords } from '../text.ts';
import { codedYear } from './dates.ts';
import type { Draft } from './draft.ts';
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
  isUnknownPlace,
  languageCode,
  maximumContributors,
  orNull,
  textOf,
} from './fields.ts';
import { hasBracket } from './look.ts';
import { personName, plainName } from './names.ts';
import { balanced, withoutBrackets, withoutStop } from './punctuation.ts';
import { isCreatorRole, roleInWords } from './roles.ts';
import { isLatin } from './scripts.ts';
import { readTitle } from './title.ts';
import type { FieldView } from './view.ts';

/** MARC 21 Format for Bibliographic Data, read field by field into a draft. */

/** 008: date 1 in 07–10, language in 35–37 (MARC 21, 008 all materials). */
export function readFixedField(draft: Draft, field: FieldView): void {
  const value = field.value(field.first);
  draft.codedYear = codedYear(value.slice(7, 11));
  draft.language = languageCode(value.slice(35, 38));
}

/** Leader 06 type of record and 07 bibliographic level. */
export function marc21Type(leader: string): RecordType {
  const level = leader.charAt(7);
  switch (leader.charAt(6)) {
    case 't':
    case 'd':
    case 'f':
      return leader.charAt(6) === 't' ? 'manuscript' : leader.charAt(6) === 'd' ? 'music' : 'map';
    case 'c':
      return 'music';
    case 'e':
      return 'map';
    case 'g':
      return 'video';
    case 'i':
    case 'j':
      return 'sound';
    case 'k':
      return 'image';
    case 'm':
      return 'computer';
    case 'o':
    case 'p':
      return 'kit';
    case 'r':
      return 'object';
    default:
      if (level === 's' || level === 'b' || level === 'i')
        return level === 'b' ? 'article' : 'serial';
      return level === 'a' ? 'article' : 'book';
  }
}

function readTitleField(draft: Draft, field: FieldView): void {
  if (draft.title !== '') return;
  const parts = readTitle(field);
  draft.title = parts.title;
  draft.sortTitle = filingTitle(field, parts.title);
  draft.subtitle = orNull(parts.subtitle);
  draft.parallelTitle = orNull(parts.parallelTitle);
  draft.partNumber = orNull(parts.partNumber);
  draft.partName = orNull(parts.partName);
  draft.responsibility = orNull(parts.responsibility);
  const other = draft.scripts?.get(field);
  if (other === undefined) return;
  const otherTitle = readTitle(other).title;
  addOnce(draft.otherTitles, otherTitle);
  if (draft.language === 'chi' && isLatin(other)) draft.titlePinyin = orNull(otherTitle);
}

/**
 * 245 second indicator: characters to pass over in filing. It is believed only where a word ends
 * there, because 880 and copied records often keep the indicator of another text.
 */
function filingTitle(field: FieldView, title: string): string {
  const marked = field.firstOf('a') ?? '';
  const unmarked = withoutNonSortingWords(marked);
  if (unmarked !== marked) return withoutStop(unmarked);
  if (field.ind2 === '0' || field.ind2 === ' ') return title;
  const skipped = field.ind2.charCodeAt(0) - 48;
  if (skipped > 0 && skipped <= 9 && skipped < title.length) {
    for (const length of [skipped, skipped - 1]) {
      if (length > 0 && /[\s'’"“([-]/.test(title.charAt(length - 1)))
        return balanced(title.slice(length));
    }
  }
  return title;
}

/** 130 and 240: the title where 245 has none, else a title it is known by. */
function readUniformTitle(draft: Draft, field: FieldView): void {
  const whole = withoutStop(textOf(field, 'anpk'));
  addOnce(draft.otherTitles, whole.length > 120 ? field.withoutStop(field.find('a')) : whole);
}

/** 246: second indicator 1 is a parallel title; the rest are variants. */
function readVariantTitle(draft: Draft, field: FieldView): void {
  const { title, subtitle } = readTitle(field);
  if (title === '' || title === draft.title) return;
  if (field.ind2 === '1' && draft.parallelTitle === null) {
    draft.parallelTitle = subtitle === '' ? title : `${title} : ${subtitle}`;
  } else addOnce(draft.otherTitles, title);
}

function readPublication(draft: Draft, field: FieldView): void {
  const rank = field.tag === '264' ? (rankOf264[field.ind2] ?? 1) : 5;
  if (rank <= draft.publicationRank) return;
  const stated = publicationOf(field);
  if (field.tag === '264' && field.ind2 === '4') {
    draft.date ??= stated.date;
    return;
  }
  const other = draft.scripts?.get(field);
  const others = other === undefined ? null : publicationOf(other);
  draft.publicationRank = rank;
  draft.place = stated.place ?? others?.place ?? draft.place;
  draft.publisher = stated.publisher ?? others?.publisher ?? draft.publisher;
  draft.date = stated.date ?? others?.date ?? draft.date;
}

function publicationOf(field: FieldView): Pick<Draft, 'place' | 'publisher' | 'date'> {
  let place: string | null = null;
  let publisher: string | null = null;
  let date: string | null = null;
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    if (code === 'a') place ??= known(field, at);
    else if (code === 'b') publisher ??= known(field, at);
    else if (code === 'c') date ??= dateAsWritten(field, at);
  }
  return { place, publisher, date };
}

/** 264 second indicator: production, publication, distribution, manufacture. */
const rankOf264: Readonly<Record<string, number>> = { '1': 4, '2': 3, '0': 2, '3': 1 };

function known(field: FieldView, at: number): string | null {
  const text = withoutBrackets(field.value(at), field.look(at));
  return text === '' || isUnknownPlace(text) ? null : text;
}

/** The date keeps its brackets and `c`, and loses the field's closing stop or a lone bracket. */
export function dateAsWritten(field: FieldView, at: number): string | null {
  const marked = field.withoutMarks(at);
  const text = marked.endsWith('.') ? marked.replace(/(?<=[0-9?\])])\.$/, '') : marked;
  return orNull(hasBracket(field.look(at)) ? balanced(text) : text);
}

function contributorReader(kind: Contributor['kind'], main: boolean): FieldReader {
  const roleCode = kind === 'meeting' ? 'j' : 'e';
  return (draft, field) => {
    let name = '';
    let isWork = false;
    let term = '';
    for (let at = field.first; at < field.end; at++) {
      const code = field.code(at);
      if (code === 'a' || code === 'b') name = extendedName(name, field, at, kind);
      else if (code === 't') isWork = true;
      else if ((code === roleCode || code === '4') && term === '') term = field.value(at);
    }
    if (name === '' || (isWork && !main && field.ind2 !== '2')) return;
    if (draft.contributors.length >= maximumContributors) return;
    const role = term === '' ? null : roleInWords(term);
    const other = draft.scripts?.get(field);
    const alternate = other === undefined ? null : orNull(contributorName(other, kind));
    const romanised = other !== undefined && isLatin(other) && !isLatin(field);
    draft.contributors.push({
      name,
      kind,
      role,
      pinyin: romanised && draft.language === 'chi' ? alternate : null,
      alternate,
      primary: main || (field.ind2 !== '2' && isCreatorRole(role)),
    });
  };
}

function contributorName(field: FieldView, kind: Contributor['kind']): string {
  let name = '';
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    if (code === 'a' || code === 'b') name = extendedName(name, field, at, kind);
  }
  return name;
}

/** $a, then the numeration of a ruler ($b) or the parts of a body's hierarchy. */
function extendedName(
  name: string,
  field: FieldView,
  at: number,
  kind: Contributor['kind'],
): string {
  if (field.code(at) === 'a') {
    if (name !== '') return name;
    const plain = kind === 'person' ? personName : plainName;
    return plain(field.value(at), field.look(at));
  }
  const part = name === '' ? '' : field.withoutStop(at);
  if (part === '') return name;
  return kind === 'person' ? `${name} ${part}` : `${name}${name.endsWith('.') ? '' : '.'} ${part}`;
}

function readSeries(draft: Draft, field: FieldView): void {
  if (draft.series !== null) return;
  const name = field.withoutStop(field.find('a'));
  if (name === '') return;
  const number = field.withoutStop(field.find('n'));
  const part = field.withoutStop(field.find('p'));
  const volume = orNull(field.withoutStop(field.find('v')));
  // Where $v is missing its mark and number may stand in $a.
  const alone = volume === null && number === '' && part === '';
  const typed = alone && name.includes(' ; ') ? / ; ([^;]+)$/.exec(name) : null;
  const whole = (number === '' ? name : `${name}. ${number}`) + (part === '' ? '' : `. ${part}`);
  draft.series = typed === null ? whole : name.slice(0, typed.index);
  draft.seriesVolume = typed?.[1] ?? volume;
}

function readExtent(draft: Draft, field: FieldView): void {
  draft.extent ??= orNull(field.withoutMarks(field.find('a')));
}

function readEdition(draft: Draft, field: FieldView): void {
  draft.edition ??= orNull(field.withoutStop(field.find('a')));
}

function readLanguage(draft: Draft, field: FieldView): void {
  draft.language ??= languageCode(field.firstOf('a') ?? '');
}

/** 084 and the local fields that Chinese libraries keep the Chinese Library Classification in. */
function readOtherClass(draft: Draft, field: FieldView): void {
  const mark = field.firstOf('a');
  const source = (field.firstOf('2') ?? '').toLowerCase();
  const isChinese = /^(?:clc|ztf|zt)/.test(source) || (source === '' && isClc(mark ?? ''));
  addClass(draft, isChinese ? 'clc' : 'other', mark);
}

/** Whether the mark has the shape of a class of the Chinese Library Classification. */
export function isClc(mark: string): boolean {
  return /^(?:[A-KN-SUVXZ]|T[A-Z])[0-9][0-9.\-/=+():"]*$/.test(mark.trim());
}

const heading = 'abcdfgklnpqtu';

export const marc21Fields = fieldTable([
  // $z numbers are wrong or another book's.
  [[20], (draft, field) => addIsbns(draft, field, 'qb')],
  [[22], (draft, field) => addIssn(draft, field.firstOf('a') ?? '')],
  [[41], readLanguage],
  [[50], (draft, field) => addClassOf(draft, 'lcc', field)],
  [[80], (draft, field) => addClassOf(draft, 'udc', field)],
  [[82], (draft, field) => addClassOf(draft, 'ddc', field)],
  [[84, 93], readOtherClass],
  [[100], contributorReader('person', true)],
  [[110], contributorReader('body', true)],
  [[111], contributorReader('meeting', true)],
  [[700], contributorReader('person', false)],
  [[710], contributorReader('body', false)],
  [[711], contributorReader('meeting', false)],
  [[130, 240], readUniformTitle],
  [[245], readTitleField],
  [[246], readVariantTitle],
  [[250], readEdition],
  [[260, 264], readPublication],
  [[300], readExtent],
  [[440, 490, 830], readSeries],
  [
    [500, 501, 502, 504, 505, 508, 511, 515, 518, 521, 525, 530, 533, 534, 538, 546, 550, 580, 588],
    (draft, field) => addNote(draft, field),
  ],
  [[520], readSummary],
  [[600, 610, 611, 630], (draft, field) => addSubject(draft, field, heading, 'xyzv')],
  [[648, 650, 651, 653, 654], (draft, field) => addSubject(draft, field, 'abcd', 'xyzv')],
  [[740], (draft, field) => addOnce(draft.otherTitles, withoutStop(textOf(field, 'anp')))],
  [[856], addLink],
]);

function readSummary(draft: Draft, field: FieldView): void {
  const text = textOf(field, 'ab');
  if (draft.summary === null) draft.summary = orNull(text);
  else addOnce(draft.notes, text);
}

/** What is known only when every field has been read. */
export function completeMarc21(draft: Draft): void {
  if (draft.title !== '') return;
  const [known, ...rest] = draft.otherTitles;
  if (known === undefined) return;
  draft.title = known;
  draft.sortTitle = known;
  draft.otherTitles.splice(0, draft.otherTitles.length, ...rest);
}
