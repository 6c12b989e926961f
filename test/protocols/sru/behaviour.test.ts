import t from 'tap';
import type { LibraryDocument, SruSettings } from '../../../src/members/document.ts';
import { createSruConnector } from '../../../src/protocols/sru/connector.ts';
import { type Seen, scripted } from '../scripted.ts';
import { ask, dependencies, library, search } from '../support.ts';
import { answerXml, dataRecord, listed, marcRecord } from './answers.ts';

const tools = dependencies({ LIBRARY_USER: 'reader', LIBRARY_PASSWORD: 'a secret&more' });
t.teardown(() => tools.close());

function connector(url: string, more: object = {}) {
  const settings = library({ protocol: 'sru', url, ...more });
  return createSruConnector(settings as LibraryDocument<SruSettings>, tools);
}

t.test('sends each version the parameters it knows, encoded', async (t) => {
  const server = await scripted(() => answerXml({ hits: 0 }));
  const asked = () => ask('title = "a & b=c+d"', { start: 3, limit: 7 });
  for (const version of ['1.1', '1.2', '2.0'] as const) {
    await search(connector(server.url, { version }), asked());
  }
  const [first, second, third] = server.seen.map(({ parameters }) =>
    Object.fromEntries(parameters),
  );
  const query = 'dc.title = "a & b=c+d"';
  t.same(second, {
    version: '1.2',
    operation: 'searchRetrieve',
    query,
    startRecord: '3',
    maximumRecords: '7',
    recordSchema: 'marcxml',
    recordPacking: 'xml',
  });
  t.match(first, { version: '1.1', operation: 'searchRetrieve', query });
  t.same(third, { query, startRecord: '3', maximumRecords: '7', recordSchema: 'marcxml' });
  await server.close();
});

t.test('keeps what stands in the address, and sends credentials as told', async (t) => {
  const server = await scripted(() => answerXml({ hits: 0 }));
  const auth = { userEnv: 'LIBRARY_USER', passwordEnv: 'LIBRARY_PASSWORD' };
  const url = `${server.url}?x-target=main`;
  await search(connector(url, { auth: { kind: 'basic', ...auth } }), ask('x'));
  await search(connector(url, { method: 'post', auth: { kind: 'parameters', ...auth } }), ask('x'));
  const [basic, posted] = server.seen;
  t.equal(basic?.parameters.get('x-target'), 'main');
  t.equal(
    basic?.headers.authorization,
    `Basic ${Buffer.from('reader:a secret&more').toString('base64')}`,
  );
  t.equal(posted?.method, 'POST');
  t.equal(posted?.parameters.get('x-target'), 'main');
  t.equal(posted?.parameters.get('x-password'), 'a secret&more');
  await server.close();
});

t.test('matches local names under any prefix and namespace', async (t) => {
  for (const prefix of ['zs:', 'srw:', 'sRU:', '']) {
    for (const namespace of ['http://www.loc.gov/zing/srw/', 'urn:none-that-is-known']) {
      const records = [marcRecord('a1', 'One'), marcRecord('a2', 'Two')];
      const server = await scripted(() => answerXml({ hits: 2, records, prefix, namespace }));
      const { outcome, records: found } = await search(connector(server.url), ask('x'));
      t.match(outcome, { hits: 2, fetched: 2 }, `${prefix} ${namespace}`);
      t.same(
        found.map(({ localId, record }) => [localId, record.title]),
        [
          ['a1', 'One'],
          ['a2', 'Two'],
        ],
      );
      await server.close();
    }
  }
});

t.test('steps the version down when told to, and remembers it', async (t) => {
  const server = await scripted(({ parameters }) => {
    if (parameters.get('version') !== '1.1')
      return answerXml({ hits: null, diagnostics: [[5, '1.1']] });
    return answerXml({ hits: 1, records: [marcRecord('a', 'One')] });
  });
  const one = connector(server.url, { version: '2.0' });
  for (let n = 0; n < 2; n += 1) t.equal((await search(one, ask('x'))).outcome?.hits, 1);
  t.same(
    server.seen.map(({ parameters }) => parameters.get('version')),
    [null, '1.1', '1.1'],
  );
  await server.close();
});

