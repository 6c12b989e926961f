import { findIdentifiers } from '../identifiers.ts';
import type { BibRecord, RecordType } from '../record.ts';
import { hasHan } from '../text.ts';
import type { XmlElement } from '../xml/tree.ts';
import { carrierInWords } from './carrier.ts';
import { type Draft, newDraft } from './draft.ts';
import { texts } from './elements.ts';
import { addOnce, languageCode, maximumContributors, orNull } from './fields.ts';
import { finished } from './finish.ts';
import { personName, plainName } from './names.ts';
import { balanced, withoutBrackets, withoutMarks, withoutStop } from './punctuation.ts';
import { isCreatorRole, statementRoles } from './roles.ts';

const elementsNamespace = 'http://purl.org/dc/elements/1.1/';
const termsNamespace = 'http://purl.org/dc/terms/';

/** Whether the element is a Dublin Core record, under whatever root a server wraps it in. */
export function isDublinCore(root: XmlElement): boolean {
  if (root.name === 'dc' || root.name === 'qualifieddc') return true;
  return root.children.some(
    (child) =>
      typeof child !== 'string' &&
      (child.namespace === elementsNamespace || child.namespace === termsNamespace),
  );
}

/**
 * A Dublin Core record. Most are made from MARC by the server, so ISBD marks inside a value are read
 * as what they are (`Title : subtitle / statement`, `Place : Publisher`).
 */
export function readDublinCore(root: XmlElement): BibRecord {
  const draft = newDraft('dc');
  readTitles(draft, texts(root, 'title'));
  for (const title of texts(root, 'alternative')) addOnce(draft.otherTitles, withoutStop(title));
  for (const name of texts(root, 'creator')) addContributor(draft, name, true);
  for (const name of texts(root, 'contributor')) addContributor(draft, name, false);
  readPublishers(draft, texts(root, 'publisher'));
  draft.date = orNull(balanced(withoutMarks(firstDate(root))));
  for (const subject of texts(root, 'subject')) addOnce(draft.subjects, withoutStop(subject));
  for (const note of texts(root, 'description')) addOnce(draft.notes, note);
  for (const note of texts(root, 'tableOfContents')) addOnce(draft.notes, note);
  draft.summary = texts(root, 'abstract')[0] ?? null;
  draft.extent =
    texts(root, 'extent')[0] ??
    texts(root, 'format').find((one) => /\d+\s*(?:p\b|页|頁|S\b|с\b|v\b|册)/i.test(one)) ??
    null;
  draft.series = texts(root, 'isPartOf').find((one) => !/^\w+:/.test(one)) ?? null;
  draft.language =
    texts(root, 'language')
      .map(languageOf)
      .find((code) => code !== null) ?? null;
  readIdentifiers(draft, [...texts(root, 'identifier'), ...texts(root, 'bibliographicCitation')]);
  draft.type = typeOf(texts(root, 'type'), draft);
  draft.carrier = carrierInWords([...texts(root, 'format'), ...texts(root, 'type')].join(' '));
  return finished(draft);
}

function readTitles(draft: Draft, titles: readonly string[]): void {
  const [first = '', ...rest] = titles;
  const [named = '', ...statements] = first.split(' / ');
  const [title = '', parallel] = named.split(' = ', 2);
  const [proper = '', ...subtitles] = title.split(' : ');
  draft.title = withoutStop(proper);
  draft.sortTitle = draft.title;
  draft.subtitle = orNull(withoutStop(subtitles.join(' : ')));
  draft.parallelTitle = parallel === undefined ? null : orNull(withoutStop(parallel));
  draft.responsibility = orNull(withoutStop(statements.join(' / ')));
  for (const other of rest) addOnce(draft.otherTitles, withoutStop(other.split(' / ', 1)[0] ?? ''));
}

/** Longest text taken for a name with its dates and role. */
const longestName = 300;

/** `叶震 主编` and `Smith, John, 1950- (editor)`: a name, perhaps with dates and a role. */
function addContributor(draft: Draft, value: string, primary: boolean): void {
  if (draft.contributors.length >= maximumContributors) return;
  const written = value.slice(0, longestName);
  const chinese = hasHan(written) ? /^(.+?)[ \u3000]+(\S+)$/.exec(written) : null;
  const role = chinese?.[2] !== undefined && isStatementRole(chinese[2]) ? chinese[2] : null;
  const western = /\s*\(([A-Za-z ]{3,30})\)\.?$/.exec(written);
  const stated = role ?? western?.[1] ?? null;
  const named = role !== null ? (chinese?.[1] ?? '') : written.slice(0, western?.index);
  const name = personName(
    plainName(named.replace(/,?\s*(?:b\.|ca\.)?\s*\d{4}\??-?(?:\d{4})?\??\.?$/, '')),
  );
  if (name === '' || draft.contributors.some((one) => one.name === name)) return;
  draft.contributors.push({
    name,
    kind: 'person',
    role: stated,
    pinyin: null,
    alternate: null,
    primary: stated === null ? primary : isCreatorRole(stated),
  });
}

