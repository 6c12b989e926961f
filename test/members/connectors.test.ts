import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { createConnectorPool } from '../../src/members/connectors.ts';
import { createDirectory } from '../../src/members/directory.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import type { Ask, Connector, Library, Outcome } from '../../src/members/types.ts';
import { minimalDocument } from '../support/documents.ts';

const timeoutMs = 100;
const ask = {} as Ask;
const outcome = { hits: 1 } as Outcome;

function document(name: string, more: Partial<LibraryInput> = {}): LibraryInput {
  const usual = minimalDocument('lib1');
  const limits = { timeoutMs };
  const connector = { ...usual.connector, limits, database: name } as LibraryInput['connector'];
  return { ...usual, name: { zh: name }, connector, ...more };
}

/** A pool whose connectors answer when told, and the connectors it made, in order. */
function poolOf(first: LibraryInput, now = new Date('2026-11-20T04:00:00Z')) {
  const directory = createDirectory();
  const put = (input: LibraryInput) => {
    const checked = checkLibrary(input, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    directory.put(checked.library, input, 'file');
  };
  put(first);
  const made: { name: string; closed: boolean; rested: boolean; answer(): void; asked: number }[] =
    [];
  const make = (library: Library): Connector => {
    const gate = Promise.withResolvers<void>();
    const one = {
      name: library.name.zh,
      closed: false,
      rested: false,
      asked: 0,
      answer: () => gate.resolve(),
    };
    made.push(one);
    return {
      library,
      async search() {
        one.asked += 1;
        await gate.promise;
        if (one.closed) throw new Error('asked of a connector that was closed');
        return outcome;
      },
      rest: () => {
        one.rested = true;
      },
      async close() {
        one.closed = true;
      },
    };
  };
  const pool = createConnectorPool(directory, make, { now: () => now });
  const search = (connector = pool.get('lib1')) => {
    if (connector === undefined) throw new Error('no connector');
    return connector.search(ask, new AbortController().signal, () => {});
  };
  return { directory, put, pool, made, search };
}

t.test('an ask under way ends at the connector it began at, however long it takes', async (t) => {
  const { put, pool, made, search } = poolOf(document('旧'));
  const long = search();
  put(document('新'));
  t.equal(made[0]?.rested, true, 'idle connections are let go at once');
  await delay(timeoutMs * 2);
  t.equal(made[0]?.closed, false, 'it waits for the ask');
  made[0]?.answer();
  t.equal(await long, outcome);
  t.equal(made[0]?.closed, true);
  await pool.close();
});

t.test('a search that holds an old connector is served by the one after it', async (t) => {
  const { put, pool, made, search } = poolOf(document('旧'));
  const held = pool.get('lib1');
  put(document('新'));
  const deeper = search(held);
  made[1]?.answer();
  t.equal(await deeper, outcome);
  t.same(
    made.map(({ name, asked }) => [name, asked]),
    [
      ['旧', 0],
      ['新', 1],
    ],
  );
  put(document('第三'));
  const deeper2 = search(held);
  made[2]?.answer();
  t.equal(await deeper2, outcome);
  await pool.close();
  t.ok(made.every(({ closed }) => closed));
});

t.test('a library that is asked as before keeps its connector', async (t) => {
  const { put, pool, made } = poolOf(document('馆'));
  const connector = pool.get('lib1');
  put(document('馆', { aliases: ['新名'], contact: { phone: '010-0001' } }));
  t.equal(pool.get('lib1'), connector);
  await delay(timeoutMs * 2);
  t.match(made, [{ closed: false, rested: false }]);
  await pool.close();
});

t.test('a library that was paused or removed is not asked by a search that goes on', async (t) => {
  const { directory, put, pool, search } = poolOf(document('馆'));
  const held = pool.get('lib1');
  put(document('馆', { status: 'paused' }));
  t.equal(pool.get('lib1'), undefined);
  await t.rejects(search(held), { name: 'ConnectorError', code: 'suspended' });
  directory.remove('lib1');
  await t.rejects(search(held), { name: 'ConnectorError', code: 'suspended' });
  await pool.close();
});

t.test('what nobody asks is closed after the time limit of the library', async (t) => {
  const { put, pool, made } = poolOf(document('旧'));
  pool.get('lib1');
  put(document('新'));
  t.equal(made[0]?.closed, false);
  await delay(timeoutMs * 3);
  t.equal(made[0]?.closed, true);
  await pool.close();
});

t.test('a dated search service is asked on its days only, in the library’s own time', async (t) => {
  const dated = (from: string, to: string) =>
    document('馆', { services: { search: { from, to } } });
  // In Beijing it is 21 November already.
  const now = new Date('2026-11-20T17:00:00Z');
  for (const [from, to, asked] of [
    ['2026-11-21', '2026-11-21', true],
    ['2026-11-22', '2026-12-01', false],
    ['2026-11-01', '2026-11-20', false],
  ] as const) {
    const { pool } = poolOf(dated(from, to), now);
    t.equal(pool.get('lib1') !== undefined, asked, `${from} ${to}`);
    await pool.close();
  }
});
