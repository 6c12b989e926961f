import fc from 'fast-check';
import t from 'tap';
import { decodeByEvidence, encodeRecordText } from '../../../src/marc/charset/index.ts';
import type { CharsetHint } from '../../../src/marc/charset/readings.ts';
import { type RecordCharset, recordCharsets } from '../../../src/marc/types.ts';

const F = '\u001f';
const E = '\u001e';

/** The data of a record in each charset, the same kind of fields a catalogue has. */
const records: Readonly<Partial<Record<RecordCharset, string>>> = {
  'utf-8': `1 ${F}a化学工程实验${F}f冯红艳主编${E}  ${F}a合肥${F}c中国科学技术大学出版社${F}d2014${E}`,
  gb18030: `1 ${F}a化学工程实验${F}f冯红艳主编${E}  ${F}a合肥${F}c中国科学技术大学出版社${F}d2014${E}`,
  big5: `1 ${F}a化學工程概論${F}f陳文章著${E}  ${F}a臺北${F}c國立臺灣大學出版中心${F}d2010${E}`,
  'marc-8': `10${F}aSociété française de chimie :${F}bétudes générales /${F}cpar Noël Ångström.${E}  ${F}aZürich${E}`,
  'iso-5426': `1 ${F}aÉtudes générales de chimie à l'université${F}fpar Noël Ångström${E}  ${F}aZürich${E}`,
  'windows-1250': `1 ${F}aPříručka české chemie a přehled látek${F}fJiří Dvořák, Łukasz Żak${E}  ${F}aPlzeň${E}`,
};

function read(data: Uint8Array, declared: RecordCharset, hint: CharsetHint | null = null) {
  return decodeByEvidence(data, declared, hint);
}

t.test('reads every charset rightly when it is declared, without a warning', async (t) => {
  for (const [charset, text] of Object.entries(records) as [RecordCharset, string][]) {
    const found = read(encodeRecordText(text, charset), charset);
    t.same(found, { text: text.normalize('NFC'), charset, warnings: [] }, charset);
  }
});

t.test('loses nothing when nothing is declared, and says that it guessed', async (t) => {
  for (const [charset, text] of Object.entries(records) as [RecordCharset, string][]) {
    const found = read(encodeRecordText(text, charset), 'auto');
    t.equal(found.text, text.normalize('NFC'), charset);
    if (charset === 'utf-8') t.same(found.warnings, [], 'UTF-8 is no guess');
    else t.match(found.warnings, [/^No charset was declared; it was read as .* \d\.\d\d/], charset);
  }
});

t.test('loses nothing when another charset is declared, and says what the bytes are', async (t) => {
  for (const [charset, text] of Object.entries(records) as [RecordCharset, string][]) {
    for (const declared of Object.keys(records) as RecordCharset[]) {
      if (declared === charset) continue;
      const found = read(encodeRecordText(text, charset), declared);
      t.equal(found.text, text.normalize('NFC'), `${charset} declared as ${declared}`);
      t.match(found.warnings[0], new RegExp(`set to ${declared}, but .* read as`));
    }
  }
});

t.test('loses nothing to a leader that lies', async (t) => {
  const says = (charset: CharsetHint['charset']): CharsetHint => ({
    charset,
    place: 'Leader/09',
    reliable: true,
  });
  for (const charset of ['utf-8', 'marc-8', 'gb18030'] as const) {
    const text = (records[charset] ?? '').normalize('NFC');
    for (const hint of ['utf-8', 'marc-8'] as const) {
      const found = read(encodeRecordText(text, charset), 'auto', says(hint));
      t.equal(found.text, text, `${charset} under ${hint}`);
      if (charset === hint) t.same(found.warnings, [], 'an honest leader');
      else t.match(found.warnings[0], `Leader/09 says ${hint}`);
    }
  }
});

t.test('takes plain ASCII for what every charset shares', async (t) => {
  for (const declared of recordCharsets) {
    const found = read(Buffer.from('10\u001faR&D 100%\u001e'), declared);
    t.same(found, { text: '10\u001faR&D 100%\u001e', charset: 'utf-8', warnings: [] }, declared);
  }
});

