import t from 'tap';
import type { LibraryDocument, Z3950Settings } from '../../../src/members/document.ts';
import { scanZ3950 } from '../../../src/protocols/z3950/operations.ts';
import { withoutPrograms } from '../../support/requirements.ts';
import { startYazTestServer } from '../../support/yaz.ts';
import { ask, connectorTo, loopbackEgress } from '../../support/z3950-ask.ts';
import { startZebra, type ZebraServer } from '../../support/zebra.ts';

const egress = loopbackEgress();
t.teardown(() => egress.close());

const titleOf = (record: { record: { title: string } } | undefined) => record?.record.title;

t.test('Zebra', { skip: withoutPrograms('zebrasrv', 'zebraidx') }, async (t) => {
  const zebra: ZebraServer = await startZebra();
  t.teardown(() => zebra.stop());
  const { utf8, marc8, gb18030 } = zebra.doors;

  t.test('finds Chinese in the charset of each door', async (t) => {
    for (const [port, charset] of [
      [utf8.port, 'utf-8'],
      [gb18030.port, 'gb18030'],
    ] as const) {
      const settings = { port, database: 'chinese', syntax: 'unimarc', charset } as const;
      const connector = connectorTo(egress, { ...settings, pipeline: true });
      const { outcome, records, roundTrips } = await ask(connector, '化学工程');
      t.match(outcome, { hits: 20, exact: true, fetched: 20, unreadable: 0 });
      t.equal(roundTrips, 2);
      t.match(records[0], { localId: 'cn00001', charset, record: { title: '化学工程实验' } });
      t.match(records[0]?.record, { authors: ['周明远'], partNumber: '第1册', year: 1980 });
      t.equal((await ask(connector, '图书馆学概论')).roundTrips, 1);
      await connector.close();
    }
  });

  t.test('negotiates UTF-8 where a server would not know it otherwise', async (t) => {
    const settings = { database: 'chinese', syntax: 'unimarc', queryCharset: 'gbk' } as const;
    const connector = connectorTo(egress, { ...settings, port: utf8.port, negotiateCharset: true });
    t.match((await ask(connector, '化学工程')).outcome, { hits: 20 });
    await connector.close();
  });

  t.test('proposes languages, alone or beside UTF-8, and is answered all the same', async (t) => {
    const settings = { database: 'chinese', syntax: 'unimarc', charset: 'utf-8' } as const;
    for (const negotiateCharset of [false, true]) {
      const languages = { negotiateCharset, negotiateLanguages: ['chi', 'eng'] };
      const connector = connectorTo(egress, { ...settings, ...languages, port: utf8.port });
      t.match((await ask(connector, '化学工程')).outcome, { hits: 20 });
      await connector.close();
    }
  });

  t.test('browses an index of a library, and says in its own errors why not', async (t) => {
    const wish = { index: 'title', term: 'chem', count: 3 } as const;
    const at = (port: number) => {
      const settings = { database: 'latin', charset: 'utf-8', port } as const;
      return connectorTo(egress, settings).library as LibraryDocument<Z3950Settings>;
    };
    const scanned = (port: number, waitMs = 5000) =>
      scanZ3950(at(port), { egress, secret: () => undefined }, wish, {
        signal: new AbortController().signal,
        deadline: performance.now() + waitMs,
      });
    t.match(await scanned(utf8.port), { terms: [{ text: 'Chemical', occurrences: 10 }, {}, {}] });
    await t.rejects(scanned(utf8.port, -1), { name: 'ConnectorError', code: 'timeout' });
    await t.rejects(scanned(1), { name: 'ConnectorError', code: 'unreachable' });
  });

  t.test('reads MARC-8 under a leader that says UTF-8, and MARCXML', async (t) => {
    for (const settings of [
      { port: marc8.port, charset: 'marc-8', queryCharset: 'utf-8', syntax: 'usmarc' },
      { port: utf8.port, charset: 'utf-8', syntax: 'xml' },
    ] as const) {
      const connector = connectorTo(egress, { ...settings, database: 'latin' });
      const { outcome, records } = await ask(connector, 'title=étude');
      t.match(outcome, { hits: 10, fetched: 10, unreadable: 0 });
      t.equal(titleOf(records[0]), 'Étude de la chimie appliquée');
      t.same(records[0]?.record.authors, ['Lefèvre, Hélène']);
      await connector.close();
    }
  });

  t.test('sorts, scrolls, and keeps the set over pages', async (t) => {
    const settings = { port: utf8.port, database: 'latin', sorts: { year: { '1': 31 } } };
    const connector = connectorTo(egress, settings);
    const sort = { key: 'year', descending: true } as const;
    const first = await ask(connector, 'volume', { sort, limit: 25 });
    t.match(first.outcome, { hits: 60, sorted: true, fetched: 25 });
    const years = first.records.map((one) => one.record.year ?? 0);
    t.same(
      years,
      [...years].sort((left, right) => right - left),
    );
    const second = await ask(connector, 'volume', { sort, limit: 25, start: 26 });
    t.equal(second.roundTrips, 1);
    t.ok((second.records[0]?.record.year ?? 0) <= (years.at(-1) ?? 0));
    const third = await ask(connector, 'volume', { sort, limit: 25, start: 51 });
    t.equal(third.records.length, 10);
    const ids = [first, second, third].flatMap((one) => one.records.map(({ localId }) => localId));
    t.equal(new Set(ids).size, 60);
    await connector.close();
  });

  t.test('searches two databases as one library', async (t) => {
    const connector = connectorTo(egress, {
      port: utf8.port,
      databases: [{ name: 'latin' }, { name: 'chinese', syntax: 'unimarc' }],
    });
    const query = 'title=chemical or title=化学工程';
    const { outcome, records } = await ask(connector, query, { limit: 30 });
    t.match(outcome, { hits: 30, exact: true, fetched: 30 });
    t.equal(records.filter((one) => one.localId.startsWith('test')).length, 10);
    t.equal(titleOf(records[10]), '化学工程实验');
    await connector.close();
  });

  t.test('asks by nearness, and as type 101', async (t) => {
    const near = 'title=chemical prox/unit=word/distance<=1 title=practice';
    const far = 'title=chemical prox/unit=word/distance<=2 title=practice';
    for (const repairs of [[], ['type-101' as const]]) {
      const settings = { port: utf8.port, database: 'latin', proximity: true, repairs };
      const connector = connectorTo(egress, settings);
      t.match((await ask(connector, near)).outcome, { hits: 0, simplified: [] });
      t.match((await ask(connector, far)).outcome, { hits: 10, simplified: [] });
      await connector.close();
    }
  });

  t.test('says what Zebra refuses', async (t) => {
    const nowhere = connectorTo(egress, { port: utf8.port, database: 'nowhere' });
    t.match((await ask(nowhere, 'x1')).error, { code: 'malformed', reason: 'bib1_109' });
    await nowhere.close();
    const indexes = { title: [{ '1': 9999 }, { '1': 4 }], author: { '1': 9998 } };
    const connector = connectorTo(egress, { port: utf8.port, database: 'latin', indexes });
    t.match((await ask(connector, 'title=chemical')).outcome, { hits: 10, simplified: [] });
    t.match((await ask(connector, 'author=marsh')).error, {
      code: 'unsupported',
      reason: 'bib1_114',
    });
    t.match((await ask(connector, 'title=nothingofthekind')).outcome, { hits: 0, fetched: 0 });
    const oddSyntax = connectorTo(egress, { port: utf8.port, database: 'latin', syntax: 'sutrs' });
    t.match((await ask(oddSyntax, 'chemical')).outcome, { hits: 10, fetched: 10, unreadable: 0 });
    await connector.close();
    await oddSyntax.close();
  });
});

