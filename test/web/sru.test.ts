import t from 'tap';
import { childrenOf, firstChild, parseXmlTree, type XmlElement } from '../../src/marc/xml/tree.ts';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';
import { books } from '../support/searches.ts';
import {
  at,
  controlOf,
  diagnosticOf,
  fieldsOf,
  firstElement,
  namesOf,
  recordAt,
  recordsOf,
  said,
} from './sru-reading.ts';

const chemistry = {
  title: '化学工程 <实验> & "方法"',
  subtitle: '上册',
  parallelTitle: 'Chemical engineering experiments',
  responsibility: '冯红艳主编',
  contributors: [
    { name: '冯红艳', kind: 'person', role: '主编', pinyin: null, alternate: null, primary: true },
  ],
  authors: ['冯红艳'],
  publisher: '中国科学技术大学出版社',
  year: 2014,
  isbn: ['9787312033896'],
  isbnStatements: [{ isbn13: '9787312033896', asWritten: '978-7-312-03389-6', qualifier: null }],
  items: [
    {
      callNumber: 'TQ016/58',
      volume: null,
      location: '东区书库',
      barcode: 'C0001',
      status: 'available',
      dueDate: null,
      lendable: null,
      lendableWhy: null,
    },
  ],
} as const;
const older = {
  title: '化学工程导论',
  year: 2001,
  authors: ['王一'],
  controlNumber: 'x1',
} as const;
const ids = ['lib1', 'lib2', 'down', 'odd', 'big', 'nation'];
const gateway = await startTestGateway(
  ids.map((id) => minimalDocument(id, { outsideLimit: id === 'nation' })),
  {
    lib1: { records: [chemistry, { title: '物理化学', year: 2020, authors: ['李二'] }] },
    lib2: { records: [{ ...chemistry, dialect: 'cnmarc' }, older] },
    down: { fails: 'unreachable' },
    odd: { fails: 'unsupported' },
    big: { records: books(130) },
  },
);
t.teardown(() => gateway.close());

const zing = 'http://www.loc.gov/zing/srw/';
const oasis = 'http://docs.oasis-open.org/ns/search-ws/';
const answering = 'lib1,lib2';