t.test('takes no count of 0 from an answer that is only a diagnostic', async (t) => {
  const server = await scripted((seen) =>
    seen.parameters.has('recordSchema')
      ? answerXml({ hits: 0, diagnostics: [[66]] })
      : answerXml({ hits: 7, records: listed(seen, 7) }),
  );
  const answer = await search(connector(server.url), ask('x', { limit: 3 }));
  t.match(answer.outcome, { hits: 7, fetched: 3 });
  t.same([...new Set(answer.batches.map(({ hits }) => hits))], [7]);
  await server.close();
});

t.test('gives up on a version that nobody speaks', async (t) => {
  const server = await scripted(() => answerXml({ hits: null, diagnostics: [[5, '4.0']] }));
  const { error } = await search(connector(server.url), ask('x'));
  t.match(error, { code: 'unsupported', reason: 'sru_5', hits: null });
  t.ok(server.seen.length <= 3);
  await server.close();
});

t.test('goes on where the server caps, page by page', async (t) => {
  const server = await scripted((seen) => answerXml({ hits: 42, records: listed(seen, 42, 10) }));
  const asked = ask('x', { start: 5, limit: 30 });
  const { outcome, records, batches } = await search(connector(server.url), asked);
  t.match(outcome, { hits: 42, exact: true, fetched: 30, incomplete: null });
  t.same(
    records.map(({ localId, position }) => [localId, position]),
    Array.from({ length: 30 }, (_, n) => [`r${n + 5}`, n + 5]),
  );
  t.equal(server.seen.length, 3);
  t.ok(batches.every(({ hits }) => hits === 42));
  t.equal(asked.counts.roundTrips, 4, 'the connection and three pages');
  await server.close();
});

t.test('takes no more than was asked for from a server that gives more', async (t) => {
  const records = Array.from({ length: 10 }, (_, n) => marcRecord(`r${n}`, `Title ${n}`));
  const server = await scripted(() => answerXml({ hits: 10, records }));
  const { outcome, records: found } = await search(connector(server.url), ask('x', { limit: 3 }));
  t.match(outcome, { hits: 10, fetched: 3 });
  t.equal(found.length, 3);
  const count = await search(connector(server.url), ask('x', { limit: 0 }));
  t.match(count.outcome, { hits: 10, fetched: 0 });
  await server.close();
});

t.test('says where a server counts more than it gives, and stops asking', async (t) => {
  const server = await scripted((seen) => answerXml({ hits: 156, records: listed(seen, 14, 10) }));
  const { outcome } = await search(connector(server.url), ask('x', { limit: 20 }));
  t.match(outcome, { hits: 156, exact: false, fetched: 14 });
  t.type(outcome?.incomplete, 'string');
  t.equal(server.seen.length, 3);
  await server.close();
});

t.test('stops at a server that gives the same page again and again', async (t) => {
  const same = { ...answerPage(10) };
  const server = await scripted(() => answerXml({ hits: 500, records: same.records }));
  const { outcome, records } = await search(connector(server.url), ask('x', { limit: 100 }));
  t.equal(records.length, 10, 'no record twice');
  t.match(outcome, { exact: false, fetched: 10 });
  t.type(outcome?.incomplete, 'string');
  t.equal(server.seen.length, 2);
  await server.close();
});

function answerPage(count: number) {
  return { records: Array.from({ length: count }, (_, n) => marcRecord(`s${n}`, `Same ${n}`)) };
}

t.test('believes a count only as far as it holds', async (t) => {
  const two = [marcRecord('a', 'One'), marcRecord('b', 'Two')];
  const cases: readonly (readonly [string, object, object])[] = [
    ['too small', { hits: 1, records: two }, { hits: 2, exact: false }],
    ['negative', { hits: -5, records: two }, { hits: 2, exact: false }],
    ['missing', { hits: null, records: two }, { hits: 2, exact: false }],
    ['no number', { hits: 'many', records: two }, { hits: 2, exact: false }],
    ['padded', { hits: ' 0000000002 ', records: two }, { hits: 2, exact: true }],
    [
      'called an estimate',
      {
        hits: 2,
        records: two,
        extra:
          '<zs:resultCountPrecision>info:srw/vocabulary/resultCountPrecision/1/estimate</zs:resultCountPrecision>',
      },
      { hits: 2, exact: false },
    ],
    [
      'called exact',
      { hits: 2, records: two, extra: '<zs:resultCountPrecision>exact</zs:resultCountPrecision>' },
      { hits: 2, exact: true },
    ],
    [
      'not exact by Alma’s word',
      {
        hits: 2,
        records: two,
        extra:
          '<zs:extraResponseData><xb:exact xmlns:xb="urn:x">false</xb:exact></zs:extraResponseData>',
      },
      { hits: 2, exact: false },
    ],
  ];
  for (const [name, shape, expected] of cases) {
    const server = await scripted(() => answerXml(shape));
    const { outcome, records } = await search(connector(server.url), ask('x'));
    t.match(outcome, expected, name);
    t.equal(records.length, 2, name);
    await server.close();
  }
});

