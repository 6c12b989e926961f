import type { BibRecord, Contributor, RecordType } from '../record.ts';
import { contributorsOf, fullTitle, oneLine, pagesOf } from './contributors.ts';

const types: Readonly<Partial<Record<RecordType, string>>> = {
  book: 'book',
  serial: 'periodical',
  article: 'incollection',
  manuscript: 'unpublished',
};

/** A BibTeX entry in the fields biblatex and BibTeX share, UTF-8, with TeX's own characters escaped. */
export function printBibtex(record: BibRecord): string {
  const fields: (readonly [string, string])[] = [];
  const add = (name: string, value: string | number | null) => {
    const text = value === null ? '' : escapeTex(oneLine(String(value)));
    if (text !== '') fields.push([name, text]);
  };
  const addNames = (name: string, contributors: readonly Contributor[]) => {
    const text = contributors.map(texName).filter(Boolean).join(' and ');
    if (text !== '') fields.push([name, text]);
  };
  // Braces inside keep the capitals of the title as the library wrote them.
  const title = escapeTex(oneLine(fullTitle(record)));
  if (title !== '') fields.push(['title', `{${title}}`]);
  addNames('author', contributorsOf(record, 'author'));
  addNames('editor', contributorsOf(record, 'editor'));
  addNames('translator', contributorsOf(record, 'translator'));
  add('edition', record.edition);
  add('series', record.series);
  add('number', record.seriesVolume);
  add('volume', record.partNumber);
  add('publisher', record.publisher);
  add('address', record.place);
  add('year', record.year);
  add('pagetotal', pagesOf(record));
  add('isbn', record.isbn.join(', '));
  add('issn', record.issn.join(', '));
  add('language', record.language);
  add('keywords', record.subjects.map((subject) => subject.replaceAll(',', ' ')).join(', '));
  add('abstract', record.summary);
  add('note', record.notes.join(' '));
  const url = record.links[0]?.url;
  if (url !== undefined)
    fields.push(['url', oneLine(url).replace(/[{}\\\s]/g, encodeURIComponent)]);
  const body = fields.map(([name, text]) => `  ${name} = {${text}}`).join(',\n');
  return `@${types[record.type] ?? 'misc'}{${citationKey(record)},\n${body}\n}\n`;
}

/** A body's name, or one with `and` in it, is kept whole by braces of its own. */
function texName({ name, kind }: Contributor): string {
  const text = escapeTex(oneLine(name));
  return kind !== 'person' || / and /i.test(text) ? `{${text}}` : text;
}

/** A key of ASCII letters and digits alone: first author, year, and the record's own number. */
function citationKey(record: BibRecord): string {
  const ascii = (text: string) =>
    text
      .normalize('NFD')
      .replace(/[^A-Za-z0-9]+/g, '')
      .slice(0, 24);
  const [first] = record.contributors;
  const name = ascii((first?.pinyin ?? first?.name ?? '').split(/[, ]/)[0] ?? '');
  const number = ascii(record.isbn[0] ?? record.controlNumber ?? record.titlePinyin ?? '');
  return `${name}${record.year ?? ''}${number === '' ? '' : `_${number}`}` || 'record';
}

const texCharacters: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function escapeTex(text: string): string {
  return text.replace(
    /[\\{}~^%&$#_]/g,
    (character) => texCharacters[character] ?? `\\${character}`,
  );
}
