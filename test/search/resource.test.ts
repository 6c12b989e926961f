import t from 'tap';
import { ConnectorError } from '../../src/members/errors.ts';
import { OverloadedError } from '../../src/search/engine.ts';
import type { Search, View } from '../../src/search/types.ts';
import type { VirtualClock } from '../support/clock.ts';
import { books, consortium, view } from '../support/searches.ts';

const page = (number: number, size = 20): View => ({ ...view, page: number, size });

/** Reads a page as the web does: deeper where it lies past what was fetched. */
async function read(search: Search, clock: VirtualClock, wanted: View) {
  let ready = false;
  void search.deepen(wanted).then(() => {
    ready = true;
  });
  for (let i = 0; i < 50 && !ready; i++) await clock.advance(100);
  return search.answer(wanted);
}

t.test('a page past what was fetched asks each library with more for its next part', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    big: { behaviour: { books: books(95), firstMs: 10 } },
    small: { behaviour: { books: books(5, '物理'), firstMs: 10 } },
  });
  const search = engine.start(request());
  await clock.advance(50);
  t.match(search.answer(view), { total: 25, moreAtLibraries: true, hitsSum: 100 });
  const second = await read(search, clock, page(2));
  t.equal(second.records.length, 20);
  t.equal(second.total, 45);
  const fifth = await read(search, clock, page(5));
  t.equal(fifth.total, 100);
  t.equal(fifth.records.length, 20);
  t.equal(fifth.moreAtLibraries, false);
  const past = await read(search, clock, page(6));
  t.same(past.records, []);
  t.equal(past.state, 'complete');
  t.equal(connectors.small?.asks.length, 1);
  t.match(past.libraries, [
    { state: 'answered', hits: 95, fetched: 95, elapsedMs: 10 },
    { state: 'answered', hits: 5, fetched: 5 },
  ]);
  const asked = connectors.big?.asks.map(({ start, limit }) => [start, limit]) ?? [];
  let next = 1;
  for (const [start = 0, limit = 0] of asked) {
    t.equal(start, next);
    next = start + limit;
  }
});

t.test('pages tile the whole list exactly', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(37) } },
    b: { behaviour: { books: books(23, '物理') } },
  });
  const search = engine.start(request());
  await clock.advance(1);
  await read(search, clock, page(1, 60));
  const seen: string[] = [];
  for (let n = 1; n <= 9; n++) {
    seen.push(...search.answer(page(n, 7)).records.map(({ id }) => id));
  }
  t.equal(seen.length, 60);
  t.equal(new Set(seen).size, 60);
});

t.test('a library that sends one page for every place is stopped', async (t) => {
  const { clock, engine, request, connectors } = consortium({ stuck: {} });
  const stuck = connectors.stuck;
  const first = books(20);
  stuck?.behave({ books: first, hits: 400 });
  const search = engine.start(request());
  await clock.advance(1);
  stuck?.behave({ books: [...first, ...first, ...first], hits: 400 });
  const answer = await read(search, clock, page(9));
  t.match(answer.libraries[0], { state: 'partial', cause: 'repeated_page', hits: 400 });
  t.equal(answer.total, 20);
  t.equal(stuck?.asks.length, 2);
});

t.test(
  'sorts and filters what was loaded without asking again, and says who is not in order',
  async (t) => {
    const { clock, engine, request, connectors } = consortium({
      all: { behaviour: { books: books(10) } },
      part: { behaviour: { books: books(80, '物理') } },
    });
    const search = engine.start(request());
    await clock.advance(1);
    const newest = search.answer({ ...view, sort: 'year' });
    const years = newest.records.map(({ year }) => year ?? 0);
    t.same(
      years,
      [...years].sort((a, b) => b - a),
    );
    t.match(newest.libraries, [
      { id: 'all', sorted: true },
      { id: 'part', sorted: false },
    ]);
    t.match(search.answer(view).libraries, [{ sorted: true }, { sorted: true }]);
    const titles = search.answer({ ...view, sort: 'title', size: 100 }).records.map((r) => r.title);
    t.same(titles, [...titles].sort(new Intl.Collator('zh-Hans-CN-u-co-pinyin').compare));
    const filtered = search.answer({ ...view, filters: [{ name: 'library', value: 'all' }] });
    t.equal(filtered.total, 10);
    t.ok(filtered.records.every(({ holdings }) => holdings[0]?.library === 'all'));
    t.equal(connectors.all?.asks.length, 1);
  },
);

