import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { decodeText, encodeRecordText } from '../../../src/marc/charset/index.ts';
import { decodeMarc8 } from '../../../src/marc/charset/marc8-decode.ts';
import { childrenOf, firstChild, parseXmlTree, textOf } from '../../../src/marc/xml/tree.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';

const read = (bytes: string) => decodeText(Buffer.from(bytes, 'latin1'), 'marc-8');

t.test('puts marks behind their letters and composes them', async (t) => {
  const cases: [string, string][] = [
    ['Soci\xe2et\xe2e', 'Société'],
    ['\xe8\xe5u', 'ǖ'.normalize('NFC')],
    ['\xebt\xecs', 't\u0361s'],
    ['\x88The \x89end', '\u0098The \u009cend'],
    ['\xa1\xb2\xc3\xc7', 'Łø©ß'],
  ];
  for (const [bytes, text] of cases) t.equal(read(bytes), text);
});

t.test('follows every way of designating a set', async (t) => {
  const cases: [string, string][] = [
    ['\x1b(NaB\x1b(BaB', 'АбaB'],
    ['\x1b$1!0d\x1b(B.', '人.'],
    ['\x1b$(1!0d!5,\x1b(B', '人口'],
    ['\x1b$,1!0d\x1bs', '人'],
    ['\x1b$)1\xa1\xb0\xe4\x1b)!E\xe2e', '人é'],
    ['\x1b)NA\xc1', 'Aа'],
    ['\x1b-NA\xc1', 'Aа'],
    ['H\x1bb2\x1bsO x\x1bp3\x1bs \x1bga\x1bs', 'H₂O x³ α'],
    ['\x1b(2zeny\x1b(B', 'תומש'],
  ];
  for (const [bytes, text] of cases) t.equal(read(bytes), text, JSON.stringify(bytes));
});

t.test('ends designations with the subfield and the field', async (t) => {
  t.equal(read('\x1b$1!0d\x1fa!0d\x1e!0d'), '人\u001fa!0d\u001e!0d');
});

t.test('reads its numeric references, and leaves other ampersands alone', async (t) => {
  t.equal(
    read('&#x4E2D;&#x20BB7; &#x41; &#xD800; &amp; R&D &#x4E2'),
    '中𠮷 &#x41; &#xD800; &amp; R&D &#x4E2',
  );
});

t.test('never lets a broken code eat a delimiter or hide a letter', async (t) => {
  t.equal(read('\x1b$1!0d;\x1b(B x'), '人; x', 'a lost way back to ASCII');
  t.equal(read('\x1b$1!0\x1fb!0d'), '!0\u001fb!0d', 'cut in the middle');
  t.equal(read('\x1b(Xabc'), '(Xabc', 'no such set');
  t.equal(read('ab\x1b'), 'ab');
  t.equal(read('a\x80b\xafc'), 'a\ufffdb\ufffdc');
  t.equal(decodeMarc8(Buffer.from('caf\xe2', 'latin1')).faults, 1, 'a mark without a letter');
});

t.test('writes what it can in its sets and the rest as references', async (t) => {
  t.equal(
    Buffer.from(encodeRecordText('Société 人 x', 'marc-8')).toString('latin1'),
    'Soci\xe2et\xe2e \x1b$1!0d \x1b(Bx',
  );
  t.equal(Buffer.from(encodeRecordText('𠮷…', 'marc-8')).toString('latin1'), '&#x20BB7;&#x2026;');
});

t.test('throws nothing and keeps delimiters on any bytes', async () => {
  const noise = fc.array(
    fc.oneof(
      fc.constantFrom(0x1b, 0x24, 0x28, 0x31, 0x1e, 0x1f, 0xe2, 0xeb),
      fc.integer({ min: 0, max: 255 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      const { text } = decodeMarc8(Uint8Array.from(bytes));
      const delimiters = bytes.filter((byte) => byte === 0x1e || byte === 0x1f);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the delimiters are control characters.
      return text.split(/\u001e|\u001f/).length - 1 === delimiters.length;
    }),
    { numRuns: 2000 },
  );
});

t.test(
  'reads the 1,515 parallel lines of MARC-8 and UTF-8',
  { skip: withoutCorpus() },
  async (t) => {
    const lines = (name: string) => {
      const all = readFileSync(corpus('charset', 'pymarc', name))
        .toString('latin1')
        .split('\n');
      return all.slice(0, -1).map((line) => Buffer.from(line, 'latin1'));
    };
    const expected = lines('test_utf8.txt').map((line) => line.toString().normalize('NFC'));
    const declared = lines('test_marc8.txt').map((line) => decodeText(line, 'marc-8'));
    const detected = lines('test_marc8.txt').map((line) => decodeText(line, 'auto'));
    t.equal(expected.length, 1515);
    t.same(declared, expected);
    t.same(detected, expected);
  },
);

t.test(
  'reads and writes every code of the published tables',
  { skip: withoutCorpus() },
  async (t) => {
    const root = parseXmlTree(readFileSync(corpus('charset', 'yaz', 'codetables.xml')), {
      maxElements: 1_000_000,
    });
    const wrong: string[] = [];
    let eacc = 0;
    for (const set of childrenOf(root, 'codeTable').flatMap((table) =>
      childrenOf(table, 'characterSet'),
    )) {
      const final = String.fromCharCode(Number.parseInt(set.attributes.ISOcode ?? '', 16));
      const designation =
        final === '1'
          ? '\x1b$1'
          : 'gbp'.includes(final)
            ? `\x1b${final}`
            : 'EB'.includes(final)
              ? ''
              : `\x1b(${final}`;
      const groups = [set, ...childrenOf(set, 'grouping')];
      for (const code of groups.flatMap((group) => childrenOf(group, 'code'))) {
        const marc = textOf(firstChild(code, 'marc') ?? code).trim();
        const ucs = textOf(firstChild(code, 'ucs') ?? code).trim();
        if (ucs === '' || Number.parseInt(marc, 16) < 0x21) continue;
        const mark = firstChild(code, 'isCombining') !== null;
        const text = (mark ? 'x' : '') + String.fromCodePoint(Number.parseInt(ucs, 16));
        const bytes = Buffer.concat([
          Buffer.from(designation),
          Buffer.from(marc, 'hex'),
          Buffer.from(mark ? (designation === '' ? 'x' : '\x1b(Bx') : ''),
        ]);
        if (decodeText(bytes, 'marc-8') !== text.normalize('NFC'))
          wrong.push(`read ${final} ${marc}`);
        if (decodeText(encodeRecordText(text, 'marc-8'), 'marc-8') !== text.normalize('NFC')) {
          wrong.push(`written ${final} ${ucs}`);
        }
        if (final === '1') eacc += 1;
      }
    }
    t.equal(eacc, 15_739);
    t.same(wrong, []);
  },
);
