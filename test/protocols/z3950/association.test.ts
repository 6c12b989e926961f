import t from 'tap';
import { fillDefaults } from '../../../src/members/defaults.ts';
import type { LibraryDocument, Z3950Settings } from '../../../src/members/document.ts';
import { boundBy } from '../../../src/protocols/egress/bounds.ts';
import { EgressError } from '../../../src/protocols/egress/errors.ts';
import { type Apdu, encodeApdu } from '../../../src/protocols/z3950/apdu/index.ts';
import { Association } from '../../../src/protocols/z3950/association.ts';
import { connect } from '../../../src/protocols/z3950/connect.ts';
import { DiagnosticError, InitRefusedError } from '../../../src/protocols/z3950/errors.ts';
import { createPool, type PoolCall } from '../../../src/protocols/z3950/pool.ts';
import { scan } from '../../../src/protocols/z3950/scan.ts';
import { cqlQuery, plainWording } from '../../../src/protocols/z3950/wording.ts';
import { parseCql } from '../../../src/query/index.ts';
import { withoutPrograms } from '../../support/requirements.ts';
import { loopbackEgress } from '../../support/z3950-ask.ts';
import {
  diagnostics,
  found,
  granting,
  numbered,
  type ScriptedAnswer,
  startScriptedServer,
} from '../../support/z3950-server.ts';
import { startZebra } from '../../support/zebra.ts';

const egress = loopbackEgress();
t.teardown(() => egress.close());

const bytesOf = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

function libraryAt(port: number, more: object = {}): LibraryDocument<Z3950Settings> {
  const connector = { protocol: 'z3950', host: '127.0.0.1', port, database: 'x', ...more } as const;
  const library = fillDefaults({ id: 'held', code: '0', name: { zh: '馆' }, connector }, {});
  return library as LibraryDocument<Z3950Settings>;
}

function callWithin(waitMs = 5000): PoolCall {
  const { signal } = new AbortController();
  const deadline = performance.now() + waitMs;
  return { signal, deadline, bound: boundBy({ signal, deadline }) };
}

const serve = (script: (apdu: Apdu) => ScriptedAnswer | readonly ScriptedAnswer[]) =>
  startScriptedServer((apdu) => (apdu.type === 'initRequest' ? granting() : script(apdu)));

const search: Apdu & { type: 'searchRequest' } = {
  type: 'searchRequest',
  smallSetUpperBound: 0,
  largeSetLowerBound: 1,
  mediumSetPresentNumber: 0,
  replaceIndicator: true,
  resultSetName: '1',
  databaseNames: ['x'],
  query: {
    type: 'type-1',
    attributeSet: '1.2.840.10003.3.1',
    rpn: { type: 'term', attributes: [], term: { kind: 'null' } },
  },
};

async function open(port: number, more: object = {}): Promise<Association> {
  const dependencies = { egress, secret: () => undefined };
  const association = await connect(libraryAt(port, more), dependencies, callWithin());
  await association.init();
  return association;
}

t.test('says yes to a server that asks whether to go on, and ignores its news', async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type === 'searchRequest')
      return [bytesOf('be 03 9f 2a 00'), bytesOf('be 04 9f 2a 01 ff')];
    return apdu.type === 'other' ? found(3) : null;
  });
  const association = await open(server.port);
  t.match(await association.ask(search), { resultCount: 3 });
  t.match(server.requests.at(-1), { type: 'other', number: 31 });
  association.close();
  await server.close();
});

t.test('ends where the library challenges a client that has nobody to ask', async (t) => {
  const server = await serve((apdu) =>
    apdu.type === 'searchRequest' ? bytesOf('bc 04 9f 25 01 41') : null,
  );
  const association = await open(server.port);
  await t.rejects(association.ask(search), InitRefusedError);
  t.ok(association.ended);
  await t.rejects(association.ask(search), InitRefusedError);
  await server.close();
});

t.test('matches answers that overtook each other', async (t) => {
  const server = await serve((apdu) => {
    if (apdu.type === 'searchRequest') return null;
    if (apdu.type !== 'presentRequest') return null;
    const present = {
      type: 'presentResponse',
      numberOfRecordsReturned: 0,
      nextResultSetPosition: 1,
      presentStatus: 5,
      records: diagnostics(30),
    } as const;
    return [present, found(9)];
  });
  const association = await open(server.port);
  const [response, presented] = await association.together(() =>
    Promise.all([
      association.ask(search),
      association.ask({ type: 'presentRequest', resultSetName: '1', start: 1, count: 1 }),
    ]),
  );
  t.match([response, presented], [{ resultCount: 9 }, { presentStatus: 5 }]);
  association.close();
  await server.close();
});

t.test('gives up an answer that drips, and not one that comes at length', async (t) => {
  const whole = encodeApdu(found(3, numbered(1, 3)));
  const server = await serve((apdu) =>
    apdu.type === 'searchRequest' ? whole.subarray(0, 40) : null,
  );
  const call = callWithin();
  for (const [minBytesPerSecond, reason] of [
    [1_000_000, 'body_too_slow'],
    [0, 'deadline'],
  ] as const) {
    const socket = await egress.connect({ host: '127.0.0.1', port: server.port, tls: false }, call);
    const init = {
      authentication: { kind: 'anonymous' },
      negotiateCharset: false,
      cql: false,
    } as const;
    const association = new Association(socket, init, { minBytesPerSecond, windowMs: 5 });
    await association.init();
    const answer = association.ask(search);
    answer.catch(() => undefined);
    const ended = reason === 'deadline' ? callWithin(40).bound.race(answer) : answer;
    t.equal(await reasonOf(ended), reason);
    association.destroy(new Error('over'));
  }
  await server.close();
});

