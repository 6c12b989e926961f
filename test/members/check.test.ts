import t from 'tap';
import { checkLibrary, checkLibraryFile } from '../../src/members/check.ts';
import { minimalDocument } from '../support/documents.ts';

const contractExample = `
id: demo-chem
code: "900100"
name: { zh: 示范化工大学图书馆, en: Demonstration University of Chemical Technology Library }
aliases: [示范化工]
kind: member
outsideLimit: false
parent: null
categories: [engineering]
status: live
verified: { on: null, how: "" }
identifiers: { calis: null, isil: null }
campuses: []
contact: { desk: { zh: 馆际互借处 }, phone: "", email: "" }
services: { search: true, lend: true, borrow: true, copy: true, delivery: [courier, pickup] }
calendar: { timezone: Asia/Shanghai, closed: [], open: [], movesDueDates: true }
connector:
  protocol: z3950
  host: 127.0.0.1
  port: 2100
  database: libsys2000
  databases: []
  syntax: unimarc
  pipeline: false
  charset: gbk
  queryCharset: gbk
  records: auto
  indexes:
    any: { "1": 1016 }
    title: { "1": 4, phrase: { "4": 1 }, all: { "4": 6 }, begins: { "3": 1, "5": 1 }, exact: { "4": 1, "6": 3 } }
    isbn: { "1": 7 }
  terms: { isbn: [hyphen13, plain13, hyphen10, plain10] }
  sorts: {}
  holdings: { tag: "905", library: a, barcode: b, location: c, callNumber: { whole: s, parts: [d, e], join: "/" }, volume: v }
  repairs: []
  limits: { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 120 }
  reach: public
`;

function faultsOf(checked: ReturnType<typeof checkLibrary>) {
  return 'faults' in checked ? checked.faults : [];
}

t.test('takes the document that the contract shows', async (t) => {
  const checked = checkLibraryFile(contractExample, 'demo-chem.yaml', {});
  t.same(faultsOf(checked), []);
  if (!('library' in checked)) return;
  t.equal(checked.library.connector.charset, 'gbk');
  t.same(checked.library.connector.indexes.isbn, { '1': 7 });
});

t.test('fills in what suits most servers of the protocol', async (t) => {
  const checked = checkLibrary(minimalDocument('small'), {});
  t.ok('library' in checked);
  if (!('library' in checked)) return;
  const { connector } = checked.library;
  t.match(connector, { charset: 'auto', queryCharset: 'utf-8', syntax: 'usmarc', pipeline: false });
  t.same(connector.limits, { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 120 });
  t.same(connector.indexes.title, { '1': 4 });
  t.equal(checked.library.status, 'live');
});

t.test('names every fault with its file, line, key and what was expected', async (t) => {
  const text = [
    'id: Demo',
    'code: 900100',
    'name: { en: x }',
    'conector: {}',
    'connector:',
    '  protocol: z3950',
    '  host: 127.0.0.1',
    '  database: d',
    '  charset: gb-2312',
    '  limits: { pageSize: 0 }',
    '  urll: x',
  ].join('\n');
  const faults = faultsOf(checkLibraryFile(text, 'demo.yaml', {}));
  const found = faults.map(({ line, pointer }) => `${line} ${pointer}`).sort();
  t.same(
    found,
    [
      '1 /id',
      '2 /code',
      '3 /name/zh',
      '4 /conector',
      '6 /connector/port',
      '9 /connector/charset',
      '10 /connector/limits/pageSize',
      '11 /connector/urll',
    ].sort(),
  );
  t.ok(faults.every(({ file }) => file === 'demo.yaml'));
  t.match(faults.find(({ pointer }) => pointer === '/connector/charset')?.message, /gb18030/);
});

t.test('wants an address for each protocol, or the variable that names it', async (t) => {
  for (const protocol of ['sru', 'xservice', 'http']) {
    const faults = faultsOf(
      checkLibrary({ ...minimalDocument('x2'), connector: { protocol } }, {}),
    );
    t.ok(
      faults.some(({ pointer }) => pointer === '/connector/url'),
      protocol,
    );
  }
  const connector = { protocol: 'sru', urlEnv: 'TEST_SRU_URL' } as const;
  const checked = checkLibrary(minimalDocument('x3', { connector }), { TEST_SRU_URL: 'http://h/' });
  t.ok('library' in checked && 'url' in checked.library.connector);
  if ('library' in checked && checked.library.connector.protocol === 'sru') {
    t.equal(checked.library.connector.url, 'http://h/');
  }
});

t.test('says which protocols there are when the named one is not known', async (t) => {
  const faults = faultsOf(
    checkLibrary({ ...minimalDocument('x4'), connector: { protocol: 'gopher' } }, {}),
  );
  t.same(
    faults.map(({ pointer }) => pointer),
    ['/connector/protocol'],
  );
  t.match(faults[0]?.message, /z3950, sru, xservice, http/);
});

t.test('refuses what is no document at all', async (t) => {
  for (const value of [null, 'text', 7, [], { id: 'x' }]) {
    t.ok(faultsOf(checkLibrary(value, {})).length > 0, JSON.stringify(value));
  }
});

t.test('reports broken YAML, duplicate keys and alias floods by line', async (t) => {
  for (const text of ['id: [', 'id: a\nid: b', 'a: &a [1]\nb: *c']) {
    const faults = faultsOf(checkLibraryFile(text, 'bad.yaml', {}));
    t.ok(faults.length > 0, text);
  }
});

t.test('names what contradicts itself although each key is well formed', async (t) => {
  const faults = faultsOf(
    checkLibrary(
      minimalDocument('branch', {
        parent: 'branch',
        campuses: [
          { id: 'east', name: '东校区' },
          { id: 'west', name: '西校区' },
          { id: 'east', name: '东区' },
        ],
        services: {
          search: { from: '2026-12-01', to: '2026-11-01' },
          lend: { from: '2026-02-30' },
          copy: { from: '2026-09-01', to: '2026-09-01' },
        },
        calendar: {
          timezone: 'Asia/Peking',
          closed: ['2026-01-17/2026-03-01', '2026-03-01/2026-01-17', 'winter'],
          open: ['2026-02-28', '2026-13-01'],
        },
      }),
      {},
    ),
  );
  t.same(
    faults.map(({ pointer }) => pointer),
    [
      '/parent',
      '/campuses/2/id',
      '/services/search/to',
      '/services/lend/from',
      '/calendar/timezone',
      '/calendar/closed/1',
      '/calendar/closed/2',
      '/calendar/open/1',
    ],
  );
  t.match(faults[1]?.message, /"east" is the id of campus 1 already/);
  t.match(faults[2]?.message, /2026-11-01 is before its beginning, 2026-12-01/);
});

t.test('takes a dated service, a day and a range of days', async (t) => {
  const document = minimalDocument('dated', {
    services: { search: true, lend: { from: '2026-12-01', to: '2027-06-30', foreign: false } },
    calendar: { closed: ['2027-01-01', '2027-01-20/2027-02-28'], open: ['2027-02-07'] },
  });
  t.ok('library' in checkLibrary(document, {}));
});
