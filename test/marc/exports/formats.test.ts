import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { bibFromXml } from '../../../src/marc/dialects/index.ts';
import {
  coinsValue,
  type ExportFormat,
  exportFormats,
  exportRecord,
  exportRecords,
} from '../../../src/marc/exports/index.ts';
import { type BibRecord, emptyBibRecord } from '../../../src/marc/record.ts';
import { parseXmlTree } from '../../../src/marc/xml/tree.ts';
import { withoutPrograms } from '../../support/requirements.ts';

const person = (name: string, role: string | null, primary = true) => ({
  name,
  kind: 'person' as const,
  role,
  pinyin: null,
  alternate: null,
  primary,
});

const chinese: BibRecord = {
  ...emptyBibRecord('cnmarc', '化学工程实验'),
  controlNumber: '000123',
  parallelTitle: 'Chemical engineering experiments',
  responsibility: '冯红艳, 徐铜文, 杨伟华主编 ; 李明译',
  contributors: [
    person('冯红艳', '主编'),
    person('徐铜文', '主编'),
    person('杨伟华', '主编'),
    person('赵一', '主编'),
    person('李明', '译', false),
  ],
  authors: ['冯红艳', '徐铜文', '杨伟华', '赵一', '李明'],
  edition: '第2版',
  publisher: '中国科学技术大学出版社',
  place: '合肥',
  year: 2014,
  date: '2014.2',
  extent: '210页',
  isbn: ['9787312033896'],
  isbnAsWritten: ['978-7-312-03389-6'],
  isbnStatements: [{ isbn13: '9787312033896', asWritten: '978-7-312-03389-6', qualifier: '精装' }],
  language: 'chi',
  subjects: ['化学工程--实验--高等学校'],
  classes: { clc: 'TQ016' },
};

const western: BibRecord = {
  ...emptyBibRecord('marc21', 'The structure of {scientific} revolutions & 100% $more'),
  sortTitle: 'structure of {scientific} revolutions & 100% $more',
  subtitle: 'a_reader #1',
  contributors: [person('Kuhn, Thomas S.', null), person('Hacking, Ian', 'editor', false)],
  authors: ['Kuhn, Thomas S.', 'Hacking, Ian'],
  publisher: 'University of Chicago Press',
  place: 'Chicago',
  year: 1996,
  date: '1996',
  edition: '3rd ed.',
  extent: 'xiv, 212 p.',
  series: 'Foundations',
  seriesVolume: 'v. 2',
  isbn: ['9780226458083'],
  language: 'eng',
};

function exported(record: BibRecord, format: ExportFormat): string {
  const { body } = exportRecord({ record, marc: null }, format);
  return typeof body === 'string' ? body : Buffer.from(body).toString();
}

t.test('writes references by GB/T 7714', async (t) => {
  t.equal(
    exported(chinese, 'gbt7714'),
    '冯红艳, 徐铜文, 杨伟华, 等. 化学工程实验[M]. 李明, 译. 2版. 合肥: 中国科学技术大学出版社, 2014.\n',
  );
  t.equal(
    exported({ ...western, title: 'The structure of revolutions', subtitle: null }, 'gbt7714'),
    'KUHN T S. The structure of revolutions[M]. 3rd ed. Chicago: University of Chicago Press, 1996.\n',
  );
  t.equal(
    exported(emptyBibRecord('cnmarc', '无名书'), 'gbt7714'),
    '无名书[M]. [出版地不详]: [出版者不详].\n',
  );
});

t.test('writes RIS that a reference manager can split line by line', async (t) => {
  const lines = exported(chinese, 'ris').split('\r\n');
  t.equal(lines[0], 'TY  - BOOK');
  t.ok(lines.includes('ED  - 冯红艳'));
  t.ok(lines.includes('A4  - 李明'));
  t.ok(lines.includes('TI  - 化学工程实验'));
  t.ok(lines.includes('TT  - Chemical engineering experiments'));
  t.ok(lines.includes('SN  - 9787312033896'));
  t.ok(lines.includes('SP  - 210'));
  t.equal(lines.at(-2), 'ER  - ');
});

t.test('escapes what TeX would read as its own', async (t) => {
  const entry = exported(western, 'bibtex');
  t.match(entry, /^@book\{Kuhn1996_9780226458083,\n/);
  t.ok(
    entry.includes(
      'title = {{The structure of \\textbraceleft{}scientific\\textbraceright{} revolutions \\& 100\\% \\$more: a\\_reader \\#1}}',
    ),
  );
  t.ok(entry.includes('author = {Kuhn, Thomas S.}'));
  t.ok(entry.includes('editor = {Hacking, Ian}'));
});

t.test('gives citation processors names in halves and dates in parts', async (t) => {
  const [item] = JSON.parse(exported(western, 'csl'));
  t.strictSame(item.author, [{ family: 'Kuhn', given: 'Thomas S.' }]);
  t.strictSame(item.issued, { 'date-parts': [[1996]] });
  const [other] = JSON.parse(exported(chinese, 'csl'));
  t.strictSame(other.editor[0], { literal: '冯红艳' });
  t.strictSame(other.issued, { 'date-parts': [[2014, 2]] });
  t.equal(other.ISBN, '9787312033896');
});

t.test('writes an OpenURL that reads back as the book', async (t) => {
  const values = new URLSearchParams(coinsValue(western));
  t.equal(values.get('rft.btitle'), `${western.title}: ${western.subtitle}`);
  t.equal(values.get('rft.aulast'), 'Kuhn');
  t.equal(values.get('rft.isbn'), '9780226458083');
  const span = /^<span class="Z3988" title="([^"<>]*)"><\/span>\n$/.exec(
    exported(western, 'coins'),
  );
  t.equal(span?.[1]?.replaceAll('&amp;', '&'), coinsValue(western));
});

