import t from 'tap';
import type { Apdu } from '../../../src/protocols/z3950/apdu/index.ts';
import { recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';
import { ask, connectorTo, loopbackEgress } from '../../support/z3950-ask.ts';
import {
  diagnostics,
  found,
  granting,
  named,
  numbered,
  presented,
  presentFailed,
  type ScriptedAnswer,
  startScriptedServer,
  surrogate,
  usmarc,
} from '../../support/z3950-server.ts';

type Reply = ScriptedAnswer | readonly ScriptedAnswer[];

/** A server that grants Init and leaves the rest to the script. */
const serve = (script: (apdu: Apdu, connection: number) => Reply) =>
  startScriptedServer((apdu, session) =>
    apdu.type === 'initRequest' ? granting() : script(apdu, session.number),
  );

/** A well-behaved catalogue with so many hits for everything. */
const catalogue = (hits: number) => (apdu: Apdu) => {
  if (apdu.type === 'searchRequest') {
    return found(hits, numbered(1, Math.min(hits, apdu.mediumSetPresentNumber)));
  }
  if (apdu.type !== 'presentRequest') return null;
  return presented(numbered(apdu.start, Math.min(apdu.count, hits - apdu.start + 1)));
};

const positions = (records: readonly { position: number }[]) => records.map((one) => one.position);
const span = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const egress = loopbackEgress();
t.teardown(() => egress.close());

t.test('brings the first records along with the search', async (t) => {
  const server = await serve(catalogue(57));
  const connector = connectorTo(egress, { port: server.port, syntax: 'unimarc' });
  const { outcome, records, hits } = await ask(connector, 'chemistry');
  t.match(outcome, { hits: 57, exact: true, fetched: 20, unreadable: 0, incomplete: null });
  t.same(positions(records), span(1, 20));
  t.same(hits, [57]);
  t.match(records[0], { localId: '1', library: 'tested', record: { title: 'Title 1' } });
  t.match(server.requests[1], {
    smallSetUpperBound: 20,
    mediumSetPresentNumber: 20,
    smallSetElementSetNames: 'F',
    mediumSetElementSetNames: 'F',
    preferredRecordSyntax: recordSyntaxes.unimarc,
    databaseNames: ['x'],
    replaceIndicator: true,
  });
  await connector.close();
  await server.close();
});

t.test('asks for the count alone where no records are wanted', async (t) => {
  const server = await serve(catalogue(57));
  const connector = connectorTo(egress, { port: server.port });
  const { outcome, records } = await ask(connector, 'chemistry', { limit: 0 });
  t.match(outcome, { hits: 57, fetched: 0 });
  t.equal(records.length, 0);
  t.match(server.requests[1], {
    smallSetUpperBound: 0,
    largeSetLowerBound: 1,
    mediumSetPresentNumber: 0,
  });
  await connector.close();
  await server.close();
});

t.test('goes on with Present from the records that really came', async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type === 'searchRequest')
      return found(50, numbered(1, 3), { nextResultSetPosition: 99 });
    if (apdu.type !== 'presentRequest') return null;
    return presented(numbered(apdu.start, Math.min(apdu.count, 7)));
  });
  const connector = connectorTo(egress, { port: server.port });
  const { outcome, records } = await ask(connector, 'chemistry');
  t.match(outcome, { hits: 50, fetched: 20, incomplete: null });
  t.same(positions(records), span(1, 20));
  const presents = server.requests.filter((one) => one.type === 'presentRequest');
  t.match(presents, [
    { start: 4, count: 17 },
    { start: 11, count: 10 },
    { start: 18, count: 3 },
  ]);
  await connector.close();
  await server.close();
});

t.test('asks three round trips cold and one warm; two and one with pipelining', async (t) => {
  const server = await serve(catalogue(57));
  const plain = connectorTo(egress, { port: server.port });
  t.equal((await ask(plain, 'chemistry')).roundTrips, 3);
  t.equal((await ask(plain, 'physics')).roundTrips, 1);
  t.same(server.reads, [1, 1, 1]);
  const pipelined = connectorTo(egress, { port: server.port, pipeline: true });
  const cold = await ask(pipelined, 'chemistry');
  t.equal(cold.roundTrips, 2);
  t.same(cold.phases, ['connect', 'init', 'search', 'parse']);
  t.equal((await ask(pipelined, 'physics')).roundTrips, 1);
  t.same(server.reads.slice(3), [2, 1]);
  await plain.close();
  await pipelined.close();
  await server.close();
});