const settings = { connections: 2, setsIdleMs: 60_000, idleMs: 60_000, queue: 1 };

function poolOf(port: number, more: Partial<typeof settings> = {}) {
  const dependencies = { egress, secret: () => undefined };
  return createPool((call) => connect(libraryAt(port), dependencies, call), {
    ...settings,
    ...more,
  });
}

const reasonOf = (waiting: Promise<unknown>) =>
  waiting.then(
    () => 'none',
    (error) => (error instanceof EgressError ? error.reason : error),
  );

async function lend(pool: ReturnType<typeof poolOf>): Promise<Association> {
  const association = await pool.acquire(callWithin());
  if (association.granted === null) await association.init();
  return association;
}

t.test('gives sets back and then closes what nobody uses', async (t) => {
  const asked: string[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const server = await serve((apdu) => {
    asked.push(apdu.type);
    if (apdu.type === 'close') resolve();
    return apdu.type === 'deleteRequest' ? { type: 'deleteResponse', status: 0 } : found(1);
  });
  const pool = poolOf(server.port, { setsIdleMs: 5, idleMs: 30 });
  const association = await lend(pool);
  const name = association.resultSets.nextName();
  await association.ask({ ...search, resultSetName: name });
  const held = { name, key: 'k', hits: 1, exact: true, sorted: true, foundAt: 0 };
  association.resultSets.keep(held);
  pool.release(association);
  await closed;
  t.same(asked, ['searchRequest', 'deleteRequest', 'close']);
  t.ok(association.ended);
  await pool.close();
  await server.close();
});

t.test('lends the association that holds the set wanted', async (t) => {
  const server = await serve(() => null);
  const pool = poolOf(server.port);
  const [first, second] = [await lend(pool), await lend(pool)];
  pool.release(first);
  pool.release(second);
  t.equal(await pool.acquire(callWithin(), (one) => one === first), first);
  t.equal(await pool.acquire(callWithin()), second);
  await pool.close();
  await server.close();
});

t.test(
  'a full queue is said at once; waiting ends with the deadline or an association',
  async (t) => {
    const server = await serve(() => null);
    const pool = poolOf(server.port, { connections: 1 });
    const only = await lend(pool);
    t.equal(await reasonOf(pool.acquire(callWithin(20))), 'deadline');
    const waiting = pool.acquire(callWithin());
    t.equal(await reasonOf(pool.acquire(callWithin())), 'queue_full');
    pool.release(only);
    t.equal(await waiting, only);
    const next = pool.acquire(callWithin());
    only.destroy(new Error('gone'));
    const fresh = await next;
    t.not(fresh, only);
    t.equal(server.sessions.length, 2);
    await pool.close();
    t.equal(await reasonOf(pool.acquire(callWithin())), 'closed');
    await server.close();
  },
);

t.test('browses an index', { skip: withoutPrograms('zebrasrv', 'zebraidx') }, async (t) => {
  const zebra = await startZebra();
  t.teardown(() => zebra.stop());
  const latin = await open(zebra.doors.utf8.port, { database: 'latin', charset: 'utf-8' });
  const { connector } = libraryAt(0, { database: 'latin', charset: 'utf-8' });
  const wish = { index: 'title', term: 'chem', count: 4, position: 2 } as const;
  t.same(await scan(latin, connector, wish), {
    terms: [
      { text: 'Bibliotheksfuhrung', occurrences: 10 },
      { text: 'Chemical', occurrences: 10 },
      { text: 'chimie', occurrences: 10 },
      { text: 'de', occurrences: 10 },
    ],
    position: 2,
    complete: true,
  });
  t.match(await scan(latin, connector, { index: 'title', term: 'zzz', count: 5 }), {
    complete: false,
  });
  const unknown = { ...connector, indexes: { title: { '1': 9999 } } };
  await t.rejects(scan(latin, unknown, wish), DiagnosticError);
  latin.close();
  const settings = { database: 'chinese', charset: 'utf-8' };
  const chinese = await open(zebra.doors.utf8.port, settings);
  const { terms } = await scan(chinese, libraryAt(0, settings).connector, { ...wish, term: '化' });
  t.ok(terms.some((one) => one.text === '化' && one.occurrences === 20));
  chinese.close();
});

t.test('asks in CQL', { skip: withoutPrograms('zebrasrv', 'zebraidx') }, async (t) => {
  const zebra = await startZebra();
  t.teardown(() => zebra.stop());
  const association = await open(zebra.doors.utf8.port);
  // Zebra takes type-104 queries although it does not grant the option.
  const { query } = cqlQuery(parseCql('title = chemical'), plainWording);
  const response = await association.ask({ ...search, databaseNames: ['latin'], query });
  t.match(response, { resultCount: 10, searchStatus: true });
  association.close();
});

t.test('does not browse where the library grants none', async (t) => {
  const server = await startScriptedServer(() => granting(['search', 'present']));
  const association = await open(server.port);
  const wish = { index: 'title', term: 'x', count: 1 } as const;
  await t.rejects(scan(association, libraryAt(0).connector, wish), {
    name: 'UnsupportedQueryError',
  });
  association.close();
  await server.close();
});
