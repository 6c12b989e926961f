import fc from 'fast-check';
import type { Field, MarcRecord } from '../../../src/marc/types.ts';

/** A book, catalogued twice: as MARC 21 and as CNMARC. */
export const marc21: MarcRecord = {
  leader: '00000nam a2200000 i 4500',
  fields: [
    { tag: '001', value: 'demo0001' },
    { tag: '008', value: '140301s2014    cc            000 0 chi d' },
    { tag: '020', ind1: ' ', ind2: ' ', subfields: [{ code: 'a', value: '9787312033896' }] },
    {
      tag: '245',
      ind1: '1',
      ind2: '0',
      subfields: [
        { code: '6', value: '880-01' },
        { code: 'a', value: 'Hua xue gong cheng shi yan =' },
        { code: 'b', value: 'Expériences de génie chimique /' },
      ],
    },
    {
      tag: '880',
      ind1: '1',
      ind2: '0',
      subfields: [
        { code: '6', value: '245-01/$1' },
        { code: 'a', value: '化学工程实验' },
      ],
    },
  ],
};

export const cnmarc: MarcRecord = {
  leader: '00000nam0 2200000   450 ',
  fields: [
    { tag: '001', value: 'demo0002' },
    {
      tag: '100',
      ind1: ' ',
      ind2: ' ',
      subfields: [{ code: 'a', value: '20140301d2014    em y0chiy50      ea' }],
    },
    {
      tag: '200',
      ind1: '1',
      ind2: ' ',
      subfields: [
        { code: 'a', value: '化学工程实验' },
        { code: 'f', value: '冯红艳, 徐铜文主编' },
      ],
    },
    {
      tag: '461',
      ind1: ' ',
      ind2: '0',
      subfields: [
        { code: '1', value: '2001 ' },
        { code: 'a', value: '化学实验丛书' },
      ],
    },
  ],
};

const tag = fc.integer({ min: 10, max: 999 }).map((number) => String(number).padStart(3, '0'));
const controlTag = fc.integer({ min: 1, max: 9 }).map((number) => `00${number}`);
const sign = fc.constantFrom(...'0123456789 ');
const code = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789$AZ');
/** Any text but delimiters and control characters, composed; marks do not begin it. */
const value = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((text) => text.replace(/[\p{Cc}\p{Cs}\p{Co}\ufffd-\uffff]/gu, '').normalize('NFC'))
  .filter((text) => !/^\p{M}/u.test(text));

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ tag: controlTag, value }),
  fc.record({
    tag,
    ind1: sign,
    ind2: sign,
    subfields: fc.array(fc.record({ code, value }), { minLength: 1, maxLength: 5 }),
  }),
);

/** Any record that every format can hold. */
export const anyRecord: fc.Arbitrary<MarcRecord> = fc.record({
  leader: fc.constant('00000nam a2200000 i 4500'),
  fields: fc.array(field, { maxLength: 8 }),
});

/** Bytes that are nearly one of those given: some changed, dropped, doubled or cut. */
export function damaged(originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('set', 'drop', 'insert', 'cut', 'swap'),
    byte: fc.oneof(fc.constantFrom(0x1d, 0x1e, 0x1f, 0x1b, 0x30, 0x39, 0x3c, 0x26), fc.nat(255)),
  });
  return fc
    .record({
      original: fc.constantFrom(...originals),
      changes: fc.array(change, { maxLength: 6 }),
    })
    .map(({ original, changes }) => {
      let bytes: number[] = [...original];
      for (const { at, kind, byte } of changes) {
        const place = at % Math.max(bytes.length, 1);
        if (kind === 'set') bytes[place] = byte;
        else if (kind === 'drop') bytes.splice(place, 1 + (byte % 13));
        else if (kind === 'insert') bytes.splice(place, 0, byte);
        else if (kind === 'cut') bytes = bytes.slice(0, place);
        else bytes = [...bytes.slice(place), ...bytes.slice(0, place)];
      }
      return Uint8Array.from(bytes);
    });
}
