import t from 'tap';
import { ConnectorError } from '../../src/members/errors.ts';
import { books, consortium, view } from '../support/searches.ts';

t.test('a repeated search is answered without asking, marked with its age', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(30), firstMs: 300 } },
    b: { behaviour: { books: [], firstMs: 200 } },
  });
  const first = engine.start(request());
  await clock.advance(300);
  const original = first.answer(view);
  await clock.advance(5000);
  const again = engine.start(request());
  t.equal(again.state, 'complete', 'at once');
  const repeat = again.answer({ ...view, timings: true });
  t.same(repeat.records, original.records);
  t.same(repeat.facets, original.facets);
  t.match(repeat.libraries, [
    {
      state: 'answered',
      hits: 30,
      fetched: 20,
      cached: true,
      ageMs: 5000,
      elapsedMs: 0,
      roundTrips: 0,
    },
    { state: 'empty', hits: 0, cached: true, ageMs: 5100 },
  ]);
  t.equal(connectors.a?.asks.length, 1);
  t.equal(
    again.answer(view).records[0],
    original.records[0],
    'the very same lines, not made again',
  );
});

t.test('no-cache asks the libraries again and keeps what they say', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(2) } },
  });
  engine.start(request());
  await clock.advance(1);
  connectors.a?.behave({ books: books(3) });
  const refreshed = engine.start(request({ refresh: true }));
  await clock.advance(1);
  t.match(refreshed.answer(view), { total: 3, libraries: [{ cached: false }] });
  const after = engine.start(request());
  t.match(after.answer(view), { total: 3, libraries: [{ cached: true }] });
});

t.test('a stale answer is shown at once and the library asked behind it', async (t) => {
  const { clock, engine, request, connectors } = consortium(
    { a: { behaviour: { books: books(2) } } },
    { cache: { freshSeconds: 60, staleSeconds: 300 } },
  );
  engine.start(request());
  await clock.advance(61_000);
  connectors.a?.behave({ books: books(3) });
  const stale = engine.start(request());
  await clock.advance(0);
  t.match(stale.answer(view), {
    state: 'complete',
    total: 2,
    libraries: [{ cached: true, ageMs: 61_000 }],
  });
  await clock.advance(1);
  t.equal(connectors.a?.asks.length, 2);
  const fresh = engine.start(request());
  t.match(fresh.answer(view), { total: 3, libraries: [{ cached: true }] });
  await clock.advance(301_000);
  engine.start(request());
  await clock.advance(1);
  t.equal(connectors.a?.asks.length, 3, 'too old to be shown');
});

t.test(
  'an answer nobody asked for in a while is put away, and no library asked for it',
  async (t) => {
    const { clock, engine, request, connectors } = consortium({
      a: { behaviour: { books: books(250) }, limits: { pageSize: 250 } },
      b: { behaviour: { books: [] } },
    });
    const first = engine.start(request());
    await clock.advance(1);
    const { records } = first.answer(view);
    const { cacheBytes, cacheHits } = engine.load();
    await clock.advance(21_000);
    t.ok(engine.load().cacheBytes < cacheBytes / 10);

    const second = engine.start(request());
    t.equal(second.state, 'running', 'what is put away comes back in turns');
    await clock.advance(0);
    t.match(second.answer(view), {
      state: 'complete',
      libraries: [
        { id: 'a', state: 'answered', cached: true, ageMs: 21_001, hits: 250, fetched: 250 },
        { id: 'b', state: 'empty', cached: true },
      ],
    });
    t.same(second.answer(view).records, records);
    t.equal(engine.load().cacheHits, cacheHits + 2);
    const third = engine.start(request());
    t.equal(third.state, 'complete', 'and is at hand for the next one');

    await clock.advance(21_000);
    const hurried = engine.start(request({ waitMs: 0 }));
    t.match(hurried.answer(view), { state: 'complete', libraries: [{ cached: true }, {}] });
    t.equal(connectors.a?.asks.length, 1);
  },
);

t.test('a stale answer that was put away is shown too, and asked for behind it', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(2) } },
  });
  engine.start(request());
  await clock.advance(130_000);
  connectors.a?.behave({ books: books(3) });
  const searches = [engine.start(request()), engine.start(request())];
  await clock.advance(1);
  for (const search of searches) t.equal(search.answer(view).total, 2);
  t.equal(connectors.a?.asks.length, 2, 'once for both');
  t.equal(engine.start(request()).answer(view).total, 3);
});

