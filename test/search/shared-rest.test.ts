import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { ConnectorError } from '../../src/members/errors.ts';
import { systemClock } from '../../src/members/guards/clock.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import type { SharedCache } from '../../src/search/shared/index.ts';
import type { Search } from '../../src/search/types.ts';
import { type FakeConnector, fakeConnector, testLibrary } from '../support/connectors.ts';
import { flushPrefix, newPrefix, withoutRedis } from '../support/redis.ts';
import { books, view, words } from '../support/searches.ts';
import { openTestCache } from '../support/shared-cache.ts';

const skip = await withoutRedis();

/** A gateway whose searches sleep almost at once; library `b` cannot be reached until it behaves. */
function gateway(cache: SharedCache) {
  const gone = () => new ConnectorError('b', 'unreachable', 'Gone.');
  const connectors: Readonly<Record<string, FakeConnector>> = {
    a: fakeConnector(testLibrary('a'), systemClock, { books: books(3) }),
    b: fakeConnector(testLibrary('b'), systemClock, { fails: { error: gone } }),
  };
  const engine = createSearchEngine({
    connectorFor: (id) => connectors[id],
    settings: { idleMs: 20 },
    shared: cache.answers,
    sharedSearches: cache.searches,
    sharedLines: cache.lines,
  });
  const heal = () => connectors.b?.behave({ books: books(2, '物理'), totalMs: 400 });
  return { engine, heal };
}

/** The search at a gateway that did not begin it; on a busy machine its store may take a while to hear of it. */
async function foundBy({ engine }: ReturnType<typeof gateway>, id: string): Promise<Search> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await engine.find(id);
    if (found !== undefined) return found;
    await pause(50);
  }
  throw new Error(`No gateway tells of ${id}.`);
}

t.test(
  'a search that sleeps here goes on with what another gateway asks again',
  { skip },
  async (t) => {
    const prefix = newPrefix();
    t.teardown(() => flushPrefix(prefix));
    const caches = [await openTestCache(prefix), await openTestCache(prefix)] as const;
    const [one, two] = [gateway(caches[0]), gateway(caches[1])];
    const begun = one.engine.start({
      query: words('化学'),
      cql: '化学',
      libraries: ['a', 'b'],
      sort: 'relevance',
      waitMs: 8000,
      refresh: false,
    });
    await begun.wait('complete');
    await begun.settled();
    const found = await foundBy(two, begun.id);
    t.equal(found.answer(view).total, 3);
    while (two.engine.load().asleep === 0) await pause(20);

    one.heal();
    two.heal();
    t.same(begun.retry(), ['b']);
    await begun.settled();
    const followed = await two.engine.find(begun.id);
    await followed?.wait('complete');
    for (const search of [begun, followed]) {
      await search?.wait('complete');
      t.match(search?.answer(view), {
        total: 5,
        libraries: [
          { id: 'a', state: 'answered', fetched: 3 },
          { id: 'b', state: 'answered', fetched: 2 },
        ],
      });
    }
    for (const { engine } of [one, two]) await engine.close();
    for (const cache of caches) await cache.close();
  },
);
