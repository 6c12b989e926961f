import fc from 'fast-check';
import t from 'tap';
import {
  decodeIso2709,
  encodeIso2709,
  MarcError,
  readIso2709,
} from '../../../src/marc/formats/iso2709.ts';
import type { DecodedMarc, MarcRecord, UnreadableMarc } from '../../../src/marc/types.ts';
import { anyRecord, cnmarc, damaged, marc21 } from './records.ts';

const auto = { charset: 'auto' } as const;

/** The parts of a record in the exchange format, each to be damaged before they are joined. */
function parts(fields: readonly (readonly [string, string])[]) {
  let start = 0;
  const directory = fields.map(([tag, data]) => {
    const length = data.length + 1;
    const entry = tag + String(length).padStart(4, '0') + String(start).padStart(5, '0');
    start += length;
    return entry;
  });
  return { directory, data: fields.map(([, data]) => `${data}\x1e`) };
}

function join(leader: string, directory: readonly string[], data: readonly string[]): Buffer {
  return Buffer.from(`${leader}${directory.join('')}\x1e${data.join('')}\x1d`, 'latin1');
}

const FIELDS = [
  ['001', 'demo1'],
  ['245', '10\x1faTitle\x1fbrest'],
  ['650', ' 0\x1faSubject'],
] as const;
const whole = parts(FIELDS);
const good = join('00096nam  2200061 i 4500', whole.directory, whole.data);

function texts(decoded: DecodedMarc | UnreadableMarc): string[] {
  if ('problem' in decoded) return [`! ${decoded.problem}`];
  return decoded.marc.fields.map((field) =>
    'value' in field
      ? `${field.tag} ${field.value}`
      : `${field.tag} ${field.ind1}${field.ind2}${field.subfields.map(({ code, value }) => `$${code}${value}`).join('')}`,
  );
}
/** Bytes that may stand between records without a word. */
const FILLERS = new Set([0x00, 0x09, 0x0a, 0x0d, 0x1a, 0x1d, 0x20]);
const EXPECTED = ['001 demo1', '245 10$aTitle$brest', '650  0$aSubject'];

t.test('reads a clean record without a warning, and keeps its bytes', async (t) => {
  const decoded = decodeIso2709(good, auto);
  t.same(texts(decoded), EXPECTED);
  t.same(decoded.warnings, []);
  t.equal(decoded.marc.leader, '00096nam  2200061 i 4500');
  t.ok(good.equals(Buffer.from(decoded.raw)));
});

t.test('repairs a damaged record and says what it repaired', async (t) => {
  const { directory, data } = whole;
  const [first = '', second = '', third = ''] = directory;
  const leader = '00096nam  2200061 i 4500';
  const cases: [string, Buffer, string][] = [
    ['length no number', join(`x${leader.slice(1)}`, directory, data), 'gives the length "x0096"'],
    [
      'length of another record',
      join(`00999${leader.slice(5)}`, directory, data),
      'gives the length "00999"',
    ],
    [
      'base address no number',
      join('00096nam  22xx061 i 4500', directory, data),
      'base address "xx061" is wrong',
    ],
    [
      'base address beyond the record',
      join('00096nam  2299999 i 4500', directory, data),
      'base address "99999" is wrong',
    ],
    [
      'base address of a later field',
      join('00096nam  2200067 i 4500', directory, data),
      'base address "00067" is wrong',
    ],
    [
      'wrong lengths in the directory',
      join(leader, [first, '245001900006', third], data),
      'split at their terminators',
    ],
    [
      'no digits in the directory',
      join(leader, [first, '245????00006', third], data),
      'split at their terminators',
    ],
    [
      'overlapping entries',
      join(leader, [first, '245000600000', third], data),
      'split at their terminators',
    ],
    [
      'a byte too many in the directory',
      join(leader, [first, second, `${third} `], data),
      'bytes too many or too few',
    ],
    ['entry map damaged', join('00096nam  2200061 i XX00', directory, data), ''],
  ];
  for (const [name, bytes, warning] of cases) {
    const decoded = decodeIso2709(bytes, auto);
    t.same(texts(decoded), EXPECTED, name);
    t.match(decoded.warnings.join(' '), warning, name);
  }
});

