import t from 'tap';
import { encodeTerm } from '../../src/marc/charset/index.ts';
import { decodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { isControlField, isDataField } from '../../src/marc/types.ts';
import type {
  Apdu,
  PresentResponse,
  SearchResponse,
} from '../../src/protocols/z3950/apdu/index.ts';
import { encodeProposal, utf8Proposal } from '../../src/protocols/z3950/negotiation.ts';
import { recordSyntaxes } from '../../src/protocols/z3950/oid.ts';
import { decodeOpac } from '../../src/protocols/z3950/records/opac.ts';
import { readFacts } from '../../src/sandbox/facts/facts.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import {
  attributes,
  connectRaw,
  initRequest,
  type RawClient,
  searchRequest,
} from './z3950-client.ts';

const sandbox = await startSandbox({
  delays: false,
  libraries: ['demo-chem', 'demo-tech', 'demo-pub', 'demo-normal', 'demo-arts'],
});
t.teardown(() => sandbox.close());

function portOf(id: string): number {
  const connector = sandbox.documents.find((document) => document.id === id)?.connector;
  if (connector?.protocol !== 'z3950' || connector.port === undefined) throw new Error(id);
  return connector.port;
}

async function associate(id: string): Promise<RawClient> {
  const client = await connectRaw(portOf(id));
  await client.ask(initRequest());
  return client;
}

function conditionOf(answer: Apdu | undefined): number | null {
  const records =
    answer?.type === 'searchResponse' || answer?.type === 'presentResponse'
      ? answer.records
      : undefined;
  return records?.kind === 'diagnostics' ? (records.diagnostics[0]?.condition ?? null) : null;
}

const gbk = (text: string): Uint8Array => encodeTerm(text, 'gbk');
const utf8 = (text: string): Uint8Array => encodeTerm(text, 'utf-8');

t.test('finds 156 records about the sample subject, in eight pages of twenty', async (t) => {
  const client = await associate('demo-chem');
  const [found] = await client.ask(searchRequest('libsys2000', { 1: 1016 }, gbk('化学工程')));
  t.equal((found as SearchResponse).resultCount, 156);
  const seen = new Set<string>();
  for (let start = 1; start <= 156; start += 20) {
    const [answer] = await client.ask({
      type: 'presentRequest',
      resultSetName: 'default',
      start,
      count: Math.min(20, 157 - start),
      elementSetNames: 'F',
      preferredRecordSyntax: recordSyntaxes.unimarc,
    });
    const { records } = answer as PresentResponse;
    if (records?.kind !== 'records') throw new Error('no records');
    for (const record of records.records) {
      if (record.kind !== 'record') throw new Error('a diagnostic in place of a record');
      const { marc } = decodeIso2709(record.record.content, { charset: 'gbk' });
      const number = marc.fields.filter(isControlField).find((field) => field.tag === '001');
      seen.add(number?.value ?? '');
      const title = marc.fields.find((field) => field.tag === '200');
      t.ok(title !== undefined && isDataField(title));
    }
    t.equal(records.records.length, start === 141 ? 16 : 20);
  }
  t.equal(seen.size, 156);
  client.close();
});

t.test('answers requests sent ahead in the order they came', async (t) => {
  const client = await connectRaw(portOf('demo-chem'));
  const [init, search, present] = await client.ask(
    initRequest(),
    searchRequest('libsys2000', { 1: 4 }, gbk('化工原理')),
    { type: 'presentRequest', resultSetName: 'default', start: 1, count: 2 },
  );
  t.equal(init?.type, 'initResponse');
  t.ok((search as SearchResponse).resultCount > 1);
  t.equal((present as PresentResponse).numberOfRecordsReturned, 2);
  client.close();
});

t.test('sends records along with the search as its bounds allow', async (t) => {
  const client = await associate('demo-chem');
  const known = readFacts().find((fact) => fact.holders.includes('demo-chem') && fact.isbn !== '');
  const piggyback = {
    smallSetUpperBound: 2,
    largeSetLowerBound: 1000,
    mediumSetPresentNumber: 7,
    preferredRecordSyntax: recordSyntaxes.unimarc,
  };
  const many = searchRequest('libsys2000', { 1: 4 }, gbk('化学工程'), piggyback);
  const few = searchRequest('libsys2000', { 1: 7 }, utf8(known?.isbn ?? ''), piggyback);
  const large = searchRequest('libsys2000', { 1: 4 }, gbk('化学工程'), {
    ...piggyback,
    largeSetLowerBound: 100,
  });
  const answers = (await client.ask(many, few, large)) as SearchResponse[];
  t.same(
    answers.map((answer) => answer.numberOfRecordsReturned),
    [7, 1, 0],
  );
  client.close();
});

