import type { BibRecord, Contributor, Item, RecordType } from '../record.ts';
import { familyAndGiven, isbnsOf } from './contributors.ts';
import { type Element, element, textElement } from './xml.ts';

export const modsNamespace = 'http://www.loc.gov/mods/v3';

/** Terms of MODS typeOfResource. */
const types: Readonly<Record<RecordType, string>> = {
  book: 'text',
  serial: 'text',
  article: 'text',
  map: 'cartographic',
  music: 'notated music',
  sound: 'sound recording',
  video: 'moving image',
  image: 'still image',
  computer: 'software, multimedia',
  manuscript: 'text',
  kit: 'mixed material',
  object: 'three dimensional object',
  other: 'mixed material',
};

/** A MODS 3.7 record. */
export function modsOf(record: BibRecord): Element {
  return element(
    'mods',
    [
      titleInfo(record),
      alternativeTitle(record.parallelTitle, 'translated'),
      ...record.otherTitles.map((title) => alternativeTitle(title, 'alternative')),
      ...record.contributors.map(nameElement),
      element(
        'typeOfResource',
        types[record.type],
        record.type === 'manuscript' ? { manuscript: 'yes' } : {},
      ),
      originInfo(record),
      record.language === null
        ? null
        : element('language', [
            textElement('languageTerm', record.language, { type: 'code', authority: 'iso639-2b' }),
          ]),
      record.extent === null
        ? null
        : element('physicalDescription', [textElement('extent', record.extent)]),
      textElement('abstract', record.summary),
      textElement('note', record.responsibility, { type: 'statement of responsibility' }),
      ...record.notes.map((note) => textElement('note', note)),
      ...record.subjects.map(subjectElement),
      ...Object.entries(record.classes).map(([scheme, mark]) =>
        textElement('classification', mark, scheme === 'other' ? {} : { authority: scheme }),
      ),
      seriesElement(record),
      ...isbnsOf(record).map(({ isbn13, asWritten }) =>
        textElement('identifier', isbn13 ?? asWritten, {
          type: 'isbn',
          ...(isbn13 === null ? { invalid: 'yes' } : {}),
        }),
      ),
      ...record.issn.map((issn) => textElement('identifier', issn, { type: 'issn' })),
      ...record.links.map(({ url }) => element('location', [textElement('url', url)])),
      ...record.items.map(locationElement),
      record.controlNumber === null
        ? null
        : element('recordInfo', [textElement('recordIdentifier', record.controlNumber)]),
    ],
    { xmlns: modsNamespace, version: '3.7' },
  );
}

/** The article that sorting passes over is its own element. */
function titleInfo(record: BibRecord): Element {
  const { title, sortTitle } = record;
  const article = title.endsWith(sortTitle) ? title.slice(0, -sortTitle.length || undefined) : '';
  const hasArticle = sortTitle !== '' && article !== '' && article !== title;
  return element('titleInfo', [
    hasArticle ? textElement('nonSort', article.trimEnd()) : null,
    textElement('title', hasArticle ? sortTitle : title),
    textElement('subTitle', record.subtitle),
    textElement('partNumber', record.partNumber),
    textElement('partName', record.partName),
  ]);
}

function alternativeTitle(title: string | null, type: string): Element | null {
  return title === null ? null : element('titleInfo', [textElement('title', title)], { type });
}

function nameElement(contributor: Contributor): Element {
  const type = { person: 'personal', body: 'corporate', meeting: 'conference' }[contributor.kind];
  const name = familyAndGiven(contributor);
  const parts =
    name === null
      ? [textElement('namePart', contributor.name)]
      : [
          textElement('namePart', name.family, { type: 'family' }),
          textElement('namePart', name.given, { type: 'given' }),
        ];
  const role =
    contributor.role === null
      ? null
      : element('role', [textElement('roleTerm', contributor.role, { type: 'text' })]);
  return element('name', [...parts, role], { type });
}

function originInfo(record: BibRecord): Element | null {
  const content = [
    record.place === null
      ? null
      : element('place', [textElement('placeTerm', record.place, { type: 'text' })]),
    textElement('publisher', record.publisher),
    textElement('dateIssued', record.date ?? record.year),
    textElement('edition', record.edition),
    textElement('issuance', record.type === 'serial' ? 'serial' : 'monographic'),
  ];
  return element('originInfo', content);
}

function subjectElement(subject: string): Element {
  const parts = subject.split('--').filter((part) => part !== '');
  return element(
    'subject',
    parts.map((part) => textElement('topic', part)),
  );
}

function seriesElement(record: BibRecord): Element | null {
  if (record.series === null) return null;
  const info = element('titleInfo', [
    textElement('title', record.series),
    textElement('partNumber', record.seriesVolume),
  ]);
  return element('relatedItem', [info], { type: 'series' });
}

function locationElement(item: Item): Element | null {
  if (item.callNumber === null && item.location === null) return null;
  return element('location', [
    textElement('physicalLocation', item.location),
    textElement('shelfLocator', item.callNumber),
  ]);
}
