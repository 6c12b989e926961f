import { carrierInWords } from '../../../marc/dialects/carrier.ts';
import type { BibRecord, Carrier, RecordType } from '../../../marc/record.ts';

/** What kind of thing it is, and what carries it. */
export interface FormatFeature {
  readonly type: RecordType;
  readonly carrier: CarrierOrNone;
}

/** `unsaid` where the record describes no extent at all: a brief record may be of any. */
export type CarrierOrNone = Carrier | 'volume' | 'unsaid';

export type FormatLevel = 'same' | 'unsaid' | 'related' | 'different';

/** A thesis is a manuscript or a book, an offprint an article or a book, as the cataloguer sees it. */
const related: ReadonlySet<string> = new Set(['book manuscript', 'article book']);

const electronicForm = /\bpdf\b|\bepub\b|\bmobi\b|e-?book|online|electronic|电子|電子|verkko/i;

/** Pages and nothing else, as most records have it. */
const plainExtent = /^[\d ivxlc,[\].-]+(?:页|頁|p\.?|pages)$/;

export function formatOf(record: BibRecord): FormatFeature {
  return { type: record.type, carrier: carrierOf(record) };
}

/**
 * Accompanying material (`245页 + 1光盘`) does not make a book a disc. A record designated as a
 * microform that counts pages was copied from the printed book's, and libraries keep either under it.
 */
function carrierOf(record: BibRecord): CarrierOrNone {
  const extent = record.extent ?? '';
  if (record.carrier == null && record.edition === null && plainExtent.test(extent))
    return 'volume';
  if (record.carrier === 'microform' && extent !== '') return carrierInWords(extent) ?? 'unsaid';
  if (record.carrier != null) return record.carrier;
  const said =
    carrierInWords(/^[^+＋]*/.exec(extent)?.[0] ?? '') ??
    carrierInWords(record.edition ?? '') ??
    carrierInWords(/\[([^\]]{3,40})\]/.exec(record.title)?.[1] ?? '');
  if (said !== null) return said;
  if (extent !== '') return 'volume';
  const qualifiers = record.isbnStatements;
  const electronic = (qualifier: string | null) =>
    qualifier !== null && electronicForm.test(qualifier);
  return qualifiers.length > 0 && qualifiers.every((one) => electronic(one.qualifier))
    ? 'online'
    : 'unsaid';
}

export function compareFormats(a: FormatFeature, b: FormatFeature): FormatLevel {
  const carriers = a.carrier === b.carrier || a.carrier === 'unsaid' || b.carrier === 'unsaid';
  if (!carriers) return 'different';
  if (a.type === b.type) return a.carrier === b.carrier ? 'same' : 'unsaid';
  if (a.type === 'other' || b.type === 'other') return 'unsaid';
  const types = a.type < b.type ? `${a.type} ${b.type}` : `${b.type} ${a.type}`;
  if (types === 'book computer' && a.carrier === b.carrier && isElectronic(a.carrier))
    return 'same';
  return related.has(types) ? 'related' : 'different';
}

/** A book without paper is a computer file to UNIMARC and a text to MARC 21. */
function isElectronic(carrier: CarrierOrNone): boolean {
  return carrier === 'online' || carrier === 'disc';
}
