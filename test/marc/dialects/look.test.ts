import t from 'tap';
import { bibFromText, toBibRecord } from '../../../src/marc/dialects/index.ts';
import { composing, marks } from '../../../src/marc/dialects/look.ts';
import {
  decodeIso2709,
  decodeIso2709Text,
  encodeIso2709,
} from '../../../src/marc/formats/iso2709.ts';
import { marc } from '../../support/catalogue.ts';

t.test('what a look takes for composed is so, alone and behind anything', async (t) => {
  const joining = new Set<string>();
  for (let code = 0; code < 0x30000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const [, ...rest] = String.fromCodePoint(code).normalize('NFD');
    for (const character of rest) joining.add(character);
  }
  const wrong: string[] = [];
  for (let code = 0; code < 0x10000; code++) {
    if (((marks[code] ?? 0) & composing) !== 0) continue;
    const character = String.fromCharCode(code);
    const isComposed = character.normalize('NFC') === character && character.isWellFormed();
    if (!isComposed || joining.has(character) || /\p{M}/u.test(character)) {
      wrong.push(code.toString(16));
    }
  }
  t.same(wrong, []);
});

t.test('a text out of NFC is described as its fields are, with the same warnings', async (t) => {
  const record = marc('00000nam a2200000 a 4500', [
    '001 composing',
    '100 1 $aMu\u0308ller, Jo\u0308rg.',
    '245 10$aE\u0301tude :$bか\u3099く /$cJ. Mu\u0308ller.',
    '650  0$aScience.',
  ]);
  const fields = [...record.fields, { tag: '500', value: 'Fe\u0301vrier, without subfields' }];
  const bytes = encodeIso2709({ ...record, fields }, 'utf-8');
  const decoded = decodeIso2709(bytes, { charset: 'utf-8' });
  const text = decodeIso2709Text(bytes, { charset: 'utf-8' });
  const warnings = [...text.warnings];
  const found = bibFromText(text, { dialect: 'auto' }, warnings);
  t.strictSame(found, toBibRecord(decoded.marc, { dialect: 'auto' }));
  t.match(found, { title: 'Étude', subtitle: 'がく', authors: ['Müller, Jörg'] });
  t.strictSame(warnings, decoded.warnings);
  t.equal(warnings.length, 1);
});
