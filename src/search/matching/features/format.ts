import type { BibRecord, RecordType } from '../../../marc/record.ts';

/** What kind of thing it is, and what carries it. */
export interface FormatFeature {
  readonly type: RecordType;
  readonly carrier: Carrier;
}

/** `unsaid` where the record describes no extent at all: a brief record may be of either. */
export type Carrier = 'volume' | 'online' | 'disc' | 'microform' | 'braille' | 'unsaid';

export type FormatLevel = 'same' | 'unsaid' | 'different';

const online =
  /online|on-line|electronic|ebook|e-book|e-kirja|internet|website|\bpdf\b|\bepub\b|\bmobi\b|verkkoaineisto|verkkokirja|elektroni|en ligne|ressource électronique|электронный|电子|電子|网络|網絡|網路|在线|線上|联机|数字资源/i;
const disc = /cd-?rom|\bdvd|光盘|光碟|computer dis[ck]|compact disc|optical dis[ck]|磁盘/i;
const microform = /microfi|microform|microopaque|缩微|縮微|胶片|膠片/i;
const braille = /braille|盲文|点字/i;

export function formatOf(record: BibRecord): FormatFeature {
  return { type: record.type, carrier: carrierOf(record) };
}

/** Accompanying material (`245页 + 1光盘`) does not make a book a disc. */
function carrierOf(record: BibRecord): Carrier {
  const extent = record.extent;
  const main = extent === null ? '' : (/^[^+＋]*/.exec(extent)?.[0] ?? '');
  const said = carrierIn(main);
  if (said !== null) return said;
  const edition = record.edition === null ? null : carrierIn(record.edition);
  if (edition !== null) return edition;
  const designation = /\[([^\]]{3,40})\]/.exec(record.title);
  const inTitle = designation?.[1] === undefined ? null : carrierIn(designation[1]);
  if (inTitle !== null) return inTitle;
  if (extent !== null && extent !== '') return 'volume';
  const qualifiers = record.isbnStatements;
  if (
    qualifiers.length > 0 &&
    qualifiers.every((one) => one.qualifier !== null && online.test(one.qualifier))
  ) {
    return 'online';
  }
  return 'unsaid';
}

function carrierIn(text: string): Carrier | null {
  if (text === '') return null;
  if (online.test(text)) return 'online';
  if (microform.test(text)) return 'microform';
  if (disc.test(text)) return 'disc';
  if (braille.test(text)) return 'braille';
  return null;
}

export function compareFormats(a: FormatFeature, b: FormatFeature): FormatLevel {
  if (a.type !== b.type && a.type !== 'other' && b.type !== 'other') return 'different';
  if (a.carrier === b.carrier) return 'same';
  return a.carrier === 'unsaid' || b.carrier === 'unsaid' ? 'unsaid' : 'different';
}
