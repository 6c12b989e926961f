import t from 'tap';
import type { HttpSettings, LibraryDocument } from '../../../src/members/document.ts';
import { createHttpConnector } from '../../../src/protocols/http/connector.ts';
import { serveTcp } from '../egress/support.ts';
import { type Seen, scripted } from '../scripted.ts';
import { ask, dependencies, library, search } from '../support.ts';

const tools = dependencies();
t.teardown(() => tools.close());

function connector(url: string, more: object = {}) {
  const document = library({
    protocol: 'http',
    url,
    query: { q: '{any}', p: '{page}', n: '{size}' },
    indexes: { any: 'any' },
    pageSize: 10,
    count: 'total',
    records: 'list[]',
    fields: { id: 'id', title: 'title' },
    ...more,
  });
  return createHttpConnector(document as LibraryDocument<HttpSettings>, tools);
}

const titles = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `r${first + n}`, title: `Title ${first + n}` }));

/** A list of that many records, ten on a page. */
const pages =
  (total: number, counted: number | null = total) =>
  ({ parameters }: Seen) => {
    const page = Number(parameters.get('p'));
    const first = (page - 1) * 10 + 1;
    const list = titles(first, Math.max(0, Math.min(10, total - first + 1)));
    return JSON.stringify(counted === null ? { list } : { total: counted, list });
  };

t.test('fetches the pages that hold what is wanted and nothing else', async (t) => {
  const server = await scripted(pages(156));
  const { outcome, records } = await search(
    connector(server.url),
    ask('x', { start: 18, limit: 20 }),
  );
  t.match(outcome, { hits: 156, exact: true, fetched: 20, incomplete: null });
  t.same(
    records.map(({ localId, position }) => [localId, position]),
    Array.from({ length: 20 }, (_, n) => [`r${n + 18}`, n + 18]),
  );
  t.same(
    server.seen.map(({ parameters }) => parameters.get('p')),
    ['2', '3', '4'],
  );
  const count = await search(connector(server.url), ask('x', { limit: 0 }));
  t.match(count.outcome, { hits: 156, fetched: 0 });
  const past = await search(connector(server.url), ask('x', { start: 157 }));
  t.match(past.outcome, { hits: 156, fetched: 0, incomplete: null });
  await server.close();
});

t.test('counts pages from nought, or records, where the catalogue does', async (t) => {
  const server = await scripted(({ parameters }) => {
    const first = Number(parameters.get('o') ?? 0) + 1;
    return JSON.stringify({ total: 30, list: titles(first, 10) });
  });
  const query = { q: '{any}', o: '{offset}', p: '{page}' };
  const page = { style: 'offset', first: 0 };
  const { records } = await search(
    connector(server.url, { query, page }),
    ask('x', { start: 11, limit: 10 }),
  );
  t.equal(records[0]?.localId, 'r11');
  t.match(Object.fromEntries(server.seen[0]?.parameters ?? []), { o: '10', p: '1' });
  await server.close();
});

t.test('holds a count against what comes', async (t) => {
  const cases: readonly (readonly [string, (seen: Seen) => string, object])[] = [
    ['none, and the list ends', pages(13, null), { hits: 13, exact: true, fetched: 13 }],
    ['too large', pages(13, 99), { hits: 99, exact: false, fetched: 13 }],
    [
      'negative',
      () => JSON.stringify({ total: 'count: -5', list: titles(1, 3) }),
      { hits: 3, exact: true, fetched: 3 },
    ],
    ['too small', pages(10, 4), { hits: 10, exact: false, fetched: 10 }],
    [
      'the same page for ever',
      () => JSON.stringify({ total: 99, list: titles(1, 10) }),
      { hits: 99, exact: false, fetched: 10 },
    ],
  ];
  for (const [name, answer, expected] of cases) {
    const server = await scripted(answer);
    const { outcome } = await search(connector(server.url), ask('x', { limit: 40 }));
    t.match(outcome, expected, name);
    t.ok(server.seen.length <= 4, name);
    await server.close();
  }
  const more = await scripted(pages(50, null));
  const { outcome } = await search(connector(more.url), ask('x', { limit: 20 }));
  t.match(outcome, { hits: 20, exact: false }, 'there may be more');
  await more.close();
});