t.test('reads its own MODS and Dublin Core back', async (t) => {
  const mods = bibFromXml(parseXmlTree(Buffer.from(exported(western, 'mods'))));
  for (const key of [
    'title',
    'sortTitle',
    'subtitle',
    'publisher',
    'place',
    'year',
    'isbn',
    'extent',
    'edition',
    'series',
    'seriesVolume',
    'language',
    'authors',
  ] as const)
    t.strictSame(mods?.[key], western[key], key);
  const dc = bibFromXml(parseXmlTree(Buffer.from(exported(chinese, 'dc'))));
  for (const key of ['title', 'publisher', 'place', 'year', 'isbn', 'extent', 'language'] as const)
    t.strictSame(dc?.[key], chinese[key], key);
});

/** A record whose every text is hostile to the format it is written in. */
const hostile = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map(
    (noise) =>
      `x${noise}\r\nTY  - EVIL\n</dc:title><b>"'&]]>\u0000\u001d\u001e\u001f} , evil = {x}`,
  )
  .map((text) => ({
    ...western,
    title: text,
    sortTitle: text,
    subtitle: text,
    publisher: text,
    contributors: [person(text, text)],
    notes: [text],
    subjects: [text],
    links: [{ url: `https://example.org/${encodeURIComponent(text.toWellFormed())}`, label: text }],
  }));

t.test('never lets a value become syntax of the format', async (t) => {
  fc.assert(
    fc.property(hostile, (record) => {
      const ris = exported(record, 'ris').split('\r\n');
      t.ok(ris.every((line) => line === '' || /^[A-Z][A-Z0-9] {2}- [^\r\n]*$/.test(line)));
      t.equal(ris.filter((line) => line.startsWith('TY  -')).length, 1);
      const bibtex = exported(record, 'bibtex');
      let depth = 0;
      let closings = 0;
      for (const character of bibtex) {
        if (character === '{') depth++;
        if (character === '}') depth--;
        if (character === '}' && depth === 0) closings++;
      }
      t.strictSame([depth, closings], [0, 1], 'one entry, braces balanced');
      t.notMatch(bibtex, /^ {2}evil = /m);
      for (const format of ['mods', 'dc', 'marcxml'] as const) {
        t.ok(parseXmlTree(Buffer.from(exported(record, format))).children.length > 3, format);
      }
      t.doesNotThrow(() => JSON.parse(exported(record, 'csl')));
      t.notMatch(exported(record, 'jsonld'), /[<>\u2028\u2029]/);
      t.match(exported(record, 'coins'), /^<span class="Z3988" title="[^"<>]*"><\/span>\n$/);
      t.equal(exported(record, 'gbt7714').split('\n').length, 2);
    }),
    { numRuns: 25 },
  );
});

t.test('puts a selection into one file of the format', async (t) => {
  const sources = [chinese, western].map((record) => ({ record, marc: null }));
  const text = (format: ExportFormat) => {
    const { body } = exportRecords(sources, format);
    return typeof body === 'string' ? body : Buffer.from(body).toString();
  };
  t.equal(text('ris').match(/^ER {2}- /gm)?.length, 2);
  t.equal(JSON.parse(text('csl')).length, 2);
  t.match(text('gbt7714'), /^\[1\] .*\n\[2\] .*\n$/);
  t.equal(text('marc').split('\u001d').length, 3);
  for (const format of ['marcxml', 'mods', 'dc'] as const) {
    const root = parseXmlTree(Buffer.from(text(format)));
    t.equal(root.children.filter((child) => typeof child !== 'string').length, 2, format);
  }
});

t.test('names a media type for every format', async (t) => {
  for (const format of exportFormats) {
    t.match(
      exportRecord({ record: chinese, marc: null }, format).mediaType,
      /^[a-z]+\/[a-z0-9.+-]+/,
    );
  }
});

t.test(
  'opens in other programs',
  { skip: withoutPrograms('yaz-marcdump', 'xmllint') },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'guanji-exports-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    for (const record of [chinese, western]) {
      for (const dialect of ['marc21', 'cnmarc'] as const) {
        const file = join(folder, 'record.mrc');
        const { body } = exportRecord({ record, marc: null }, 'marc', { dialect });
        writeFileSync(file, body);
        const dump = execFileSync('yaz-marcdump', ['-v', file], { encoding: 'utf8' });
        t.notMatch(dump, /warning|error/i, `${dialect} is clean ISO 2709`);
        t.match(dump, new RegExp(`\\$a ${record.title.slice(0, 5)}`));
        const line = execFileSync('yaz-marcdump', ['-o', 'marcxml', file], { encoding: 'utf8' });
        t.ok(line.includes('<subfield'), 'and converts');
      }
      for (const format of ['marcxml', 'mods', 'dc'] as const) {
        const file = join(folder, 'record.xml');
        writeFileSync(file, exported(record, format));
        execFileSync('xmllint', ['--noout', file]);
        t.ok(readFileSync(file).length > 0, `${format} is well-formed`);
      }
    }
  },
);