t.test('a sort asked for at the start is handed to the libraries', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    can: { behaviour: { books: books(80), sorted: true } },
    cannot: { behaviour: { books: books(80, '物理') } },
  });
  const search = engine.start(request({ sort: 'year' }));
  await clock.advance(1);
  t.same(connectors.can?.asks[0]?.sort, { key: 'year', descending: true });
  t.match(search.answer({ ...view, sort: 'year' }).libraries, [
    { sorted: true },
    { sorted: false },
  ]);
});

t.test('two filters under one name are either, under two names both', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(3) } },
    b: { behaviour: { books: books(3, '物理') } },
    c: { behaviour: { books: books(3, '生物') } },
  });
  const search = engine.start(request());
  await clock.advance(1);
  const ab = [
    { name: 'library', value: 'a' },
    { name: 'library', value: 'b' },
  ] as const;
  t.equal(search.answer({ ...view, filters: ab }).total, 6);
  const year = { name: 'year', value: '1951' } as const;
  const both = search.answer({ ...view, filters: [...ab, year] });
  t.equal(both.total, 2);
  t.same(both.facets.library, [
    { value: 'a', count: 1 },
    { value: 'b', count: 1 },
    { value: 'c', count: 1 },
  ]);
  t.same(both.facets.type, [{ value: 'book', count: 2 }]);
});

/** What comes of work that is done in turns. */
async function soon<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  const [result] = await Promise.all([work, clock.advance(0)]);
  return result;
}

t.test(
  "a library's own list has its order, its count and its pages, and asks for what is missing",
  async (t) => {
    const all = books(156);
    const { clock, engine, request, connectors } = consortium({
      chem: { behaviour: { books: all } },
      other: { behaviour: { books: books(3, '物理') } },
    });
    const search = engine.start(request());
    await clock.advance(1);
    const first = await soon(clock, search.libraryList('chem', 1));
    t.match(first, { hits: 156, reachable: 156, page: 1, pages: 8, size: 20 });
    t.same(
      first?.records.map(({ title }) => title),
      all.slice(0, 20).map(({ title }) => title),
    );
    t.equal(connectors.chem?.asks.length, 1);
    const last = await search.libraryList('chem', 8);
    t.same(
      last?.records.map(({ title }) => title),
      all.slice(140).map(({ title }) => title),
    );
    t.match(last?.library, { id: 'chem', state: 'answered' });
    t.equal(connectors.chem?.asks.length, 2);
    t.equal(search.answer(view).total, 23, 'the merged list has no gap');
    t.same((await search.libraryList('chem', 9))?.records, []);
    t.equal(await search.libraryList('unknown', 1), undefined);
    const merged = search.answer(view).records.map(({ id }) => id);
    t.ok(
      first?.records.some(({ id }) => merged.includes(id)),
      'lines carry the ids of merged lines',
    );
  },
);

t.test('a page of the own list that fails says so and shows no records', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(60) } },
  });
  const search = engine.start(request());
  await clock.advance(1);
  connectors.a?.behave({ fails: { error: () => new ConnectorError('a', 'unreachable', 'Gone.') } });
  const list = await soon(clock, search.libraryList('a', 3));
  t.match(list, { library: { state: 'unreachable' }, hits: 60, pages: 3, records: [] });
  t.match(search.answer(view).libraries[0], { state: 'answered', hits: 60 });
});

