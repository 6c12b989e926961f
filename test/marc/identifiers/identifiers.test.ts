import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import {
  findIdentifiers,
  isbnForms,
  isbnOfField,
  normaliseIsbn,
  normaliseIssn,
} from '../../../src/marc/identifiers.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';

t.test('reads an ISBN in whatever way a catalogue wrote it', async (t) => {
  const written: readonly (readonly [string, string])[] = [
    ['978-7-312-03389-6', '9787312033896'],
    ['9787312033896', '9787312033896'],
    ['７-５０３７-１７４４-０', '9787503717444'],
    ['7-5037-1744-0 (精装)', '9787503717444'],
    ['7-5037-1744-0（平装）', '9787503717444'],
    ['978‐7‑312–03389—6', '9787312033896'],
    ['978−7－312﹣03389\u00ad6', '9787312033896'],
    ['978 7 312 03389 6', '9787312033896'],
    ['ISBN：978-7-312-03389-6', '9787312033896'],
    ['ISBN-13 9787312033896', '9787312033896'],
    ['isbn7503717440', '9787503717444'],
    ['0-8493-0504-7CNY68.00', '9780849305047'],
    ['080442957x', '9780804429573'],
    ['0-8044-2957-Ｘ', '9780804429573'],
    ['0-8044-2957-X pbk.', '9780804429573'],
    ['979-10-90636-07-1', '9791090636071'],
    ['书号 9787312033896', '9787312033896'],
  ];
  for (const [text, isbn] of written) t.equal(normaliseIsbn(text), isbn, text);
});

t.test('takes no other number for an ISBN', async (t) => {
  const others = [
    '',
    'CNY68.00',
    'HKD1857982185',
    '9787312033895',
    '7501031311309',
    '000-0-00-000000-0',
    '9780000000002',
    '979-0-2600-0043-8',
    '1-85798-218-5-2014',
    '15857982185',
    '2014.2',
  ];
  for (const text of others) t.equal(normaliseIsbn(text), null, text);
});

t.test('takes nine digits for a book number only in a field of book numbers', async (t) => {
  t.equal(isbnOfField('12-345678-9'), '9780123456786');
  t.equal(isbnOfField('123456789 (cased)'), '9780123456786');
  t.equal(normaliseIsbn('12-345678-9'), null);
  t.equal(isbnOfField('12-345678-8'), null);
});

t.test('gives the forms an index may hold', async (t) => {
  t.strictSame(isbnForms('9787302583509'), {
    hyphen13: '978-7-302-58350-9',
    plain13: '9787302583509',
    hyphen10: '7-302-58350-1',
    plain10: '7302583501',
  });
  t.strictSame(isbnForms('9791090636071'), {
    hyphen13: '979-10-90636-07-1',
    plain13: '9791090636071',
    hyphen10: null,
    plain10: null,
  });
});

t.test('reads an ISSN with or without its hyphen', async (t) => {
  t.equal(normaliseIssn('0024-9319'), '0024-9319');
  t.equal(normaliseIssn('ＩＳＳＮ ００２４－９３１９'), '0024-9319');
  t.equal(normaliseIssn('00249319'), '0024-9319');
  t.equal(normaliseIssn('1000-033x'), '1000-033X');
  t.equal(normaliseIssn('0032147X'), null);
  t.equal(normaliseIssn('0000-0000'), null);
});

t.test('finds identifiers inside a sentence and leaves years alone', async (t) => {
  const text = '见 ISBN 978-7-302-58350-9（1998-2003），ISSN 0024-9319；0355-4325。';
  const found = findIdentifiers(text);
  t.strictSame(
    found.map(({ kind, value, start, end }) => [kind, value, text.slice(start, end)]),
    [
      ['isbn', '9787302583509', '978-7-302-58350-9'],
      ['issn', '0024-9319', '0024-9319'],
      ['issn', '0355-4325', '0355-4325'],
    ],
  );
});

t.test('brings every ISBN back from every one of its forms', async () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(fc.constantFrom('978', '979'), digits, (prefix, body) => {
      fc.pre(body.some((digit) => digit !== 0) && !(prefix === '979' && body[0] === 0));
      const twelve = prefix + body.join('');
      const isbn = [...'0123456789'].map((check) => normaliseIsbn(twelve + check)).find(Boolean);
      if (isbn === undefined || isbn === null) return false;
      const forms = Object.values(isbnForms(isbn)).filter((form) => form !== null);
      return forms.every((form) => normaliseIsbn(form) === isbn);
    }),
  );
});

t.test('agrees with the collected cases', { skip: withoutCorpus() }, async (t) => {
  const rows = readFileSync(corpus('identifiers', 'isbn_issn_cases_a.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1);
  // `canonical` and `clean` of the source only tidy, they do not check; an SBN needs its field.
  const otherQuestion = /^(canonical,ISBN 978972|clean,"978,08|is_valid,12-345678-9|split,)/;
  let compared = 0;
  for (const row of rows) {
    if (otherQuestion.test(row)) continue;
    const [operation = '', input = '', expected = ''] = [
      ...row.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g),
    ].map((cell) => (cell[1] ?? '').replace(/^"|"$/g, ''));
    const read = operation.includes('issn') ? normaliseIssn(input) : normaliseIsbn(input);
    t.equal(read !== null, !/^(|null|invalid|Invalid\w*|False)$/.test(expected), row);
    if (/^97[89]\d{10}$/.test(expected)) t.equal(read, expected, row);
    if (operation === 'to_isbn10' && /^\d{9}[\dX]$/.test(expected) && read !== null)
      t.equal(isbnForms(read).plain10, expected, row);
    if (operation === 'hyphenate' && read !== null && expected !== 'null')
      t.ok(Object.values(isbnForms(read)).includes(expected), row);
    compared++;
  }
  t.ok(compared > 150, `${compared} cases`);
});
