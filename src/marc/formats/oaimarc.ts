import {
  type DecodedMarc,
  isControlField,
  type MarcRecord,
  type UnreadableMarc,
} from '../types.ts';
import { readXmlRecords } from './xml-file.ts';
import { escapeXml } from './xml-print.ts';
import { FieldedXmlHandler, type Vocabulary, type XmlRecord } from './xml-records.ts';

const VOCABULARY: Vocabulary = {
  record: 'oai_marc',
  leader: null,
  controlField: 'fixfield',
  dataField: 'varfield',
  subfield: 'subfield',
  tag: 'id',
  ind1: 'i1',
  ind2: 'i2',
  code: 'label',
  fixed: readFixed,
};

/** Fields whose positions count and in which Aleph writes `^` for a blank. */
const POSITIONAL = /^(?:LDR|00[678])$/;

/** OAI-MARC records as Aleph's X-Service writes them, inside a larger document. */
export class OaiMarcHandler extends FieldedXmlHandler {
  constructor(onRecord: (record: XmlRecord) => void) {
    super(VOCABULARY, onRecord);
  }
}

/** All records of an OAI-MARC file, bad ones reported; never throws. */
export function readOaiMarc(bytes: Uint8Array): Generator<DecodedMarc | UnreadableMarc> {
  return readXmlRecords(bytes, 'oai_marc', (onRecord) => new OaiMarcHandler(onRecord));
}

/** The record as Aleph's `oai_marc` element, with the leader as fixed field LDR and `^` for blanks. */
export function printOaiMarc(record: MarcRecord): string {
  let xml = `<oai_marc>${fixfield('LDR', record.leader)}`;
  for (const field of record.fields) {
    if (isControlField(field)) {
      xml += fixfield(field.tag, field.value);
      continue;
    }
    const [tag, ind1, ind2] = [field.tag, field.ind1, field.ind2].map(escapeXml);
    xml += `<varfield id="${tag}" i1="${ind1}" i2="${ind2}">`;
    for (const { code, value } of field.subfields) {
      xml += `<subfield label="${escapeXml(code)}">${escapeXml(value)}</subfield>`;
    }
    xml += '</varfield>';
  }
  return `${xml}</oai_marc>`;
}

function fixfield(tag: string, value: string): string {
  const written = POSITIONAL.test(tag) ? value.replaceAll(' ', '^') : value;
  return `<fixfield id="${escapeXml(tag)}">${escapeXml(written)}</fixfield>`;
}

/** The standard puts values of fixed fields in quotation marks; Aleph does not. */
function readFixed(tag: string, written: string): string {
  const value = /^".*"$/s.test(written) ? written.slice(1, -1) : written;
  if (!POSITIONAL.test(tag)) return value;
  const blanks = value.replaceAll('^', ' ');
  // Aleph cuts the blanks at the end of a leader, or adds some.
  return tag === 'LDR' && blanks.trim() !== '' ? blanks.slice(0, 24).padEnd(24) : blanks;
}
