import { readXmlBibs, type XmlBib } from '../marc/dialects/xml-file.ts';
import { readAlephSequential } from '../marc/formats/alephseq.ts';
import { readIso2709 } from '../marc/formats/iso2709.ts';
import { readMarcJson } from '../marc/formats/json-file.ts';
import { readMarcXml } from '../marc/formats/marcxml.ts';
import { readOaiMarc } from '../marc/formats/oaimarc.ts';
import { looksLikeMarcText, readMarcText } from '../marc/formats/text-lines.ts';
import type { DecodedMarc, Dialect, RecordCharset, UnreadableMarc } from '../marc/types.ts';

export const recordFormats = [
  'iso2709',
  'marcxml',
  'oaimarc',
  'alephseq',
  'json',
  'text',
  'xml',
] as const;
export type RecordFormat = (typeof recordFormats)[number];

/** A record of a file: MARC, a record that never was MARC, or what is wrong with it. */
export type Found = DecodedMarc | XmlBib | UnreadableMarc;

/** Bytes looked at to tell a format that is not XML. */
const headBytes = 8192;

/** All records of a file, in order; one that cannot be read is reported and the next one is read. */
export function readRecords(
  bytes: Uint8Array,
  from: RecordFormat,
  charset: RecordCharset,
  dialect: Dialect | 'auto',
): Iterable<Found> {
  switch (from) {
    case 'iso2709':
      return readIso2709(bytes, { charset, dialect });
    case 'marcxml':
      return readMarcXml(bytes);
    case 'oaimarc':
      return readOaiMarc(bytes);
    case 'alephseq':
      return readAlephSequential(bytes, { charset, dialect });
    case 'json':
      return readMarcJson(bytes);
    case 'text':
      return readMarcText(bytes, { charset, dialect });
    case 'xml':
      return readXmlBibs(bytes);
  }
}

/** The format by what stands in the file; ISO 2709 where nothing else is recognised. */
export function guessFormat(bytes: Uint8Array): RecordFormat {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = file
    .toString('latin1', 0, headBytes)
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  const first = head.replaceAll('\0', '').trimStart();
  if (first.startsWith('<')) return guessXml(file);
  if (/^[[{]/.test(first)) return 'json';
  if (/^\d{9,20} (?:LDR|FMT|[0-9]{3})/.test(first)) return 'alephseq';
  const delimited = file.subarray(0, headBytes).some((byte) => byte === 0x1d || byte === 0x1e);
  if (!delimited && looksLikeMarcText(file.toString('utf8', 0, headBytes))) {
    return 'text';
  }
  return 'iso2709';
}

/** By the names of elements, since SRU, OAI and Aleph wrap records of any kind alike. */
function guessXml(file: Buffer): 'marcxml' | 'oaimarc' | 'xml' {
  // UTF-16 has a zero beside each letter of a name.
  const text = file.toString('latin1').replaceAll('\0', '');
  if (/<(?:[\w.-]{1,40}:)?(?:datafield|controlfield|leader)[\s/>]/.test(text)) return 'marcxml';
  if (/<(?:[\w.-]{1,40}:)?(?:oai_marc|varfield|fixfield)[\s/>]/.test(text)) return 'oaimarc';
  return 'xml';
}
