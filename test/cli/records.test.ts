import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { guessFormat, readRecords } from '../../src/cli/record-formats.ts';
import { toBibRecord } from '../../src/marc/dialects/index.ts';
import { encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { marcToJson } from '../../src/marc/formats/json.ts';
import { printMarcXml } from '../../src/marc/formats/marcxml.ts';
import { printOaiMarc } from '../../src/marc/formats/oaimarc.ts';
import type { MarcRecord } from '../../src/marc/types.ts';

const marc: MarcRecord = {
  leader: '00000nam0 2200000   450 ',
  fields: [
    { tag: '001', value: '000123' },
    {
      tag: '200',
      ind1: '1',
      ind2: ' ',
      subfields: [
        { code: 'a', value: '化学工程' },
        { code: 'f', value: '李明主编' },
      ],
    },
    { tag: '210', ind1: ' ', ind2: ' ', subfields: [{ code: 'd', value: '2014' }] },
  ],
};

const read = (bytes: Uint8Array) => [...readRecords(bytes, guessFormat(bytes), 'auto', 'auto')];

/** What a record says, or what is wrong with it. */
const shown = (bytes: Uint8Array) =>
  read(bytes).map((found) => {
    if ('problem' in found) return found.problem;
    const record = 'record' in found ? found.record : toBibRecord(found.marc, { dialect: 'auto' });
    return `${record.title}/${record.year}`;
  });

test('finds out the format of a file', async (t) => {
  const xml = `<?xml version="1.0"?><x:collection xmlns:x="http://www.loc.gov/MARC21/slim">${printMarcXml(marc)}</x:collection>`;
  const present = `<present><record><doc_number>1</doc_number><metadata>${printOaiMarc(marc)}</metadata></record></present>`;
  const aleph = [
    '000000123 LDR   L 00000nam0^2200000^^^450^',
    '000000123 2001  L $$a化学工程$$f李明主编',
    '000000123 210   L $$d2014',
  ].join('\n');
  const text =
    'LDR nam0 22 / 450\n001    000123\n200 1  $a化学工程$f李明\n       主编\n210    $d2014\n';
  const bars = '200 1  |a化学工程|f李明主编\n210    |d2014\n\n200 1  |a化工原理\n210    |d2015\n';
  const dc = `<searchRetrieveResponse><records><record><recordData>
    <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:title>化学工程</dc:title><dc:date>2014</dc:date></oai_dc:dc></recordData></record></records></searchRetrieveResponse>`;
  const json = JSON.stringify(marcToJson(marc));
  const named = JSON.stringify({
    leader: marc.leader,
    fields: [
      { tag: '001', value: '000123' },
      { tag: '200', ind1: '1', ind2: ' ', subfields: [{ code: 'a', value: '化学工程' }] },
      { tag: '210', ind1: ' ', ind2: ' ', subfields: [{ code: 'd', value: '2014' }] },
    ],
  });
  const cases: readonly (readonly [string, string, string | Uint8Array])[] = [
    ['ISO 2709', 'iso2709', encodeIso2709(marc, 'utf-8')],
    ['MARCXML', 'marcxml', xml],
    ['MARCXML in UTF-16', 'marcxml', Buffer.from(`\ufeff${xml.slice(21)}`, 'utf16le')],
    ['OAI-MARC in an answer of Aleph', 'oaimarc', present],
    ['Aleph sequential', 'alephseq', aleph],
    ['lines with $', 'text', text],
    ['Dublin Core in an SRU answer', 'xml', dc],
    ['MARC-in-JSON', 'json', json],
    ['JSON with tags as values', 'json', named],
    ['JSON lines', 'json', `${json}\n${json}\n`],
  ];
  for (const [name, format, content] of cases) {
    const bytes = Buffer.from(content as string);
    t.equal(guessFormat(bytes), format, name);
    for (const one of shown(bytes)) t.equal(one, '化学工程/2014', name);
  }
  t.strictSame(shown(Buffer.from(bars)), ['化学工程/2014', '化工原理/2015']);
});

test('says what a file holds that has no record', async (t) => {
  t.match(shown(Buffer.from('<find><set_number>1</set_number></find>')), [/no record.*"find"/]);
  t.match(shown(Buffer.from('{"leader": "x", "fields": [{"245": {"ind1"')), [/not JSON/]);
  t.match(shown(Buffer.from('[{"leader": "x"}]')), [/no list of fields/]);
  t.match(shown(Buffer.from('nothing of the kind')), [/.+/]);
});

test('reads JSON whose strings hold line breaks, and says so', async (t) => {
  const broken = JSON.stringify(marcToJson(marc), null, 1).replace('李明主编', '李明\n  主编');
  const [found] = read(Buffer.from(broken));
  t.ok(found !== undefined && 'marc' in found);
  t.match(found, { warnings: [/repaired/] });
});

test('goes on with the next line after one that is no JSON', async (t) => {
  const json = JSON.stringify(marcToJson(marc));
  t.match(shown(Buffer.from(`${json}\n{"broken\n${json}\n`)), [
    '化学工程/2014',
    /not JSON/,
    '化学工程/2014',
  ]);
});

test('warns of a line that is no field', async (t) => {
  const [found] = read(Buffer.from('A heading\n200 1  $a化学工程\n210    $d2014\n'));
  t.match(found, { warnings: [/no field \("A heading"\)/, /24/] });
});

test('takes this very file for no list of fields', async (t) => {
  t.not(guessFormat(readFileSync(new URL(import.meta.url))), 'text');
});