t.test('names what it does not support by bib-1 diagnostics', async (t) => {
  const client = await associate('demo-chem');
  const term = gbk('化学');
  const cases: [number, Apdu][] = [
    [114, searchRequest('libsys2000', { 1: 9999 }, term)],
    [117, searchRequest('libsys2000', { 1: 4, 2: 102 }, term)],
    [118, searchRequest('libsys2000', { 1: 4, 4: 99 }, term)],
    [119, searchRequest('libsys2000', { 1: 4, 3: 9 }, term)],
    [120, searchRequest('libsys2000', { 1: 4, 5: 104 }, term)],
    [122, searchRequest('libsys2000', { 1: 4, 6: 7 }, term)],
    [113, searchRequest('libsys2000', { 1: 4, 9: 1 }, term)],
    [109, searchRequest('nosuchbase', { 1: 4 }, term)],
    [30, { type: 'presentRequest', resultSetName: 'nosuchset', start: 1, count: 1 }],
  ];
  const answers = await client.ask(...cases.map(([, request]) => request));
  t.same(
    answers.map(conditionOf),
    cases.map(([condition]) => condition),
  );
  const [, beyond, syntax, elements] = await client.ask(
    searchRequest('libsys2000', { 1: 4 }, gbk('化工原理')),
    { type: 'presentRequest', resultSetName: 'default', start: 900, count: 1 },
    {
      type: 'presentRequest',
      resultSetName: 'default',
      start: 1,
      count: 1,
      preferredRecordSyntax: recordSyntaxes['grs-1'],
    },
    {
      type: 'presentRequest',
      resultSetName: 'default',
      start: 1,
      count: 1,
      elementSetNames: 'medium',
    },
  );
  t.same([beyond, syntax, elements].map(conditionOf), [13, 239, 25]);
  client.close();
});

t.test('honours truncation, position, completeness and comparison', async (t) => {
  const client = await associate('demo-tech');
  const count = async (values: Record<number, number>, text: string): Promise<number> => {
    const [answer] = await client.ask(searchRequest('innopac', values, utf8(text)));
    return (answer as SearchResponse).resultCount;
  };
  const words = await count({ 1: 4, 4: 2 }, 'engineering');
  t.ok(words > 10);
  t.equal(await count({ 1: 4 }, 'engineerin'), 0, 'half a word is none');
  t.ok((await count({ 1: 4, 5: 1 }, 'engineerin')) >= words, 'unless it is truncated');
  t.equal(await count({ 1: 4, 3: 1 }, '工程化学'), 0);
  t.ok((await count({ 1: 4, 3: 1 }, '化学工程')) < (await count({ 1: 4 }, '化学工程')));
  const whole = await count({ 1: 4, 6: 3 }, '化学工程基础');
  t.ok(whole > 0 && whole <= (await count({ 1: 4 }, '化学工程基础')));
  const from2010 = await count({ 1: 31, 2: 4, 4: 1 }, '2010');
  const before2010 = await count({ 1: 31, 2: 1, 4: 1 }, '2010');
  t.ok(from2010 > 0 && before2010 > 0);
  const [all] = await client.ask(searchRequest('innopac', { 1: 31, 2: 4 }, utf8('1000')));
  t.equal(from2010 + before2010, (all as SearchResponse).resultCount);
  client.close();
});

t.test('reads terms in its own charset, or in UTF-8 once that was agreed', async (t) => {
  const plain = await associate('demo-normal');
  const [wrong] = await plain.ask(searchRequest('books', { 1: 4 }, utf8('教育')));
  const [right] = await plain.ask(searchRequest('books', { 1: 4 }, gbk('教育')));
  t.equal((wrong as SearchResponse).resultCount, 0);
  t.ok((right as SearchResponse).resultCount > 5);
  plain.close();
  const agreed = await connectRaw(portOf('demo-normal'));
  const [, found] = await agreed.ask(
    initRequest({
      options: ['search', 'present', 'negotiationModel'],
      otherInformation: [encodeProposal(utf8Proposal)],
    }),
    searchRequest('books', { 1: 4 }, utf8('教育')),
  );
  t.equal((found as SearchResponse).resultCount, (right as SearchResponse).resultCount);
  agreed.close();
});