t.test('knows MARC-8 in seven bits by its escape sequences', async (t) => {
  const data = Buffer.from('10\u001fa\u001b$1!0d!5,\u001b(B\u001e', 'latin1');
  t.equal(read(data, 'utf-8').text, '10\u001fa人口\u001e');
  t.equal(read(data, 'marc-8').warnings.length, 0);
  t.match(read(data, 'gbk').warnings[0], 'escape sequences');
});

t.test('does not take a short GBK word for UTF-8 that it could also be', async (t) => {
  // 楼 in GBK is C2 A5, which is ¥ in UTF-8.
  const word = Buffer.from('  \u001fa\u00c2\u00a5\u001e', 'latin1');
  t.equal(read(word, 'gbk').text, '  \u001fa楼\u001e');
  t.equal(read(word, 'auto').text, '  \u001fa¥\u001e');
});

t.test('reads a record field by field where its fields differ', async (t) => {
  const data = Buffer.concat([
    encodeRecordText(`1 ${F}a化学工程实验教程${F}f冯红艳主编${E}`, 'gbk'),
    encodeRecordText(`  ${F}a合肥工业大学${E}`, 'utf-8'),
  ]);
  const found = read(data, 'gbk');
  t.equal(found.text, `1 ${F}a化学工程实验教程${F}f冯红艳主编${E}  ${F}a合肥工业大学${E}`);
  t.match(found.warnings.join(' '), 'not UTF-8 like the record; they were read as g');
});

t.test('loses one character to one bad byte of UTF-8', async (t) => {
  const data = Buffer.from(records['utf-8'] ?? '');
  const at = data.indexOf('学');
  data[at + 1] = 0xff;
  const found = read(data, 'utf-8');
  t.equal(found.charset, 'utf-8');
  t.equal(found.text.replace(/\ufffd+/, '学'), records['utf-8']);
  t.match(found.warnings[0], 'not UTF-8');
});

t.test('never doubts a charset that was declared rightly', async () => {
  const words = (characters: string) =>
    fc
      .array(fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 12 }), {
        minLength: 1,
        maxLength: 6,
      })
      .map((fields) => fields.map((field) => `  ${F}a${field}${E}`).join(''));
  const simplified =
    '的一国在人了有中是年和大业不为发会工经上地市要个产这出行作生家以成到日民来我部对进多全建他公开们场展时理新方主企资实学报制政济用同于法高长现本月定化加动合品重关机分力自外者区能设后就等体下万元社过前面楼镕堃喆';
  const traditional =
    '的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合';
  const french = 'abcdefghijklmnop éèêàçùîïôœ ÉÀ';
  const latin = fc
    .array(
      fc.constantFrom(
        ...'société française études générales naïve Noël Zürich à où garçon fenêtre Élysée sur la de mémoires'.split(
          ' ',
        ),
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((list) => `10${F}a${list.join(' ')}${E}`);
  const samples: [RecordCharset, fc.Arbitrary<string>][] = [
    ['gb18030', words(simplified)],
    ['gbk', words(simplified)],
    ['big5', words(traditional)],
    ['utf-8', words(simplified + traditional + french)],
    ['marc-8', latin],
    ['windows-1252', latin],
  ];
  for (const [charset, text] of samples) {
    fc.assert(
      fc.property(text, (value) => {
        const found = read(encodeRecordText(value, charset), charset);
        return found.text === value && found.warnings.length === 0;
      }),
      { numRuns: 1000 },
    );
  }
});

t.test('keeps every delimiter and throws nothing, whatever the bytes', async () => {
  const byte = fc.oneof(fc.constantFrom(0x1e, 0x1f, 0x1b), fc.integer({ min: 0, max: 255 }));
  const data = fc.array(byte, { maxLength: 80 }).map((bytes) => Uint8Array.from(bytes));
  const charset = fc.constantFrom(...recordCharsets);
  const count = (text: string, mark: string) => text.split(mark).length;
  fc.assert(
    fc.property(data, charset, charset, (bytes, declared, stated) => {
      const hint =
        stated === 'auto' ? null : { charset: stated, place: 'Leader/09', reliable: true };
      const { text } = read(bytes, declared, hint);
      const ascii = Buffer.from(bytes).toString('latin1');
      return count(text, E) === count(ascii, E) && count(text, F) === count(ascii, F);
    }),
    { numRuns: 1000 },
  );
});