t.test(
  'a part of an answer, a failure and a cancelled ask are never an answer later',
  async (t) => {
    const cut = () => new ConnectorError('cut', 'unreachable', 'Reset.');
    const { clock, engine, request, connectors } = consortium({
      part: { behaviour: { books: books(5), incomplete: 'It stopped.' } },
      cut: { behaviour: { books: books(5), fails: { error: cut, after: 2 } } },
      short: { behaviour: { books: books(5), hits: 9 } },
      slow: { behaviour: { books: books(5), firstMs: 10, totalMs: 9000 } },
    });
    engine.start(request({ waitMs: 100 }));
    await clock.advance(200);
    engine.start(request({ waitMs: 100 }));
    await clock.advance(200);
    for (const [id, { asks }] of Object.entries(connectors)) t.equal(asks.length, 2, id);
  },
);

t.test('another query, another order and another document are other questions', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(2) } },
  });
  for (const over of [
    {},
    { cql: 'title = "化学"' },
    { sort: 'year' },
    { sort: '-year' },
  ] as const) {
    engine.start(request(over));
    await clock.advance(1);
  }
  t.equal(connectors.a?.asks.length, 4);
});

t.test('an unsupported query is remembered for a while', async (t) => {
  const error = () =>
    new ConnectorError('a', 'unsupported', 'No such index.', { reason: 'bib1_114' });
  const { clock, engine, request, connectors } = consortium(
    { a: { behaviour: { fails: { error } } } },
    { cache: { negativeSeconds: 60 } },
  );
  engine.start(request());
  await clock.advance(1);
  const again = engine.start(request());
  t.match(again.answer(view).libraries[0], {
    state: 'unsupported',
    cause: 'bib1_114',
    cached: true,
  });
  t.equal(connectors.a?.asks.length, 1);
  await clock.advance(60_001);
  engine.start(request());
  await clock.advance(1);
  t.equal(connectors.a?.asks.length, 2);
});

t.test('identical searches at the same time ask each library once', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(5), firstMs: 100, totalMs: 200 } },
  });
  const searches = Array.from({ length: 5 }, () => engine.start(request()));
  await clock.advance(150);
  searches.push(engine.start(request()));
  t.equal(searches.at(-1)?.answer(view).total, 5, 'who joins late has what came before');
  searches[0]?.cancel();
  await clock.advance(100);
  t.equal(connectors.a?.asks.length, 1);
  t.equal(connectors.a?.aborted, 0);
  t.same(
    searches.map((search) => search.answer(view).libraries[0]?.state),
    ['stopped', 'answered', 'answered', 'answered', 'answered', 'answered'],
  );
});

t.test('the last search that leaves takes the ask with it', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { hangs: 'listening' } },
  });
  const one = engine.start(request());
  const two = engine.start(request());
  await clock.advance(10);
  one.cancel();
  await clock.advance(1);
  t.equal(connectors.a?.inFlight, 1);
  two.cancel();
  await clock.advance(1);
  t.equal(connectors.a?.inFlight, 0);
  t.equal(engine.load().asksInFlight, 0);
});

t.test(
  "a joined ask that runs out of the first search's time is sent again for who has more",
  async (t) => {
    const { clock, engine, request, connectors } = consortium({
      a: { behaviour: { books: books(2), firstMs: 700 } },
    });
    const hasty = engine.start(request({ waitMs: 500 }));
    await clock.advance(100);
    const patient = engine.start(request({ waitMs: 5000 }));
    await clock.advance(5000);
    t.equal(hasty.answer(view).libraries[0]?.state, 'timed_out');
    t.equal(patient.answer(view).libraries[0]?.state, 'answered');
    t.equal(connectors.a?.asks.length, 2);
  },
);

t.test('deeper pages of the same question are cached by their place', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(60) } },
  });
  const first = engine.start(request());
  await clock.advance(1);
  void first.deepen({ ...view, page: 2 });
  await clock.advance(1);
  t.equal(connectors.a?.asks.length, 2);
  const second = engine.start(request());
  await Promise.all([second.deepen({ ...view, page: 2 }), clock.advance(0)]);
  t.equal(second.answer({ ...view, page: 2 }).records.length, 20);
  t.equal(connectors.a?.asks.length, 2);
});

t.test('the cache stays within its bytes', async (t) => {
  const { clock, engine, request } = consortium(
    { a: { behaviour: { books: books(20) } } },
    { cache: { maxBytes: 200_000 } },
  );
  for (let i = 0; i < 50; i++) {
    engine.start(request({ cql: `query ${i}` }));
    await clock.advance(1);
    t.ok(engine.load().cacheBytes <= 200_000);
  }
  t.ok(engine.load().cachedPages > 1);
});