t.test('searches within earlier result sets, and forgets deleted ones', async (t) => {
  const client = await associate('demo-chem');
  const first = searchRequest('libsys2000', { 1: 4 }, gbk('化学工程'), { resultSetName: 'a' });
  const second = searchRequest('libsys2000', { 1: 31, 2: 4 }, gbk('2010'), { resultSetName: 'b' });
  const both = searchRequest('libsys2000', {}, gbk('x'), {
    resultSetName: 'c',
    query: {
      type: 'type-1',
      attributeSet: '1.2.840.10003.3.1',
      rpn: {
        type: 'operation',
        operator: 'and',
        left: { type: 'resultSet', name: 'a' },
        right: { type: 'resultSet', name: 'b' },
      },
    },
  });
  const [a, b, c] = (await client.ask(first, second, both)) as SearchResponse[];
  t.ok(c !== undefined && c.resultCount > 0);
  t.ok((c?.resultCount ?? 0) < Math.min(a?.resultCount ?? 0, b?.resultCount ?? 0));
  const [deleted, gone] = await client.ask(
    { type: 'deleteRequest', resultSetNames: ['a'] },
    { type: 'presentRequest', resultSetName: 'a', start: 1, count: 1 },
  );
  t.equal(deleted?.type === 'deleteResponse' ? deleted.status : -1, 0);
  t.equal(conditionOf(gone), 30);
  client.close();
});

t.test('refuses named result sets where it has only one', async (t) => {
  const client = await associate('demo-tech');
  const named = searchRequest('innopac', { 1: 4 }, utf8('化学'), { resultSetName: 'mine' });
  const [answer] = await client.ask(named);
  t.equal(conditionOf(answer), 22);
  client.close();
});

t.test('sorts and scans', async (t) => {
  const client = await associate('demo-chem');
  const [, sorted] = await client.ask(searchRequest('libsys2000', { 1: 4 }, gbk('化学工程')), {
    type: 'sortRequest',
    inputResultSetNames: ['default'],
    sortedResultSetName: 'default',
    keys: [
      {
        key: {
          kind: 'attributes',
          attributeSet: '1.2.840.10003.3.1',
          attributes: attributes({ 1: 31 }),
        },
        relation: 1,
        caseSensitivity: 1,
      },
    ],
  });
  t.equal(sorted?.type === 'sortResponse' ? sorted.sortStatus : -1, 0);
  const [page] = await client.ask({
    type: 'presentRequest',
    resultSetName: 'default',
    start: 1,
    count: 20,
    preferredRecordSyntax: recordSyntaxes.unimarc,
  });
  const records = (page as PresentResponse).records;
  const years = (records?.kind === 'records' ? records.records : []).map((record) => {
    const content = record.kind === 'record' ? record.record.content : new Uint8Array();
    const { marc } = decodeIso2709(content, { charset: 'gbk' });
    const date = marc.fields.filter(isDataField).find((field) => field.tag === '210');
    return Number(date?.subfields.find((one) => one.code === 'd')?.value.slice(0, 4));
  });
  t.same(
    years,
    years.toSorted((a, b) => b - a),
  );
  const [scan] = await client.ask({
    type: 'scanRequest',
    databaseNames: ['libsys2000'],
    attributes: attributes({ 1: 4 }),
    term: { kind: 'general', octets: gbk('化工') },
    numberOfTermsRequested: 10,
    preferredPositionInResponse: 4,
  });
  if (scan?.type !== 'scanResponse') throw new Error('no scan response');
  t.equal(scan.positionOfTerm, 4);
  t.equal(scan.entries?.length, 10);
  client.close();
});

t.test('describes copies in the OPAC syntax', async (t) => {
  const client = await associate('demo-tech');
  const [, page] = await client.ask(searchRequest('innopac', { 1: 4 }, utf8('化学工程')), {
    type: 'presentRequest',
    resultSetName: 'default',
    start: 1,
    count: 10,
    preferredRecordSyntax: recordSyntaxes.opac,
  });
  const records = (page as PresentResponse).records;
  if (records?.kind !== 'records') throw new Error('no records');
  const copies = records.records.flatMap((record) =>
    record.kind === 'record' ? decodeOpac(record.record).holdings : [],
  );
  t.ok(copies.length >= 10);
  for (const copy of copies) {
    if (copy.kind !== 'holdings') throw new Error('MARC holdings');
    t.match(copy.data.circulation[0]?.itemId, /^T[0-9]{7}$/);
  }
  client.close();
});

t.test('wants Init first, and says goodbye', async (t) => {
  const rude = await connectRaw(portOf('demo-chem'));
  const [answer] = await rude.ask(searchRequest('libsys2000', { 1: 4 }, gbk('化学')));
  t.equal(answer?.type === 'close' ? answer.reason : '', 'protocolError');
  rude.close();
  const polite = await associate('demo-chem');
  const [goodbye] = await polite.ask({ type: 'close', reason: 'finished' });
  t.equal(goodbye?.type === 'close' ? goodbye.reason : '', 'finished');
  polite.close();
});
