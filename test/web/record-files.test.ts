import t from 'tap';
import { detectDialect, toBibRecord } from '../../src/marc/dialects/index.ts';
import { decodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { readMarcXml } from '../../src/marc/formats/marcxml.ts';
import { type DecodedMarc, isDataField, type MarcRecord } from '../../src/marc/types.ts';
import { parseXmlTree } from '../../src/marc/xml/tree.ts';
import type { MergedRecord } from '../../src/search/types.ts';
import { startDemonstrationGateway } from '../support/demonstration-gateway.ts';

/** A CNMARC library over Z39.50, a MARC 21 one over SRU and one that has no MARC. */
const gateway = await startDemonstrationGateway(
  ['demo-chem', 'demo-comp', 'demo-poly'],
  t.testdir({}),
);
t.teardown(() => gateway.close());
const get = (url: string) => gateway.server.inject({ method: 'GET', url });

const found = (await get(`/api/v1/search?q=${encodeURIComponent('化学工程')}`)).json();
const line: MergedRecord | undefined = (found.records as MergedRecord[]).find(
  ({ holdings }) => holdings.length === 3,
);
if (line === undefined) throw new Error('no edition is held by all three libraries');
const merged = `/api/v1/records/${line.id}`;
const chem = line.holdings.find(({ library }) => library === 'demo-chem');
const own = `/api/v1/libraries/demo-chem/records/${encodeURIComponent(chem?.localId ?? '')}`;

const numbersOf = (marc: MarcRecord) =>
  marc.fields.flatMap((field) =>
    isDataField(field) && field.tag === '035' ? field.subfields.map(({ value }) => value) : [],
  );
const has = (marc: MarcRecord, tag: string) => marc.fields.filter((one) => one.tag === tag).length;

t.test('a merged record comes as a file of every format', async (t) => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['marcxml', 'application/marcxml+xml; charset=utf-8', 'xml', /<record xmlns/],
    ['marc', 'application/marc', 'mrc', /^\d{5}/],
    ['mods', 'application/mods+xml; charset=utf-8', 'xml', /<mods xmlns/],
    ['dc', 'application/xml; charset=utf-8', 'xml', /<oai_dc:dc /],
    ['ris', 'application/x-research-info-systems; charset=utf-8', 'ris', /^TY {2}- BOOK/],
    ['bibtex', 'application/x-bibtex; charset=utf-8', 'bib', /^@book\{/],
    ['csl', 'application/vnd.citationstyles.csl+json', 'json', /"type": "book"/],
    ['gbt7714', 'text/plain; charset=utf-8', 'txt', /\[M\]/],
    ['jsonld', 'application/ld+json', 'jsonld', /schema\.org/],
  ];
  for (const [format, type, ending, content] of cases) {
    const file = await get(`${merged}?format=${format}`);
    t.equal(file.statusCode, 200, format);
    t.equal(file.headers['content-type'], type);
    t.equal(
      file.headers['content-disposition'],
      `attachment; filename="${line.id}.${ending}"`,
      'and is saved under a name of its own',
    );
    t.match(file.body, content);
    t.match(file.body, line.title, `${format} has the title`);
    if (ending === 'xml') t.ok(parseXmlTree(file.rawPayload));
  }
});

t.test('in each dialect it names every library that holds it', async (t) => {
  for (const dialect of ['marc21', 'cnmarc', 'unimarc'] as const) {
    const iso = await get(`${merged}?format=marc&dialect=${dialect}`);
    const { marc } = decodeIso2709(iso.rawPayload, { charset: 'utf-8' });
    const xml = await get(`${merged}?format=marcxml&dialect=${dialect}`);
    const [again] = [...readMarcXml(xml.rawPayload)];
    t.same((again as DecodedMarc).marc.fields, marc.fields, 'the same in both notations');
    const detected = detectDialect(marc);
    t.equal(detected === 'cnmarc' && dialect === 'unimarc' ? 'unimarc' : detected, dialect);
    t.match(marc.fields[0], { tag: '001', value: line.id });
    t.same(
      numbersOf(marc).sort(),
      line.holdings.map(({ library, localId }) => `(${library})${localId}`).sort(),
    );
    const copies = line.holdings.reduce((sum, { items }) => sum + Math.max(1, items.length), 0);
    t.equal(has(marc, dialect === 'marc21' ? '852' : '905'), copies);
    t.equal(has(marc, dialect === 'marc21' ? '905' : '852'), 0);
    const record = toBibRecord(marc, { dialect: 'auto' });
    t.equal(record.title, line.title);
    t.match(record.isbn, line.isbn.slice(0, 1));
  }
});

t.test('source leaves a record as its library wrote it', async (t) => {
  const [source] = (await get(merged))
    .json()
    .sources.filter(({ library }: { library: string }) => library === 'demo-chem');
  const file = await get(`${own}?format=marc&dialect=source`);
  const { marc } = decodeIso2709(file.rawPayload, { charset: 'utf-8' });
  t.same(marc.fields, source.marc.fields);
  t.same(numbersOf(marc).length, 0);
  t.equal(
    file.headers['content-disposition'],
    `attachment; filename="demo-chem-${chem?.localId}.mrc"`,
  );
  const line21 = await get(`${own}?format=marcxml`);
  t.match(line21.body, /tag="245"/, 'the usual dialect is MARC 21');
  t.match((await get(`${own}?format=marcxml&dialect=cnmarc`)).body, /tag="200"/);
  const federated = await get(`${merged}?format=marc&dialect=source`);
  t.equal(numbersOf(decodeIso2709(federated.rawPayload, { charset: 'utf-8' }).marc).length, 0);
});

t.test('a library and its number name a record for good', async (t) => {
  const id = encodeURIComponent(`demo-chem:${chem?.localId}`);
  const { record, sources } = (await get(`/api/v1/records/${id}`)).json();
  t.equal(record.id, `demo-chem:${chem?.localId}`);
  t.equal(record.title, line.title);
  t.same(
    sources.map(({ library, localId }: { library: string; localId: string }) => [library, localId]),
    [['demo-chem', chem?.localId]],
  );
  t.match((await get(`/api/v1/records/${id}?format=ris`)).body, line.title);
  t.equal((await get('/api/v1/records/demo-chem:nothing')).statusCode, 404);
  t.equal((await get('/api/v1/records/nobody:1')).statusCode, 404);
});

t.test('an unknown format or dialect is refused, all faults at once', async (t) => {
  for (const place of [merged, own]) {
    const answer = await get(`${place}?format=word&dialect=pica`);
    t.equal(answer.statusCode, 400);
    t.same(
      answer.json().errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/format', '/dialect'],
    );
    t.equal((await get(`${place}?format=marc&format=ris`)).statusCode, 400);
  }
  t.equal((await get('/api/v1/records/r_nothing?format=ris')).statusCode, 404);
  t.equal((await get(own)).json().localId, chem?.localId, 'without a format it is JSON');
});
