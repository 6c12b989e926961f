import type { BibRecord, RecordType } from '../record.ts';
import { contributorsOf, fullTitle, oneLine, pagesOf } from './contributors.ts';

const types: Readonly<Record<RecordType, string>> = {
  book: 'BOOK',
  serial: 'JFULL',
  article: 'CHAP',
  map: 'MAP',
  music: 'MUSIC',
  sound: 'SOUND',
  video: 'VIDEO',
  image: 'ART',
  computer: 'COMP',
  manuscript: 'UNPB',
  kit: 'GEN',
  object: 'GEN',
  other: 'GEN',
};

/**
 * RIS (Research Information Systems) tagged lines, as EndNote, Zotero and NoteExpress read them: one
 * tag and one value a line, CRLF, closed by ER. A value is kept on its line, so none can become a tag.
 */
export function printRis(record: BibRecord): string {
  const lines: string[] = [`TY  - ${types[record.type]}`];
  const add = (tag: string, value: string | number | null) => {
    const text = value === null ? '' : oneLine(String(value));
    if (text !== '') lines.push(`${tag}  - ${text}`);
  };
  for (const { name } of contributorsOf(record, 'author')) add('AU', name);
  for (const { name } of contributorsOf(record, 'editor')) add('ED', name);
  for (const { name } of contributorsOf(record, 'translator')) add('A4', name);
  add('TI', fullTitle(record));
  add('TT', record.parallelTitle);
  add('T3', record.series);
  add('VL', record.seriesVolume);
  add('ET', record.edition);
  add('CY', record.place);
  add('PB', record.publisher);
  add('PY', record.year);
  add('SP', pagesOf(record));
  for (const number of [...new Set([...record.isbn, ...record.issn])]) add('SN', number);
  add('LA', record.language);
  add('CN', record.items.find(({ callNumber }) => callNumber !== null)?.callNumber ?? null);
  for (const subject of record.subjects) add('KW', subject);
  add('AB', record.summary);
  for (const note of record.notes) add('N1', note);
  for (const { url } of record.links) add('UR', url);
  add('ID', record.controlNumber);
  return `${lines.join('\r\n')}\r\nER  - \r\n`;
}
