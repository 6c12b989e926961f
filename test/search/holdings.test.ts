import t from 'tap';
import type { Item } from '../../src/marc/record.ts';
import { ConnectorError } from '../../src/members/errors.ts';
import { guard } from '../../src/members/guards/index.ts';
import type { Connector, HoldingsAsk } from '../../src/members/types.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import { createVirtualClock } from '../support/clock.ts';
import { bib, fakeConnector, testLibrary } from '../support/connectors.ts';
import { view, words } from '../support/searches.ts';

const copy = (more: Partial<Item> = {}): Item => ({
  callNumber: 'TQ016/1',
  volume: null,
  location: '一楼',
  barcode: '1',
  status: 'available',
  dueDate: null,
  lendable: null,
  lendableWhy: null,
  ...more,
});

type Answering = (ask: HoldingsAsk, signal: AbortSignal) => Promise<readonly Item[] | null>;

/** One library that says in its record that the copy is on the shelf, and now what `answer` says. */
async function library(
  answer: Answering | null,
  books = [bib({ title: '化学', controlNumber: 'c1', items: [copy()] })],
) {
  const clock = createVirtualClock();
  const document = testLibrary('a', { indexes: { any: { '1': 1016 }, id: { '1': 12 } } });
  const fake = fakeConnector(document, clock, { books });
  const asked: string[] = [];
  const connector: Connector = {
    ...fake,
    ...(answer === null
      ? {}
      : {
          holdings: async (localId: string, ask: HoldingsAsk, signal: AbortSignal) => {
            asked.push(localId);
            return answer(ask, signal);
          },
        }),
  };
  const guarded = guard(connector, { clock });
  const engine = createSearchEngine({
    connectorFor: (id) => (id === 'a' ? guarded : undefined),
    clock,
  });
  const request = { libraries: ['a'], sort: 'relevance' as const, waitMs: 8000, refresh: false };
  const search = engine.start({ query: words('化学'), cql: '化学', ...request });
  await clock.advance(1);
  const line = search.answer(view).records[0]?.id ?? '';
  const sources = engine.record(line)?.sources ?? [];
  const now = async (wish: { waitMs?: number; refresh?: boolean } = {}, ms = 1) => {
    const work = engine.holdings(sources, { line, waitMs: 8000, refresh: false, ...wish });
    await clock.advance(ms);
    return (await work)[0];
  };
  return { clock, engine, fake, asked, sources, line, now };
}

