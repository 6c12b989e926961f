import { escapeXml } from '../formats/xml-print.ts';
import type { BibRecord } from '../record.ts';
import { contributorsOf, familyAndGiven, fullTitle } from './contributors.ts';

/** The OpenURL ContextObject of a record in key-encoded values (ANSI/NISO Z39.88-2004), unescaped. */
export function coinsValue(record: BibRecord): string {
  const serial = record.type === 'serial';
  const values = new URLSearchParams();
  const add = (key: string, value: string | number | null | undefined) => {
    if (value !== null && value !== undefined && value !== '') values.append(key, String(value));
  };
  add('ctx_ver', 'Z39.88-2004');
  add('rft_val_fmt', `info:ofi/fmt:kev:mtx:${serial ? 'journal' : 'book'}`);
  if (serial) add('rft.jtitle', fullTitle(record));
  else {
    add('rft.genre', record.type === 'article' ? 'bookitem' : 'book');
    add('rft.btitle', fullTitle(record));
  }
  const [first] = contributorsOf(record, 'author');
  const name = first === undefined ? null : familyAndGiven(first);
  add('rft.aulast', name?.family);
  add('rft.aufirst', name?.given);
  for (const contributor of contributorsOf(record, 'author')) add('rft.au', contributor.name);
  if (!serial) {
    add('rft.place', record.place);
    add('rft.pub', record.publisher);
    add('rft.edition', record.edition);
    add('rft.series', record.series);
  }
  add('rft.date', record.year);
  for (const isbn of record.isbn) {
    if (!serial) add('rft.isbn', isbn);
    add('rft_id', `urn:ISBN:${isbn}`);
  }
  for (const issn of record.issn) add('rft.issn', issn);
  return values.toString();
}

/** The span that reference managers look for in a page. */
export function printCoins(record: BibRecord): string {
  return `<span class="Z3988" title="${escapeXml(coinsValue(record))}"></span>`;
}
