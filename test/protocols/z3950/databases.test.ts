import t from 'tap';
import type { Z3950Input } from '../../../src/members/document.ts';
import type { Apdu } from '../../../src/protocols/z3950/apdu/index.ts';
import { recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';
import { ask, connectorTo, loopbackEgress } from '../../support/z3950-ask.ts';
import {
  failed,
  found,
  granting,
  presented,
  type ScriptedAnswer,
  startScriptedServer,
  usmarc,
} from '../../support/z3950-server.ts';

const egress = loopbackEgress();
t.teardown(() => egress.close());

/** A server whose databases have so many records each; ids are `name-number`. A negative size is a fault. */
function catalogues(sizes: Readonly<Record<string, number>>) {
  const sets = new Map<string, string>();
  const records = (name: string, from: number, count: number) =>
    Array.from({ length: Math.max(0, count) }, (_, at) => usmarc(`${name}-${from + at}`));
  return startScriptedServer((apdu: Apdu, session): ScriptedAnswer => {
    if (apdu.type === 'initRequest') return granting();
    if (apdu.type === 'searchRequest') {
      const [name = ''] = apdu.databaseNames;
      const size = sizes[name] ?? 0;
      sets.set(`${session.number} ${apdu.resultSetName}`, name);
      if (size < 0) return failed(109, name);
      return found(size, records(name, 1, Math.min(size, apdu.mediumSetPresentNumber)));
    }
    if (apdu.type !== 'presentRequest') return null;
    const name = sets.get(`${session.number} ${apdu.resultSetName}`) ?? '';
    const count = Math.min(apdu.count, (sizes[name] ?? 0) - apdu.start + 1);
    return presented(records(name, apdu.start, count));
  });
}

const three: NonNullable<Z3950Input['databases']> = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

const ids = (records: readonly { localId: string }[]) => records.map((one) => one.localId);

t.test('adds hits, and keeps the order of the document', async (t) => {
  for (const connections of [1, 2, 3]) {
    const server = await catalogues({ a: 3, b: 0, c: 4 });
    const limits = { connections };
    const connector = connectorTo(egress, { port: server.port, databases: three, limits });
    const { outcome, records } = await ask(connector, 'chemistry');
    t.match(outcome, { hits: 7, exact: true, fetched: 7, incomplete: null });
    t.same(ids(records), ['a-1', 'a-2', 'a-3', 'c-1', 'c-2', 'c-3', 'c-4']);
    t.same(
      records.map((one) => one.position),
      [1, 2, 3, 4, 5, 6, 7],
    );
    await connector.close();
    await server.close();
  }
});

t.test('fills a page from several databases, wherever it begins', async (t) => {
  const server = await catalogues({ a: 25, b: 10, c: 40 });
  const connector = connectorTo(egress, { port: server.port, databases: three });
  const all = [
    ...Array.from({ length: 25 }, (_, at) => `a-${at + 1}`),
    ...Array.from({ length: 10 }, (_, at) => `b-${at + 1}`),
    ...Array.from({ length: 40 }, (_, at) => `c-${at + 1}`),
  ];
  for (const start of [1, 21, 26, 34, 41, 71, 76]) {
    const { outcome, records } = await ask(connector, 'chemistry', { start });
    t.same(ids(records), all.slice(start - 1, start + 19), `from ${start}`);
    t.same(records.map((one) => one.position)[0], records.length > 0 ? start : undefined);
    t.match(outcome, { hits: 75, exact: true });
  }
  await connector.close();
  await server.close();
});

t.test('asks each database in its own syntax and charset', async (t) => {
  const server = await catalogues({ west: 1, east: 1 });
  const databases: Z3950Input['databases'] = [
    { name: 'west', syntax: 'usmarc', charset: 'utf-8' },
    { name: 'east', syntax: 'unimarc', charset: 'gbk' },
  ];
  const connector = connectorTo(egress, { port: server.port, databases });
  await ask(connector, 'title=化');
  const searches = server.requests.filter((one) => one.type === 'searchRequest');
  const of = (name: string) => searches.find((one) => one.databaseNames[0] === name);
  const term = (hex: string) => ({ rpn: { term: { octets: Buffer.from(hex, 'hex') } } });
  t.match(of('west'), { preferredRecordSyntax: recordSyntaxes.usmarc, query: term('e58c96') });
  t.match(of('east'), { preferredRecordSyntax: recordSyntaxes.unimarc, query: term('bbaf') });
  await connector.close();
  await server.close();
});

t.test('answers with the other databases where one fails', async (t) => {
  const server = await catalogues({ a: -1, b: 2, c: 3 });
  const connector = connectorTo(egress, { port: server.port, databases: three });
  const { outcome, records } = await ask(connector, 'chemistry');
  t.match(outcome, { hits: 5, exact: false, fetched: 5, incomplete: /database unavailable \(a\)/ });
  t.same(ids(records), ['b-1', 'b-2', 'c-1', 'c-2', 'c-3']);
  await connector.close();
  await server.close();
  const broken = await catalogues({ a: -1, b: -1, c: -1 });
  const failing = connectorTo(egress, { port: broken.port, databases: three });
  t.match((await ask(failing, 'chemistry')).error, { code: 'malformed', reason: 'bib1_109' });
  await failing.close();
  await broken.close();
});

t.test('many searches over many databases do not wait for each other for ever', async (t) => {
  const server = await catalogues({ a: 25, b: 10, c: 40 });
  const limits = { connections: 2 };
  const connector = connectorTo(egress, { port: server.port, databases: three, limits });
  const told = await Promise.all(
    Array.from({ length: 8 }, (_, at) => ask(connector, `word${at}`, { start: 1 + at * 10 })),
  );
  t.ok(told.every((one) => one.outcome?.hits === 75));
  t.same(
    told.map((one) => one.records.length),
    [20, 20, 20, 20, 20, 20, 15, 5],
  );
  t.equal(server.sessions.length, 2);
  await connector.close();
  await server.close();
});