t.test('yaz-ztest', { skip: withoutPrograms('yaz-ztest') }, async (t) => {
  const server = await startYazTestServer();
  t.teardown(() => server.stop());
  const settings = { port: server.port, database: 'Default', charset: 'auto' } as const;

  t.test('brings a hundred records in two round trips cold and one warm', async (t) => {
    const limits = { pageSize: 100 };
    const connector = connectorTo(egress, { ...settings, limits, pipeline: true });
    for (const roundTrips of [2, 1]) {
      const told = await ask(connector, '100', { limit: 100 });
      t.match(told.outcome, { hits: 100, fetched: 100, unreadable: 0, incomplete: null });
      t.equal(told.roundTrips, roundTrips);
      t.same(
        told.records.map((one) => one.position),
        Array.from({ length: 100 }, (_, at) => at + 1),
      );
    }
    await connector.close();
  });

  t.test('reads OPAC records with their copies, and SUTRS', async (t) => {
    const opac = connectorTo(egress, { ...settings, syntax: 'opac' });
    const told = await ask(opac, '5');
    t.match(told.records[0]?.record.items, [
      { callNumber: 'MLCM 89/00602 (N)', barcode: '1226176', status: 'available', lendable: null },
    ]);
    await opac.close();
    const sutrs = connectorTo(egress, { ...settings, syntax: 'sutrs' });
    t.equal(titleOf((await ask(sutrs, '5')).records[0]), 'This is dummy SUTRS record number 1');
    await sutrs.close();
  });

  t.test('answers ten searches at once over two associations', async (t) => {
    const connector = connectorTo(egress, settings);
    const told = await Promise.all(
      Array.from({ length: 10 }, (_, at) => ask(connector, String(at + 1))),
    );
    t.same(
      told.map((one) => one.outcome?.hits),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    await connector.close();
  });

  t.test('reconnects after the library was away', async (t) => {
    const connector = connectorTo(egress, settings);
    t.match((await ask(connector, '3')).outcome, { hits: 3 });
    await server.stop();
    t.match((await ask(connector, '3')).error, { code: 'unreachable', reason: 'connect_refused' });
    await connector.close();
  });
});