t.test('retry asks the failed ones again, the rest of a part only', async (t) => {
  const cut = () => new ConnectorError('part', 'unreachable', 'Reset.', { reason: 'reset' });
  const { clock, engine, request, connectors } = consortium({
    good: { behaviour: { books: books(3) } },
    part: { behaviour: { books: books(18, '物理'), fails: { error: cut, after: 5 } } },
    dead: { behaviour: { fails: { error: cut } } },
    cannot: {
      behaviour: {
        fails: { error: () => new ConnectorError('cannot', 'unsupported', 'No index.') },
      },
    },
  });
  const search = engine.start(request());
  await clock.advance(1);
  t.match(
    search.answer(view).libraries.map(({ state }) => state),
    ['answered', 'partial', 'unreachable', 'unsupported'],
  );
  connectors.part?.behave({ books: books(18, '物理'), firstMs: 50 });
  connectors.dead?.behave({ books: books(2, '生物'), firstMs: 50 });
  t.same(search.retry(), ['part', 'dead']);
  t.equal(search.state, 'running');
  t.match(search.answer(view).libraries[1], { state: 'asking', fetched: 5 });
  await clock.advance(60);
  t.match(search.answer(view), {
    state: 'complete',
    total: 23,
    libraries: [{}, { state: 'answered', fetched: 18 }, { state: 'answered', fetched: 2 }, {}],
  });
  t.match(connectors.part?.asks.at(-1), { start: 6, limit: 15, probe: true });
  t.equal(connectors.good?.asks.length, 1);
  t.same(
    search.retry(['good', 'cannot']),
    ['cannot'],
    'a named one also where a retry seldom helps',
  );
});

t.test(
  'above the number of searches in progress new ones are refused, answered ones are not',
  async (t) => {
    const { clock, engine, request } = consortium(
      { a: { behaviour: { books: books(1), firstMs: 100 } } },
      { maxSearches: 2 },
    );
    engine.start(request());
    await clock.advance(200);
    engine.start(request({ term: '甲', cql: '甲' }));
    engine.start(request({ term: '乙', cql: '乙' }));
    t.throws(() => engine.start(request({ term: '丙', cql: '丙' })), OverloadedError);
    const cached = engine.start(request());
    t.equal(cached.state, 'complete');
    t.match(engine.load(), { running: 2, maxRunning: 2, kept: 4 });
    await clock.advance(200);
    t.doesNotThrow(() => engine.start(request({ term: '丁', cql: '丁' })));
    await engine.close();
  },
);

t.test('a search is found again by its id until its time is over', async (t) => {
  const { clock, engine, request } = consortium(
    { a: { behaviour: { books: books(1) } } },
    { keepSearchesSeconds: 60 },
  );
  const search = engine.start(request());
  await clock.advance(1);
  t.equal(engine.get(search.id), search);
  await clock.advance(59_000);
  t.equal(engine.get(search.id), search, 'reading keeps it');
  await clock.advance(59_000);
  t.equal(engine.get(search.id), search);
  await clock.advance(91_000);
  t.equal(engine.get(search.id), undefined);
  t.equal(engine.load().kept, 0);
  t.match(search.id, /^s_[\w-]{20}$/);
});

t.test('closing the engine ends all work', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { hangs: 'listening' } },
  });
  const search = engine.start(request());
  await clock.advance(10);
  await engine.close();
  await clock.advance(1);
  t.equal(search.state, 'closed');
  t.equal(connectors.a?.inFlight, 0);
  t.equal(clock.timers, 0, 'no timer is left');
});

t.test('a search at work is not ended by others that need its place', async (t) => {
  const { clock, engine, request } = consortium(
    {
      slow: { behaviour: { books: books(1), firstMs: 1000 } },
      quick: { behaviour: { books: books(1, '物理') } },
    },
    { maxKeptSearches: 2 },
  );
  const slow = engine.start(request({ libraries: ['slow'] }));
  const quick: Search[] = [];
  for (const cql of ['甲', '乙', '丙']) {
    quick.push(engine.start(request({ cql, libraries: ['quick'] })));
    await clock.advance(1);
  }
  t.equal(engine.get(slow.id), slow);
  t.equal(engine.get(quick[0]?.id ?? ''), undefined);
  await clock.advance(1000);
  t.match(slow.answer(view).libraries, [{ state: 'answered' }]);
  t.equal(engine.get(slow.id), slow);
  await engine.close();
});