t.test('pipelines Present too where records do not come with the search', async (t) => {
  const server = await serve(catalogue(57));
  const connector = connectorTo(egress, { port: server.port, pipeline: true, piggyback: false });
  const cold = await ask(connector, 'chemistry');
  t.equal(cold.roundTrips, 2);
  t.same(positions(cold.records), span(1, 20));
  t.same(server.reads, [3]);
  await connector.close();
  await server.close();
  const few = await serve((apdu) => {
    if (apdu.type === 'searchRequest') return found(2);
    if (apdu.type !== 'presentRequest') return null;
    return apdu.count > 2 ? presentFailed(13, '1') : presented(numbered(1, 2));
  });
  const cautious = connectorTo(egress, { port: few.port, pipeline: true, piggyback: false });
  t.match((await ask(cautious, 'chemistry')).outcome, { hits: 2, fetched: 2, exact: true });
  await cautious.close();
  await few.close();
});

t.test('gives pipelining up for good after one reset or Close', async (t) => {
  for (const how of ['reset', { type: 'close', reason: 'protocolError' } as const] as const) {
    const server = await startScriptedServer((apdu) => {
      const isEarly = apdu.type === 'searchRequest' && server.reads.at(-1) === 2;
      if (isEarly) return how;
      return apdu.type === 'initRequest' ? granting() : catalogue(3)(apdu);
    });
    const connector = connectorTo(egress, { port: server.port, pipeline: true });
    t.match((await ask(connector, 'chemistry')).outcome, { hits: 3, fetched: 3 });
    t.same(server.reads.slice(0, 3), [2, 1, 1].slice(0, 3));
    await connector.close();
    await server.close();
  }
});

t.test('replaces an association that went stale, unnoticed by the reader', async (t) => {
  const server = await serve((apdu, connection) => {
    const isStale = connection === 0 && server.requests.length > 2;
    return isStale ? 'reset' : catalogue(3)(apdu);
  });
  const connector = connectorTo(egress, { port: server.port });
  t.match((await ask(connector, 'chemistry')).outcome, { hits: 3 });
  t.match((await ask(connector, 'physics')).outcome, { hits: 3 });
  t.equal(server.sessions.length, 2);
  await connector.close();
  await server.close();
});

t.test('does not repeat a search that met a reset on a fresh connection', async (t) => {
  const server = await serve(() => 'reset');
  const connector = connectorTo(egress, { port: server.port });
  t.match((await ask(connector, 'chemistry')).error, {
    code: 'unreachable',
    reason: 'connect_reset',
  });
  t.equal(server.sessions.length, 1);
  await connector.close();
  await server.close();
});

t.test('holds no more associations than the document allows, and shares them', async (t) => {
  const server = await serve(catalogue(3));
  const connector = connectorTo(egress, { port: server.port, limits: { connections: 2 } });
  const told = await Promise.all(
    ['one', 'two', 'three', 'four', 'five', 'six'].map((word) => ask(connector, word)),
  );
  t.ok(told.every((one) => one.outcome?.hits === 3));
  t.equal(server.sessions.length, 2);
  t.ok(told.some((one) => one.phases.includes('queue')));
  await connector.close();
  await server.close();
});

t.test('presents a later page from the set that is still held', async (t) => {
  const server = await serve(catalogue(57));
  const connector = connectorTo(egress, { port: server.port });
  await ask(connector, 'chemistry');
  const second = await ask(connector, 'chemistry', { start: 21 });
  t.equal(second.roundTrips, 1);
  t.same(positions(second.records), span(21, 40));
  t.match(second.outcome, { hits: 57, exact: true });
  const last = await ask(connector, 'chemistry', { start: 51 });
  t.same(positions(last.records), span(51, 57));
  const beyond = await ask(connector, 'chemistry', { start: 58 });
  t.match(beyond.outcome, { hits: 57, fetched: 0, incomplete: null });
  t.equal(server.requests.filter((one) => one.type === 'searchRequest').length, 1);
  await connector.close();
  await server.close();
});

t.test('searches again where the library has dropped the set', async (t) => {
  let dropped = false;
  const server = await serve((apdu) => {
    if (apdu.type === 'searchRequest') dropped = false;
    if (apdu.type === 'presentRequest' && dropped) return presentFailed(30, apdu.resultSetName);
    return catalogue(57)(apdu);
  });
  const connector = connectorTo(egress, { port: server.port });
  await ask(connector, 'chemistry');
  dropped = true;
  const { outcome, records } = await ask(connector, 'chemistry', { start: 21 });
  t.match(outcome, { hits: 57, fetched: 20 });
  t.same(positions(records), span(21, 40));
  await connector.close();
  await server.close();
});

t.test('uses one set, named default, where the library grants no names', async (t) => {
  const server = await startScriptedServer((apdu) =>
    apdu.type === 'initRequest' ? granting(['search', 'present']) : catalogue(57)(apdu),
  );
  const connector = connectorTo(egress, { port: server.port });
  await ask(connector, 'chemistry');
  await ask(connector, 'physics');
  t.match(
    server.requests.filter((one) => one.type === 'searchRequest'),
    [{ resultSetName: 'default' }, { resultSetName: 'default' }],
  );
  const again = await ask(connector, 'chemistry', { start: 21 });
  t.same(positions(again.records), span(21, 40));
  await connector.close();
  await server.close();
});

