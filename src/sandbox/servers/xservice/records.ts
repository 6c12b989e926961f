import type { MarcRecord } from '../../../marc/types.ts';
import type { CatalogueRecord } from '../../catalogue/catalogue.ts';
import { element } from '../xml.ts';

/** Prints a record: OAI-MARC, or the MARCXML of servers that send something else. */
type Print = (record: MarcRecord) => string;

/** One record of `present`. */
export function printEntry(record: CatalogueRecord, entry: string, print: Print): string {
  return [
    '<record>\n<record_header>',
    element('set_entry', entry),
    '</record_header>\n',
    element('doc_number', record.localId),
    `\n${printMetadata(record, print)}</record>\n`,
  ].join('');
}

/** The record with the internal fields Aleph adds to it. */
export function printMetadata(record: CatalogueRecord, print: Print): string {
  const { marc } = record;
  const format = record.fact.medium === 'score' ? 'MU' : 'BK';
  const cataloguer = {
    tag: 'CAT',
    ind1: ' ',
    ind2: ' ',
    subfields: [
      { code: 'a', value: 'BATCH' },
      { code: 'b', value: '00' },
      { code: 'l', value: 'DEM01' },
    ],
  };
  const internal = {
    ...marc,
    fields: [{ tag: 'FMT', value: format }, ...marc.fields, cataloguer],
  };
  return `<metadata>${print(internal)}</metadata>\n`;
}
