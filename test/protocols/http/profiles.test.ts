import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { encodeRecordText } from '../../../src/marc/charset/index.ts';
import { checkLibraryFile } from '../../../src/members/check.ts';
import type { HttpSettings, LibraryDocument } from '../../../src/members/document.ts';
import { httpHoldings } from '../../../src/protocols/http/about.ts';
import { createHttpConnector } from '../../../src/protocols/http/connector.ts';
import { readPage } from '../../../src/protocols/http/page.ts';
import { itemsAt } from '../../../src/protocols/http/record.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';
import { type ScriptedServer, scripted } from '../scripted.ts';
import { ask, dependencies, library as libraryOf, search } from '../support.ts';

const tools = dependencies();
t.teardown(() => tools.close());

const folder = join(import.meta.dirname, '../../fixtures/http');
const fixture = (name: string) => readFileSync(join(folder, name), 'utf8');

/** A profile with the test's server in place of its address, through the one schema. */
function profile(name: string, server: Pick<ScriptedServer, 'url'>): LibraryDocument<HttpSettings> {
  const text = fixture(name).replaceAll('http://opac.example', new URL(server.url).origin);
  const checked = checkLibraryFile(text, name, {});
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  return checked.library as LibraryDocument<HttpSettings>;
}

t.test('Huiwen’s JSON search', async (t) => {
  const bodies: unknown[] = [];
  const server = await scripted(
    (_seen, response, count) => {
      response.setHeader('content-type', 'application/json');
      return count > 1 ? fixture('huiwen-empty.json') : fixture('huiwen-search.json');
    },
    (body) => bodies.push(JSON.parse(body)),
  );
  const connector = createHttpConnector(profile('huiwen-json.yaml', server), tools);
  const asked = ask('title = 化学工程 and author = "{isbn} \\"x"', {
    limit: 3,
    sort: { key: 'year', descending: true },
  });
  const { outcome, error, records } = await search(connector, asked);
  t.equal(error, null);
  t.match(outcome, { hits: 45, fetched: 2, unreadable: 1, sorted: true });
  t.match(records[0], {
    localId: '3f6a0c9be1d24457',
    syntax: 'application/json',
    marc: null,
    record: {
      title: '化学工程 实验 & 设计',
      authors: ['蒋思齐', '戴慧敏'],
      publisher: '砚湖大学出版社',
      year: 2019,
      isbn: ['9787999906025'],
      type: 'book',
      items: [{ callNumber: 'TQ02/471', status: 'unknown', lendable: null }],
    },
  });
  t.match(records[1]?.record, {
    title: '化工进展',
    parallelTitle: 'Progress in chemical engineering',
    type: 'serial',
    items: [],
  });
  t.match(bodies[0], {
    searchWords: [
      { fieldList: [{ fieldCode: '02', fieldValue: '化学工程' }] },
      { fieldList: [{ fieldCode: '03', fieldValue: '{isbn} "x' }] },
    ],
    sortField: 'pubYear',
    sortType: 'desc',
    pageSize: 20,
    pageCount: 1,
    first: true,
  });
  t.equal((bodies[0] as { searchWords: unknown[] }).searchWords.length, 2);
  t.equal(server.seen[0]?.headers.referer, `${new URL(server.url).origin}/opac/search_adv.php`);

  const empty = await search(connector, ask('nothing'));
  t.match(empty, { error: null, outcome: { hits: 0, exact: true } });
  t.notOk('sortField' in (bodies[1] as object), 'left out without a wish');
  await server.close();
});

t.test('an error object of Huiwen’s is a bad answer', async (t) => {
  const server = await scripted(() => fixture('huiwen-error.json'));
  const connector = createHttpConnector(profile('huiwen-json.yaml', server), tools);
  const { error } = await search(connector, ask('x'));
  t.match(error, { code: 'malformed', reason: 'expect_missing' });
  await server.close();
});

