import {
  type DecodedMarc,
  isControlField,
  type MarcRecord,
  type UnreadableMarc,
} from '../types.ts';
import { readXmlRecords } from './xml-file.ts';
import { escapeXml } from './xml-print.ts';
import { FieldedXmlHandler, type Vocabulary, type XmlRecord } from './xml-records.ts';

export type { XmlRecord } from './xml-records.ts';

export const MARCXML_NAMESPACE = 'http://www.loc.gov/MARC21/slim';

/** MARCXML and MarcXchange (ISO 25577) share their names; neither namespace is insisted on. */
const VOCABULARY: Vocabulary = {
  record: 'record',
  leader: 'leader',
  controlField: 'controlfield',
  dataField: 'datafield',
  subfield: 'subfield',
  tag: 'tag',
  ind1: 'ind1',
  ind2: 'ind2',
  code: 'code',
};

/** MARCXML or MarcXchange records inside a larger document; hands over each when its element ends. */
export class MarcXmlHandler extends FieldedXmlHandler {
  constructor(onRecord: (record: XmlRecord) => void) {
    super(VOCABULARY, onRecord);
  }
}

/** All records of a file of MARCXML or MarcXchange, bad ones reported; never throws. */
export function readMarcXml(bytes: Uint8Array): Generator<DecodedMarc | UnreadableMarc> {
  return readXmlRecords(bytes, 'record', (onRecord) => new MarcXmlHandler(onRecord));
}

/** The record as a MARCXML element with its namespace (MARC 21 slim unless another is named). */
export function printMarcXml(record: MarcRecord, options: { namespace?: string } = {}): string {
  const namespace = escapeXml(options.namespace ?? MARCXML_NAMESPACE);
  let xml = `<record xmlns="${namespace}"><leader>${escapeXml(record.leader)}</leader>`;
  for (const field of record.fields) {
    const tag = escapeXml(field.tag);
    if (isControlField(field)) {
      xml += `<controlfield tag="${tag}">${escapeXml(field.value)}</controlfield>`;
      continue;
    }
    xml += `<datafield tag="${tag}" ind1="${escapeXml(field.ind1)}" ind2="${escapeXml(field.ind2)}">`;
    for (const { code, value } of field.subfields) {
      xml += `<subfield code="${escapeXml(code)}">${escapeXml(value)}</subfield>`;
    }
    xml += '</datafield>';
  }
  return `${xml}</record>`;
}
