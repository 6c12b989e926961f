import fc from 'fast-check';
import t from 'tap';
import { bibFromXml, toBibRecord } from '../../../src/marc/dialects/index.ts';
import { type ExportFormat, exportFormats, exportRecord } from '../../../src/marc/exports/index.ts';
import type { BibRecord } from '../../../src/marc/record.ts';
import { dialects, type Field } from '../../../src/marc/types.ts';
import { parseXmlTree } from '../../../src/marc/xml/tree.ts';

const tags =
  '001 008 010 011 020 022 041 050 082 084 090 100 101 110 130 200 205 210 215 225 240 245 246 250 260 264 300 330 410 461 490 500 510 520 600 606 610 650 690 700 701 710 711 740 852 856 880 905 AVA XYZ 9'.split(
    ' ',
  );
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '880-01',
    '245-01/$1',
    '245-00',
    '2001 ',
    '001x',
    '978-7-312-03389-6',
    '民国',
    '[',
    ']',
    ' / ',
    '= ',
    '主编',
    ',',
    '.',
  ),
);
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ tag: fc.constantFrom(...tags), value }),
  fc.record({
    tag: fc.constantFrom(...tags),
    ind1: fc.constantFrom(' ', '0', '1', '9', 'x'),
    ind2: fc.constantFrom(' ', '0', '1', '4', '9'),
    subfields: fc.array(
      fc.record({ code: fc.constantFrom(...'aabcdefghiknptuvxyz0469AF18$'), value }),
      { maxLength: 6 },
    ),
  }),
);
const record = fc.record({
  leader: fc.string({ unit: 'binary', maxLength: 24 }),
  fields: fc.array(field, { maxLength: 25 }),
});

/** Whether every text is a text, every list a list, and nothing stands where null should. */
function isSound(bib: BibRecord): boolean {
  const texts = [bib.subtitle, bib.parallelTitle, bib.publisher, bib.place, bib.date, bib.series];
  const year = bib.year === null || (bib.year >= 1000 && bib.year <= new Date().getFullYear() + 1);
  return (
    year &&
    texts.every((text) => text === null || (text !== '' && text === text.trim())) &&
    bib.isbn.every((isbn) => /^97[89]\d{10}$/.test(isbn)) &&
    bib.issn.every((issn) => /^\d{4}-\d{3}[\dX]$/.test(issn)) &&
    bib.authors.every((name) => name !== '') &&
    bib.items.every(({ lendable }) => lendable === null) &&
    bib.links.every(({ url }) => /^(?:https?|ftp):\/\//i.test(url))
  );
}

t.test('reads any record of any dialect to a sound one', async (t) => {
  fc.assert(
    fc.property(record, fc.constantFrom('auto' as const, ...dialects), (marc, dialect) => {
      const bib = toBibRecord(marc, { dialect });
      t.ok(isSound(bib), JSON.stringify(bib));
    }),
    { numRuns: 400 },
  );
});

t.test('exports any record that was read', async (t) => {
  const text: readonly ExportFormat[] = exportFormats.filter((format) => format !== 'marc');
  fc.assert(
    fc.property(record, fc.constantFrom(...text), (marc, format) => {
      const source = { record: toBibRecord(marc, { dialect: 'auto' }), marc: null };
      t.type(exportRecord(source, format).body, 'string');
    }),
    { numRuns: 300 },
  );
});

t.test('takes time in proportion to a value that never ends', async (t) => {
  const endless = [' ', '.', '[', '(', 'a ', '甲 ', '1 ', '--', '；', ' = ', '主编', '\u0098'].map(
    (text) => text.repeat(40_000 / text.length),
  );
  const codes = [...'aabcdefghinpqtuv49A'];
  for (const text of endless) {
    for (const tag of tags) {
      const subfields = codes.map((code) => ({ code, value: code === 'a' ? `甲${text}` : text }));
      const fields = [{ tag, ind1: '1', ind2: '4', subfields }];
      for (const dialect of ['marc21', 'cnmarc'] as const) {
        toBibRecord({ leader: '', fields }, { dialect });
      }
    }
    const xml = `<dc xmlns="http://purl.org/dc/elements/1.1/"><title>甲${text}</title><creator>甲${text}</creator><publisher>甲${text}</publisher><date>${text}</date><identifier>${text}</identifier></dc>`;
    t.ok(bibFromXml(parseXmlTree(Buffer.from(xml.replaceAll('\u0098', 'x')))));
  }
});
