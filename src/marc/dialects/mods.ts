import { normaliseIsbn } from '../identifiers.ts';
import type { BibRecord, Contributor, Item } from '../record.ts';
import { hasHan } from '../text.ts';
import { textOf, type XmlElement } from '../xml/tree.ts';
import { carrierInWords } from './carrier.ts';
import { codedYear } from './dates.ts';
import { type Draft, newDraft } from './draft.ts';
import { languageOf, typeOf } from './dublin-core.ts';
import { children, plainText, textAt, texts } from './elements.ts';
import {
  addClass,
  addIssn,
  addOnce,
  isUnknownPlace,
  maximumContributors,
  orNull,
} from './fields.ts';
import { finished } from './finish.ts';
import { personName, plainName } from './names.ts';
import { withoutBrackets, withoutMarks, withoutStop } from './punctuation.ts';
import { isCreatorRole, roleInWords } from './roles.ts';

/** A MODS 3 record (loc.gov/mods/v3), as servers make it from MARC. */
export function readMods(root: XmlElement): BibRecord {
  const draft = newDraft('mods');
  readTitles(draft, root);
  for (const name of children(root, 'name')) readName(draft, name);
  for (const origin of children(root, 'originInfo')) readOrigin(draft, origin);
  draft.language = textAt(root, 'language', 'languageTerm');
  draft.language = draft.language === null ? null : languageOf(draft.language);
  draft.extent = textAt(root, 'physicalDescription', 'extent');
  draft.summary = textAt(root, 'abstract');
  readNotes(draft, root);
  for (const subject of children(root, 'subject')) readSubject(draft, subject);
  for (const mark of children(root, 'classification')) readClass(draft, mark);
  for (const related of children(root, 'relatedItem')) readSeries(draft, related);
  for (const identifier of children(root, 'identifier')) readIdentifier(draft, identifier);
  for (const location of children(root, 'location')) readLocation(draft, location);
  draft.controlNumber = textAt(root, 'recordInfo', 'recordIdentifier');
  const issuance =
    texts(root, 'originInfo').length > 0 ? textAt(root, 'originInfo', 'issuance') : null;
  draft.type = typeOf([...serialWord(issuance), ...texts(root, 'typeOfResource')], draft);
  const forms = children(root, 'physicalDescription').flatMap((one) => texts(one, 'form'));
  draft.carrier = carrierInWords(forms.join(' '));
  return finished(draft);
}

function serialWord(issuance: string | null): readonly string[] {
  return issuance !== null && /continuing|serial|integrating/i.test(issuance) ? ['serial'] : [];
}

