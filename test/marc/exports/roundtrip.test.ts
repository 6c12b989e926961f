import fc from 'fast-check';
import t from 'tap';
import { detectDialect, toBibRecord } from '../../../src/marc/dialects/index.ts';
import { marcIn } from '../../../src/marc/exports/index.ts';
import { decodeIso2709, encodeIso2709 } from '../../../src/marc/formats/iso2709.ts';
import { isbn13CheckDigit, isbnForms } from '../../../src/marc/identifiers.ts';
import { type BibRecord, emptyBibRecord } from '../../../src/marc/record.ts';

/** Words without the marks that ISBD gives a meaning at the ends of elements. */
const han = fc.constantFrom(...'化学工程实验计算机历史文学经济中国北京出版社大学圖書館學');
const word = fc.oneof(
  fc.array(han, { minLength: 1, maxLength: 8 }).map((characters) => characters.join('')),
  fc.constantFrom(
    'Chemistry',
    'C++',
    'of',
    'Straße',
    'été',
    'naïve',
    '«Guerre»',
    '(x)',
    '100%',
    'A&B',
  ),
);
const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const isbn = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 9 })
  .filter((digits) => digits.some((digit) => digit > 0))
  .map((digits) => `978${digits.join('')}`)
  .map((digits) => digits + isbn13CheckDigit(digits));
const name = fc.array(han, { minLength: 2, maxLength: 3 }).map((characters) => characters.join(''));

const records: fc.Arbitrary<BibRecord> = fc
  .record({
    title: text,
    subtitle: maybe(text),
    parallelTitle: maybe(fc.constantFrom('Chemical engineering', 'Histoire de Chine')),
    partNumber: maybe(fc.constantFrom('2', '第3册', 'v. IV')),
    partName: maybe(text),
    responsibility: maybe(fc.constantFrom('冯红艳, 徐铜文主编', '王力著 ; 李明译')),
    edition: maybe(fc.constantFrom('第2版', '2nd ed.')),
    publisher: maybe(text),
    place: maybe(fc.constantFrom('合肥', 'New York')),
    date: maybe(fc.constantFrom('2014.2', '1998', '[2001]')),
    extent: maybe(fc.constantFrom('210页', 'xii, 320 p.')),
    series: maybe(text),
    isbn: fc.uniqueArray(isbn, { maxLength: 3 }),
    names: fc.uniqueArray(name, { maxLength: 4 }),
    subjects: fc.uniqueArray(
      fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('--')),
      { maxLength: 3 },
    ),
    clc: maybe(fc.constantFrom('TQ016', 'I247.5', 'K825.46=7')),
    callNumber: maybe(fc.constantFrom('TQ016/58', 'I247.5/123:2')),
  })
  .map(({ names, clc, callNumber, ...fields }) => ({
    ...emptyBibRecord('cnmarc'),
    ...fields,
    sortTitle: fields.title,
    year: fields.date === null ? null : Number(/\d{4}/.exec(fields.date)?.[0]),
    language: 'chi',
    isbnStatements: fields.isbn.map((one) => ({
      isbn13: one,
      asWritten: isbnForms(one).plain13,
      qualifier: null,
    })),
    isbnAsWritten: fields.isbn.map((one) => isbnForms(one).plain13),
    contributors: names.map((one) => ({
      name: one,
      kind: 'person' as const,
      role: '主编',
      pinyin: null,
      alternate: null,
      primary: true,
    })),
    authors: names,
    classes: clc === null ? {} : { clc },
    items:
      callNumber === null
        ? []
        : [
            {
              callNumber,
              volume: null,
              location: '总馆',
              barcode: 'B0012',
              status: 'unknown' as const,
              dueDate: null,
              lendable: null,
              lendableWhy: null,
            },
          ],
  }));

/** All of a record but how it was coded. */
function essence({ dialect, codedYear, carrier, ...rest }: BibRecord) {
  return rest;
}

for (const dialect of ['marc21', 'cnmarc', 'unimarc'] as const) {
  t.test(`writes a record as ${dialect} and reads every element of it back`, async (t) => {
    fc.assert(
      fc.property(records, (record) => {
        // Where no name field is written the names of the statement are read instead.
        fc.pre(record.contributors.length > 0 || record.responsibility === null);
        const written = marcIn({ record, marc: null }, { dialect, on: new Date('2026-11-20') });
        const bytes = encodeIso2709(written, 'utf-8');
        const { marc } = decodeIso2709(bytes, { charset: 'utf-8', dialect });
        const read = toBibRecord(marc, { dialect: 'auto' });
        t.strictSame(essence(read), essence(record));
        return true;
      }),
      { numRuns: 150 },
    );
    t.end();
  });
}

t.test('writes records that are known for their dialect', async (t) => {
  const record = { ...emptyBibRecord('dc', '化学工程'), language: 'chi' };
  for (const dialect of ['marc21', 'cnmarc'] as const) {
    t.equal(detectDialect(marcIn({ record, marc: null }, { dialect })), dialect);
  }
  const foreign = { ...emptyBibRecord('dc', 'Chimie'), language: 'fre' };
  t.equal(
    detectDialect(marcIn({ record: foreign, marc: null }, { dialect: 'unimarc' })),
    'unimarc',
  );
});

t.test("gives the library's own record where it has the dialect asked for", async (t) => {
  const record = emptyBibRecord('marc21', 'Chemistry');
  const marc = {
    leader: '00000nam a2200000 a 4500',
    fields: [
      { tag: '245', ind1: '0', ind2: '0', subfields: [{ code: 'a', value: 'Chemistry /' }] },
    ],
  };
  t.equal(marcIn({ record, marc }), marc);
  t.equal(marcIn({ record, marc }, { dialect: 'source' }), marc);
  t.not(marcIn({ record, marc }, { dialect: 'cnmarc' }), marc);
});
