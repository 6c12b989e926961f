import t from 'tap';
import { createRecordStore } from '../../src/search/records.ts';
import type { MergedRecord } from '../../src/search/types.ts';
import { createVirtualClock } from '../support/clock.ts';
import { bib, sourceOf } from '../support/connectors.ts';
import { books, consortium, view, words } from '../support/searches.ts';

const day = 24 * 3600 * 1000;

t.test('a record id answers for a day, with every source record', async (t) => {
  const { clock, engine, request } = consortium({ a: { behaviour: { books: books(3) } } });
  const search = engine.start(request());
  await clock.advance(1);
  const [line] = search.answer(view).records;
  await clock.advance(day);
  const found = engine.record(line?.id ?? '');
  t.same(found?.record, line);
  t.match(found?.sources, [{ library: 'a', localId: line?.holdings[0]?.localId }]);
  t.equal(engine.record('r_unknown'), undefined);
  await clock.advance(3 * 3600 * 1000);
  t.equal(engine.record(line?.id ?? ''), undefined);
});

t.test("one library's record is found by its own number", async (t) => {
  const { clock, engine, request } = consortium({ a: { behaviour: { books: books(3) } } });
  engine.start(request());
  await clock.advance(1);
  t.match(engine.sourceRecord('a', '化学-2'), { library: 'a', position: 2 });
  t.equal(engine.sourceRecord('a', '化学-9'), undefined);
});

t.test('a record found by many searches is in memory once', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    a: { behaviour: { books: books(3) } },
  });
  const one = engine.start(request());
  await clock.advance(1);
  const copies = books(3).map((book) => ({ ...book }));
  connectors.a?.behave({ books: [copies[2], copies[0]].filter((book) => book !== undefined) });
  const two = engine.start(request({ term: '研究', cql: '研究' }));
  await clock.advance(1);
  for (const { id } of one.answer(view).records) {
    engine.record(id);
  }
  const [first] = two.answer(view).records;
  const local = first?.holdings[0]?.localId ?? '';
  t.equal(
    engine.record(first?.id ?? '')?.sources[0]?.record,
    engine.sourceRecord('a', local)?.record,
  );
});

t.test('a line that is remembered does not hold what arrived with its records', async (t) => {
  const clock = createVirtualClock();
  const store = createRecordStore({ maxBytes: 10_000_000, keepMs: day, maxPlaces: 1000 }, clock);
  const together = Buffer.alloc(100_000, 'x');
  const source = {
    ...sourceOf('a', 1, bib({ title: '化学' }), '7'),
    raw: together.subarray(0, 900),
  };
  const record = { id: 'r_1', mergedBecause: [] } as unknown as MergedRecord;
  store.keepLine({ record, sources: [source] }, words('化学'));
  const [kept] = store.line('r_1')?.sources ?? [];
  t.same(kept, source);
  t.ok((kept?.raw.buffer.byteLength ?? 0) < 20_000);
});

t.test('a changed record replaces the one remembered, an equal one does not', async (t) => {
  const store = createRecordStore(
    { maxBytes: 10_000_000, keepMs: day, maxPlaces: 1000 },
    createVirtualClock(),
  );
  const first = store.keep(sourceOf('a', 1, bib({ title: '化学' }), '7'));
  const equal = store.keep(sourceOf('a', 1, bib({ title: '化学' }), '7'));
  t.equal(equal, first);
  const elsewhere = store.keep(sourceOf('a', 5, bib({ title: '化学' }), '7'));
  t.equal(elsewhere.position, 5);
  t.equal(elsewhere.record, first.record);
  const changed = store.keep(sourceOf('a', 1, bib({ title: '化学', year: 2014 }), '7'));
  t.not(changed.record, first.record);
  t.equal(store.source('a', '7'), changed);
});

t.test('a line whose records were let go is asked for again, by number or by place', async (t) => {
  const all = books(40);
  const { clock, engine, request, connectors } = consortium(
    {
      numbered: {
        behaviour: { books: all.slice(0, 5) },
        indexes: { any: { '1': 1016 }, id: { '1': 12 } },
      },
      placed: { behaviour: { books: books(5, '物理') } },
    },
    { maxRecordBytes: 40_000 },
  );
  const search = engine.start(request());
  await clock.advance(1);
  const lines = search.answer(view).records;
  connectors.numbered?.behave({ books: all });
  for (let i = 0; i < 4; i++) {
    const other = engine.start(request({ cql: `${i}`, libraries: ['numbered'] }));
    await clock.advance(1);
    other.answer(view);
    connectors.numbered?.behave({ books: books(20, `别的${'甲乙丙丁'[i]}`) });
  }
  const forgotten = lines.filter(({ id }) => engine.record(id) === undefined);
  t.ok(forgotten.length > 0, 'the store is small');
  connectors.numbered?.behave({ books: [] });
  for (const line of forgotten) {
    const [holding] = line.holdings;
    const book = [...all, ...books(5, '物理')].find(
      ({ controlNumber }) => controlNumber === holding?.localId,
    );
    if (holding?.library === 'numbered' && book) connectors.numbered?.behave({ books: [book] });
    const found = await engine.recall(line.id);
    t.equal(found?.record.title, line.title);
    t.equal(found?.record.id, line.id);
  }
  t.match(connectors.numbered?.asks.at(-1)?.query.node, { index: 'id' });
  t.equal(await engine.recall('r_unknown'), undefined);
});

t.test('a permanent address is asked for where the library can look it up', async (t) => {
  const [book] = books(1);
  const { engine, connectors } = consortium({
    can: {
      behaviour: { books: book ? [book] : [] },
      indexes: { any: { '1': 1016 }, id: { '1': 12 } },
    },
    cannot: { behaviour: { books: book ? [book] : [] } },
  });
  t.match(await engine.fetchSource('can', '化学-1'), { library: 'can', localId: '化学-1' });
  t.match(connectors.can?.asks[0]?.query.node, words('化学-1', 'id').node);
  t.equal(
    await engine.fetchSource('can', '*'),
    undefined,
    'another record is not the one asked for',
  );
  t.match(connectors.can?.asks[1]?.query.node, { term: '\\*' });
  t.equal(await engine.fetchSource('cannot', '化学-1'), undefined);
  t.equal(await engine.fetchSource('gone', '化学-1'), undefined);
});