t.test('never takes another answer for an empty list', async (t) => {
  const cases: readonly (readonly [string, string, object, string])[] = [
    ['text/html', '<!DOCTYPE html><html>Login</html>', {}, 'html_answer'],
    ['application/json', '{"error":"x"}', {}, 'no_list'],
    ['application/json', '{"total":0}', { expect: 'list' }, 'expect_missing'],
    ['application/json', '{"list":[]', {}, 'bad_json'],
    ['application/json', '', {}, 'bad_json'],
    ['application/json', '['.repeat(100_000), {}, 'json_depth'],
    [
      'text/html',
      '<html><form id=login></form></html>',
      { answer: 'html', records: 'li', count: 'b' },
      'no_list',
    ],
    [
      'text/html',
      '<!DOCTYPE html><html><body><b>2</b><ul><li>One</li><li>Tw',
      { answer: 'html', records: 'li', count: 'b' },
      'html_truncated',
    ],
    [
      'text/html',
      '<table><caption><b>2</b></caption><tr><td>One</td></tr><tr><td>Tw',
      { answer: 'html', records: 'td', count: 'b' },
      'html_truncated',
    ],
    ['text/html', '<div>'.repeat(100_000), { answer: 'html', records: 'li' }, 'html_depth'],
    [
      'text/xml',
      '<list><item></list>',
      { answer: 'xml', records: 'list/item', count: 'n' },
      'xml_malformed',
    ],
  ];
  for (const [type, body, more, reason] of cases) {
    const server = await scripted((_seen, response) => {
      response.setHeader('content-type', type);
      return body;
    });
    const { error, outcome } = await search(connector(server.url, more), ask('x'));
    t.equal(outcome, null);
    t.match(error, { code: 'malformed', reason }, `${reason} ${body.slice(0, 30)}`);
    await server.close();
  }
  const empty = await scripted(() => '{"total":0,"list":[]}');
  t.match((await search(connector(empty.url), ask('x'))).outcome, { hits: 0, exact: true });
  await empty.close();
});

t.test('reads what a status and a broken connection say', async (t) => {
  const cases = [
    [401, 'refused'],
    [403, 'refused'],
    [404, 'malformed'],
    [429, 'busy'],
    [500, 'unreachable'],
    [503, 'busy'],
  ] as const;
  for (const [status, code] of cases) {
    const server = await scripted((_seen, response) => {
      response.statusCode = status;
      return 'no';
    });
    t.match((await search(connector(server.url), ask('x'))).error, { code }, String(status));
    await server.close();
  }
  const hung = await serveTcp(() => undefined);
  const late = ask('x', { deadline: performance.now() + 50 });
  t.match((await search(connector(hung.url), late)).error, { code: 'timeout' });
  const stop = new AbortController();
  const stopped = search(connector(hung.url), ask('x'), stop.signal);
  stop.abort();
  t.match((await stopped).error, { code: 'stopped' });
  await hung.close();
});

t.test('says what a form cannot be asked', async (t) => {
  const server = await scripted(pages(3));
  for (const cql of ['title = x', 'a or b', 'a*', 'a not b']) {
    const { error } = await search(connector(server.url), ask(cql));
    t.match(error, { code: 'unsupported', reason: 'query' }, cql);
  }
  t.equal(server.seen.length, 0);
  await server.close();
});

t.test('posts forms and leaves unset boxes out', async (t) => {
  const server = await scripted(pages(3));
  const more = {
    method: 'post',
    query: {},
    body: { form: { q: '{any}', t: '{title}', p: '{page}', fixed: 'yes' } },
    indexes: { any: 'any', title: 'title' },
  };
  await search(connector(server.url, more), ask('title = "x & y=1"'));
  t.same(Object.fromEntries(server.seen[0]?.parameters ?? []), {
    t: 'x & y=1',
    p: '1',
    fixed: 'yes',
  });
  t.match(server.seen[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
  await server.close();
});

t.test('closes twice and searches on afterwards with a fresh session', async (t) => {
  const server = await scripted(pages(3));
  const one = connector(server.url);
  await search(one, ask('x'));
  await one.close();
  await one.close();
  t.equal((await search(one, ask('x'))).outcome?.hits, 3);
  await server.close();
});
