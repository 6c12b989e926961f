import { Compile } from 'typebox/compile';
import { searchAnswerSchema } from '../../src/web/api/answers.ts';
import { minimalDocument } from './documents.ts';

const chemistry = {
  title: '化学工程实验',
  parallelTitle: 'Chemical engineering experiments',
  authors: ['冯红艳'],
  publisher: '中国科学技术大学出版社',
  year: 2014,
  isbn: ['9787312033896'],
};

/** The libraries that the suite is written for, and how they behave. */
export const suiteLibraries = [
  ...Array.from({ length: 11 }, (_, n) => minimalDocument(`lib${n + 1}`)),
  minimalDocument('nation', { outsideLimit: true }),
];
export const suiteBehaviours = {
  lib1: { records: [chemistry] },
  lib2: { records: [chemistry, { title: '化学工程导论', year: 2001, authors: ['王一'] }] },
  lib3: { fails: 'unreachable' },
  lib4: { hangs: true },
  nation: { records: [chemistry] },
} as const;

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Looked into freely, as clients do. */
  json(): ReturnType<typeof JSON.parse>;
}

/** What answers at an address: one gateway, or several behind a balancer. */
export interface Door {
  readonly address: string;
  ask(
    method: string,
    url: string,
    more?: { headers?: Record<string, string>; payload?: string },
  ): Promise<Told>;
}