t.test('reads fields in the order of the directory, whatever the order of the data', async (t) => {
  const { directory, data } = whole;
  const [first = '', second = '', third = ''] = directory;
  const decoded = decodeIso2709(
    join('00096nam  2200061 i 4500', [third, first, second], data),
    auto,
  );
  t.same(texts(decoded), [EXPECTED[2], EXPECTED[0], EXPECTED[1]]);
  t.same(decoded.warnings, []);
});

t.test('reads what is left of a record that was cut', async (t) => {
  const decoded = decodeIso2709(good.subarray(0, 80), auto);
  t.same(texts(decoded), ['001 demo1', '245 10$aTitle$bre']);
  t.match(decoded.warnings.join(' '), /no terminator.*cut.*No data were found for 650/);
});

t.test('finds the records again when terminators or lengths are missing', async (t) => {
  const noEnd = good.subarray(0, -1);
  const cases: [string, Buffer, number][] = [
    ['no record terminator', Buffer.concat([noEnd, good]), 2],
    ['terminators of line ends and NUL', Buffer.concat([good, Buffer.from('\r\n\0 '), good]), 2],
    ['a second terminator', Buffer.concat([good, Buffer.from('\x1d'), good]), 2],
    [
      'a length that spans two records',
      Buffer.concat([Buffer.from('00192'), good.subarray(5), good]),
      2,
    ],
    ['a byte order mark', Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), good]), 1],
  ];
  for (const [name, bytes, count] of cases) {
    const read = [...readIso2709(bytes, auto)];
    t.equal(read.length, count, name);
    for (const record of read) t.same(texts(record), EXPECTED, name);
  }
});

t.test('names junk between records on the record behind it, or by itself at the end', async (t) => {
  const junk = Buffer.from('HTTP error 500 not a record');
  const read = [...readIso2709(Buffer.concat([good, junk, good, junk]), auto)];
  t.equal(read.length, 3);
  t.match(read[1], {
    warnings: ['27 bytes before the record are no record ("HTTP error 500 not a record").'],
  });
  t.same(texts(read[1] as DecodedMarc), EXPECTED);
  t.match(read[2], { problem: /no end/ });
});

t.test('reads on after a record that cannot be read', async (t) => {
  const hopeless = Buffer.from('00034nam  2200025 i 4500abcdefghi\x1d');
  const read = [...readIso2709(Buffer.concat([good, hopeless, good]), auto)];
  t.same(
    read.map((record) => 'problem' in record),
    [false, true, false],
  );
  t.throws(() => decodeIso2709(hopeless, auto), MarcError);
  t.throws(() => decodeIso2709(new Uint8Array(3), auto), MarcError);
});

t.test('keeps every text of a field that is not in order', async (t) => {
  const odd = parts([
    ['001', '  \x1fa123'],
    ['100', 'No delimiter'],
    ['110', '\x1faNo indicators'],
    ['245', '10Text before\x1fathe rest'],
    ['250', '  \x1f\x1fbTwice'],
    ['260', '12\\\x1faThree'],
    ['FMT', 'BK'],
    ['CAT', '  \x1faUser'],
    ['700', '1 '],
  ]);
  const decoded = decodeIso2709(join('00000nam  2200000 i 4500', odd.directory, odd.data), auto);
  t.same(texts(decoded), [
    '001   $a123',
    '100   $aNo delimiter',
    '110   $aNo indicators',
    '245 10$aText before$athe rest',
    '250   $bTwice',
    '260 12$aThree',
    'FMT BK',
    'CAT   $aUser',
    '700 1 ',
  ]);
});

t.test('does not compose a mark that begins a value with the code before it', async (t) => {
  const record: MarcRecord = {
    ...marc21,
    fields: [{ tag: '245', ind1: '1', ind2: '0', subfields: [{ code: 'a', value: '\u0301b é' }] }],
  };
  t.same(decodeIso2709(encodeIso2709(record, 'utf-8'), auto).marc.fields, record.fields);
});

