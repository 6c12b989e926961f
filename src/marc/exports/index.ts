import { detectDialect } from '../dialects/index.ts';
import { encodeIso2709 } from '../formats/iso2709.ts';
import { printMarcXml } from '../formats/marcxml.ts';
import type { BibRecord } from '../record.ts';
import type { MarcRecord, RecordCharset } from '../types.ts';
import { printBibtex } from './bibtex.ts';
import { printCoins } from './coins.ts';
import { cslItem } from './csl.ts';
import { dublinCoreOf } from './dublin-core.ts';
import { printGbt7714 } from './gbt7714.ts';
import { jsonLdOf, scriptSafeJson } from './jsonld.ts';
import { modsNamespace, modsOf } from './mods.ts';
import { printRis } from './ris.ts';
import { toMarc21 } from './to-marc21.ts';
import { toUnimarc } from './to-unimarc.ts';
import { type Element, element, printElement } from './xml.ts';

export { coinsValue } from './coins.ts';

export const exportFormats = [
  'marc',
  'marcxml',
  'mods',
  'dc',
  'ris',
  'bibtex',
  'csl',
  'gbt7714',
  'jsonld',
  'coins',
] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportDialects = ['marc21', 'cnmarc', 'unimarc', 'source'] as const;
export type ExportDialect = (typeof exportDialects)[number];

export interface ExportSource {
  readonly record: BibRecord;
  /** The MARC record behind it, which is written as it is where it has the dialect asked for. */
  readonly marc: MarcRecord | null;
}

export interface ExportOptions {
  /** Of MARC formats; `source` writes the library's own record unchanged. Default: marc21. */
  readonly dialect?: ExportDialect;
  /** Of ISO 2709. Default: utf-8. */
  readonly charset?: RecordCharset;
  /** Date of export, which MARC keeps in its coded data. Default: today. */
  readonly on?: Date;
}

export interface Exported {
  readonly mediaType: string;
  readonly body: string | Uint8Array;
}

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  marc: 'application/marc',
  marcxml: 'application/marcxml+xml; charset=utf-8',
  mods: 'application/mods+xml; charset=utf-8',
  dc: 'application/xml; charset=utf-8',
  ris: 'application/x-research-info-systems; charset=utf-8',
  bibtex: 'application/x-bibtex; charset=utf-8',
  csl: 'application/vnd.citationstyles.csl+json',
  gbt7714: 'text/plain; charset=utf-8',
  jsonld: 'application/ld+json',
  coins: 'text/html; charset=utf-8',
};

/** File name endings, for downloads. */
export const fileEndings: Readonly<Record<ExportFormat, string>> = {
  marc: 'mrc',
  marcxml: 'xml',
  mods: 'xml',
  dc: 'xml',
  ris: 'ris',
  bibtex: 'bib',
  csl: 'json',
  gbt7714: 'txt',
  jsonld: 'jsonld',
  coins: 'html',
};

const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const marcXmlNamespace = 'http://www.loc.gov/MARC21/slim';

/**
 * One record in a format that other programs open. Throws MarcError for a record that ISO 2709 cannot
 * hold and UnmappableError for a character that its charset cannot.
 */
export function exportRecord(
  source: ExportSource,
  format: ExportFormat,
  options: ExportOptions = {},
): Exported {
  return { mediaType: mediaTypes[format], body: printOne(source, format, options) };
}

/** A selection of records as one file of the format. */
export function exportRecords(
  sources: readonly ExportSource[],
  format: ExportFormat,
  options: ExportOptions = {},
): Exported {
  return { mediaType: mediaTypes[format], body: printMany(sources, format, options) };
}

/** The record in the dialect asked for: the library's own where it has it, else one made for it. */
export function marcIn({ record, marc }: ExportSource, options: ExportOptions = {}): MarcRecord {
  const wanted = options.dialect ?? 'marc21';
  if (marc !== null && (wanted === 'source' || isWritten(marc, wanted))) return marc;
  const on = options.on ?? new Date();
  return wanted === 'cnmarc' || wanted === 'unimarc'
    ? toUnimarc(record, wanted, on)
    : toMarc21(record, on);
}

/** CNMARC is UNIMARC, so either serves where UNIMARC is asked for. */
function isWritten(marc: MarcRecord, wanted: ExportDialect): boolean {
  const dialect = detectDialect(marc);
  return dialect === wanted || (wanted === 'unimarc' && dialect === 'cnmarc');
}

function printOne(
  source: ExportSource,
  format: ExportFormat,
  options: ExportOptions,
): string | Uint8Array {
  const { record } = source;
  switch (format) {
    case 'marc':
      return encodeIso2709(marcIn(source, options), options.charset ?? 'utf-8');
    case 'marcxml':
      return xmlDeclaration + printMarcXml(marcIn(source, options));
    case 'mods':
      return xmlDeclaration + printElement(modsOf(record));
    case 'dc':
      return xmlDeclaration + printElement(dublinCoreOf(record));
    case 'ris':
      return printRis(record);
    case 'bibtex':
      return printBibtex(record);
    case 'csl':
      return `${JSON.stringify([cslItem(record)], null, 2)}\n`;
    case 'gbt7714':
      return `${printGbt7714(record)}\n`;
    case 'jsonld':
      return `${scriptSafeJson(jsonLdOf(record))}\n`;
    case 'coins':
      return `${printCoins(record)}\n`;
  }
}

function printMany(
  sources: readonly ExportSource[],
  format: ExportFormat,
  options: ExportOptions,
): string | Uint8Array {
  const records = sources.map(({ record }) => record);
  switch (format) {
    case 'marc':
      return Buffer.concat(
        sources.map((one) => encodeIso2709(marcIn(one, options), options.charset ?? 'utf-8')),
      );
    case 'marcxml': {
      const inner = sources.map((one) => printMarcXml(marcIn(one, options))).join('\n');
      return `${xmlDeclaration}<collection xmlns="${marcXmlNamespace}">\n${inner}\n</collection>\n`;
    }
    case 'mods':
      return xmlDeclaration + collection('modsCollection', modsNamespace, records.map(modsOf));
    case 'dc':
      return xmlDeclaration + collection('records', null, records.map(dublinCoreOf));
    case 'csl':
      return `${JSON.stringify(records.map(cslItem), null, 2)}\n`;
    case 'gbt7714':
      return records.map((record, i) => `[${i + 1}] ${printGbt7714(record)}\n`).join('');
    case 'jsonld':
      return `${scriptSafeJson(records.map(jsonLdOf))}\n`;
    case 'ris':
    case 'bibtex':
    case 'coins':
      return sources.map((one) => printOne(one, format, options)).join('');
  }
}

function collection(name: string, namespace: string | null, inner: readonly Element[]): string {
  return printElement(element(name, inner, namespace === null ? {} : { xmlns: namespace }));
}