t.test('Huiwen’s copies, now', async (t) => {
  const server = await scripted((_seen, response) => {
    response.setHeader('content-type', 'text/html');
    return fixture('huiwen-items.html');
  });
  const library = profile('huiwen-json.yaml', server);
  const call = { signal: new AbortController().signal, deadline: performance.now() + 5000 };
  t.match(await httpHoldings(library, tools, '3f6a&x=1', call), [
    { status: 'available', callNumber: 'TQ02/471', volume: null, location: '第一书库' },
    { status: 'on_loan', dueDate: '2027-04-17', volume: 'v.2', barcode: '0797640' },
    { status: 'library_use', location: '样本书库', lendable: null },
  ]);
  t.equal(server.seen[0]?.parameters.get('marc_no'), '3f6a&x=1');
  await server.close();
});

t.test('a real Huiwen item page', { skip: withoutCorpus() }, async (t) => {
  const bytes = readFileSync(corpus('opac', 'huiwen_item_jltiet_trimmed.html'));
  const page = readPage(bytes, 'html', 'auto', 'text/html');
  const { holdings } = profile('huiwen-json.yaml', { url: 'http://127.0.0.1/' }).connector;
  t.match(itemsAt(page, page.root, holdings?.items ?? '', holdings?.fields ?? {}), [
    { callNumber: 'I247.55/12', barcode: '0797639', status: 'available', volume: null },
    { barcode: '0797640', status: 'on_loan', dueDate: '2017-04-17', location: '第一书库' },
  ]);
});

t.test('a real LibStar answer', { skip: withoutCorpus() }, async (t) => {
  const answer = readFileSync(corpus('opac', 'libstar_search_wuxi_trimmed.json'), 'utf8');
  const server = await scripted((_seen, response) => {
    response.setHeader('content-type', 'application/json');
    return answer;
  });
  const library = libraryOf({
    protocol: 'http',
    url: server.url,
    method: 'post',
    body: { json: { searchFieldContent: '{any}', page: '{page}', rows: '{size}' } },
    indexes: { any: 'any' },
    expect: 'data.searchResult',
    count: 'data.numFound',
    records: 'data.searchResult[]',
    fields: {
      id: 'recordId',
      title: 'title',
      responsibility: 'author',
      date: 'publishYear',
      isbn: 'isbns[]',
    },
  }) as LibraryDocument<HttpSettings>;
  const { outcome, records } = await search(createHttpConnector(library, tools), ask('三体'));
  t.equal(outcome?.hits, 66);
  t.match(records[0], {
    localId: '764039',
    record: { authors: ['刘慈欣'], year: 2016, isbn: ['9787229100629'] },
  });
  await server.close();
});

/** A catalogue in GBK whose pages are only for those who come with its session. */
async function sessionCatalogue(): Promise<
  ScriptedServer & { sessions: () => number; drop: () => void }
> {
  let session = 0;
  const server = await scripted((seen, response) => {
    response.setHeader('content-type', 'text/html');
    const gbk = (name: string) => response.end(encodeRecordText(fixture(name), 'gbk'));
    if (seen.path === '/opac/') {
      if (seen.parameters.has('sid')) return '<html>welcome</html>';
      session += 1;
      response.writeHead(302, {
        location: `/opac/?sid=s${session}`,
        'set-cookie': [`PHPSESSID=c${session}; path=/; HttpOnly`, 'bad name=x', 'theme=blue'],
      });
      return '';
    }
    const known =
      seen.parameters.get('sid') === `s${session}` &&
      String(seen.headers.cookie).includes(`PHPSESSID=c${session}`);
    if (!known) gbk('html-login.html');
    else if (response.req.url?.includes('title=%CE%DE')) gbk('html-none.html');
    else gbk('html-list.html');
    return undefined;
  });
  return {
    ...server,
    sessions: () => session,
    drop: () => {
      session += 1;
    },
  };
}

