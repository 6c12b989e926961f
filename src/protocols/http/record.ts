import { readStatus, toBibRecord } from '../../marc/dialects/index.ts';
import {
  type BibRecord,
  type Item,
  itemStatuses,
  type RecordType,
  recordTypes,
} from '../../marc/record.ts';
import { hasHan } from '../../marc/text.ts';
import type { DataField } from '../../marc/types.ts';
import type { HttpSettings } from '../../members/document.ts';
import type { Page } from './selectors.ts';
import { firstValueOf, valuesOf } from './values.ts';

type Fields = NonNullable<HttpSettings['fields']>;
type ItemFields = NonNullable<NonNullable<HttpSettings['items']>['fields']>;

const maxItems = 500;

/** A record of an OPAC as its selectors see it, or null where it has no title. */
export function recordAt<P>(page: Page<P>, place: P, fields: Fields): BibRecord | null {
  const one = (name: keyof Fields) => firstValueOf(page, place, fields[name]);
  if (one('title') === null) return null;
  // What a catalogue displays was a MARC record: read as one, it is cleaned by the same rules.
  const record = toBibRecord(
    { leader: '00000nam a2200000 a 4500', fields: displayedFields(page, place, fields) },
    { dialect: 'marc21' },
  );
  const type = one('type');
  return {
    ...record,
    dialect: 'dc',
    controlNumber: one('id'),
    type: recordTypes.find((known) => known === type) ?? typeInWords(type),
    language: languageCode(one('language')) ?? record.language,
  };
}

function displayedFields<P>(page: Page<P>, place: P, fields: Fields): DataField[] {
  const one = (name: keyof Fields) => firstValueOf(page, place, fields[name]);
  const all = (name: keyof Fields) => valuesOf(page, place, fields[name]);
  const made: DataField[] = [];
  const field = (tag: string, parts: Readonly<Record<string, string | null>>) => {
    const subfields = Object.entries(parts).flatMap(([code, value]) =>
      value === null ? [] : [{ code, value }],
    );
    if (subfields.length > 0) made.push({ tag, ind1: '0', ind2: '0', subfields });
  };
  for (const isbn of all('isbn')) field('020', { a: isbn });
  for (const issn of all('issn')) field('022', { a: issn });
  field('084', { a: one('clc'), 2: one('clc') === null ? null : 'clc' });
  const { statement, names } = people(one('responsibility'), all('authors'));
  field('245', titleParts(one, statement));
  field('250', { a: one('edition') });
  field('260', { a: one('place'), b: one('publisher'), c: one('date') });
  field('300', { a: one('extent') });
  field('490', { a: one('series') });
  field('520', { a: one('summary') });
  for (const subject of all('subjects')) field('653', { a: subject });
  for (const name of names) field('700', { a: name });
  return made;
}

/** The parts of a title field with the marks of ISBD that tell one part from the next. */
function titleParts(one: (name: keyof Fields) => string | null, statement: string | null) {
  const [subtitle, parallel] = [one('subtitle'), one('parallelTitle')];
  const marks = [
    subtitle === null ? null : ':',
    parallel === null ? null : '=',
    statement === null ? null : '/',
  ];
  const next = (from: number) => marks.slice(from).find((mark) => mark !== null);
  const ended = (text: string | null, from: number) => {
    const mark = next(from);
    return text === null || mark === undefined ? text : `${text} ${mark}`;
  };
  const joined = [ended(subtitle, 1), ended(parallel, 2)].filter((part) => part !== null);
  return {
    a: ended(one('title'), 0),
    n: one('partNumber'),
    p: one('partName'),
    b: joined.join(' ') || null,
    c: statement,
  };
}

/** One author cell in Chinese is a statement with roles in it; several values are names. */
function people(statement: string | null, authors: readonly string[]) {
  const [only] = authors;
  if (statement === null && authors.length === 1 && only !== undefined && hasHan(only)) {
    return { statement: only, names: [] };
  }
  return { statement, names: authors };
}

/** Kinds of material as Chinese catalogues label them. */
const typeWords: readonly (readonly [RegExp, RecordType])[] = [
  [/期刊|报纸|連續|连续|serial|journal|periodical/i, 'serial'],
  [/地图|地圖|map/i, 'map'],
  [/乐谱|樂譜|score/i, 'music'],
  [/录音|錄音|唱片|audio|sound/i, 'sound'],
  [/录像|錄影|视频|视听|影碟|dvd|video/i, 'video'],
  [/电子|電子|光盘|光碟|electronic|computer/i, 'computer'],
  [/手稿|稿本|manuscript/i, 'manuscript'],
];

function typeInWords(written: string | null): RecordType {
  return typeWords.find(([pattern]) => pattern.test(written ?? ''))?.[1] ?? 'book';
}

const languageWords: Readonly<Record<string, string>> = {
  中文: 'chi',
  汉语: 'chi',
  英文: 'eng',
  英语: 'eng',
  日文: 'jpn',
  日语: 'jpn',
  俄文: 'rus',
  俄语: 'rus',
  法文: 'fre',
  法语: 'fre',
  德文: 'ger',
  德语: 'ger',
};

function languageCode(written: string | null): string | null {
  const text = written?.toLowerCase() ?? '';
  if (/^[a-z]{3}$/.test(text)) return text;
  return Object.hasOwn(languageWords, text) ? (languageWords[text] ?? null) : null;
}

/** The copies that stand with a record, or on a page of its own. */
export function itemsAt<P>(page: Page<P>, within: P, select: string, fields: ItemFields): Item[] {
  const { values } = page.places(within, select);
  return values
    .slice(0, maxItems)
    .map((place) => itemAt(page, place, fields))
    .filter((item) => item.callNumber !== null || item.barcode !== null || item.location !== null);
}

function itemAt<P>(page: Page<P>, place: P, fields: ItemFields): Item {
  const one = (name: keyof ItemFields) => firstValueOf(page, place, fields[name]);
  const words = one('status');
  const named = itemStatuses.find((status) => status === words);
  const stated = readStatus([words, one('dueDate')].filter((part) => part !== null).join(' '));
  return {
    callNumber: one('callNumber'),
    volume: one('volume'),
    location: one('location'),
    barcode: one('barcode'),
    status: named ?? (words === null ? 'unknown' : stated.status),
    dueDate: stated.dueDate,
    lendable: null,
    lendableWhy: null,
  };
}

/** The copy that a record's own call number stands for. */
export function itemOfCallNumber(callNumber: string): Item {
  return {
    callNumber,
    volume: null,
    location: null,
    barcode: null,
    status: 'unknown',
    dueDate: null,
    lendable: null,
    lendableWhy: null,
  };
}
