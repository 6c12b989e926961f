import fc from 'fast-check';
import t from 'tap';
import {
  MarcXmlHandler,
  printMarcXml,
  readMarcXml,
  type XmlRecord,
} from '../../../src/marc/formats/marcxml.ts';
import { printOaiMarc, readOaiMarc } from '../../../src/marc/formats/oaimarc.ts';
import type { MarcRecord } from '../../../src/marc/types.ts';
import { XmlReader } from '../../../src/marc/xml/reader.ts';
import { anyRecord, cnmarc, damaged, marc21 } from './records.ts';

const formats = [
  { name: 'MARCXML', print: printMarcXml, read: readMarcXml },
  { name: 'OAI-MARC', print: printOaiMarc, read: readOaiMarc },
];

function only(records: Iterable<{ marc?: MarcRecord; problem?: string }>): MarcRecord {
  const [record, ...others] = records;
  if (record?.marc === undefined || others.length > 0)
    throw new Error(record?.problem ?? 'not one');
  return record.marc;
}

for (const { name, print, read } of formats) {
  t.test(`${name}: gives back any record it wrote`, async (t) => {
    for (const record of [marc21, cnmarc]) t.same(only(read(Buffer.from(print(record)))), record);
    fc.assert(
      fc.property(anyRecord, (record) => {
        // A caret in a positional field is how Aleph writes a blank.
        const kept = JSON.parse(JSON.stringify(record).replaceAll('^', '~'));
        return JSON.stringify(only(read(Buffer.from(print(kept))))) === JSON.stringify(kept);
      }),
      { numRuns: 300 },
    );
  });

  t.test(`${name}: reads the records around a bad one, and reports that`, async (t) => {
    const good = print(marc21);
    const bad = good.replace('</subfield>', '</wrong>');
    const bare = good.replace('génie', 'génie & cie');
    const file = (records: string[]) => Buffer.from(`<all>${records.join('\n')}</all>`);
    const found = [...read(file([good, bad, good, bare, good]))];
    t.same(
      found.map((record) => 'marc' in record),
      [true, false, true, true, true],
    );
    t.match(found[3], { warnings: [/repaired/], raw: Buffer.from(bare) });
    t.match(found[1], { problem: /not well-formed/, raw: Buffer.from(bad) });
    const cut = [...read(file([good, good]).subarray(0, -60))];
    t.same(
      cut.map((record) => 'marc' in record),
      [true, false],
    );
  });

  t.test(`${name}: never throws`, async () => {
    const originals = [print(marc21), `<a>${print(cnmarc)}${print(marc21)}</a>`].map((text) =>
      Buffer.from(text),
    );
    fc.assert(
      fc.property(damaged(originals), (bytes) => Array.from(read(bytes)).length >= 0),
      { numRuns: 300 },
    );
  });
}

t.test('keeps the source of each record as it arrived', async (t) => {
  const record =
    '<m:record xmlns:m="urn:x">\r\n <m:leader>00000nam a2200000 i 4500</m:leader></m:record >';
  const found = [
    ...readMarcXml(Buffer.from(`<?xml version="1.0"?>\n<c><!-- é -->${record}<b/>${record}</c>`)),
  ];
  t.same(
    found.map(({ raw }) => Buffer.from(raw).toString()),
    [record, record],
  );
});

t.test('finds records inside other documents, by callback and as a file', async (t) => {
  const wrapped = `<z:records xmlns:z="urn:z"><z:record><z:recordSchema>marcxml</z:recordSchema><z:recordData>${printMarcXml(marc21)}</z:recordData></z:record><z:record><z:recordData>${printMarcXml(cnmarc, { namespace: 'info:lc/xmlns/marcxchange-v2' })}</z:recordData></z:record></z:records>`;
  const found: XmlRecord[] = [];
  const reader = new XmlReader(new MarcXmlHandler((record) => found.push(record)));
  for (const byte of Buffer.from(wrapped)) reader.write(Uint8Array.of(byte));
  reader.end();
  t.same(found, [
    { marc: marc21, warnings: [] },
    { marc: cnmarc, warnings: [] },
  ]);
  t.same(
    Array.from(readMarcXml(Buffer.from(wrapped)), (record) => 'marc' in record && record.marc),
    [marc21, cnmarc],
  );
  t.match(
    [...readMarcXml(Buffer.from('<r><record><dc>x</dc></record></r>'))],
    [{ problem: /no element "record"/ }],
  );
});

