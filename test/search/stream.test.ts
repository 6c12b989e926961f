import t from 'tap';
import type { SearchEvent, View } from '../../src/search/types.ts';
import { settled } from '../support/clock.ts';
import { bib } from '../support/connectors.ts';
import { books, consortium, view } from '../support/searches.ts';

/** Reads a stream into an array while the test moves the clock. */
function collect(events: AsyncIterable<SearchEvent>): {
  seen: SearchEvent[];
  ended: Promise<void>;
} {
  const seen: SearchEvent[] = [];
  const ended = (async () => {
    for await (const event of events) seen.push(event);
  })();
  return { seen, ended };
}

const never = new AbortController().signal;

const kinds = (events: readonly SearchEvent[]) => events.map(({ event }) => event).join(' ');
const recordsOf = (events: readonly SearchEvent[]) =>
  events.flatMap((event) => (event.event === 'records' ? event.data.records : []));

t.test('the first record goes out as soon as the first library sends it', async (t) => {
  const { clock, engine, request } = consortium({
    quick: { behaviour: { books: books(3), firstMs: 40, totalMs: 400 } },
    slow: { behaviour: { books: books(3, '物理'), firstMs: 900 } },
  });
  const search = engine.start(request());
  const { seen } = collect(search.events(0, view, never));
  await clock.advance(39);
  t.equal(kinds(seen), 'library library', 'both asking, and no empty records');
  await clock.advance(1);
  t.equal(recordsOf(seen).length, 3);
  t.match(seen.at(-1)?.event, /records|facets/);
  await engine.close();
});

t.test('streams what a later answer says, each line once, and ends with the answer', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(3), firstMs: 50 } },
    b: { behaviour: { books: books(3, '物理'), firstMs: 500 } },
    dead: { behaviour: { hangs: 'deaf' } },
  });
  const search = engine.start(request({ waitMs: 3000 }));
  const { seen, ended } = collect(search.events(0, view, never));
  await clock.advance(3000);
  await ended;
  const ids = recordsOf(seen).map(({ id }) => id);
  t.equal(new Set(ids).size, 6);
  t.equal(ids.length, 6);
  t.ok(
    seen.every((event, i) => i === 0 || event.id > (seen[i - 1]?.id ?? 0)),
    'ids grow',
  );
  const done = seen.at(-1);
  t.equal(done?.event, 'done');
  t.equal(done?.id, search.sequence);
  const answer = search.answer(view);
  const { records, ...rest } = answer;
  t.same(done?.data, rest);
  t.same(new Set(records.map(({ id }) => id)), new Set(ids));
  const states = seen.flatMap((event) =>
    event.event === 'library' && event.data.id === 'dead' ? [event.data.state] : [],
  );
  t.same(states, ['asking', 'slow', 'timed_out']);
});

t.test('a stream resumed from any event loses nothing and repeats nothing', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(3), firstMs: 50 } },
    b: { behaviour: { books: books(3, '物理'), firstMs: 500 } },
    c: { behaviour: { books: books(3, '生物'), firstMs: 900 } },
  });
  const search = engine.start(request());
  const { seen, ended } = collect(search.events(0, view, never));
  await clock.advance(1000);
  await ended;
  for (const [i, { id }] of seen.entries()) {
    const rest = collect(search.events(id, view, never));
    await rest.ended;
    t.same(pictureOf([...seen.slice(0, i + 1), ...rest.seen]), pictureOf(seen));
    const lines = recordsOf(rest.seen).map((record) => record.id);
    const before = recordsOf(seen.slice(0, i + 1)).map((record) => record.id);
    t.notOk(lines.some((line) => before.includes(line)));
  }
});

t.test('many lines come as several events, and any of them can be resumed from', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(450) }, limits: { pageSize: 450 } },
  });
  const search = engine.start(request());
  await clock.advance(100);
  const whole = collect(search.events(0, view, never));
  await clock.advance(100);
  await whole.ended;
  const parts = whole.seen.filter(({ event }) => event === 'records');
  t.same(
    parts.map((event) => recordsOf([event]).length),
    [200, 200, 50],
  );
  const rest = collect(search.events(parts[0]?.id ?? 0, view, never));
  await rest.ended;
  t.equal(recordsOf(rest.seen).length, 250);
  t.equal(new Set(recordsOf([...parts, ...rest.seen]).map(({ id }) => id)).size, 450);
});

/** What a reader who took these events has on the screen. */
function pictureOf(events: readonly SearchEvent[]) {
  const libraries = new Map<string, unknown>();
  const lines = new Map<string, unknown>();
  for (const event of events) {
    if (event.event === 'library') libraries.set(event.data.id, event.data);
    if (event.event === 'records') for (const line of event.data.records) lines.set(line.id, line);
  }
  const last = events.at(-1);
  return { libraries, lines, last: last?.event === 'done' ? last.data : null };
}

t.test('a slow reader gets one event for many changes', async (t) => {
  const members = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [
      `lib${i}`,
      {
        behaviour: { books: books(5, `${'天地玄黄宇宙洪荒日月'[i]}学`), firstMs: 100 * (i + 1) },
      },
    ]),
  );
  const { clock, engine, request } = consortium(members);
  const search = engine.start(request());
  const events = search.events(0, view, never)[Symbol.asyncIterator]();
  const first = await events.next();
  t.match(first.value, { event: 'library', data: { state: 'asking' } });
  await clock.advance(2000);
  const rest = collect({ [Symbol.asyncIterator]: () => events });
  await rest.ended;
  const perLibrary = rest.seen.filter(({ event }) => event === 'library');
  t.equal(perLibrary.length, 9 + 10, 'the rest of the first look, then the final state of each');
  t.equal(recordsOf(rest.seen).length, 50);
  t.equal(rest.seen.filter(({ event }) => event === 'done').length, 1);
});