t.test(
  'reads and writes records longer than five digits can say only where that is possible',
  async (t) => {
    const long = 'x'.repeat(9_000);
    const field = { tag: '500', ind1: ' ', ind2: ' ', subfields: [{ code: 'a', value: long }] };
    const record = { ...marc21, fields: Array.from({ length: 13 }, () => field) };
    t.throws(() => encodeIso2709(record, 'utf-8'), MarcError);
    const tooLong = { ...field, subfields: [{ code: 'a', value: 'x'.repeat(10_000) }] };
    t.throws(() => encodeIso2709({ ...marc21, fields: [tooLong] }, 'utf-8'), MarcError);
    const data = Array.from({ length: 13 }, () => `  \x1fa${long}\x1e`);
    const entries = Array.from(
      { length: 13 },
      (_, n) => `5009005${String((n * 9005) % 100_000).padStart(5, '0')}`,
    );
    const decoded = decodeIso2709(join('99999nam  2200181 i 4500', entries, data), auto);
    t.equal(decoded.marc.fields.length, 13);
    t.match(decoded.warnings[0], 'split at their terminators');
  },
);

t.test('writes what it reads in every charset that has the text', async (t) => {
  for (const charset of ['utf-8', 'gb18030', 'marc-8'] as const) {
    for (const record of [marc21, cnmarc]) {
      const decoded = decodeIso2709(encodeIso2709(record, charset), { charset });
      t.same(decoded.marc.fields, record.fields, charset);
      t.same(decoded.warnings, [], charset);
      t.equal(decoded.charset, charset);
    }
  }
  t.equal(decodeIso2709(encodeIso2709(marc21, 'marc-8'), auto).marc.leader[9], ' ');
  t.equal(decodeIso2709(encodeIso2709(marc21, 'gbk'), { charset: 'gbk' }).warnings.length, 0);
});

t.test('gives back any record it wrote', async () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const { marc, warnings } = decodeIso2709(encodeIso2709(record, 'utf-8'), {
        charset: 'utf-8',
      });
      return warnings.length === 0 && JSON.stringify(marc.fields) === JSON.stringify(record.fields);
    }),
    { numRuns: 500 },
  );
});

t.test('gives up a record that is a flood, and nothing else', async (t) => {
  const leader = '00000nam  2200025 i 4500';
  const floods: [string, string][] = [
    ['terminators', `${leader}245000900000\x1e${'\x1e'.repeat(100_000)}`],
    ['entries', `${leader}${'001000100000'.repeat(50_000)}\x1e${'\x1e'.repeat(50_000)}`],
    ['delimiters', `${leader}245??????????\x1e10${'\x1fa'.repeat(50_000)}\x1e`],
  ];
  for (const [name, flood] of floods) {
    const bytes = Buffer.concat([Buffer.from(`${flood}\x1d`, 'latin1'), good]);
    const [first, second] = [...readIso2709(bytes, auto)];
    t.match(first, { problem: /more than 20000/ }, name);
    t.same(second === undefined ? [] : texts(second), EXPECTED, name);
  }
  const empty = parts([['245', `10${'\x1f'.repeat(50_000)}`]]);
  const decoded = decodeIso2709(join(leader, empty.directory, empty.data), auto);
  t.ok(decoded.warnings.length < 10, 'one sentence, not one a delimiter');
});

t.test('finds records without terminators in one pass', async (t) => {
  const unterminated = Buffer.concat(Array.from({ length: 20_000 }, () => good.subarray(0, -1)));
  let count = 0;
  for (const record of readIso2709(unterminated, auto)) if ('marc' in record) count += 1;
  t.equal(count, 20_000);
});

t.test('accounts for every byte of damaged input and throws nothing', async (t) => {
  const originals = [
    good,
    Buffer.concat([good, good]),
    encodeIso2709(cnmarc, 'gb18030'),
    encodeIso2709(marc21, 'marc-8'),
  ];
  fc.assert(
    fc.property(
      damaged(originals),
      fc.constantFrom('auto', 'utf-8', 'gbk', 'marc-8'),
      (bytes, charset) => {
        let covered = 0;
        for (const record of readIso2709(bytes, { charset })) {
          covered += record.raw.length;
          if ('marc' in record && record.marc.leader.length !== 24) return false;
          for (const warning of 'marc' in record ? record.warnings : [record.problem]) {
            covered += Number(/(\d+) bytes before the record/.exec(warning)?.[1] ?? 0);
          }
        }
        const fillers = bytes.filter((byte) => FILLERS.has(byte)).length;
        return covered + fillers + 3 >= bytes.length;
      },
    ),
    { numRuns: 2000 },
  );
  t.pass('2,000 inputs');
});