export function doorAt(address: string): Door {
  return {
    address,
    async ask(method, url, { headers = {}, payload } = {}) {
      const answer = await fetch(new URL(url, address), {
        method,
        headers: {
          ...headers,
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(payload === undefined ? {} : { body: payload }),
      });
      const body = await answer.text();
      return { status: answer.status, headers: answer.headers, body, json: () => JSON.parse(body) };
    },
  };
}

/** What the search API promises, whoever answers. */
export function searchSuite(t: Tap, door: Door): void {
  const get = (url: string, headers: Record<string, string> = {}) =>
    door.ask('GET', url, { headers });
  const errorsOf = (body: string) =>
    (JSON.parse(body) as { errors: { pointer: string; message: string }[] }).errors;

  t.test('answers one merged list with every chosen library in exactly one state', async (t) => {
    const answer = await get('/api/v1/search?q=化学工程&wait=300');
    t.equal(answer.status, 200);
    const body = answer.json();
    const problems = [...Compile(searchAnswerSchema).Errors(body)];
    t.same(problems, [], 'the answer fits its published schema');
    t.equal(body.libraries.length, 11);
    t.equal(new Set(body.libraries.map(({ id }: { id: string }) => id)).size, 11);
    const states = Object.fromEntries(
      body.libraries.map(({ id, state }: { id: string; state: string }) => [id, state]),
    );
    t.match(states, {
      lib1: 'answered',
      lib2: 'answered',
      lib3: 'unreachable',
      lib4: 'timed_out',
      lib5: 'empty',
      nation: 'answered',
    });
    t.notOk('hits' in body.libraries[2], 'a library that did not answer shows no count');
    t.equal(body.state, 'closed');
    const line = body.records.find(({ title }: { title: string }) => title === '化学工程实验');
    t.same(line.holdings.map(({ library }: { library: string }) => library).sort(), [
      'lib1',
      'lib2',
      'nation',
    ]);
    t.equal(body.total, 2);
  });

  t.test('names every fault of a bad request at once', async (t) => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['q=', ['/q']],
      ['', ['/q']],
      ['q=x&index=colour', ['/index']],
      ['q=x&libraries=lib1,nobody', ['/libraries']],
      [`q=x&libraries=${suiteLibraries.slice(0, 11).map(({ id }) => id)}`, ['/libraries']],
      ['q=title%20%3D&syntax=cql', ['/q']],
      ['q=colour%20%3D%20x&syntax=cql', ['/q']],
      ['q=x&page=0', ['/page']],
      ['q=x&size=101', ['/size']],
      ['q=x&wait=soon', ['/wait']],
      ['q=x&wait=60001', ['/wait']],
      ['q=x&sort=colour', ['/sort']],
      ['q=x&filter=colour:red', ['/filter']],
      ['q=x&libary=lib1', ['/libary']],
      ['q=&page=0&wait=soon', ['/page', '/wait', '/q']],
    ];
    for (const [query, pointers] of cases) {
      const answer = await get(`/api/v1/search?${query}`);
      t.equal(answer.status, 400, query);
      t.match(answer.headers.get('content-type'), 'application/problem+json');
      t.same(
        errorsOf(answer.body).map(({ pointer }) => pointer),
        pointers,
        query,
      );
    }
  });

  t.test('a broken CQL query says where it breaks', async (t) => {
    const answer = await get('/api/v1/search?q=(title%20%3D%20a&syntax=cql');
    t.match(errorsOf(answer.body)[0]?.message, /position [0-9]+/);
  });

  t.test('the language asked for decides the title of a problem', async (t) => {
    const url = '/api/v1/search?q=';
    t.equal((await get(url)).json().title, '请求内容有误');
    t.equal(
      (await get(url, { 'accept-language': 'en-GB,en;q=0.9' })).json().title,
      'The request is not right',
    );
    t.ok((await get(url)).json().instance);
  });

  t.test('a POST keeps titles out of addresses and names the new resource', async (t) => {
    const answer = await door.ask('POST', '/api/v1/search', {
      payload: JSON.stringify({ q: '化学工程', libraries: ['lib1', 'lib2'], size: 1 }),
    });
    t.equal(answer.status, 201);
    const { id, records } = answer.json();
    t.equal(answer.headers.get('location'), `/api/v1/search/${id}`);
    t.equal(records.length, 1);
    const second = (await get(`/api/v1/search/${id}?page=2&size=1`)).json();
    t.equal(second.records.length, 1);
    t.not(second.records[0].id, records[0].id);
    t.equal((await get(`/api/v1/search/${id}?page=9`)).json().records.length, 0);
    for (const payload of ['[]', '"x"', '{', '{"q": 7}']) {
      const refused = await door.ask('POST', '/api/v1/search', { payload });
      t.equal(refused.status, 400, payload);
    }
  });

  t.test('an early answer leaves the search running until it is read', async (t) => {
    const early = (
      await get('/api/v1/search?q=化学&libraries=lib1,lib4&answer=first&wait=400')
    ).json();
    t.equal(early.state, 'running');
    t.equal(early.records.length, 1);
    const later = (await get(`/api/v1/search/${early.id}?wait=2000`)).json();
    t.equal(later.state, 'closed');
    t.equal(later.libraries[1].state, 'timed_out');
  });

  t.test('DELETE stops the work and the libraries say so', async (t) => {
    const early = (await get('/api/v1/search?q=化工&libraries=lib1,lib4&answer=now')).json();
    t.equal((await door.ask('DELETE', `/api/v1/search/${early.id}`)).status, 204);
    const after = (await get(`/api/v1/search/${early.id}?wait=1000`)).json();
    t.equal(after.libraries[1].state, 'stopped');
    t.equal((await get('/api/v1/search/s_nothing')).status, 404);
  });

  t.test('records have an address of their own, merged and single', async (t) => {
    const { records } = (await get('/api/v1/search?q=化学工程&libraries=lib1,lib2')).json();
    const line = records.find(({ holdings }: { holdings: unknown[] }) => holdings.length === 2);
    const merged = (await get(`/api/v1/records/${line.id}`)).json();
    t.equal(merged.record.id, line.id);
    t.equal(merged.sources.length, 2);
    const { library, localId } = line.holdings[0];
    const single = (
      await get(`/api/v1/libraries/${library}/records/${encodeURIComponent(localId)}`)
    ).json();
    t.equal(single.record.title, '化学工程实验');
    t.equal((await get('/api/v1/records/r_nothing')).status, 404);
  });

  t.test('streams the same objects as events and as lines', async (t) => {
    const address = `${door.address}/api/v1/search?q=化学工程&libraries=lib1,lib2,lib3`;
    const lines = await (
      await fetch(address, { headers: { accept: 'application/x-ndjson' } })
    ).text();
    const events = lines
      .split('\n')
      .filter((line) => line)
      .map((line) => JSON.parse(line));
    t.same([...new Set(events.map(({ event }) => event))].sort(), [
      'done',
      'facets',
      'library',
      'records',
    ]);
    t.equal(events.at(-1).event, 'done');
    t.notOk('records' in events.at(-1).data);
    const ids = events.map(({ id }) => id);
    t.same(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    for (const { event, data } of events) if (event === 'records') t.ok(data.records.length > 0);
    const answer = await fetch(`${address}&sort=year`, {
      headers: { accept: 'text/event-stream' },
    });
    t.match(answer.headers.get('content-type'), 'text/event-stream');
    t.ok(answer.headers.get('x-request-id'), 'headers of hooks survive');
    const text = await answer.text();
    t.match(text, /^retry: 2000\n\n/);
    t.match(text, /event: done\ndata: \{/);
  });
}

type Tap = Pick<typeof import('tap').t, 'test'>;
