import type { BibRecord, Contributor, RecordType } from '../record.ts';
import { hasHan } from '../text.ts';
import { contributorsOf, familyAndGiven, oneLine } from './contributors.ts';

/** Document codes of GB/T 7714—2015, annex B. */
const codes: Readonly<Record<RecordType, string>> = {
  book: 'M',
  serial: 'J',
  article: 'M',
  map: 'CM',
  music: 'M',
  sound: 'Z',
  video: 'Z',
  image: 'Z',
  computer: 'CP',
  manuscript: 'A',
  kit: 'Z',
  object: 'Z',
  other: 'Z',
};

/**
 * A reference by GB/T 7714—2015 (sequential style): 主要责任者. 题名: 其他题名信息[M]. 其他责任者.
 * 版本项. 出版地: 出版者, 出版年. Three names at most, then 等 or et al; a first edition is not named.
 */
export function printGbt7714(record: BibRecord): string {
  const chinese = hasHan(record.title);
  const creators = contributorsOf(record, 'author');
  const main = creators.length > 0 ? creators : contributorsOf(record, 'editor');
  const translators = contributorsOf(record, 'translator');
  const carrier = record.carrier === 'online' ? '/OL' : '';
  const parts = [
    nameList(main, chinese),
    `${titleText(record)}[${codes[record.type]}${carrier}]`,
    translators.length === 0
      ? ''
      : `${nameList(translators, chinese)}, ${chinese ? '译' : 'trans'}`,
    editionText(record.edition),
    publication(record, chinese),
  ].filter((part) => part !== '');
  return oneLine(`${parts.map((part) => part.replace(/\.$/, '')).join('. ')}.`);
}

function titleText(record: BibRecord): string {
  const part = [record.partNumber, record.partName].filter((one) => one !== null).join(' ');
  const whole = part === '' ? record.title : `${record.title}: ${part}`;
  return record.subtitle === null ? whole : `${whole}: ${record.subtitle}`;
}

function nameList(contributors: readonly Contributor[], chinese: boolean): string {
  const names = contributors.map(referenceName);
  const rest = contributors.length > 3;
  return [...names.slice(0, 3), ...(rest ? [chinese ? '等' : 'et al'] : [])].join(', ');
}

/** Western names: family name in capitals, initials of the given names without stops. */
function referenceName(contributor: Contributor): string {
  const name = familyAndGiven(contributor);
  if (name === null) return contributor.name;
  const initials = name.given
    .split(/[\s.-]+/)
    .map((given) => given.charAt(0).toUpperCase())
    .join(' ');
  return `${name.family.toUpperCase()} ${initials}`.trim();
}

/** `第2版` is written `2版`; the first edition is left out. */
function editionText(edition: string | null): string {
  if (edition === null) return '';
  const text = edition.replace(/^第\s*/, '');
  return /^(?:1|一|首)\s*版$|^1st\b|^first\b/i.test(text) ? '' : text;
}

function publication(record: BibRecord, chinese: boolean): string {
  const place = record.place ?? (chinese ? '[出版地不详]' : '[S.l.]');
  const publisher = record.publisher ?? (chinese ? '[出版者不详]' : '[s.n.]');
  const year = record.year === null ? '' : `, ${record.year}`;
  return `${place}: ${publisher}${year}`;
}
