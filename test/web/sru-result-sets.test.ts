import fc from 'fast-check';
import t from 'tap';
import { createResultSets, idleSeconds } from '../../src/web/sru/result-sets.ts';
import type { bib } from '../support/connectors.ts';
import { books, type Consortium, consortium } from '../support/searches.ts';

/** Two libraries with long lists that share every third book, and one short list. */
function members(consortiumOf: Readonly<Record<string, readonly ReturnType<typeof bib>[]>>) {
  return consortium(
    Object.fromEntries(
      Object.entries(consortiumOf).map(([id, records]) => [
        id,
        { behaviour: { books: records }, limits: { pageSize: 10 } },
      ]),
    ),
  );
}

function longLists(): Consortium {
  const shared = books(20, '化学');
  const own = (prefix: string) => books(40, prefix);
  return members({
    a: [...own('物理').slice(0, 20), ...shared, ...own('物理').slice(20)],
    b: [...own('数学'), ...shared],
    c: [...books(5, '天文'), ...shared.slice(0, 3)],
  });
}

/** Moves the clock on until the work is done. */
async function settle<T>({ clock }: Consortium, work: Promise<T>): Promise<T> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  finished.catch(() => {});
  for (let step = 0; step < 400 && !done; step += 1) await clock.advance(5);
  return finished;
}

t.test('the same question within a minute asks the libraries once', async (t) => {
  const world = longLists();
  const sets = createResultSets(world.engine, world.clock);
  const asks = () => Object.values(world.connectors).reduce((sum, one) => sum + one.asks.length, 0);
  const first = sets.open(world.request(), 1);
  await settle(world, first.page(1, 5));
  t.equal(asks(), 3);
  await world.clock.advance(59_000);
  const again = sets.open(world.request(), 1);
  t.equal(again.id, first.id);
  await settle(world, again.page(1, 5));
  t.equal(asks(), 3, 'no library was asked again');
  t.not(sets.open(world.request({ sort: 'year' }), 1).id, first.id, 'an order of its own');
  t.not(sets.open(world.request({ libraries: ['a'] }), 1).id, first.id);
  t.not(sets.open(world.request({ refresh: true }), 1).id, first.id);
  await world.clock.advance(20_000);
});

t.test(
  'who pages on stays in the set, who begins anew after a minute gets a new one',
  async (t) => {
    const world = longLists();
    const sets = createResultSets(world.engine, world.clock);
    const set = sets.open(world.request(), 1);
    await settle(world, set.page(1, 5));
    await world.clock.advance(200_000);
    t.equal(sets.open(world.request(), 6).id, set.id);
    await world.clock.advance(61_000);
    const fresh = sets.open(world.request(), 1);
    t.not(fresh.id, set.id);
    await world.clock.advance(20_000);
    t.equal((await sets.find(set.id))?.id, set.id, 'the old set still answers to its name');
    await world.clock.advance(idleSeconds * 1000 + 1);
    t.not(sets.open(world.request(), 6).id, fresh.id, 'until nobody has asked for so long');
    t.equal(await sets.find('s_unknown'), undefined);
    await world.clock.advance(20_000);
  },
);

t.test('a search that its clients left is not given to the next one', async (t) => {
  const world = consortium({ a: { behaviour: { hangs: 'listening' } } });
  const sets = createResultSets(world.engine, world.clock);
  const set = sets.open(world.request(), 1);
  const page = set.page(1, 5);
  set.search.cancel();
  await settle(world, page);
  t.not(sets.open(world.request(), 1).id, set.id);
  await world.clock.advance(20_000);
});

t.test('every record stands at one place, however the list grows while it is paged', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 30 })), {
        maxLength: 6,
      }),
      fc.integer({ min: 1, max: 17 }),
      async (jumps, step) => {
        const world = longLists();
        const set = createResultSets(world.engine, world.clock).open(world.request(), 1);
        const seen = new Map<number, string>();
        const look = async (start: number, count: number) => {
          const page = await settle(world, set.page(start, count));
          for (const [at, record] of page.records.entries()) {
            const place = start + at;
            const id = record?.id ?? 'missing';
            if (seen.has(place) && seen.get(place) !== id) return null;
            seen.set(place, id);
          }
          return page;
        };
        for (const [start, count] of jumps) if ((await look(start, count)) === null) return false;
        let total = 0;
        for (let next: number | null = 1; next !== null; ) {
          const page = await look(next, step);
          if (page === null) return false;
          ({ next, total } = page);
        }
        const titles = new Set<string>();
        const last = await settle(world, set.page(1, 200));
        for (const record of last.records) titles.add(record?.title ?? '');
        // 40 + 40 + 20 shared + 5 different books.
        return (
          new Set(seen.values()).size === seen.size &&
          seen.size === total &&
          [...seen.keys()].every((place) => place <= total) &&
          titles.size === 105 &&
          last.next === null
        );
      },
    ),
    { numRuns: 25 },
  );
  t.pass('held for every way of paging');
});

t.test('only records that were given keep their ids for a day', async (t) => {
  const world = members({ a: books(60) });
  const sets = createResultSets(world.engine, world.clock);
  const set = sets.open(world.request(), 1);
  const page = await settle(world, set.page(3, 4));
  const all = set.search.choose({ sort: 'relevance', filters: [] }, () => []);
  t.equal(all.length, 0);
  let ids: readonly string[] = [];
  set.search.choose({ sort: 'relevance', filters: [] }, (known) => {
    ids = known;
    return [];
  });
  t.same(
    ids.slice(2, 6),
    page.records.map((record) => record?.id),
  );
  t.same(
    ids.filter((id) => world.engine.record(id) !== undefined),
    ids.slice(2, 6),
  );
});

t.test('two far pages asked for at once are both answered in full', async (t) => {
  const world = longLists();
  const set = createResultSets(world.engine, world.clock).open(world.request(), 1);
  await settle(world, set.page(1, 1));
  const [one, two] = await settle(world, Promise.all([set.page(31, 10), set.page(61, 10)]));
  t.equal(one?.records.length, 10);
  t.equal(two?.records.length, 10);
  const ids = [...(one?.records ?? []), ...(two?.records ?? [])].map((record) => record?.id);
  t.equal(new Set(ids).size, 20);
});

t.test('a place that was offered is no fault, a place beyond all lists is one', async (t) => {
  const world = members({ a: books(12), b: books(12) });
  const set = createResultSets(world.engine, world.clock).open(world.request(), 1);
  const first = await settle(world, set.page(1, 10));
  t.equal(first.next, 11, 'more is at the libraries');
  const far = await settle(world, set.page(500, 10));
  t.equal(far.outOfRange, true);
  t.equal(far.records.length, 0);
  const rest = await settle(world, set.page(11, 10));
  t.equal(rest.records.length, 2);
  t.equal(rest.next, null);
  t.equal((await settle(world, set.page(13, 10))).outOfRange, true);
});
