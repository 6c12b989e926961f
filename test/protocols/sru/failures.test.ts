import t from 'tap';
import type { LibraryDocument, SruSettings } from '../../../src/members/document.ts';
import { createSruConnector } from '../../../src/protocols/sru/connector.ts';
import { serveTcp } from '../egress/support.ts';
import { scripted } from '../scripted.ts';
import { ask, dependencies, library, search } from '../support.ts';
import { answerXml, dataRecord, listed, marcRecord } from './answers.ts';

const tools = dependencies();
t.teardown(() => tools.close());

function connector(url: string, more: object = {}) {
  const settings = library({ protocol: 'sru', url, ...more });
  return createSruConnector(settings as LibraryDocument<SruSettings>, tools);
}

t.test('reads what an HTTP status says', async (t) => {
  const cases: readonly (readonly [number, string, Record<string, string>?])[] = [
    [400, 'malformed'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'malformed'],
    [410, 'malformed'],
    [429, 'busy', { 'retry-after': '7' }],
    [500, 'unreachable'],
    [502, 'unreachable'],
    [503, 'busy', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }],
    [504, 'unreachable'],
    [302, 'malformed', { location: 'http://127.0.0.1:1/elsewhere' }],
  ];
  for (const [status, code, headers = {}] of cases) {
    const server = await scripted((_seen, response) => {
      response.writeHead(status, { 'content-type': 'text/html', ...headers });
      return '<!DOCTYPE html><html><body>no</body></html>';
    });
    const { error } = await search(connector(server.url), ask('x'));
    t.equal(error?.code, code, String(status));
    t.equal(error?.libraryId, 'test-library');
    t.equal(error?.hits, null);
    if (status === 429) t.equal(error?.retryAfterMs, 7000);
    if (status === 503) t.equal(error?.retryAfterMs, 600_000, 'no longer than ten minutes');
    await server.close();
  }
});

t.test('reads diagnostics that come with an HTTP error', async (t) => {
  const server = await scripted((_seen, response) => {
    response.statusCode = 400;
    return answerXml({ hits: null, diagnostics: [[10, 'x']] });
  });
  const { error } = await search(connector(server.url), ask('x'));
  t.match(error, { code: 'unsupported', reason: 'sru_10' });
  await server.close();
});

t.test('maps diagnostics to what a reader can be told', async (t) => {
  const cases: readonly (readonly [number, string])[] = [
    [1, 'unreachable'],
    [2, 'busy'],
    [3, 'refused'],
    [4, 'unsupported'],
    [7, 'malformed'],
    [10, 'unsupported'],
    [37, 'unsupported'],
    [60, 'unsupported'],
    [68, 'refused'],
    [235, 'malformed'],
    [236, 'refused'],
    [1015, 'busy'],
  ];
  for (const [diagnostic, code] of cases) {
    const server = await scripted(() => answerXml({ hits: 0, diagnostics: [[diagnostic]] }));
    const { error } = await search(connector(server.url), ask('x'));
    t.match(error, { code, reason: `sru_${diagnostic}` }, String(diagnostic));
    await server.close();
  }
});

t.test('never takes a page or another document for an empty list', async (t) => {
  const pages: readonly (readonly [string, string])[] = [
    ['<!DOCTYPE html><html><body>Please log in</body></html>', 'html_answer'],
    ['<html><body>Wartung</body></html>', 'html_answer'],
    ['\ufeff  <!-- x --><!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<HTML>', 'html_answer'],
    ['<?xml version="1.0"?><!DOCTYPE html><html/>', 'html_answer'],
    ['<feed xmlns="http://www.w3.org/2005/Atom"></feed>', 'not_sru'],
    ['', 'xml_truncated'],
    ['{"error": "not found"}', 'xml_malformed'],
    [
      '<!DOCTYPE a [<!ENTITY b "bb">]><searchRetrieveResponse>&b;</searchRetrieveResponse>',
      'xml_doctype',
    ],
    [`${'<a>'.repeat(200_000)}`, 'not_sru'],
    [`<searchRetrieveResponse>${'<a>'.repeat(200_000)}`, 'xml_depth'],
  ];
  for (const [page, reason] of pages) {
    const server = await scripted((_seen, response) => {
      response.setHeader('content-type', 'text/html');
      return page;
    });
    const { error, outcome } = await search(connector(server.url), ask('x'));
    t.equal(outcome, null);
    t.match(error, { code: 'malformed', reason }, page.slice(0, 60));
    await server.close();
  }
});

