import t from 'tap';
import {
  childrenOf,
  firstChild,
  parseXmlTree,
  textOf,
  type XmlElement,
} from '../../src/marc/xml/tree.ts';
import { readFacts } from '../../src/sandbox/facts/facts.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

const sandbox = await startSandbox({
  delays: false,
  libraries: ['demo-econ', 'demo-law', 'demo-comp', 'demo-agri'],
  faults: { 'demo-agri': 'slow@scan' },
});
t.teardown(() => sandbox.close());

type Parameters = Readonly<Record<string, string>>;

function addressOf(id: string): string {
  const connector = sandbox.documents.find((document) => document.id === id)?.connector;
  if (connector?.protocol !== 'sru' || connector.url === undefined) throw new Error(id);
  return connector.url;
}

async function ask(id: string, parameters: Parameters, method = 'GET'): Promise<XmlElement> {
  const query = new URLSearchParams(parameters);
  const address = addressOf(id);
  const answer = await (method === 'GET'
    ? fetch(`${address}?${query}`)
    : fetch(address, { method, body: query }));
  return parseXmlTree(new Uint8Array(await answer.arrayBuffer()));
}

const search = (query: string, more: Parameters = {}): Parameters => ({
  operation: 'searchRetrieve',
  version: '1.2',
  maximumRecords: '5',
  query,
  ...more,
});

function childText(element: XmlElement | null, name: string): string {
  const child = element === null ? null : firstChild(element, name);
  return child === null ? '' : textOf(child);
}

function recordsOf(answer: XmlElement): XmlElement[] {
  const records = firstChild(answer, 'records');
  return records === null ? [] : childrenOf(records, 'record');
}

function diagnosticOf(answer: XmlElement): string {
  const list = firstChild(answer, 'diagnostics');
  const diagnostic = list === null ? null : firstChild(list, 'diagnostic');
  return `${childText(diagnostic, 'uri').split('/').at(-1)} ${childText(diagnostic, 'details')}`.trim();
}

t.test('answers in the names and order of each version', async (t) => {
  const names = (answer: XmlElement): string[] =>
    answer.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]));
  const one = await ask('demo-econ', search('dc.title = 化学', { version: '1.1' }));
  t.equal(one.namespace, 'http://www.loc.gov/zing/srw/');
  t.same(names(one), ['version', 'numberOfRecords', 'records']);
  const two = await ask('demo-comp', search('dc.title = 化学'));
  t.same(names(two), ['version', 'numberOfRecords', 'records', 'nextRecordPosition']);
  const first = recordsOf(two)[0] as XmlElement;
  t.same(names(first), [
    'recordSchema',
    'recordPacking',
    'recordData',
    'recordIdentifier',
    'recordPosition',
  ]);
  const three = await ask('demo-agri', { query: 'dc.title = 化学', maximumRecords: '2' });
  t.equal(three.namespace, 'http://docs.oasis-open.org/ns/search-ws/sruResponse');
  t.same(names(three), [
    'numberOfRecords',
    'records',
    'nextRecordPosition',
    'resultCountPrecision',
  ]);
});

t.test('pages through a result set without gaps, and caps a page', async (t) => {
  const total = Number(
    childText(
      await ask('demo-econ', search('dc.date >= 1900', { version: '1.1' })),
      'numberOfRecords',
    ),
  );
  t.ok(total > 50);
  const seen = new Set<string>();
  for (let start = 1; start <= total; start += 20) {
    const page = await ask(
      'demo-econ',
      search('dc.date >= 1900', {
        version: '1.1',
        maximumRecords: '500',
        startRecord: String(start),
      }),
    );
    t.ok(recordsOf(page).length <= 20);
    for (const record of recordsOf(page)) seen.add(childText(record, 'recordData'));
  }
  t.equal(seen.size, total);
});

t.test('understands CQL: indexes, booleans, masks, anchors and sorting', async (t) => {
  const count = async (query: string): Promise<number> =>
    Number(childText(await ask('demo-comp', search(query)), 'numberOfRecords'));
  const titles = await count('dc.title = "化学工程"');
  const anywhere = await count('"化学工程"');
  t.ok(titles > 10 && anywhere > titles);
  t.equal(
    (await count('title = "化学工程" and dc.date >= 2010')) +
      (await count('title = "化学工程" and dc.date < 2010')),
    titles,
  );
  t.ok((await count('dc.title = "engineer*"')) > (await count('dc.title = "engineer"')));
  t.ok((await count('dc.title = "^化学工程"')) < titles);
  const whole = readFacts().find(
    (fact) =>
      fact.holders.includes('demo-comp') && fact.partNumber === '' && fact.language === 'chi',
  );
  t.ok((await count(`dc.title == "${whole?.title}"`)) > 0);
  t.equal(await count(`dc.title == "${whole?.title.slice(1)}"`), 0);
  t.ok((await count('dc.title any "化学 会计学"')) > (await count('dc.title = "会计学"')));
  t.equal(
    await count('dc.date within "2000 2005"'),
    await count('dc.date >= 2000 and dc.date <= 2005'),
  );
  const sorted = await ask(
    'demo-comp',
    search('title = 化学 sortby dc.date/sort.descending', {
      recordSchema: 'dc',
      maximumRecords: '20',
    }),
  );
  const years = recordsOf(sorted).map((record) => Number(dcOf(record, 'date').slice(0, 4)));
  t.same(
    years,
    years.toSorted((a, b) => b - a),
  );
  const keys = await ask(
    'demo-econ',
    search('title = 会计学', { version: '1.1', sortKeys: 'dc.date,,1', recordSchema: 'dc' }),
  );
  const ascending = recordsOf(keys).map((record) => Number(dcOf(record, 'date').slice(0, 4)));
  t.same(
    ascending,
    ascending.toSorted((a, b) => a - b),
  );
});

