import type { BibRecord, RecordType } from '../record.ts';
import { fullTitle } from './contributors.ts';
import { type Element, element, textElement } from './xml.ts';

/** DCMI type vocabulary. */
const types: Readonly<Record<RecordType, string>> = {
  book: 'Text',
  serial: 'Text',
  article: 'Text',
  map: 'Image',
  music: 'Text',
  sound: 'Sound',
  video: 'MovingImage',
  image: 'StillImage',
  computer: 'Software',
  manuscript: 'Text',
  kit: 'Collection',
  object: 'PhysicalObject',
  other: 'Text',
};

/** An `oai_dc` record: the fifteen elements of Dublin Core 1.1. */
export function dublinCoreOf(record: BibRecord): Element {
  const many = (name: string, values: readonly string[]) =>
    values.map((value) => textElement(`dc:${name}`, value));
  const names = (primary: boolean) =>
    record.contributors.filter((one) => one.primary === primary).map(({ name }) => name);
  return element(
    'oai_dc:dc',
    [
      textElement('dc:title', fullTitle(record)),
      textElement('dc:title', record.parallelTitle),
      ...many('creator', names(true)),
      ...many('contributor', names(false)),
      ...many('subject', [...record.subjects, ...Object.values(record.classes)]),
      textElement('dc:description', record.summary),
      ...many('description', record.notes),
      textElement('dc:publisher', publisherOf(record)),
      textElement('dc:date', record.year),
      textElement('dc:type', types[record.type]),
      textElement('dc:format', record.extent),
      ...many(
        'identifier',
        record.isbn.map((isbn) => `urn:ISBN:${isbn}`),
      ),
      ...many(
        'identifier',
        record.issn.map((issn) => `urn:ISSN:${issn}`),
      ),
      ...many(
        'identifier',
        record.links.map(({ url }) => url),
      ),
      textElement('dc:language', record.language),
      textElement('dc:relation', record.series),
    ],
    {
      'xmlns:oai_dc': 'http://www.openarchives.org/OAI/2.0/oai_dc/',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    },
  );
}

function publisherOf({ place, publisher }: BibRecord): string | null {
  if (publisher === null) return null;
  return place === null ? publisher : `${place} : ${publisher}`;
}