t.test('keeps the first count when a later page says otherwise', async (t) => {
  const shapes: readonly object[] = [
    { hits: 0, diagnostics: [[61]] },
    { hits: null, diagnostics: [[61]] },
    { hits: 3 },
  ];
  for (const later of shapes) {
    const server = await scripted((seen, _response, count) =>
      count === 1 ? answerXml({ hits: 147, records: listed(seen, 147, 12) }) : answerXml(later),
    );
    const { outcome, error } = await search(connector(server.url), ask('x', { limit: 20 }));
    t.equal(error, null);
    t.match(outcome, { hits: 147, exact: false, fetched: 12 }, JSON.stringify(later));
    t.type(outcome?.incomplete, 'string');
    await server.close();
  }
});

t.test('leaves out what a server does not take, and remembers that', async (t) => {
  const refuses =
    (parameter: string, diagnostic: readonly [number, string?]) =>
    ({ parameters }: Seen) =>
      parameters.has(parameter)
        ? answerXml({ hits: null, diagnostics: [diagnostic] })
        : answerXml({ hits: 1, records: [marcRecord('a', 'One')] });
  const cases: readonly (readonly [string, readonly [number, string?]])[] = [
    ['recordSchema', [66, 'marcxml']],
    ['recordSchema', [67]],
    ['recordPacking', [71, 'xml']],
    ['recordPacking', [8, 'recordPacking']],
    ['recordPacking', [6, 'recordPacking']],
  ];
  for (const [parameter, diagnostic] of cases) {
    const server = await scripted(refuses(parameter, diagnostic));
    const one = connector(server.url);
    t.equal((await search(one, ask('x'))).outcome?.hits, 1, `${parameter} ${diagnostic[0]}`);
    t.equal((await search(one, ask('x'))).outcome?.hits, 1);
    t.equal(server.seen.length, 3, 'told off once');
    await server.close();
  }
});

t.test('sorts as the server can, and says so where it cannot', async (t) => {
  const server = await scripted(() => answerXml({ hits: 1, records: [marcRecord('a', 'One')] }));
  const sort = { key: 'year', descending: true } as const;
  const sorts = { year: 'dc.date' };
  const one = await search(connector(server.url, { version: '1.1', sorts }), ask('x', { sort }));
  const two = await search(connector(server.url, { sorts }), ask('x', { sort }));
  const none = await search(connector(server.url), ask('x', { sort }));
  t.same(
    [one, two, none].map(({ outcome }) => outcome?.sorted),
    [true, true, false],
  );
  t.equal(server.seen[0]?.parameters.get('sortKeys'), 'dc.date,,0');
  t.match(server.seen[1]?.parameters.get('query'), / sortby dc\.date\/sort\.descending$/);
  await server.close();
  const unable = await scripted(({ parameters }) =>
    parameters.get('query')?.includes('sortby')
      ? answerXml({ hits: null, diagnostics: [[80]] })
      : answerXml({ hits: 1, records: [marcRecord('a', 'One')] }),
  );
  const { outcome } = await search(connector(unable.url, { sorts }), ask('x', { sort }));
  t.match(outcome, { hits: 1, sorted: false });
  await unable.close();
});

t.test('tries the forms of an ISBN until something is found', async (t) => {
  const server = await scripted(({ parameters }) =>
    parameters.get('query')?.includes('"7-312-03389-')
      ? answerXml({ hits: 1, records: [marcRecord('a', 'One')] })
      : answerXml({ hits: 0 }),
  );
  const terms = { isbn: ['plain13', 'hyphen13', 'plain10', 'hyphen10'] };
  const { outcome } = await search(
    connector(server.url, { terms }),
    ask('isbn = 9787312033896', { limit: 5 }),
  );
  t.equal(outcome?.hits, 1);
  t.equal(server.seen.length, 4);
  await server.close();
});