t.test('goes without names where naming is refused after all', async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type !== 'searchRequest') return catalogue(3)(apdu);
    return apdu.resultSetName === 'default'
      ? catalogue(3)(apdu)
      : found(0, [], { searchStatus: false, records: diagnostics(22) });
  });
  const connector = connectorTo(egress, { port: server.port });
  t.match((await ask(connector, 'chemistry')).outcome, { hits: 3, fetched: 3 });
  await connector.close();
  await server.close();
});

t.test('counts what cannot be read and keeps its neighbours', async (t) => {
  const bad = named(recordSyntaxes.usmarc, new TextEncoder().encode('no record at all'));
  const server = await serve((apdu) =>
    apdu.type === 'searchRequest' ? found(4, [usmarc(1), surrogate(14), bad, usmarc(4)]) : null,
  );
  const connector = connectorTo(egress, { port: server.port });
  const { outcome, records } = await ask(connector, 'chemistry');
  t.match(outcome, { hits: 4, fetched: 2, unreadable: 2, incomplete: null });
  t.same(positions(records), [1, 4]);
  await connector.close();
  await server.close();
});

t.test('takes the records of Segments as part of the answer they precede', async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type === 'searchRequest') return found(5);
    if (apdu.type !== 'presentRequest') return null;
    const segment = (records: ReturnType<typeof numbered>): Apdu => ({
      type: 'segment',
      numberOfRecordsReturned: records.length,
      records,
    });
    return [segment(numbered(1, 2)), segment(numbered(3, 2)), presented(numbered(5, 1))];
  });
  const connector = connectorTo(egress, { port: server.port });
  t.same(positions((await ask(connector, 'chemistry')).records), span(1, 5));
  await connector.close();
  await server.close();
});

t.test(
  'sends reference ids, does without them, and takes no answer to another request',
  async (t) => {
    const silent = await serve(catalogue(3));
    const connector = connectorTo(egress, { port: silent.port });
    t.match((await ask(connector, 'chemistry')).outcome, { hits: 3 });
    t.ok(silent.requests.every((one) => 'referenceId' in one && one.referenceId !== undefined));
    await connector.close();
    await silent.close();
    for (const [referenceId, accepted] of [
      ['own id', true],
      ['gj77', false],
    ] as const) {
      const server = await serve((apdu) =>
        apdu.type === 'searchRequest'
          ? found(3, numbered(1, 3), { referenceId: new TextEncoder().encode(referenceId) })
          : null,
      );
      const connector = connectorTo(egress, { port: server.port });
      const { outcome, error } = await ask(connector, 'chemistry');
      if (accepted) t.match(outcome, { hits: 3 });
      else t.match(error, { code: 'malformed', reason: 'apdu_unexpected' });
      await connector.close();
      await server.close();
    }
  },
);

t.test('has a set sorted where document and library can', async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type === 'sortRequest') return { type: 'sortResponse', sortStatus: 0 };
    return catalogue(9)(apdu);
  });
  const connector = connectorTo(egress, { port: server.port, sorts: { year: { '1': 31 } } });
  const sort = { key: 'year', descending: true } as const;
  const sorted = await ask(connector, 'chemistry', { sort });
  t.match(sorted.outcome, { sorted: true, fetched: 9 });
  t.match(
    server.requests.slice(1).map((one) => one.type),
    ['searchRequest', 'sortRequest', 'presentRequest'],
  );
  t.match(server.requests[1], { mediumSetPresentNumber: 0 });
  t.match(server.requests[2], {
    keys: [{ relation: 1, key: { kind: 'attributes', attributes: [{ type: 1, value: 31 }] } }],
  });
  const unsorted = await ask(connector, 'chemistry', { sort: { key: 'title', descending: false } });
  t.match(unsorted.outcome, { sorted: false, fetched: 9 });
  await connector.close();
  await server.close();
});

t.test("takes the library's own order where it will not sort", async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type !== 'sortRequest') return catalogue(9)(apdu);
    const { diagnostics: list } = diagnostics(207);
    return { type: 'sortResponse', sortStatus: 2, resultSetStatus: 4, diagnostics: list };
  });
  const connector = connectorTo(egress, { port: server.port, sorts: { year: { '1': 31 } } });
  const { outcome } = await ask(connector, 'chemistry', {
    sort: { key: 'year', descending: true },
  });
  t.match(outcome, { sorted: false, fetched: 9, incomplete: null });
  t.equal(server.requests.filter((one) => one.type === 'searchRequest').length, 2);
  await connector.close();
  await server.close();
});