t.test('repairs the structure of a record and says so', async (t) => {
  const inside = (content: string) =>
    `<record><leader>00000nam a2200000 i 4500</leader>${content}</record>`;
  const read = (content: string) => {
    const [record] = readMarcXml(Buffer.from(inside(content)));
    return record !== undefined && 'marc' in record
      ? { fields: record.marc.fields, said: record.warnings[0] }
      : record;
  };
  const cases: [string, unknown, RegExp][] = [
    [
      '<datafield tag="20" ind1=" "><subfield code="a">x</subfield></datafield>',
      { tag: '020', ind1: ' ', ind2: ' ' },
      /"20" was read as 020/,
    ],
    [
      '<datafield tag="020"><subfield>x</subfield></datafield>',
      { subfields: [{ code: 'a', value: 'x' }] },
      /without a code/,
    ],
    [
      '<datafield tag="020"><subfields code="a">x</subfields></datafield>',
      { subfields: [{ code: 'a', value: 'x' }] },
      /element "subfields"/,
    ],
    [
      '<datafield tag="020">loose<subfield code="b">x</subfield></datafield>',
      {
        subfields: [
          { code: 'a', value: 'loose' },
          { code: 'b', value: 'x' },
        ],
      },
      /outside its subfields/,
    ],
    [
      '<datafield><subfield code="b">lost</subfield></datafield>',
      undefined,
      /without a tag.*"lost"/,
    ],
    ['<holdings><copy/></holdings>', undefined, /element "holdings"/],
  ];
  for (const [content, field, warning] of cases) {
    const found = read(content);
    t.match(found, { said: warning }, content);
    if (field === undefined) t.match(found, { fields: [] }, content);
    else t.match(found, { fields: [field] }, content);
  }
  const [short] = readMarcXml(Buffer.from('<record><leader>nam</leader></record>'));
  t.match(short, {
    marc: { leader: `nam${' '.repeat(21)}` },
    warnings: [/3 characters instead of 24/],
  });
});

t.test('composes text and writes nothing that XML cannot hold', async (t) => {
  const [record] = readMarcXml(
    Buffer.from(
      '<record><leader>00000nam a2200000 i 4500</leader><controlfield tag="001">e\u0301</controlfield></record>',
    ),
  );
  t.match(record, { marc: { fields: [{ tag: '001', value: 'é' }] } });
  const odd = {
    leader: marc21.leader,
    fields: [{ tag: '001', value: 'a\u0001b\ud800c\r<&>"𠮷\u0098' }],
  };
  const xml = printMarcXml(odd);
  t.match(only(readMarcXml(Buffer.from(xml))), {
    fields: [{ value: 'a\ufffdb\ufffdc\r<&>"𠮷\u0098' }],
  });
});

t.test('reads Aleph’s blanks and quotation marks in fixed fields', async (t) => {
  const [record] = readOaiMarc(
    Buffer.from(
      '<oai_marc><fixfield id="LDR">^^^^^nam^a22^^^^^^^1</fixfield><fixfield id="008">"14^x"</fixfield><fixfield id="FMT">BK</fixfield></oai_marc>',
    ),
  );
  t.match(record, {
    marc: {
      leader: '     nam a22       1    ',
      fields: [
        { tag: '008', value: '14 x' },
        { tag: 'FMT', value: 'BK' },
      ],
    },
    warnings: [],
  });
});