function isStatementRole(word: string): boolean {
  return (statementRoles as readonly string[]).includes(word);
}

const publisherEnd = /(?:社|公司|书局|書局|书店|書店|馆|館|局|中心|出版|大学|大學|集团|集團)$/;

/** Alma writes place and publisher as two publishers; others as one with its ISBD mark. */
function readPublishers(draft: Draft, publishers: readonly string[]): void {
  const [first, second] = publishers.map((name) => withoutBrackets(name));
  if (first === undefined) return;
  if (second !== undefined && publisherEnd.test(second) && !publisherEnd.test(first)) {
    draft.place = orNull(first);
    draft.publisher = second;
    return;
  }
  const [place, name] = first.split(/\s[:：]\s/, 2);
  draft.place = name === undefined ? null : orNull(withoutBrackets(place ?? ''));
  draft.publisher = orNull(withoutBrackets(name ?? first));
}

function firstDate(root: XmlElement): string {
  for (const name of ['issued', 'date', 'created', 'dateCopyrighted']) {
    const date = texts(root, name)[0];
    if (date !== undefined) return date;
  }
  return '';
}

function readIdentifiers(draft: Draft, identifiers: readonly string[]): void {
  for (const identifier of identifiers) {
    if (/^(?:https?|ftp):\/\/[^\s<>"]+$/i.test(identifier)) {
      if (draft.links.length < 100) draft.links.push({ url: identifier, label: null });
      continue;
    }
    const found = findIdentifiers(identifier);
    for (const { kind, value, start, end } of found) {
      if (kind === 'issn') addOnce(draft.issn, value);
      else
        draft.isbnStatements.push({
          isbn13: value,
          asWritten: identifier.slice(start, end),
          qualifier: null,
        });
    }
    const isNumber = found.length === 0 && /^[\w.-]{1,40}$/.test(identifier);
    if (isNumber) draft.controlNumber ??= identifier;
  }
}

const twoLetterCodes: Readonly<Record<string, string>> = {
  zh: 'chi',
  en: 'eng',
  ja: 'jpn',
  ko: 'kor',
  ru: 'rus',
  de: 'ger',
  fr: 'fre',
  es: 'spa',
  it: 'ita',
  pt: 'por',
  la: 'lat',
  ar: 'ara',
  nl: 'dut',
  pl: 'pol',
  sv: 'swe',
};

/** A language as ISO 639-2/B, from three letters, two (`zh-CN`), or a common name. */
export function languageOf(written: string): string | null {
  const short = /^([a-z]{2})(?:[-_]|$)/i.exec(written.trim())?.[1]?.toLowerCase();
  if (short !== undefined) return twoLetterCodes[short] ?? null;
  if (/^(?:中文|汉语|chinese)/i.test(written)) return 'chi';
  if (/^(?:英文|英语|english)/i.test(written)) return 'eng';
  return /^[a-z]{3}$/i.test(written.trim()) ? languageCode(written) : null;
}

const typeWords: readonly (readonly [RegExp, RecordType])[] = [
  [/serial|periodical|journal|magazine|newspaper|期刊|连续/i, 'serial'],
  [/article|chapter|论文集析出/i, 'article'],
  [/manuscript|手稿/i, 'manuscript'],
  [/moving ?image|video|film|录像|视频/i, 'video'],
  [/notated music|score|sheet music|乐谱/i, 'music'],
  [/sound|audio|录音|音频/i, 'sound'],
  [/cartographic|\bmaps?\b|地图/i, 'map'],
  [/still ?image|image|picture|photograph|图片/i, 'image'],
  [/software|dataset|computer|electronic resource|电子资源/i, 'computer'],
  [/physical ?object|realia/i, 'object'],
];

/** A record type from the words of another vocabulary; text and silence are books. */
export function typeOf(
  words: readonly string[],
  draft: Pick<Draft, 'issn' | 'isbnStatements'>,
): RecordType {
  for (const word of words) {
    const type = typeWords.find(([pattern]) => pattern.test(word))?.[1];
    if (type !== undefined) return type;
  }
  return draft.issn.length > 0 && draft.isbnStatements.length === 0 ? 'serial' : 'book';
}
