import t from 'tap';
import {
  createSearchEngine,
  type SharedAnswers,
  type StoredAnswer,
} from '../../src/search/engine.ts';
import { createVirtualClock } from '../support/clock.ts';
import { fakeConnector, testLibrary } from '../support/connectors.ts';
import { books, view, words } from '../support/searches.ts';

function gateways(shared: SharedAnswers) {
  const clock = createVirtualClock();
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
  return { clock, connector, one: make(), two: make(), request };
}

function memoryStore(): SharedAnswers & { entries: Map<string, StoredAnswer> } {
  const entries = new Map<string, StoredAnswer>();
  return {
    entries,
    read: async (key) => entries.get(key),
    write: async (key, answer) => {
      entries.set(key, answer);
    },
  };
}

t.test('what one gateway was answered another need not ask', async (t) => {
  const { clock, connector, one, two, request } = gateways(memoryStore());
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

t.test('an answer too old to be shown is asked for again', async (t) => {
  const store = memoryStore();
  const { clock, connector, one, two, request } = gateways(store);
  one.start(request());
  await clock.advance(200);
  for (const [key, answer] of store.entries) store.entries.set(key, { ...answer, storedAt: 0 });
  two.start(request());
  await clock.advance(200);
  t.equal(connector.asks.length, 2);
});

t.test('a store that hangs, fails or breaks costs 50 ms and nothing else', async (t) => {
  const stores: SharedAnswers[] = [
    { read: () => new Promise(() => {}), write: () => new Promise(() => {}) },
    {
      read: () => Promise.reject(new Error('gone')),
      write: () => Promise.reject(new Error('gone')),
    },
  ];
  for (const store of stores) {
    const { clock, one, request } = gateways(store);
    const search = one.start(request());
    await clock.advance(151);
    t.match(search.answer(view), { state: 'complete', total: 3, libraries: [{ cached: false }] });
  }
});
