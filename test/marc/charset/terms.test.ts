import fc from 'fast-check';
import t from 'tap';
import {
  decodeText,
  encodeRecordText,
  encodeTerm,
  UnmappableError,
} from '../../../src/marc/charset/index.ts';
import { type QueryCharset, type RecordCharset, recordCharsets } from '../../../src/marc/types.ts';

function hex(text: string, charset: QueryCharset): string {
  try {
    return Buffer.from(encodeTerm(text, charset)).toString('hex');
  } catch (error) {
    if (error instanceof UnmappableError) return `no ${error.character} in ${error.charset}`;
    throw error;
  }
}

t.test('writes a term in the bytes of its charset', async (t) => {
  const cases: [string, QueryCharset, string][] = [
    ['Go', 'ascii', '476f'],
    ['化学', 'utf-8', 'e58c96e5ada6'],
    ['化学', 'gb2312', 'bbafd1a7'],
    ['化学', 'gbk', 'bbafd1a7'],
    ['化學', 'big5', 'a4c6bec7'],
    ['镕', 'gbk', 'e946'],
    ['堃', 'gbk', '88d2'],
    ['喆', 'gb18030', '86b4'],
    ['𠮷', 'gb18030', '9534b235'],
    ['䶮', 'gb18030', 'fe9f'],
    ['é', 'gb18030', 'a8a6'],
    ['€', 'gb18030', 'a2e3'],
    ['喺嘅', 'big5-hkscs', '9df69def'],
    ['Ê̄𠝹', 'big5-hkscs', '88629bd0'],
  ];
  for (const [text, charset, bytes] of cases) {
    t.equal(hex(text, charset), bytes, `${text} in ${charset}`);
  }
});

t.test('refuses a character its charset does not have, and names both', async (t) => {
  const cases: [string, QueryCharset][] = [
    ['é', 'ascii'],
    ['镕', 'gb2312'],
    ['堃', 'gb2312'],
    ['喆', 'gb2312'],
    ['學', 'gb2312'],
    ['𠮷', 'gbk'],
    ['䶮', 'gbk'],
    ['€', 'gbk'],
    ['\ue000', 'gbk'],
    ['化学', 'big5'],
    ['喺', 'big5'],
    ['\ud800', 'utf-8'],
  ];
  for (const [text, charset] of cases) {
    const character = Array.from(text).at(-1);
    t.equal(hex(text, charset), `no ${character} in ${charset}`, `${text} in ${charset}`);
  }
});

t.test('holds GB 2312 and GBK to their own repertoires', async (t) => {
  const counts = { gb2312: 0, gbk: 0 };
  for (const charset of ['gb2312', 'gbk'] as const) {
    for (let code = 0x80; code < 0x10000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const bytes = hex(String.fromCharCode(code), charset);
      if (bytes.startsWith('no ')) continue;
      counts[charset] += 1;
      if (bytes.length !== 4) t.fail(`${bytes} is not two bytes`);
    }
  }
  // GB 2312-80 has 682 signs and 6,763 ideographs; GBK 1.0 without user areas has 21,791 in all.
  t.same(counts, { gb2312: 7445, gbk: 21_791 });
});

t.test('writes every two-byte cell of GB 18030 back as it was read', async (t) => {
  const changed: string[] = [];
  const decoder = new TextDecoder('gb18030', { fatal: true });
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      const cell = Buffer.of(lead, trail);
      const back = Buffer.from(encodeRecordText(decoder.decode(cell), 'gb18030'));
      if (!back.equals(cell)) changed.push(`${cell.toString('hex')}>${back.toString('hex')}`);
    }
  }
  // A3A0 is a second ideographic space in the Encoding Standard.
  t.same(changed, ['a3a0>a1a1']);
});

t.test('writes characters beyond two bytes in GB 18030 back as they were read', async (t) => {
  const decoder = new TextDecoder('gb18030', { fatal: true });
  for (let code = 0x80; code < 0x30000; code += code < 0x10000 ? 7 : 251) {
    if (code >= 0xd800 && code < 0xf900) continue;
    const text = String.fromCodePoint(code);
    if (decoder.decode(encodeRecordText(text, 'gb18030')) !== text) t.fail(code.toString(16));
  }
});

/** Text that a charset has, in NFC. */
const samples: Readonly<Partial<Record<RecordCharset, string>>> = {
  'marc-8': 'aéñōŁøß©ʻ ḥṭ Привет שלום عودة Ελλάδα 化學 化学 かがガ 한국 x₂ y³ γ',
  gb2312: '化学工程（第二版）ａｂｃ　あア②Ⅳ℃',
  gbk: '化學镕堃喆ⅰ',
  gb18030: '䶮𠮷𫝀한éß€',
  big5: '化學工程導論「上」',
  'big5-hkscs': '喺嘅Ê̄𠝹',
  'iso-5426': 'aéüčÆŁøœß¿§',
  'iso-8859-1': 'aéüßÆ×\u0085',
  'windows-1250': 'ěščřžł',
  'windows-1251': 'Химия ёї',
  'windows-1252': 'œ€“é”',
  'windows-1253': 'Χημεία ά',
  'windows-1254': 'ğışçö',
  'windows-1255': 'כימיה',
  'windows-1256': 'كيمياء',
  'windows-1257': 'ąčęėįšų',
  'windows-1258': 'Hóa học đại cương ế',
  'koi8-r': 'Химия ё',
};

t.test('writes and reads every charset of records without loss', async (t) => {
  for (const charset of recordCharsets) {
    const text = (samples[charset] ?? '化学 é 𠮷').normalize('NFC');
    t.equal(decodeText(encodeRecordText(text, charset), charset), text, charset);
  }
});

t.test('writes any text in the charsets that have every character', async () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    // MARC-8 has no code for these: controls, and marks it keeps for itself.
    .filter((value) => !/[\p{Cc}\p{Cs}\p{Co}\p{M}\u200c&]|\u200d/u.test(value.normalize('NFD')))
    .map((value) => value.normalize('NFC'));
  for (const charset of ['utf-8', 'gb18030', 'marc-8'] as const) {
    fc.assert(
      fc.property(text, (value) => decodeText(encodeRecordText(value, charset), charset) === value),
      { numRuns: 300 },
    );
  }
});
