import { printMarcXml } from '../../../marc/formats/marcxml.ts';
import type { CatalogueRecord } from '../../catalogue/catalogue.ts';
import { element } from '../xml.ts';
import type { SruSchema } from './settings.ts';

function marcSchema(
  name: string,
  identifier: string,
  title: string,
  namespace?: string,
): SruSchema {
  return {
    name,
    identifier,
    title,
    print: (record) => printMarcXml(record.marc, namespace === undefined ? {} : { namespace }),
  };
}

/** MARC 21 in MARCXML, as most SRU servers have it. */
export const marcxml = marcSchema('marcxml', 'info:srw/schema/1/marcxml-v1.1', 'MARCXML');

/** CNMARC in the elements of MARCXML, under the name and namespace Alma uses for it. */
export const cnmarcxml = marcSchema(
  'cnmarcxml',
  'info:srw/schema/8/cnmarcxml-v0.1',
  'CNMARC XML',
  'http://www.nlc.cn/',
);

/** UNIMARC in MarcXchange (ISO 25577). */
export const marcxchange = marcSchema(
  'marcxchange',
  'info:lc/xmlns/marcxchange-v1',
  'MarcXchange',
  'info:lc/xmlns/marcxchange-v1',
);

/** Dublin Core as SRU wraps it. */
export const dublinCore: SruSchema = {
  name: 'dc',
  identifier: 'info:srw/schema/1/dc-v1.1',
  title: 'Dublin Core',
  print: printDublinCore,
};

function printDublinCore(record: CatalogueRecord): string {
  const { described, fact } = record;
  const part = [described.partNumber, described.partName].filter((text) => text !== '').join(', ');
  const title = part === '' ? described.title : `${described.title}. ${part}`;
  const subtitled = described.subtitle === '' ? title : `${title} : ${described.subtitle}`;
  const dc = (name: string, text: string): string =>
    text === '' ? '' : element(`dc:${name}`, text);
  return [
    '<srw_dc:dc xmlns:srw_dc="info:srw/schema/1/dc-schema" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    dc('title', subtitled),
    ...described.people.map((person) =>
      dc(person.role === '译' ? 'contributor' : 'creator', person.name),
    ),
    ...described.subjects.map((subject) => dc('subject', subject)),
    dc('publisher', described.publisher),
    dc('date', described.date),
    dc('type', fact.medium === 'score' ? 'NotatedMusic' : 'Text'),
    dc('format', described.extent),
    ...described.isbns.map((isbn) => dc('identifier', `ISBN ${isbn.text}`)),
    dc('identifier', record.localId),
    dc('language', fact.language),
    '</srw_dc:dc>',
  ].join('');
}
