import t from 'tap';
import type { BibRecord } from '../../src/marc/record.ts';
import { isControlField, type MarcRecord } from '../../src/marc/types.ts';
import type { SourceRecord } from '../../src/members/types.ts';
import { mergeGroup } from '../../src/search/merge.ts';
import { descriptionOfLine, exportOfLine } from '../../src/web/line-export.ts';
import { bib, sourceOf } from '../support/connectors.ts';

const data = (tag: string, a: string) => ({
  tag,
  ind1: ' ',
  ind2: ' ',
  subfields: [{ code: 'a', value: a }],
});

const item = {
  callNumber: 'TQ016/58',
  volume: null,
  location: '东区书库',
  barcode: 'C0001',
  status: 'available',
  dueDate: null,
  lendable: null,
  lendableWhy: null,
} as const;

function source(library: string, record: Partial<BibRecord>, marc: MarcRecord | null) {
  return { ...sourceOf(library, 1, bib({ title: '化学工程', ...record })), marc } as SourceRecord;
}

/** CNMARC as it comes from a server in GBK, with the fields of a library system. */
const chinese: MarcRecord = {
  leader: '00000nam0 22000003  450 ',
  fields: [
    { tag: '001', value: '012000123' },
    { tag: 'FMT', value: 'BK' },
    data('100', '20140301d2014    em y0chiy0120    ea'),
    data('200', '化学工程'),
    data('905', '自己的馆藏'),
    data('920', '自己的架位'),
  ],
};
const latin: MarcRecord = {
  leader: '00000nam  2200000 i 4500',
  fields: [
    { tag: '001', value: 'b1' },
    { tag: '003', value: 'XX-XxUN' },
    data('245', 'Hua xue gong cheng'),
    data('852', 'own copy'),
  ],
};
const sources = [
  source(
    'chem',
    { dialect: 'cnmarc', authors: ['冯红艳'], summary: '简介', items: [item] },
    chinese,
  ),
  source('tech', { dialect: 'marc21', subjects: ['化学工程'], isbn: ['9787312033896'] }, latin),
  source('poly', { dialect: 'dc', notes: ['one', 'two', 'three', 'four'] }, null),
];
const record = { ...mergeGroup({ key: 'chem:1', members: sources, reasons: ['isbn'] }), score: 1 };
const line = { record, sources };
const libraryOf = (id: string) => ({ name: `${id}馆`, copiesTag: id === 'chem' ? '920' : null });

function marcOf(dialect: 'marc21' | 'cnmarc' | 'unimarc' | 'source'): MarcRecord {
  const { marc } = exportOfLine(line, dialect, libraryOf);
  if (marc === null) throw new Error('no MARC');
  return marc;
}

/** Values of a subfield of every field of a tag. */
function valuesOf({ fields }: MarcRecord, tag: string, code = 'a'): readonly string[] {
  return fields.flatMap((field) => {
    if (field.tag !== tag) return [];
    if (isControlField(field)) return [field.value];
    return field.subfields.filter((one) => one.code === code).map(({ value }) => value);
  });
}

t.test("a library's own record is written where one has the dialect", async (t) => {
  t.same(valuesOf(marcOf('marc21'), '245'), ['Hua xue gong cheng']);
  t.same(valuesOf(marcOf('cnmarc'), '200'), ['化学工程']);
  t.same(valuesOf(marcOf('unimarc'), '200'), ['化学工程'], 'CNMARC is UNIMARC');
  const only = { record, sources: sources.slice(2) };
  const made = exportOfLine(only, 'marc21', libraryOf).marc;
  t.match(
    made?.fields.find(({ tag }) => tag === '245'),
    { subfields: [{ value: '化学工程' }] },
  );
});

t.test('its number is the line’s, and every library is named with its own', async (t) => {
  for (const dialect of ['marc21', 'cnmarc'] as const) {
    const marc = marcOf(dialect);
    t.same(valuesOf(marc, '001'), [record.id]);
    t.same(valuesOf(marc, '035'), ['(chem)chem-1', '(tech)tech-1', '(poly)poly-1']);
    t.same(
      marc.fields.map(({ tag }) => tag),
      marc.fields.map(({ tag }) => tag).sort(),
    );
  }
  t.same(valuesOf(marcOf('marc21'), '003'), [], 'no other agency gave the number');
});

t.test('copies of all libraries stand in the place of those of one', async (t) => {
  const marc21 = marcOf('marc21');
  t.same(valuesOf(marc21, '852'), ['chem', 'tech', 'poly']);
  t.same(valuesOf(marc21, '852', 'b'), ['chem馆', 'tech馆', 'poly馆']);
  t.same(valuesOf(marc21, '852', 'h'), ['TQ016/58']);
  const cnmarc = marcOf('cnmarc');
  t.same(valuesOf(cnmarc, '905'), ['chem', 'tech', 'poly']);
  t.same(valuesOf(cnmarc, '905', 'b'), ['C0001']);
  t.same(valuesOf(cnmarc, '920'), [], 'where the library of the record says it keeps its own');
  const many = {
    ...record.holdings[0],
    items: Array(5000).fill(item),
  } as (typeof record.holdings)[0];
  const large = exportOfLine(
    { record: { ...record, holdings: [many] }, sources },
    'marc21',
    libraryOf,
  );
  t.equal(large.marc?.fields.filter(({ tag }) => tag === '852').length, 200, 'within a bound');
});

t.test('the record says that it is Unicode, and has no tags but numbers', async (t) => {
  t.equal(marcOf('marc21').leader.charAt(9), 'a');
  const marc = marcOf('cnmarc');
  t.equal(valuesOf(marc, '100')[0], '20140301d2014    em y0chiy50      ea');
  t.same(valuesOf(marc, 'FMT'), []);
});

t.test('source leaves the record alone', async (t) => {
  t.equal(marcOf('source'), latin, 'the one that describes most');
});

t.test('the description is the merged one', async (t) => {
  t.match(descriptionOfLine(line), {
    controlNumber: record.id,
    title: '化学工程',
    isbn: ['9787312033896'],
    subjects: ['化学工程'],
    summary: '简介',
    items: [item],
  });
});