t.test(
  'a line that gains a holder is sent again under the id it was first shown with',
  async (t) => {
    const book = (library: string) =>
      bib({
        title: '化学工程实验',
        authors: ['冯红艳'],
        year: 2014,
        isbn: ['9787312033896'],
        publisher: '中国科学技术大学出版社',
        controlNumber: `${library}-1`,
      });
    const { clock, engine, request } = consortium({
      zeta: { behaviour: { books: [book('zeta')], firstMs: 50 } },
      alpha: { behaviour: { books: [book('alpha')], firstMs: 500 } },
    });
    const search = engine.start(request());
    const { seen, ended } = collect(search.events(0, view, never));
    await clock.advance(600);
    await ended;
    const [first, second] = recordsOf(seen);
    t.equal(recordsOf(seen).length, 2);
    t.equal(first?.id, second?.id);
    t.equal(second?.holdings.length, 2);
    const final = search.answer(view).records;
    t.same(final, [second]);
    t.same(engine.record(first?.id ?? '')?.record, second);
    const again = engine.start(request());
    await clock.advance(1);
    t.not(again.answer(view).records[0]?.id, first?.id, 'unseen, it has its canonical id');
    t.same(engine.record(first?.id ?? '')?.sources.length, 2, 'and both ids lead to it');
  },
);

t.test('what was sent keeps its order: later answers only insert', async (t) => {
  const members = Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [
      `lib${i}`,
      { behaviour: { books: books(10, '化学反应', 1 + 10 * i), firstMs: 100 * (i + 1) } },
    ]),
  );
  const { clock, engine, request } = consortium(members);
  const whole: View = { ...view, size: 100 };
  const search = engine.start(request());
  const { seen } = collect(search.events(0, whole, never));
  let before: string[] = [];
  for (let step = 0; step < 8; step++) {
    await clock.advance(100);
    const now = search.answer(whole).records.map(({ id }) => id);
    t.same(
      now.filter((id) => before.includes(id)),
      before,
    );
    before = now;
  }
  t.equal(before.length, 60);
  t.equal(new Set(recordsOf(seen).map(({ id }) => id)).size, 60);
});

t.test('filters hold for the stream, its totals and its facets', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(3), firstMs: 50 } },
    b: { behaviour: { books: books(4, '物理'), firstMs: 100 } },
  });
  const search = engine.start(request());
  const filters = [{ name: 'library', value: 'b' }] as const;
  const { seen, ended } = collect(search.events(0, { ...view, filters }, never));
  await clock.advance(500);
  await ended;
  t.equal(recordsOf(seen).length, 4);
  const done = seen.at(-1);
  t.match(done, { event: 'done', data: { total: 4 } });
  t.same(done?.event === 'done' && done.data.facets.library, [
    { value: 'b', count: 4 },
    { value: 'a', count: 3 },
  ]);
});

t.test('work nobody watches any more is cancelled after the grace', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { hangs: 'listening' } },
  });
  const search = engine.start(request());
  const gone = new AbortController();
  const { ended } = collect(search.events(0, view, gone.signal));
  const unwatch = search.watch();
  await clock.advance(500);
  gone.abort();
  await ended;
  await clock.advance(2100);
  t.equal(search.state, 'running', 'somebody else still watches');
  unwatch();
  await clock.advance(1999);
  t.equal(search.state, 'running');
  await clock.advance(1);
  t.equal(search.state, 'closed');
  t.equal(connectors.a?.inFlight, 0);
});

t.test('a watcher who comes back within the grace keeps the work going', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(1), firstMs: 4000 } },
  });
  const search = engine.start(request());
  search.watch()();
  await clock.advance(1500);
  const unwatch = search.watch();
  await clock.advance(2500);
  t.equal(search.answer(view).libraries[0]?.state, 'answered');
  unwatch();
});

t.test('first, enough and complete come in their time', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(1), firstMs: 100 } },
    b: { behaviour: { books: books(1, '物理'), firstMs: 200 } },
    c: { behaviour: { books: books(1, '生物'), firstMs: 2500 } },
    d: { behaviour: { hangs: 'listening' } },
  });
  const search = engine.start(request({ waitMs: 5000 }));
  const begun = clock.now();
  const at: Record<string, number> = {};
  for (const until of ['first', 'enough', 'complete'] as const) {
    void search.wait(until).then(() => {
      at[until] = clock.now() - begun;
    });
  }
  await clock.advance(6000);
  t.same(at, { first: 100, enough: 2500, complete: 5000 });
});

t.test('good enough is declared at 2 s when most have answered by then', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(1), firstMs: 100 } },
    b: { behaviour: { books: [], firstMs: 200 } },
    c: { behaviour: { books: books(1, '生物'), firstMs: 300 } },
    d: { behaviour: { hangs: 'listening' } },
  });
  const search = engine.start(request());
  const begun = clock.now();
  let enough = 0;
  void search.wait('enough').then(() => {
    enough = clock.now() - begun;
  });
  await clock.advance(3000);
  t.equal(enough, 2000);
  t.equal(search.state, 'running');
  await engine.close();
});

t.test('changed settles when something is new, since says what', async (t) => {
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: books(2), firstMs: 100 } },
  });
  const search = engine.start(request());
  const before = search.sequence;
  let told = false;
  void search.changed(before).then(() => {
    told = true;
  });
  await clock.advance(50);
  t.notOk(told);
  await clock.advance(60);
  t.ok(told);
  t.equal(kinds(search.since(before, view)), 'library records facets done');
  t.same(search.since(search.sequence, view), []);
  await settled();
});