/** Text of a title with its initial article, which only sorting leaves out. */
function titleOf(info: XmlElement): { readonly title: string; readonly sortTitle: string } {
  const sortTitle = withoutStop(textAt(info, 'title') ?? '');
  const article = textAt(info, 'nonSort');
  if (article === null) return { title: sortTitle, sortTitle };
  const joint = /['’-]$/.test(article) ? '' : ' ';
  return { title: `${article}${joint}${sortTitle}`.trim(), sortTitle };
}

/** Titles without a type are the title; several are the same title in several scripts. */
function readTitles(draft: Draft, root: XmlElement): void {
  const infos = children(root, 'titleInfo');
  const proper = infos.filter(({ attributes }) => attributes.type === undefined);
  const main = proper.find((info) => hasHan(textOf(info))) ?? proper[0] ?? infos[0];
  for (const info of infos) {
    if (info === main) continue;
    const { title } = titleOf(info);
    if (info.attributes.type === 'translated') draft.parallelTitle ??= orNull(title);
    else addOnce(draft.otherTitles, title);
  }
  if (main === undefined) return;
  const { title, sortTitle } = titleOf(main);
  draft.title = title;
  draft.sortTitle = sortTitle;
  const [subtitle, parallel] = (textAt(main, 'subTitle') ?? '').split(' = ', 2);
  draft.subtitle = orNull(withoutStop(subtitle ?? ''));
  if (parallel !== undefined) draft.parallelTitle = orNull(withoutStop(parallel));
  draft.partNumber = orNull(withoutStop(textAt(main, 'partNumber') ?? ''));
  draft.partName = orNull(withoutStop(textAt(main, 'partName') ?? ''));
}

const kinds: Readonly<Record<string, Contributor['kind']>> = {
  corporate: 'body',
  conference: 'meeting',
};

function readName(draft: Draft, element: XmlElement): void {
  if (draft.contributors.length >= maximumContributors) return;
  const parts = children(element, 'namePart').filter(
    ({ attributes }) => attributes.type !== 'date',
  );
  const part = (type: string) => parts.find(({ attributes }) => attributes.type === type);
  const family = part('family');
  const given = part('given');
  const plain = parts.filter(({ attributes }) => attributes.type === undefined).map(plainText);
  const written =
    family === undefined
      ? plain.join(' ')
      : [plainText(family), given === undefined ? '' : plainText(given)].filter(Boolean).join(', ');
  const kind = kinds[element.attributes.type ?? ''] ?? 'person';
  const name = kind === 'person' ? personName(written) : plainName(written);
  if (name === '' || draft.contributors.some((one) => one.name === name)) return;
  const terms = children(element, 'role').flatMap((role) => children(role, 'roleTerm'));
  const inWords = terms.find(({ attributes }) => attributes.type === 'text') ?? terms[0];
  const role = inWords === undefined ? null : roleInWords(plainText(inWords));
  const primary = element.attributes.usage === 'primary' || isCreatorRole(role);
  draft.contributors.push({ name, kind, role, pinyin: null, alternate: null, primary });
}

function readOrigin(draft: Draft, origin: XmlElement): void {
  for (const place of children(origin, 'place')) {
    for (const term of children(place, 'placeTerm')) {
      const name = withoutBrackets(plainText(term));
      if (term.attributes.type === 'code' || name === '' || isUnknownPlace(name)) continue;
      draft.place ??= name;
    }
  }
  const publisher = texts(origin, 'publisher').map((name) => withoutBrackets(name))[0];
  if (publisher !== undefined && !isUnknownPlace(publisher)) draft.publisher ??= publisher;
  draft.edition ??= orNull(withoutStop(textAt(origin, 'edition') ?? ''));
  for (const name of ['dateIssued', 'copyrightDate', 'dateCreated']) {
    for (const date of children(origin, name)) {
      const text = withoutMarks(plainText(date)).replace(/(?<=\d)\.$/, '');
      if (date.attributes.encoding === 'marc') draft.codedYear ??= codedYear(text.slice(0, 4));
      else draft.date ??= orNull(text);
    }
  }
}

function readNotes(draft: Draft, root: XmlElement): void {
  for (const note of children(root, 'note')) {
    const text = plainText(note);
    if (note.attributes.type === 'statement of responsibility') {
      draft.responsibility ??= orNull(withoutStop(text));
    } else addOnce(draft.notes, text);
  }
  for (const contents of texts(root, 'tableOfContents')) addOnce(draft.notes, contents);
}

function readSubject(draft: Draft, subject: XmlElement): void {
  const parts: string[] = [];
  for (const child of subject.children) {
    if (typeof child === 'string' || parts.length >= 20) continue;
    if (child.name === 'name' || child.name === 'titleInfo') {
      const inner = children(child, child.name === 'name' ? 'namePart' : 'title')[0];
      if (inner !== undefined) parts.push(plainText(inner));
    } else if (child.name !== 'geographicCode' && child.name !== 'cartographics') {
      parts.push(plainText(child));
    }
  }
  addOnce(
    draft.subjects,
    parts
      .map((part) => withoutStop(part))
      .filter(Boolean)
      .join('--'),
  );
}

function readClass(draft: Draft, mark: XmlElement): void {
  const authority = (mark.attributes.authority ?? '').toLowerCase();
  const known = ['lcc', 'ddc', 'udc', 'clc'].includes(authority);
  addClass(draft, known ? authority : 'other', plainText(mark));
}

/** A related series; its number stands in partNumber or after ` ; ` in the title. */
function readSeries(draft: Draft, related: XmlElement): void {
  if (related.attributes.type !== 'series' || draft.series !== null) return;
  const [name, volume] = (textAt(related, 'titleInfo', 'title') ?? '').split(' ; ', 2);
  draft.series = orNull(withoutStop(name ?? ''));
  const number = textAt(related, 'titleInfo', 'partNumber') ?? volume ?? '';
  draft.seriesVolume = orNull(withoutStop(number));
}

function readIdentifier(draft: Draft, identifier: XmlElement): void {
  const text = plainText(identifier);
  if (text === '' || identifier.attributes.invalid === 'yes') return;
  const type = (identifier.attributes.type ?? '').toLowerCase();
  if (type === 'issn') addIssn(draft, text);
  else if (type === 'isbn' && draft.isbnStatements.length < 200) {
    draft.isbnStatements.push({ isbn13: normaliseIsbn(text), asWritten: text, qualifier: null });
  } else if (type === 'uri' && /^https?:\/\/[^\s<>"]+$/i.test(text) && draft.links.length < 100) {
    draft.links.push({ url: text, label: null });
  }
}

function readLocation(draft: Draft, location: XmlElement): void {
  for (const url of children(location, 'url')) {
    const address = plainText(url);
    if (!/^https?:\/\/[^\s<>"]+$/i.test(address) || draft.links.length >= 100) continue;
    draft.links.push({ url: address, label: url.attributes.displayLabel ?? null });
  }
  const place = textAt(location, 'physicalLocation');
  const shelf = textAt(location, 'shelfLocator');
  const copies = children(location, 'holdingSimple').flatMap((one) =>
    children(one, 'copyInformation'),
  );
  for (const copy of copies) {
    const mark = textAt(copy, 'shelfLocator') ?? shelf;
    addItem(draft, mark, textAt(copy, 'subLocation') ?? place, itemNumber(copy));
  }
  if (copies.length === 0 && shelf !== null) addItem(draft, shelf, place, null);
}

function itemNumber(copy: XmlElement): string | null {
  const numbered = children(copy, 'itemIdentifier');
  const barcode = numbered.find(({ attributes }) => attributes.type === 'barcode') ?? numbered[0];
  return barcode === undefined ? null : orNull(plainText(barcode));
}

function addItem(
  draft: Draft,
  callNumber: string | null,
  location: string | null,
  barcode: string | null,
): void {
  if (draft.items.length >= 500) return;
  const item: Item = {
    callNumber,
    volume: null,
    location,
    barcode,
    status: 'unknown',
    dueDate: null,
    lendable: null,
    lendableWhy: null,
  };
  draft.items.push(item);
}