t.test('an HTML catalogue in GBK behind a session', async (t) => {
  const server = await sessionCatalogue();
  const connector = createHttpConnector(profile('html-opac.yaml', server), tools);
  const { outcome, error, records } = await search(
    connector,
    ask('title = 化学工程', { limit: 2 }),
  );
  t.equal(error, null);
  t.match(outcome, { hits: 1003, fetched: 2, unreadable: 0, incomplete: null });
  t.match(
    records.map(({ localId, record }) => ({ localId, ...record })),
    [
      {
        localId: '0000202400',
        title: '化学工程基础',
        authors: ['邹丽华', '镕基'],
        publisher: '工源技术出版社',
        year: 1996,
        type: 'book',
        items: [
          { callNumber: 'TQ02/58', location: '密集书库', status: 'available' },
          { callNumber: 'TQ02/58', location: '样本库', status: 'library_use' },
        ],
      },
      {
        localId: '0000202401',
        title: '化学工程热力学',
        subtitle: '习题',
        type: 'computer',
        items: [{ callNumber: 'TQ013.1/9', status: 'unknown' }],
      },
    ],
  );
  const list = server.seen.find(({ path }) => path.endsWith('openlink.php'));
  t.equal(list?.headers.cookie, 'PHPSESSID=c1; theme=blue');
  t.equal(server.sessions(), 1);
  await search(connector, ask('title = 化学'));
  t.equal(server.sessions(), 1, 'the session is kept');

  t.match((await search(connector, ask('title = 无'))).outcome, { hits: 0, exact: true });
  await server.close();
});

t.test('a session that the server forgot is renewed once, not for ever', async (t) => {
  const server = await sessionCatalogue();
  const connector = createHttpConnector(profile('html-opac.yaml', server), tools);
  await search(connector, ask('title = 化学', { limit: 2 }));
  server.drop();
  const again = await search(connector, ask('title = 化学', { limit: 2 }));
  t.match(again, { error: null, outcome: { fetched: 2 } });
  await server.close();

  const closed = await scripted((seen, response) => {
    response.setHeader('content-type', 'text/html');
    if (seen.path === '/opac/' && !seen.parameters.has('sid')) {
      response.writeHead(302, { location: '/opac/?sid=x' });
    }
    return fixture('html-login.html');
  });
  const refused = createHttpConnector(profile('html-opac.yaml', closed), tools);
  const { error } = await search(refused, ask('title = x'));
  t.match(error, { code: 'malformed', reason: 'expect_missing' });
  t.equal(closed.seen.filter(({ path }) => path.endsWith('openlink.php')).length, 2);
  await closed.close();
});

t.test('searches that start together share one session', async (t) => {
  const server = await sessionCatalogue();
  const connector = createHttpConnector(profile('html-opac.yaml', server), tools);
  const asked = [1, 2, 3].map(() => search(connector, ask('title = 化学', { limit: 2 })));
  const answers = await Promise.all(asked);
  t.ok(answers.every(({ outcome }) => outcome?.fetched === 2));
  t.equal(server.sessions(), 1);
  await server.close();
});

t.test('an XML catalogue that pages by links', async (t) => {
  const server = await scripted(({ path }) =>
    path.includes('page2') ? fixture('xml-page-2.xml') : fixture('xml-page-1.xml'),
  );
  const connector = createHttpConnector(profile('xml-opac.yaml', server), tools);
  const { outcome, error, records } = await search(connector, ask('"chemical/..%2f{x}#y"'));
  t.equal(error, null);
  t.match(outcome, { hits: 3, exact: true, fetched: 3, unreadable: 0 });
  t.match(
    records.map(({ localId, record }) => ({ localId, ...record })),
    [
      {
        localId: '0007',
        title: 'Chemical engineering',
        subtitle: 'a first course',
        authors: ['Marsh, Edith', 'Reed, Ann'],
        isbn: ['9787999906025'],
        subjects: ['Chemistry', 'Study & teaching'],
        language: 'eng',
      },
      { localId: '0008', title: '化学工程', authors: ['吴秀英', '程致和'], language: 'chi' },
      { localId: '0009', title: 'Third' },
    ],
  );
  t.equal(server.seen[0]?.path, '/find/chemical%2F..%252f%7Bx%7D%23y');
  const second = await search(connector, ask('x', { start: 3, limit: 5 }));
  t.same(
    second.records.map(({ localId, position }) => [localId, position]),
    [['0009', 3]],
  );
  await server.close();
});

t.test('never follows a link to another place', async (t) => {
  const server = await scripted(() =>
    fixture('xml-page-1.xml').replace('/find/page2', 'http://169.254.169.254/find/page2'),
  );
  const connector = createHttpConnector(profile('xml-opac.yaml', server), tools);
  const { error, records } = await search(connector, ask('x'));
  t.match(error, { code: 'malformed', reason: 'redirect', hits: 3 });
  t.equal(records.length, 2);
  await server.close();
});