t.test('widens what the server cannot say only as far as no hit is lost', async (t) => {
  const server = await scripted(({ parameters }) =>
    /==|exact/.test(parameters.get('query') ?? '')
      ? answerXml({ hits: null, diagnostics: [[19, '==']] })
      : answerXml({ hits: 1, records: [marcRecord('a', 'One')] }),
  );
  const { outcome } = await search(connector(server.url), ask('title == "one two"'));
  t.equal(outcome?.hits, 1);
  t.ok((outcome?.simplified.length ?? 0) > 0, 'and says so');
  await server.close();
});

t.test('reads each kind of record by what it is', async (t) => {
  const marc = `<marc:record xmlns:marc="http://www.nlc.cn/"><marc:leader>00000nam0 2200000   450 </marc:leader><marc:controlfield tag="001">c1</marc:controlfield><marc:datafield tag="200" ind1="1" ind2=" "><marc:subfield code="a">化学工程</marc:subfield></marc:datafield></marc:record>`;
  const packed = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const dc =
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>In Dublin Core</dc:title></oai_dc:dc>';
  const mods =
    '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>In MODS</title></titleInfo></mods>';
  const opac = `<opacRecord><bibliographicRecord>${marc}</bibliographicRecord><holdings><holding><localLocation>总馆</localLocation><callNumber>TQ016/58</callNumber><circulations><circulation><availableNow value="0"/><availabilityDate>2027-01-05</availabilityDate><itemId>B77</itemId></circulation><circulation><availableNow value="1"/><itemId>B78</itemId></circulation></circulations></holding></holdings></opacRecord>`;
  const kinds: readonly (readonly [string, string])[] = [
    [marc, '化学工程'],
    [packed(`<?xml version="1.0" encoding="ISO-8859-1"?>\n${marc}`), '化学工程'],
    [`<![CDATA[${marc}]]>`, '化学工程'],
    [`<collection>${marc}</collection>`, '化学工程'],
    [dc, 'In Dublin Core'],
    [mods, 'In MODS'],
    [opac, '化学工程'],
  ];
  const server = await scripted(() =>
    answerXml({ hits: 7, records: kinds.map(([data]) => dataRecord(data, 'something')) }),
  );
  const { outcome, records } = await search(connector(server.url), ask('x'));
  t.match(outcome, { fetched: 7, unreadable: 0 });
  t.same(
    records.map(({ record }) => record.title),
    kinds.map(([, title]) => title),
  );
  t.match(records[6]?.record.items, [
    { barcode: 'B77', status: 'on_loan', dueDate: '2027-01-05', callNumber: 'TQ016/58' },
    { barcode: 'B78', status: 'available', lendable: null },
  ]);
  t.same(Buffer.from(records[0]?.raw ?? []).toString(), marc, 'kept as it arrived');
  await server.close();
});

t.test('counts a surrogate diagnostic as a record that could not be read', async (t) => {
  const surrogate = dataRecord(
    '<diagnostic xmlns="http://www.loc.gov/zing/srw/diagnostic/"><uri>info:srw/diagnostic/1/64</uri></diagnostic>',
    'info:srw/schema/1/diagnostics-v1.1',
  );
  const records = [marcRecord('a', 'One'), surrogate, dataRecord(''), marcRecord('b', 'Two')];
  const server = await scripted(() => answerXml({ hits: 4, records }));
  const { outcome, records: found } = await search(connector(server.url), ask('x'));
  t.match(outcome, { hits: 4, exact: true, fetched: 2, unreadable: 2, incomplete: null });
  t.same(
    found.map(({ position }) => position),
    [1, 4],
  );
  await server.close();
});

t.test('numbers a record without a number by its place', async (t) => {
  const bare = dataRecord(
    '<dc xmlns="http://purl.org/dc/elements/1.1/"><title>No number</title></dc>',
    'dc',
  );
  const identified = `${bare}<PREFIX:recordIdentifier>id-9</PREFIX:recordIdentifier>`;
  const server = await scripted(() => answerXml({ hits: 2, records: [bare, identified] }));
  const { records } = await search(connector(server.url), ask('x'));
  t.same(
    records.map(({ localId }) => localId),
    ['test-library:1', 'id-9'],
  );
  await server.close();
});
