import t from 'tap';
import type { LibraryDocument, SruSettings } from '../../../src/members/document.ts';
import { createSruConnector } from '../../../src/protocols/sru/connector.ts';
import { indexesOf } from '../../../src/protocols/sru/explain.ts';
import { explainSru, scanSru } from '../../../src/protocols/sru/operations.ts';
import { withoutPrograms } from '../../support/requirements.ts';
import { startYazTestServer } from '../../support/yaz.ts';
import { startZebra } from '../../support/zebra.ts';
import { ask, dependencies, library, search } from '../support.ts';

type SruLibrary = LibraryDocument<SruSettings>;

t.test('against a real Zebra', { skip: withoutPrograms('zebrasrv', 'zebraidx') }, async (t) => {
  const zebra = await startZebra();
  const tools = dependencies();
  t.teardown(async () => {
    await tools.close();
    await zebra.stop();
  });
  const settings = (more: object = {}, database: 'latin' | 'chinese' = 'latin') =>
    library({ protocol: 'sru', url: zebra.doors.utf8.sru(database), ...more }) as SruLibrary;
  const connector = (more: object = {}, database: 'latin' | 'chinese' = 'latin') =>
    createSruConnector(settings(more, database), tools);

  for (const version of ['1.1', '1.2', '2.0'] as const) {
    for (const method of ['get', 'post'] as const) {
      t.test(`searches in version ${version} by ${method}`, async (t) => {
        const asked = ask('title = chemical', { limit: 4 });
        const { outcome, error, records } = await search(connector({ version, method }), asked);
        t.equal(error, null);
        t.match(outcome, { hits: 10, exact: true, fetched: 4, unreadable: 0, incomplete: null });
        const positions = records.map(({ position }) => position);
        t.same(positions, [1, 2, 3, 4]);
        for (const { record, localId, raw, marc } of records) {
          t.equal(record.title, 'Chemical engineering practice');
          t.match(localId, /^test\d{5}$/);
          t.match(Buffer.from(raw).toString(), /^\s*<record[\s\S]*<\/record>\s*$/);
          t.ok(marc?.fields.some(({ tag }) => tag === '245'));
        }
      });
    }
    t.test(`reads records written as text in version ${version}`, async (t) => {
      const asked = ask('title = chemical', { limit: 3 });
      const { records } = await search(connector({ version, recordPacking: 'string' }), asked);
      t.equal(records.length, 3);
      t.equal(records[0]?.record.authors[0], 'Marsh, Edith');
    });
  }

  t.test('needs two round trips cold and one warm', async (t) => {
    const own = dependencies();
    const library = createSruConnector(settings(), own);
    const cold = ask('title = chemical');
    await search(library, cold);
    t.equal(cold.counts.roundTrips, 2);
    t.same([...new Set(cold.phases)], ['connect', 'search', 'parse']);
    const warm = ask('title = rivers');
    await search(library, warm);
    t.equal(warm.counts.roundTrips, 1);
    await own.close();
  });

  t.test('finds Chinese words and reads Chinese records', async (t) => {
    const asked = ask('title = 化学工程', { limit: 20 });
    const { outcome, records } = await search(connector({ records: 'cnmarc' }, 'chinese'), asked);
    t.equal(outcome?.hits, 20);
    t.match(records[0]?.record.title, /^化学工程/);
    t.equal(records[0]?.record.dialect, 'cnmarc');
    t.equal(records[0]?.record.items[0]?.callNumber?.startsWith('TQ'), true);
  });

  t.test('pages without losing or repeating a record', async (t) => {
    const whole = await search(connector(), ask('title = chemical', { limit: 10 }));
    const parts = [];
    for (const start of [1, 4, 7, 10]) {
      const asked = ask('title = chemical', { start, limit: 3 });
      parts.push(...(await search(connector(), asked)).records);
    }
    t.same(
      parts.map(({ localId, position }) => [localId, position]),
      whole.records.map(({ localId, position }) => [localId, position]),
    );
  });

  t.test(
    'gives the count alone, no hits as an empty answer, and nothing past the end',
    async (t) => {
      const count = await search(connector(), ask('title = chemical', { limit: 0 }));
      t.match(count.outcome, { hits: 10, fetched: 0 });
      const nothing = await search(connector(), ask('title = xylophones'));
      t.match(nothing, { error: null, outcome: { hits: 0, exact: true, fetched: 0 } });
      const past = await search(connector(), ask('title = chemical', { start: 11 }));
      t.match(past, { error: null, outcome: { hits: 10, fetched: 0, incomplete: null } });
    },
  );

  t.test('looks an index up in the explain record when its name is refused, once', async (t) => {
    const own = dependencies();
    const indexes = { title: 'bath.nosuchindex' };
    const library = createSruConnector(settings({ indexes }), own);
    const first = ask('title = chemical');
    t.equal((await search(library, first)).outcome?.hits, 10);
    t.equal(first.counts.roundTrips, 4, 'connect, refused, explain, found');
    const second = ask('title = chemical');
    t.equal((await search(library, second)).outcome?.hits, 10);
    t.equal(second.counts.roundTrips, 1);
    await own.close();
  });

  t.test('names the diagnostic that it cannot help', async (t) => {
    const indexes = { series: 'bath.nosuchindex' };
    const { error } = await search(connector({ indexes }), ask('series = chemical'));
    t.match(error, { code: 'unsupported', reason: 'sru_15' });
  });

  t.test('takes the next name of an index that the server does not know', async (t) => {
    const indexes = { title: ['bath.nosuchindex', 'dc.nothing', 'dc.title'] };
    const { outcome } = await search(connector({ indexes }), ask('title = chemical'));
    t.equal(outcome?.hits, 10);
  });

  t.test('searches twice at once, and closes twice', async (t) => {
    const one = connector();
    const [first, second] = await Promise.all([
      search(one, ask('title = chemical', { limit: 3 })),
      search(one, ask('title = rivers', { limit: 5 })),
    ]);
    t.equal(first.records.length, 3);
    t.ok(second.records.every(({ record }) => /rivers/.test(record.title)));
    await one.close();
    await one.close();
  });

  t.test('reads what the server explains and scans its indexes', async (t) => {
    const call = () => ({
      signal: new AbortController().signal,
      deadline: performance.now() + 5000,
    });
    for (const version of ['1.1', '1.2', '2.0'] as const) {
      const server = { library: settings({ version }), dependencies: tools };
      const explain = await explainSru(server, call());
      t.match(explain, { diagnostic: null });
      t.type(indexesOf(explain), 'object');
      const wish = { index: 'dc.title', term: 'chemical', count: 3 };
      const terms = await scanSru(server, wish, call());
      t.equal(terms[0]?.value.toLowerCase(), 'chemical');
      t.ok((terms[0]?.records ?? 0) > 0);
    }
  });
});

t.test('against yaz-ztest', { skip: withoutPrograms('yaz-ztest') }, async (t) => {
  const yaz = await startYazTestServer();
  const tools = dependencies();
  const url = `http://${yaz.host}:${yaz.port}/Default`;
  for (const version of ['1.1', '1.2', '2.0'] as const) {
    const settings = library({ protocol: 'sru', url, version }) as SruLibrary;
    const connector = createSruConnector(settings, tools);
    // Its counts are random; what it counts it gives, up to what is asked for.
    const { outcome, records } = await search(connector, ask('computers', { limit: 20 }));
    t.match(outcome, { unreadable: 0, incomplete: null }, version);
    t.equal(outcome?.fetched, Math.min(outcome?.hits ?? -1, 20));
    t.ok(records.every(({ record }) => record.title !== ''));
  }
  await tools.close();
  await yaz.stop();
});