function dcOf(record: XmlElement, name: string): string {
  const data = firstChild(record, 'recordData');
  return childText(data === null ? null : firstChild(data, 'dc'), name);
}

t.test('finds an ISBN in whatever form it is asked for', async (t) => {
  const known = readFacts().find((fact) => fact.holders.includes('demo-law') && fact.isbn !== '');
  const hyphened = known?.isbn ?? '';
  const plain = hyphened.replaceAll('-', '');
  const ten = isbn10Of(hyphened).replace(/^978-/, '');
  for (const form of [hyphened, plain, ten, ten.replaceAll('-', '')]) {
    const answer = await ask('demo-law', search(`bath.isbn = "${form}"`));
    t.ok(Number(childText(answer, 'numberOfRecords')) >= 1, form);
  }
});

/** The hyphened ISBN with the check digit of the ten-digit form in the place of its own. */
function isbn10Of(isbn: string): string {
  const digits = [...isbn.replaceAll('-', '')].slice(3, 12).map(Number);
  const check = (11 - (digits.reduce((sum, digit, at) => sum + digit * (10 - at), 0) % 11)) % 11;
  return isbn.slice(0, -1) + (check === 10 ? 'X' : String(check));
}

t.test('says by diagnostics what it cannot do', async (t) => {
  const cases: [Parameters, string][] = [
    [search('title = a', { version: '1.1', recordSchema: 'nosuch' }), '66 nosuch'],
    [search('title = a', { version: '9.9' }), '5 1.2'],
    [{ operation: 'dance', version: '1.2' }, '4 dance'],
    [{ operation: 'searchRetrieve', version: '1.2' }, '7 query'],
    [search('title = a', { startRecord: '0' }), '6 startRecord'],
    [search('nosuch = a'), '16 nosuch'],
    [search('nosuch.title = a'), '15 nosuch'],
    [search('title encloses a'), '19 encloses'],
    [search('title =/stem a'), '20 stem'],
    [search('title = "a?b"'), '28 ?'],
    [search('title = ""'), '27'],
    [search('a prox b'), '37 prox'],
    [search('title = 化学', { startRecord: '9999' }), '61'],
    [search('title = 化学', { recordPacking: 'zip' }), '71 zip'],
  ];
  for (const [parameters, expected] of cases) {
    t.equal(diagnosticOf(await ask('demo-comp', parameters)), expected);
  }
  t.match(diagnosticOf(await ask('demo-comp', search('title = ('))), /^1[03] /);
  t.equal(diagnosticOf(await ask('demo-econ', search('title = a'))), '5 1.1');
});

t.test('packs records as strings, and takes a search by POST', async (t) => {
  const packed = await ask('demo-comp', search('dc.title = 化学', { recordPacking: 'string' }));
  const inner = parseXmlTree(
    Buffer.from(childText(recordsOf(packed)[0] as XmlElement, 'recordData')),
  );
  t.equal(inner.name, 'record');
  const posted = await ask(
    'demo-agri',
    { query: 'dc.title = 化学', recordXMLEscaping: 'string' },
    'POST',
  );
  t.match(childText(recordsOf(posted)[0] as XmlElement, 'recordData'), /^<record/);
});

t.test('explains itself and scans', async (t) => {
  const explained = await ask('demo-law', { operation: 'explain', version: '1.2' });
  const record = firstChild(explained, 'record') as XmlElement;
  const explain = firstChild(firstChild(record, 'recordData') as XmlElement, 'explain');
  const server = firstChild(explain as XmlElement, 'serverInfo') as XmlElement;
  t.equal(childText(server, 'port'), new URL(addressOf('demo-law')).port);
  const scanned = await ask('demo-comp', {
    operation: 'scan',
    version: '1.2',
    scanClause: 'dc.title = 化学',
    maximumTerms: '5',
  });
  const terms = childrenOf(firstChild(scanned, 'terms') as XmlElement, 'term');
  t.equal(terms.length, 5);
  t.match(childText(terms[0] as XmlElement, 'value'), /^化学/);
});

t.test('answers 404 outside its database', async (t) => {
  const { origin } = new URL(addressOf('demo-comp'));
  const answer = await fetch(`${origin}/elsewhere?query=a`);
  t.equal(answer.status, 404);
  await answer.body?.cancel();
});