t.test('tells what the library says now, and when it said it', async (t) => {
  const due = copy({ status: 'on_loan', dueDate: '2026-12-01' });
  const { now } = await library(async () => [due]);
  const holding = await now();
  t.match(holding, {
    library: 'a',
    localId: 'c1',
    status: 'on_loan',
    dueDate: '2026-12-01',
    items: [due],
    answer: { state: 'answered', cached: false, message: { en: 'On loan, due 2026-12-01' } },
  });
  t.match(holding?.asOf, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

t.test('no answer leaves a copy unknown, whatever the catalogue said', async (t) => {
  const failures: readonly (readonly [Answering, string])[] = [
    [() => Promise.reject(new ConnectorError('a', 'unreachable', 'gone')), 'unreachable'],
    [
      () => Promise.reject(new ConnectorError('a', 'busy', 'not now', { retryAfterMs: 5000 })),
      'busy',
    ],
    [() => Promise.reject(new ConnectorError('a', 'malformed', 'nonsense')), 'bad_answer'],
    [() => new Promise(() => {}), 'timed_out'],
  ];
  for (const [answer, state] of failures) {
    const { now } = await library(answer);
    const holding = await now({ waitMs: 300 }, 400);
    t.match(holding, { status: 'unknown', dueDate: null, asOf: null, answer: { state } }, state);
    t.same(
      holding?.items.map(({ status, callNumber }) => [status, callNumber]),
      [['unknown', 'TQ016/1']],
    );
  }
});

t.test('a record that is gone is empty, not available', async (t) => {
  const { now, fake } = await library(async () => null);
  fake.behave({ books: [] });
  t.match(await now(), { status: 'unknown', items: [], answer: { state: 'empty' } });
});

t.test('where copies cannot be asked for, the record itself is asked for again', async (t) => {
  const absent = await library(null);
  absent.fake.behave({
    books: [bib({ title: '化学', controlNumber: 'c1', items: [copy({ status: 'on_loan' })] })],
  });
  t.match(await absent.now(), { status: 'on_loan', answer: { state: 'answered' } });
  t.equal(absent.fake.asks.length, 2);

  const refusing = await library(() =>
    Promise.reject(new ConnectorError('a', 'unsupported', 'no', { reason: 'holdings' })),
  );
  t.match(await refusing.now(), { status: 'available', answer: { state: 'answered' } });
  t.equal(refusing.fake.asks.length, 2);
});

t.test('asks once for many readers, and again after half a minute', async (t) => {
  let resolve: (items: readonly Item[]) => void = () => {};
  const { engine, clock, asked, sources, line, now } = await library(
    () =>
      new Promise((settle) => {
        resolve = settle;
      }),
  );
  const wish = { line, waitMs: 8000, refresh: false };
  const both = Promise.all([engine.holdings(sources, wish), engine.holdings(sources, wish)]);
  await clock.advance(1);
  t.equal(asked.length, 1);
  resolve([copy()]);
  await both;
  t.match(await now(), { status: 'available', answer: { cached: true, ageMs: Number } });
  t.equal(asked.length, 1);
  const again = now({ refresh: true });
  await clock.advance(1);
  resolve([copy()]);
  await again;
  t.equal(asked.length, 2, 'no-cache asks the library');
  await clock.advance(30_001);
  const later = now();
  await clock.advance(1);
  resolve([copy({ status: 'on_loan' })]);
  t.match(await later, { status: 'on_loan', answer: { cached: false } });
  t.equal(asked.length, 3);
});

t.test('a failure is not remembered', async (t) => {
  let fails = true;
  const { now } = await library(async () => {
    if (fails) throw new ConnectorError('a', 'unreachable', 'gone');
    return [copy()];
  });
  t.match(await now({}, 1000), { answer: { state: 'unreachable' } });
  fails = false;
  t.match(await now(), { status: 'available', answer: { state: 'answered', cached: false } });
});

t.test('a library that is gone from the directory was not asked', async (t) => {
  const { engine, sources, line } = await library(async () => [copy()]);
  const elsewhere = sources.map((source) => ({ ...source, library: 'gone' }));
  t.match(await engine.holdings(elsewhere, { line, waitMs: 100, refresh: false }), [
    {
      library: 'gone',
      status: 'unknown',
      answer: { state: 'not_asked', cause: 'unknown_library' },
    },
  ]);
});

t.test('questions about copies keep to the library’s connections and pauses', async (t) => {
  const clock = createVirtualClock();
  const fake = fakeConnector(testLibrary('a', { limits: { connections: 1 } }), clock, {});
  let inFlight = 0;
  let most = 0;
  const guarded = guard(
    {
      ...fake,
      async holdings(_localId, ask, signal) {
        most = Math.max(most, ++inFlight);
        await new Promise<void>((resolve) => clock.after(10, resolve));
        inFlight--;
        if (signal.aborted) throw new ConnectorError('a', 'stopped', 'stopped');
        t.ok(ask.deadline > clock.now());
        return [copy()];
      },
    },
    { clock },
  );
  const trace = { enter: () => {}, roundTrip: () => {} };
  const ask = { deadline: clock.now() + 5000, trace };
  const { signal } = new AbortController();
  const all = Promise.all(['1', '2', '3'].map((id) => guarded.holdings?.(id, ask, signal)));
  await clock.advance(100);
  t.same(await all, [[copy()], [copy()], [copy()]]);
  t.equal(most, 1);

  const deaf = guard({ ...fake, holdings: () => new Promise(() => {}) }, { clock });
  const late = deaf.holdings?.('1', { deadline: clock.now() + 2500, trace }, signal);
  const failed = t.rejects(Promise.resolve(late), { code: 'timeout' });
  await clock.advance(3000);
  await failed;
  t.equal(deaf.status().breaker.state, 'open', 'a silence pauses the library as in a search');
  await t.rejects(
    Promise.resolve(deaf.holdings?.('1', { deadline: clock.now() + 2500, trace }, signal)),
    { code: 'suspended' },
  );
});
