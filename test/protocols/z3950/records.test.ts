import fc from 'fast-check';
import t from 'tap';
import { encodeRecordText } from '../../../src/marc/charset/index.ts';
import { encodeIso2709 } from '../../../src/marc/formats/iso2709.ts';
import { printMarcXml } from '../../../src/marc/formats/marcxml.ts';
import { fillDefaults } from '../../../src/members/defaults.ts';
import type { External, NamedRecord } from '../../../src/protocols/z3950/apdu/index.ts';
import { type DatabaseSettings, databasesOf } from '../../../src/protocols/z3950/ask.ts';
import { readRecord } from '../../../src/protocols/z3950/decode.ts';
import { recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';
import {
  decodeGrs1,
  encodeGrs1,
  type GrsElement,
} from '../../../src/protocols/z3950/records/grs1.ts';
import { itemsOfOpac } from '../../../src/protocols/z3950/records/items.ts';
import {
  decodeOpac,
  encodeOpac,
  type OpacHoldings,
  type OpacRecord,
} from '../../../src/protocols/z3950/records/opac.ts';
import { encodeSutrs } from '../../../src/protocols/z3950/records/text.ts';
import { cnmarcCatalogue, marc21Catalogue } from '../../support/catalogue.ts';

const library = fillDefaults(
  {
    id: 'read',
    code: '0',
    name: { zh: '受测馆' },
    connector: { protocol: 'z3950', host: '127.0.0.1', port: 210, database: 'x' },
  },
  {},
);
const [plain] = 'databases' in library.connector ? databasesOf(library.connector) : [];

function read(record: External, settings: Partial<DatabaseSettings> = {}) {
  const place: NamedRecord = { kind: 'record', database: 'x', record };
  return readRecord(library, { ...(plain as DatabaseSettings), ...settings }, place, 7);
}

const octets = (reference: string, content: Uint8Array): External => ({
  reference,
  encoding: 'octets',
  content,
});

const [chinese] = cnmarcCatalogue(1);
const [latin] = marc21Catalogue(1);
if (chinese === undefined || latin === undefined) throw new Error('The catalogues are empty.');

t.test('reads a record by the identifier that came with it', (t) => {
  const title = '化学工程实验';
  const gbk = octets(recordSyntaxes.unimarc, encodeIso2709(chinese, 'gb18030'));
  t.match(read(gbk, { charset: 'gb18030' }), {
    localId: 'cn00001',
    position: 7,
    syntax: recordSyntaxes.unimarc,
    charset: 'gb18030',
    record: { title, dialect: 'cnmarc' },
  });
  const asMarc21 = octets(recordSyntaxes.usmarc, encodeIso2709(chinese, 'utf-8'));
  t.match(read(asMarc21), { syntax: recordSyntaxes.usmarc, record: { title, dialect: 'cnmarc' } });
  const xml = new TextEncoder().encode(printMarcXml(chinese));
  t.match(read(octets(recordSyntaxes.xml, xml)), { record: { title }, marc: { fields: [] } });
  t.match(read(octets('1.2.3.4', xml)), { record: { title } });
  t.match(read(octets('1.2.840.10003.5.28', encodeIso2709(latin, 'utf-8'))), {
    record: { title: 'Étude de la chimie appliquée' },
  });
  const dc =
    '<dc:dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>化学工程</dc:title></dc:dc>';
  t.match(read(octets(recordSyntaxes.xml, new TextEncoder().encode(dc))), {
    marc: null,
    localId: 'read:7',
    record: { title: '化学工程', dialect: 'dc' },
  });
  t.end();
});

t.test('reads MARC that a server wrapped as an ASN.1 value', (t) => {
  const bytes = encodeIso2709(latin, 'utf-8');
  const header = [0x04, 0x82, bytes.length >> 8, bytes.length & 0xff];
  const single: External = {
    reference: recordSyntaxes.usmarc,
    encoding: 'single',
    content: Uint8Array.of(...header, ...bytes),
  };
  t.match(read(single), { localId: 'test00001' });
  t.end();
});

t.test('refuses what is not what it says, with an error of a decoder', (t) => {
  const bad: External[] = [
    octets(recordSyntaxes.usmarc, new TextEncoder().encode('nothing of the kind')),
    octets(recordSyntaxes.xml, new TextEncoder().encode('<record>')),
    octets(recordSyntaxes.xml, new TextEncoder().encode('<html><body/></html>')),
    octets(recordSyntaxes.opac, new Uint8Array(4)),
    encodeOpac({ bibliographic: null, holdings: [] }),
    encodeOpac({ bibliographic: encodeOpac({ bibliographic: null, holdings: [] }), holdings: [] }),
    encodeSutrs(' \n '),
  ];
  for (const record of bad) t.throws(() => read(record));
  t.end();
});

const holdings: OpacHoldings = {
  nucCode: 'TEST',
  localLocation: '总馆',
  shelvingLocation: '三层',
  callNumber: 'TQ016/58',
  enumAndChron: '第1册',
  volumes: [],
  circulation: [
    { availableNow: true, itemId: '100001' },
    { availableNow: true, restrictions: '馆内阅览', itemId: '100002' },
    { availableNow: false, availabilityDate: '20261231', itemId: '100003' },
    { availableNow: false, availabilityDate: '31 December', itemId: '100004' },
    { availableNow: false, itemId: '100005', enumAndChron: '第2册', temporaryLocation: '分馆' },
    { itemId: '100006' },
  ],
};

t.test('reads copies beside the record, and guesses nothing about them', (t) => {
  const bibliographic = octets(recordSyntaxes.unimarc, encodeIso2709(chinese, 'utf-8'));
  const record = encodeOpac({ bibliographic, holdings: [{ kind: 'holdings', data: holdings }] });
  const source = read(record);
  t.match(source, { syntax: recordSyntaxes.opac, record: { title: '化学工程实验' } });
  t.match(source.record.items, [
    {
      callNumber: 'TQ016/58',
      location: '总馆 三层',
      barcode: '100001',
      volume: '第1册',
      status: 'available',
    },
    { status: 'library_use', lendable: null, lendableWhy: '馆内阅览' },
    { status: 'on_loan', dueDate: '2026-12-31' },
    { status: 'on_loan', dueDate: null },
    { status: 'unavailable', volume: '第2册', location: '分馆' },
    { status: 'unknown', lendable: null },
  ]);
  t.match(
    itemsOfOpac({
      bibliographic,
      holdings: [{ kind: 'holdings', data: { ...holdings, circulation: [] } }],
    }),
    [{ callNumber: 'TQ016/58', status: 'unknown', barcode: null }],
  );
  const volumes = [{ enumeration: 'v. 1', chronology: '1999' }, { enumAndChron: 'v. 2' }];
  const byVolume = { ...holdings, circulation: [], volumes };
  t.match(itemsOfOpac({ bibliographic, holdings: [{ kind: 'holdings', data: byVolume }] }), [
    { volume: 'v. 1 1999' },
    { volume: 'v. 2' },
  ]);
  t.end();
});

t.test('reads strings of an OPAC record in the charset of the library', (t) => {
  const record = encodeOpac({
    bibliographic: octets(recordSyntaxes.unimarc, encodeIso2709(chinese, 'gbk')),
    holdings: [{ kind: 'holdings', data: { localLocation: 'XXXX', volumes: [], circulation: [] } }],
  });
  const location = encodeRecordText('总馆', 'gbk');
  const at = Buffer.from(record.content).indexOf('XXXX');
  record.content.set(location, at);
  t.match(read(record, { charset: 'gbk' }).record.items, [{ location: '总馆' }]);
  t.end();
});

t.test('OPAC and GRS-1 records come back as they went', (t) => {
  const marcHoldings = octets(recordSyntaxes.usmarc, new Uint8Array(3));
  const record: OpacRecord = {
    bibliographic: octets(recordSyntaxes.usmarc, new Uint8Array(9)),
    holdings: [
      { kind: 'holdings', data: { ...holdings, volumes: [{ enumeration: '1' }] } },
      { kind: 'marc', record: marcHoldings },
    ],
  };
  t.same(decodeOpac(encodeOpac(record)), record);
  const element = fc.letrec<{ element: GrsElement }>((tie) => ({
    element: fc.record({
      tagType: fc.constantFrom(undefined, 1, 2, 3),
      tag: fc.oneof(fc.integer(), fc.string()),
      occurrence: fc.constantFrom(undefined, 1),
      content: fc.oneof(
        { depthSize: 'small' },
        fc.record({ kind: fc.constant('text' as const), text: fc.string() }),
        fc.record({ kind: fc.constant('number' as const), value: fc.integer() }),
        fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
        fc.record({ kind: fc.constant('octets' as const), octets: fc.uint8Array() }),
        fc.constant({ kind: 'nothing' as const }),
        fc.record({
          kind: fc.constant('subtree' as const),
          elements: fc.array(tie('element'), { minLength: 1, maxLength: 3 }),
        }),
      ),
    }),
  })).element;
  fc.assert(
    fc.property(fc.array(element, { maxLength: 4 }), (elements) => {
      t.same(decodeGrs1(encodeGrs1(elements)), elements, { diagnostic: false });
    }),
    { numRuns: 60 },
  );
  t.end();
});

t.test('makes a record of GRS-1 elements with MARC tags, or of tagSet-G', (t) => {
  const text = (tag: string | number, value: string, tagType = 3): GrsElement => ({
    tagType,
    tag,
    content: { kind: 'text', text: value },
  });
  const tree = (tag: string, elements: GrsElement[]): GrsElement => ({
    tagType: 3,
    tag,
    content: { kind: 'subtree', elements },
  });
  const marc = encodeGrs1([
    text('001', 'g1'),
    tree('245', [tree('10', [text('a', 'Chemistry :'), text('b', 'a history')])]),
  ]);
  t.match(read(marc), {
    localId: 'g1',
    marc: { fields: [] },
    record: { title: 'Chemistry', subtitle: 'a history' },
  });
  const generic = encodeGrs1([
    text(1, 'Chemistry', 2),
    text(2, 'Edith Marsh', 2),
    text(4, '1999', 2),
  ]);
  t.match(read(generic), { marc: null, record: { title: 'Chemistry', year: 1999 } });
  t.match(read(encodeGrs1([text(1, 'Just a line', 1)])), { record: { title: 'Just a line' } });
  t.end();
});

t.test('makes a record of the lines of a SUTRS record', (t) => {
  const labelled = encodeSutrs('题名: 化学工程\n作者：周明远\nISBN: 978-7-312-03389-6\n馆藏三册\n');
  t.match(read(labelled), {
    marc: null,
    record: { title: '化学工程', isbn: ['9787312033896'], notes: ['馆藏三册'] },
  });
  t.match(read(encodeSutrs('A plain line\nand another')), { record: { title: 'A plain line' } });
  t.end();
});