t.test('keeps the whole records of an answer that is cut, and says that it was', async (t) => {
  const records = ['a', 'b', 'c'].map((id) => marcRecord(id, `Title ${id}`));
  const whole = answerXml({ hits: 30, records });
  const cut = whole.slice(0, whole.indexOf('Title c') + 3);
  const server = await serveTcp((socket) =>
    socket.on('data', (request) => {
      const path = request.toString().split(' ')[1] ?? '';
      const length = path.includes('short') ? Buffer.byteLength(cut) : Buffer.byteLength(whole);
      socket.end(
        `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${length}\r\n\r\n${cut}`,
      );
    }),
  );
  const cases = [
    ['answer', 'body_cut'],
    ['short', 'xml_truncated'],
  ] as const;
  for (const [path, reason] of cases) {
    const {
      error,
      records: found,
      batches,
    } = await search(connector(`${server.url}${path}`), ask('x'));
    t.match(error, { code: 'malformed', reason, hits: 30 }, path);
    t.same(
      found.map(({ localId }) => localId),
      ['a', 'b'],
    );
    t.equal(batches[0]?.hits, 30);
  }
  await server.close();
});

t.test('repairs careless XML once, without losing or repeating a record', async (t) => {
  const records = [
    marcRecord('a', 'Plain'),
    marcRecord('b', 'Smith & Sons'),
    marcRecord('c', 'Control\u0001led'),
    marcRecord('d', 'Caf&eacute;'),
  ];
  const server = await scripted(() => answerXml({ hits: 4, records }));
  const { outcome, records: found } = await search(connector(server.url), ask('x'));
  t.match(outcome, { hits: 4, fetched: 4, unreadable: 0 });
  t.same(
    found.map(({ record, position }) => [position, record.title]),
    [
      [1, 'Plain'],
      [2, 'Smith & Sons'],
      [3, 'Controlled'],
      [4, 'Café'],
    ],
  );
  t.ok(found.slice(1).every(({ warnings }) => warnings.some((one) => /repaired/.test(one))));
  await server.close();
});

t.test('trusts the XML declaration before the header about the charset', async (t) => {
  const text = answerXml({ hits: 1, records: [marcRecord('a', 'Müller')] });
  const latin = Buffer.from(text.replace('UTF-8', 'ISO-8859-1'), 'latin1');
  const bare = Buffer.from(text.replace(/<\?xml[^>]*>\s*/, ''), 'latin1');
  for (const [bytes, type] of [
    [latin, 'text/xml; charset=utf-8'],
    [bare, 'text/xml; charset=ISO-8859-1'],
  ] as const) {
    const server = await scripted((_seen, response) => {
      response.setHeader('content-type', type);
      response.end(bytes);
      return undefined;
    });
    const { records } = await search(connector(server.url), ask('x'));
    t.equal(records[0]?.record.title, 'Müller', type);
    await server.close();
  }
});

t.test('names what broke on the way', async (t) => {
  const reset = await serveTcp((socket) => socket.on('data', () => socket.resetAndDestroy()));
  const silent = await serveTcp(() => undefined);
  const gone = await serveTcp(() => undefined);
  await gone.close();
  t.match((await search(connector(gone.url), ask('x'))).error, {
    code: 'unreachable',
    reason: 'connect_refused',
  });
  t.match((await search(connector(reset.url), ask('x'))).error, {
    code: 'unreachable',
    reason: 'connect_reset',
  });
  const late = ask('x', { deadline: performance.now() + 60 });
  t.match((await search(connector(silent.url), late)).error, {
    code: 'timeout',
    reason: 'deadline',
  });
  const stop = new AbortController();
  const stopped = search(connector(silent.url), ask('x'), stop.signal);
  stop.abort();
  t.match((await stopped).error, { code: 'stopped', reason: 'stopped' });
  await reset.close();
  await silent.close();
});

t.test('keeps the count and the first pages when a later page fails', async (t) => {
  const server = await scripted((seen, response, count) => {
    if (count < 3) return answerXml({ hits: 42, records: listed(seen, 42, 10) });
    response.statusCode = 500;
    return 'broken';
  });
  const { error, records } = await search(connector(server.url), ask('x', { limit: 40 }));
  t.match(error, { code: 'unreachable', reason: 'http_500', hits: 42 });
  t.equal(records.length, 20);
  await server.close();
});

t.test('does not ask what a library cannot be asked', async (t) => {
  const server = await scripted(() => answerXml({ hits: 1 }));
  const { error } = await search(
    connector(server.url, { indexes: { title: 'dc.title' } }),
    ask('publisher = x'),
  );
  t.match(error, { code: 'unsupported', reason: 'query' });
  t.equal(server.seen.length, 0);
  await server.close();
});

t.test('bounds a record as large as an answer may be', async (t) => {
  const huge = dataRecord(
    `<record><datafield tag="500"><subfield code="a">${'x'.repeat(2_000_000)}`,
  );
  const server = await scripted(() => answerXml({ hits: 1, records: [huge] }));
  const { error } = await search(connector(server.url), ask('x'));
  t.match(error, { code: 'malformed', reason: 'xml_text', hits: 1 });
  await server.close();
});

t.test('follows a redirect on the same server only', async (t) => {
  const server = await scripted((seen, response) => {
    if (seen.path === '/answer') {
      response.writeHead(301, { location: `/moved?${seen.parameters}` });
      return '';
    }
    return answerXml({ hits: 1, records: [marcRecord('a', 'Moved')] });
  });
  t.equal((await search(connector(server.url), ask('x'))).records[0]?.record.title, 'Moved');
  await server.close();
});