function ask(parameters: Readonly<Record<string, string>>, method: 'GET' | 'POST' = 'GET') {
  const query = new URLSearchParams(parameters).toString();
  return method === 'GET'
    ? gateway.app.inject({ method, url: `/sru?${query}` })
    : gateway.app.inject({
        method,
        url: '/sru',
        payload: query,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
}

/** The answer as a tree; only a well-formed document gives one. */
async function tree(parameters: Readonly<Record<string, string>>): Promise<XmlElement> {
  const answer = await ask({ 'x-libraries': answering, ...parameters });
  t.equal(answer.headers['content-type'], 'text/xml; charset=utf-8');
  t.equal(answer.statusCode, 200);
  return parseXmlTree(answer.rawPayload);
}

t.test('answers what Koha asks without being told anything', async (t) => {
  const root = await tree({
    version: '1.1',
    operation: 'searchRetrieve',
    query: 'dc.title="化学工程"',
    maximumRecords: '20',
  });
  t.equal(root.name, 'searchRetrieveResponse');
  t.equal(root.namespace, zing);
  t.same(namesOf(root), [
    'version',
    'numberOfRecords',
    'resultSetId',
    'resultSetIdleTime',
    'records',
    'echoedSearchRetrieveRequest',
    'extraResponseData',
  ]);
  t.equal(said(root, 'version'), '1.1');
  t.equal(said(root, 'numberOfRecords'), '3', 'the edition both libraries hold is one record');
  const first = recordAt(root, 0);
  t.same(namesOf(first), ['recordSchema', 'recordPacking', 'recordData', 'recordPosition']);
  t.equal(said(first, 'recordSchema'), 'info:srw/schema/1/marcxml-v1.1');
  t.equal(at(first, 'recordData', 'record').namespace, 'http://www.loc.gov/MARC21/slim');
  const held = recordsOf(root).find((record) => fieldsOf(record, '035').length === 2);
  if (held === undefined) throw new Error('no record that both hold');
  t.same(fieldsOf(held, '245')[0]?.a, '化学工程 <实验> & "方法" :');
  t.match(controlOf(held, '001'), /^r_[0-9a-f]{24}$/);
  t.same(
    fieldsOf(held, '852').map(({ a, c, h, p }) => [a, c, h, p]),
    [
      ['lib1', '东区书库', 'TQ016/58', 'C0001'],
      ['lib2', '东区书库', 'TQ016/58', 'C0001'],
    ],
    'copies of both libraries stand in it',
  );
});

t.test('each version has its own names and places', async (t) => {
  const query = '化学工程';
  const two = await tree({ query, maximumRecords: '1' });
  t.equal(two.namespace, `${oasis}sruResponse`);
  t.same(namesOf(two), [
    'numberOfRecords',
    'resultSetId',
    'records',
    'nextRecordPosition',
    'echoedSearchRetrieveRequest',
    'extraResponseData',
    'resultSetTTL',
    'resultCountPrecision',
  ]);
  t.equal(said(two, 'nextRecordPosition'), '2');
  t.match(said(two, 'resultCountPrecision'), /\/exact$/);
  t.same(namesOf(recordAt(two, 0)), [
    'recordSchema',
    'recordXMLEscaping',
    'recordData',
    'recordPosition',
  ]);
  const twelve = await tree({ version: '1.2', operation: 'searchRetrieve', query });
  t.same(namesOf(recordAt(twelve, 0)), [
    'recordSchema',
    'recordPacking',
    'recordData',
    'recordIdentifier',
    'recordPosition',
  ]);
  t.equal(said(twelve, 'extraResponseData', 'resultCountPrecision'), 'exact');
  const forgetful = await tree({ operation: 'searchRetrieve', query });
  t.equal(said(forgetful, 'version'), '1.2');
});

t.test('a posted form is the same request', async (t) => {
  const parameters = { version: '1.2', operation: 'searchRetrieve', query: '化学工程' };
  const got = await ask({ ...parameters, 'x-libraries': answering });
  const posted = await ask({ ...parameters, 'x-libraries': answering }, 'POST');
  t.equal(posted.body, got.body);
});

t.test('gives every schema by its name and by its identifier', async (t) => {
  const cases = [
    ['marcxml', 'info:srw/schema/1/marcxml-v1.1', 'record', 'http://www.loc.gov/MARC21/slim'],
    [
      'unimarcxml',
      'info:srw/schema/8/unimarcxml-v0.1',
      'record',
      'info:srw/schema/8/unimarcxml-v0.1',
    ],
    ['cnmarcxml', 'info:srw/schema/8/cnmarcxml-v0.1', 'record', 'http://www.nlc.cn/'],
    ['dc', 'info:srw/schema/1/dc-v1.1', 'dc', 'info:srw/schema/1/dc-schema'],
    ['mods', 'info:srw/schema/1/mods-v3.7', 'mods', 'http://www.loc.gov/mods/v3'],
  ] as const;
  for (const [name, identifier, rootName, namespace] of cases) {
    for (const asked of [name, identifier]) {
      const answer = await tree({ query: '化学工程', recordSchema: asked });
      const record = recordAt(answer, 0);
      t.equal(said(record, 'recordSchema'), identifier);
      t.match(firstElement(at(record, 'recordData')), { name: rootName, namespace }, asked);
    }
  }
  const older = await tree({ query: '化学工程', recordSchema: 'info:srw/schema/1/mods-v3.2' });
  t.equal(firstElement(at(recordAt(older, 0), 'recordData')).name, 'mods');
});

t.test('a record packed as text unpacks to the very record', async (t) => {
  for (const [version, name] of [
    ['1.1', 'recordPacking'],
    ['1.2', 'recordPacking'],
    ['2.0', 'recordXMLEscaping'],
  ] as const) {
    const query = { version, query: '化学工程', recordSchema: 'mods' };
    const inline = await tree(query);
    const packed = await tree({ ...query, [name]: 'string' });
    for (const [n, record] of recordsOf(packed).entries()) {
      t.equal(said(record, name), 'string');
      const unpacked = parseXmlTree(Buffer.from(said(record, 'recordData').trim()));
      const whole = firstElement(at(recordAt(inline, n), 'recordData'));
      t.same(unpacked, whole);
    }
  }
});

t.test('says of each library how it answered, and never counts for a silent one', async (t) => {
  const root = await tree({
    query: '化学工程',
    'x-libraries': 'lib1,down,odd,nation',
  });
  const libraries = childrenOf(at(root, 'extraResponseData', 'federation'), 'library');
  t.same(
    libraries.map(({ attributes: { id, state, hits } }) => [id, state, hits]),
    [
      ['lib1', 'answered', '2'],
      ['down', 'unreachable', undefined],
      ['odd', 'unsupported', undefined],
      ['nation', 'empty', '0'],
    ],
  );
  t.match(said(root, 'resultCountPrecision'), /\/minimum$/);
  const nothingYet = await tree({ query: '化学工程', 'x-libraries': 'nation,down' });
  t.equal(said(nothingYet, 'numberOfRecords'), '0');
  t.match(said(nothingYet, 'resultCountPrecision'), /\/unknown$/);
});

t.test('a diagnostic stands in the place of what cannot be answered', async (t) => {
  const search = { version: '1.2', operation: 'searchRetrieve' };
  const cases: readonly (readonly [Record<string, string>, number, string | RegExp])[] = [
    [{ version: '9.9', query: 'x' }, 5, '2.0'],
    [{ version: '1.2', operation: 'delete' }, 4, 'delete'],
    [{ version: '1.2', operation: 'scan', scanClause: 'dc.title=x' }, 4, /scan: .*browse/],
    [{ version: '1.2', operation: 'scan' }, 7, 'scanClause'],
    [
      { version: '1.2', operation: 'scan', scanClause: 'dc.title=a and dc.title=b' },
      48,
      /one term/,
    ],
    [{ version: '1.2', operation: 'scan', scanClause: 'dc.colour=x' }, 16, 'dc.colour'],
    [{ scanClause: 'dc.title=x', maximumTerms: '5', responsePosition: '7' }, 120, '7'],
    [{ scanClause: 'dc.title=x', maximumTerms: '0' }, 6, 'maximumTerms'],
    [search, 7, 'query'],
    [{ ...search, query: 'x', colour: 'red' }, 8, 'colour'],
    [{ ...search, query: 'x', startRecord: '0' }, 6, 'startRecord'],
    [{ ...search, query: 'x', maximumRecords: '-1' }, 6, 'maximumRecords'],
    [{ ...search, query: 'x', 'x-libraries': 'nobody' }, 6, /nobody/],
    [{ ...search, query: 'dc.title =' }, 10, /position/],
    [{ query: 'x', queryType: 'pqf' }, 11, 'pqf'],
    [{ ...search, query: 'x'.repeat(2001) }, 12, /2000/],
    [{ ...search, query: '(x' }, 13, /parenthesis/],
    [{ ...search, query: '"x' }, 14, /./],
    [{ ...search, query: 'marc.245=x' }, 15, 'marc'],
    [{ ...search, query: 'dc.colour=x' }, 16, 'dc.colour'],
    [{ ...search, query: 'colour=x' }, 16, 'colour'],
    [{ ...search, query: 'dc.title my.like x' }, 19, 'my.like'],
    [{ ...search, query: 'dc.title=""' }, 27, ''],
    [{ ...search, query: Array(51).fill('x').join(' or ') }, 38, /50/],
    [{ ...search, query: 'cql.resultSetId="s_unknown"' }, 51, 's_unknown'],
    [{ ...search, query: 'cql.resultSetId=a and dc.title=x' }, 55, ''],
    [{ ...search, query: '化学', startRecord: '999' }, 61, ''],
    [{ ...search, query: 'x', recordSchema: 'pica' }, 66, 'pica'],
    [{ ...search, query: 'x', recordPacking: 'zip' }, 71, 'zip'],
    [{ query: 'x', recordXMLEscaping: 'zip' }, 71, 'zip'],
    [{ version: '1.1', query: 'x', recordXPath: '/record' }, 72, ''],
    [{ ...search, query: 'x sortby dc.title dc.date' }, 84, '1'],
    [{ ...search, query: 'x sortby dc.publisher' }, 88, 'dc.publisher'],
    [{ version: '1.1', query: 'x', sortKeys: 'title,dc,0' }, 90, 'descending'],
    [{ version: '1.1', query: 'x', sortKeys: 'title,dc,1,1' }, 91, '1'],
    [{ version: '1.1', query: 'x', sortKeys: 'title,dc,1,0,omit' }, 92, 'omit'],
  ];
  for (const [parameters, number, details] of cases) {
    const root = await tree(parameters);
    const found = diagnosticOf(root);
    const label = JSON.stringify(parameters).slice(0, 80);
    t.equal(found.number, number, label);
    t.match(found.details, details, label);
    const isTwo = !root.namespace?.startsWith(zing);
    const namespace = isTwo ? `${oasis}diagnostic` : `${zing}diagnostic/`;
    t.equal(at(root, 'diagnostics', 'diagnostic').namespace, namespace);
    t.notOk(firstChild(root, 'records'), 'and no records');
  }
  t.equal((await tree({ version: '1.1', operation: 'scan' })).name, 'scanResponse');
  t.equal((await tree({ scanClause: 'x' })).namespace, `${oasis}scan`);
});

t.test('when no library answers that is no empty list', async (t) => {
  const down = await tree({ query: '化学', 'x-libraries': 'down' });
  t.equal(diagnosticOf(down).number, 2);
  t.match(said(down, 'diagnostics', 'diagnostic', 'details'), /down unreachable/);
  t.notOk(firstChild(down, 'numberOfRecords'));
  t.equal(diagnosticOf(await tree({ query: '化学', 'x-libraries': 'odd' })).number, 48);
});

t.test('records keep their order by year, title and author', async (t) => {
  const years = async (parameters: Record<string, string>) =>
    recordsOf(await tree({ recordSchema: 'dc', ...parameters })).map((record) =>
      said(record, 'recordData', 'dc', 'date'),
    );
  t.same(await years({ query: '化学 sortby dc.date/sort.descending' }), ['2020', '2014', '2001']);
  t.same(await years({ query: '化学 sortby dc.date' }), ['2001', '2014', '2020']);
  const keys = { version: '1.1', operation: 'searchRetrieve', query: '化学' };
  t.same(await years({ ...keys, sortKeys: 'date,dc,0,0,highValue' }), ['2020', '2014', '2001']);
  t.same(await years({ ...keys, sortKeys: 'dc.title,,1' }), ['2014', '2001', '2020']);
});

t.test('a result set and a record are found again by their names', async (t) => {
  const first = await tree({ version: '1.2', query: '化学工程', maximumRecords: '1' });
  const id = said(first, 'resultSetId');
  const rest = await tree({
    version: '1.2',
    query: `cql.resultSetId = "${id}"`,
    startRecord: '2',
  });
  t.equal(said(rest, 'resultSetId'), id);
  t.same(
    recordsOf(rest).map((record) => said(record, 'recordPosition')),
    ['2', '3'],
  );
  const number = said(recordAt(first, 0), 'recordIdentifier');
  const one = await tree({ version: '1.2', query: `rec.id = "${number}"` });
  t.equal(said(one, 'numberOfRecords'), '1');
  t.equal(said(recordAt(one, 0), 'recordIdentifier'), number);
  const none = await tree({ query: `rec.id = "r_${'0'.repeat(24)}"` });
  t.equal(said(none, 'numberOfRecords'), '0');
});

t.test('explains itself in every version, with what it can really do', async (t) => {
  const plain = await gateway.app.inject({
    method: 'GET',
    url: '/sru',
    headers: { host: 'catalogue.example:8081' },
  });
  const root = parseXmlTree(plain.rawPayload);
  const explain = at(root, 'record', 'recordData', 'explain');
  t.equal(said(explain, 'serverInfo', 'host'), 'catalogue.example');
  t.equal(said(explain, 'serverInfo', 'port'), '8081');
  const schemas = childrenOf(at(explain, 'schemaInfo'), 'schema');
  for (const { attributes } of schemas) {
    const answer = await tree({ query: '化学', recordSchema: attributes.name ?? '' });
    t.equal(said(recordAt(answer, 0), 'recordSchema'), attributes.identifier);
  }
  for (const index of childrenOf(at(explain, 'indexInfo'), 'index')) {
    for (const map of childrenOf(index, 'map')) {
      const { set } = at(map, 'name').attributes;
      const name = (set === undefined ? '' : `${set}.`) + said(map, 'name');
      const answer = await tree({ query: `${name}=7`, maximumRecords: '0' });
      t.notOk(firstChild(answer, 'diagnostics'), `${name} can be searched`);
      const sorted = await tree({ query: `化学 sortby ${name}`, maximumRecords: '0' });
      t.equal(firstChild(sorted, 'diagnostics') === null, index.attributes.sort === 'true', name);
    }
  }
  const old = await tree({ version: '1.1', operation: 'explain', recordPacking: 'string' });
  t.equal(old.namespace, zing);
  t.equal(parseXmlTree(Buffer.from(said(old, 'record', 'recordData'))).name, 'explain');
});

t.test('no more records than the limit go out in one answer', async (t) => {
  const root = await tree({ query: '化学', maximumRecords: '5000', 'x-libraries': 'big' });
  t.equal(recordsOf(root).length, 100);
  t.equal(said(root, 'nextRecordPosition'), '101');
  const none = await tree({ query: '化学', maximumRecords: '0' });
  t.notOk(firstChild(none, 'records'));
  t.equal(said(none, 'numberOfRecords'), '3');
});
