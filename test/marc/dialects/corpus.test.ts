import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { bibFromXml, itemsFromIsohold, toBibRecord } from '../../../src/marc/dialects/index.ts';
import { readIso2709 } from '../../../src/marc/formats/iso2709.ts';
import { readMarcXml } from '../../../src/marc/formats/marcxml.ts';
import type { BibRecord } from '../../../src/marc/record.ts';
import { foldForMatching } from '../../../src/marc/text.ts';
import type { DecodedMarc, UnreadableMarc } from '../../../src/marc/types.ts';
import {
  childrenOf,
  firstChild,
  parseXmlTree,
  type XmlElement,
} from '../../../src/marc/xml/tree.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';

const skip = withoutCorpus();

function bibs(found: Iterable<DecodedMarc | UnreadableMarc>): readonly BibRecord[] {
  return [...found].flatMap((one) =>
    'marc' in one ? [toBibRecord(one.marc, { dialect: 'auto' })] : [],
  );
}

const fromXml = (...path: string[]) => bibs(readMarcXml(readFileSync(corpus(...path))));
const fromIso = (...path: string[]) =>
  bibs(readIso2709(readFileSync(corpus(...path)), { charset: 'auto' }));

/** The one child of each recordData of an SRU answer. */
function payloads(file: string): readonly XmlElement[] {
  const root = parseXmlTree(readFileSync(corpus('cnmarc', 'bnu_sru', file)));
  const records = childrenOf(firstChild(root, 'records') ?? root, 'record');
  return records.flatMap((record) => {
    const data = firstChild(record, 'recordData');
    return data?.children.filter((child) => typeof child !== 'string') ?? [];
  });
}

t.test('reads the Chinese records of a real library whole', { skip }, async (t) => {
  const records = fromXml('cnmarc', 'bnu_sru', 'sample_cnmarcxml.xml');
  t.equal(records.length, 10);
  for (const record of records) {
    t.equal(record.dialect, 'cnmarc');
    t.match(record.title, /中国发展/);
    t.ok(
      record.authors.length > 0 && record.authors.every((name) => !/[\s，,]$|主编$/.test(name)),
      record.authors.join(),
    );
    t.equal(record.isbn.length, record.isbnAsWritten.length);
    t.ok(record.year !== null && record.year >= 1993 && record.year <= 2012, String(record.year));
    t.match(record.classes.clc, /^(?:F124|D668)$/);
    t.ok(record.items.every(({ lendable }) => lendable === null));
  }
  const [first] = records;
  t.match(first, {
    responsibility: '国家统计局编',
    isbnAsWritten: ['7-5037-1744-0'],
    titlePinyin: "'94Zhong Guo Fa Zhan Bao Gao",
    items: [{ callNumber: 'F124/26', status: 'available' }, { callNumber: 'F124/26' }],
  });
});

t.test(
  'reads one library’s records alike in four formats and three charsets',
  { skip },
  async (t) => {
    const marc = fromXml('cnmarc', 'bnu_sru', 'sample_cnmarcxml.xml');
    for (const file of ['sample_dc.xml', 'sample_dcx.xml', 'sample_mods.xml']) {
      const others = payloads(file).map(bibFromXml);
      t.equal(others.length, marc.length, file);
      others.forEach((other, i) => {
        const record = marc[i];
        for (const key of ['publisher', 'year', 'language', 'controlNumber'] as const) {
          t.strictSame(other?.[key], record?.[key], `${file} ${i} ${key}`);
        }
        t.strictSame(other?.isbn, record?.isbn);
        // The server's DC appends subtitle and carrier to the title with nothing between.
        t.ok(other?.title.startsWith(record?.title ?? '?'), `${file} ${i} ${other?.title}`);
      });
    }
    for (const file of ['bnu_1-5_utf8.iso', 'bnu_1-5_gb18030.iso']) {
      const records = fromIso('cnmarc', 'derived', file);
      t.equal(records.length, 5, file);
      records.forEach((record, i) => {
        t.strictSame(record.title, marc[i]?.title);
        t.strictSame(record.contributors, marc[i]?.contributors);
      });
    }
  },
);

t.test('counts the copies of an ISO 20775 answer of a real library', { skip }, async (t) => {
  const items = payloads('sample_isohold.xml').flatMap(itemsFromIsohold);
  t.ok(items.length >= 9, String(items.length));
  t.ok(items.every(({ barcode, callNumber }) => barcode !== null && callNumber !== null));
});

t.test('leaves no stray mark at the ends of any element', { skip }, async (t) => {
  const files = [
    ['marc21', 'multi_library', 'loc_general.xml'],
    ['marc21', 'multi_library', 'princeton.xml'],
    ['marc21', 'multi_library', 'oclc.xml'],
    ['marc21', 'uva', 'specTestRecs.xml'],
    ['marc21', 'csharp_marc', 'manyrecords.xml'],
    ['unimarc', 'bnf_sru', 'bnf_anywhere_all_peter.xml'],
  ];
  const elements = [
    'title',
    'sortTitle',
    'subtitle',
    'parallelTitle',
    'partNumber',
    'partName',
    'responsibility',
    'edition',
    'publisher',
    'place',
    'date',
    'extent',
    'series',
  ] as const;
  let read = 0;
  for (const file of files) {
    for (const record of fromXml(...file)) {
      read++;
      for (const element of elements) {
        const value = record[element] ?? '';
        if (/^[\s/:;=,]|[\s/:;=,]$|\p{Cc}/u.test(value))
          t.fail(`${file.at(-1)} ${element} ${value}`);
        if ((value.match(/\[/g)?.length ?? 0) !== (value.match(/\]/g)?.length ?? 0)) {
          t.fail(`${file.at(-1)} ${element} bracket ${value}`);
        }
      }
    }
  }
  t.ok(read > 1400, `${read} records`);
});

t.test('agrees with Open Library on title, vernacular title and ISBN', { skip }, async (t) => {
  // Open Library has the note of an uniform title as title there, and the number of $z here.
  const otherwise = new Set([
    'talis_multi_work_tiles',
    'talis_no_title',
    'talis_no_title2',
    'talis_see_also',
    '880_arabic_french_many_linkages',
  ]);
  const names = readdirSync(corpus('marc21', 'openlibrary', 'bin_input')).map((name) =>
    name.replace(/\.mrc$/, ''),
  );
  let compared = 0;
  for (const name of names) {
    if (otherwise.has(name)) continue;
    const expected = JSON.parse(
      readFileSync(corpus('marc21', 'openlibrary', 'bin_expect', `${name}.json`), 'utf8'),
    );
    const [record] = fromIso('marc21', 'openlibrary', 'bin_input', `${name}.mrc`);
    t.equal(foldForMatching(record?.title ?? ''), foldForMatching(expected.title ?? ''), name);
    const isbn = [...(expected.isbn_10 ?? []), ...(expected.isbn_13 ?? [])];
    t.strictSame([...(record?.isbnAsWritten ?? [])].sort(), isbn.sort(), `${name} ISBN`);
    compared++;
  }
  t.ok(compared >= 15, `${compared} records`);
});
