import t from 'tap';
import { ConnectorError } from '../../src/members/errors.ts';
import { createSearchEngine, type SharedAnswers } from '../../src/search/engine.ts';
import { createVirtualClock } from '../support/clock.ts';
import { fakeConnector, testLibrary } from '../support/connectors.ts';
import { books, view, words } from '../support/searches.ts';
import { type MemoryAnswers, memoryAnswers } from '../support/shared-memory.ts';

function gateways(store: (now: () => number) => SharedAnswers = memoryAnswers) {
  const clock = createVirtualClock();
  const shared = store(clock.now);
  const connector = fakeConnector(testLibrary('a'), clock, { books: books(3), firstMs: 100 });
  const make = () => createSearchEngine({ connectorFor: () => connector, clock, shared });
  const request = (over = {}) => ({
    query: words('化学'),
    cql: '化学',
    libraries: ['a'],
    sort: 'relevance' as const,
    waitMs: 8000,
    refresh: false,
    ...over,
  });
  return { clock, connector, shared: shared as MemoryAnswers, one: make(), two: make(), request };
}

t.test('what one gateway was answered another need not ask', async (t) => {
  const { clock, connector, one, two, request } = gateways();
  one.start(request());
  await clock.advance(200);
  const search = two.start(request());
  await clock.advance(1);
  t.match(search.answer(view), {
    state: 'complete',
    total: 3,
    libraries: [{ state: 'answered', cached: true }],
  });
  t.equal(connector.asks.length, 1);
  two.start(request({ refresh: true }));
  await clock.advance(200);
  t.equal(connector.asks.length, 2, 'but no-cache asks the library');
});

t.test('gateways that want the same answer at the same time ask once', async (t) => {
  const { clock, connector, one, two, request } = gateways();
  const first = one.start(request());
  const second = two.start(request());
  await clock.advance(200);
  t.equal(connector.asks.length, 1);
  for (const search of [first, second]) {
    t.match(search.answer(view), { state: 'complete', total: 3 });
  }
});

t.test('who waits takes over when the other gateway fails, gives up, or dies', async (t) => {
  const failing = gateways();
  const fails = { fails: { error: () => new ConnectorError('a', 'busy', 'no') }, totalMs: 100 };
  failing.connector.behave(fails);
  failing.one.start(failing.request());
  await failing.clock.advance(50);
  const after = failing.two.start(failing.request());
  failing.connector.behave({ books: books(3), firstMs: 100 });
  await failing.clock.advance(400);
  t.match(after.answer(view), { state: 'complete', total: 3 }, 'a failure is never shared');

  const leaving = gateways();
  const left = leaving.one.start(leaving.request());
  await leaving.clock.advance(10);
  const stays = leaving.two.start(leaving.request());
  await leaving.clock.advance(10);
  left.cancel();
  await leaving.clock.advance(400);
  t.match(stays.answer(view), { state: 'complete', total: 3 });

  const dying = gateways();
  dying.connector.behave({ hangs: 'deaf' });
  dying.one.start(dying.request());
  await dying.clock.advance(10);
  dying.connector.behave({ books: books(3), firstMs: 100 });
  const survivor = dying.two.start(dying.request());
  await dying.clock.advance(10);
  dying.shared.lapse();
  await dying.clock.advance(400);
  t.match(survivor.answer(view), { state: 'complete', total: 3 });
});

t.test('part of an answer is never shared as a whole one', async (t) => {
  const { clock, connector, shared, one, two, request } = gateways();
  connector.behave({ books: books(3), incomplete: 'The server stopped.', firstMs: 10 });
  one.start(request());
  await clock.advance(100);
  t.equal(shared.entries.size, 0);
  connector.behave({ books: books(3), firstMs: 10 });
  const search = two.start(request());
  await clock.advance(100);
  t.match(search.answer(view), { libraries: [{ state: 'answered', cached: false }] });
});

t.test('an answer too old to be shown is asked for again', async (t) => {
  const { clock, connector, one, two, request } = gateways();
  one.start(request());
  await clock.advance(200);
  await clock.advance(121_000);
  two.start(request());
  await clock.advance(200);
  t.equal(connector.asks.length, 2);
});

t.test('a store that hangs or fails costs 50 ms and nothing else', async (t) => {
  const stores: SharedAnswers[] = [
    { ask: () => new Promise(() => {}), read: () => new Promise(() => {}) },
    {
      ask: () => Promise.reject(new Error('gone')),
      read: () => Promise.reject(new Error('gone')),
    },
    {
      ask: async () => ({
        turn: { publish: () => Promise.reject(new Error('gone')), release: () => {} },
      }),
      read: async () => undefined,
    },
  ];
  for (const store of stores) {
    const { clock, one, request } = gateways(() => store);
    const search = one.start(request());
    await clock.advance(151);
    t.match(search.answer(view), { state: 'complete', total: 3, libraries: [{ cached: false }] });
  }
});
