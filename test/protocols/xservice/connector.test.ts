import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { LibraryDocument, XserviceSettings } from '../../../src/members/document.ts';
import { createXserviceConnector } from '../../../src/protocols/xservice/connector.ts';
import { createXserviceOperations } from '../../../src/protocols/xservice/operations.ts';
import { type Seen, scripted } from '../scripted.ts';
import { ask, dependencies, library, search } from '../support.ts';

const secrets = { STAFF: 'clerk', STAFF_PASSWORD: 'p&w=1', HOLDS_PASSWORD: 'other' };
const tools = dependencies(secrets);
t.teardown(() => tools.close());

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/xservice', `${name}.xml`), 'utf8');

function settings(url: string, more: object = {}) {
  const document = library({ protocol: 'xservice', url, bases: ['DEM01'], ...more });
  return document as LibraryDocument<XserviceSettings>;
}

const connector = (url: string, more: object = {}) =>
  createXserviceConnector(settings(url, more), tools);

const record = (entry: number, title = `Title ${entry}`, doc = entry) => `<record>
<record_header><set_entry>${String(entry).padStart(9, '0')}</set_entry></record_header>
<doc_number>${String(doc).padStart(9, '0')}</doc_number>
<metadata><oai_marc><fixfield id="LDR">^^^^^nam^^2200000^a^4500</fixfield><varfield id="245" i1="1" i2="0"><subfield label="a">${title}</subfield></varfield></oai_marc></metadata>
</record>`;

const found = (set: string, records: number, entries = records) =>
  `<find><set_number>${set}</set_number><no_records>${String(records).padStart(9, '0')}</no_records><no_entries>${String(entries).padStart(9, '0')}</no_entries></find>`;

function entriesOf({ parameters }: Seen): [first: number, last: number] {
  const [first, last] = (parameters.get('set_entry') ?? '').split('-').map(Number);
  return [first ?? 0, last ?? first ?? 0];
}

function present(seen: Seen, total: number, cap = 99): string {
  const [first, last] = entriesOf(seen);
  const count = Math.max(0, Math.min(last, total, first + cap - 1) - first + 1);
  const records = Array.from({ length: count }, (_, n) => record(first + n));
  return `<present>${records.join('')}<session-id>X</session-id></present>`;
}

/** A base with so many records, and a set number that counts the finds. */
const base = (total: number, entries = total, cap = 99) => {
  let sets = 0;
  return (seen: Seen) => {
    if (seen.parameters.get('op') === 'present') return present(seen, entries, cap);
    sets += 1;
    return found(String(sets).padStart(6, '0'), total, entries);
  };
};

t.test('finds and presents: three round trips cold, two warm', async (t) => {
  const server = await scripted(base(156));
  const own = dependencies();
  const one = createXserviceConnector(settings(server.url), own);
  const cold = ask('title = 化学工程', { limit: 20 });
  const { outcome, records } = await search(one, cold);
  t.match(outcome, { hits: 156, exact: true, fetched: 20, incomplete: null });
  t.equal(records[0]?.localId, '000000001');
  t.equal(records[19]?.position, 20);
  t.equal(cold.counts.roundTrips, 3);
  t.same([...new Set(cold.phases)], ['connect', 'search', 'parse', 'present']);
  const warm = ask('title = 化学工程', { start: 21, limit: 20 });
  await search(one, warm);
  t.equal(warm.counts.roundTrips, 2);
  const [find, presented] = server.seen;
  t.equal(find?.parameters.get('request'), 'WTI=(化学工程)');
  t.equal(find?.parameters.get('base'), 'DEM01');
  t.equal(presented?.parameters.get('set_entry'), '000000001-000000020');
  t.equal(presented?.parameters.get('set_number'), '000001');
  await own.close();
  await server.close();
});

t.test('reads records as Aleph writes them, without its own fields', async (t) => {
  const server = await scripted(({ parameters }) =>
    parameters.get('op') === 'find' ? found('000417', 2) : fixture('present'),
  );
  const { outcome, records } = await search(connector(server.url, { records: 'cnmarc' }), ask('x'));
  t.match(outcome, { hits: 2, fetched: 1, unreadable: 1 });
  t.match(records[0], {
    localId: '000012345',
    syntax: 'oai_marc',
    record: {
      title: '化学工程设计',
      responsibility: '蒋思齐, 戴慧敏编',
      publisher: '砚湖大学出版社',
      isbn: ['9787999906025'],
      year: 2019,
    },
  });
  const tags = records[0]?.marc?.fields.map(({ tag }) => tag) ?? [];
  t.notOk(tags.includes('CAT') || tags.includes('LKR'));
  t.match(Buffer.from(records[0]?.raw ?? []).toString(), /^\s*<oai_marc>[\s\S]*CAT/);
  await server.close();
});

t.test('an empty set is an empty answer', async (t) => {
  const server = await scripted(() => fixture('find-empty'));
  const { outcome, error } = await search(connector(server.url), ask('x'));
  t.equal(error, null);
  t.match(outcome, { hits: 0, exact: true, fetched: 0 });
  t.equal(server.seen.length, 1);
  await server.close();
});

t.test('asks for the count alone with one find', async (t) => {
  const server = await scripted(base(156));
  const { outcome } = await search(connector(server.url), ask('x', { limit: 0 }));
  t.match(outcome, { hits: 156, fetched: 0 });
  t.equal(server.seen.length, 1);
  await server.close();
});

t.test('presents at most 99 entries at a time and goes on where fewer come', async (t) => {
  const server = await scripted(base(250));
  const { outcome } = await search(connector(server.url), ask('x', { limit: 200 }));
  t.match(outcome, { fetched: 200, incomplete: null });
  t.same(
    server.seen.slice(1).map(({ parameters }) => parameters.get('set_entry')),
    ['000000001-000000099', '000000100-000000198', '000000199-000000200'],
  );
  await server.close();
  const slow = await scripted(base(30, 30, 8));
  const capped = await search(connector(slow.url), ask('x', { limit: 20 }));
  t.match(capped.outcome, { fetched: 20, incomplete: null });
  t.same(
    capped.records.map(({ position }) => position),
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  await slow.close();
});

t.test('says where the set keeps fewer entries than the search found', async (t) => {
  const server = await scripted(base(5000, 12));
  const { outcome } = await search(connector(server.url), ask('x', { limit: 20 }));
  t.match(outcome, { hits: 5000, fetched: 12, exact: false });
  t.type(outcome?.incomplete, 'string');
  await server.close();
});

t.test('counts what comes where the server’s count is no number', async (t) => {
  const server = await scripted((seen) =>
    seen.parameters.get('op') === 'present'
      ? present(seen, 13)
      : '<find><set_number>000001</set_number><no_records>-5</no_records><no_entries>-5</no_entries></find>',
  );
  const { outcome } = await search(connector(server.url), ask('x', { limit: 20 }));
  t.match(outcome, { hits: 13, exact: false, fetched: 13, incomplete: null });
  await server.close();
});

t.test('finds again, once, when the server has cleared the set', async (t) => {
  const server = await scripted((seen) => {
    if (seen.parameters.get('op') === 'find') {
      return found(server.seen.length === 1 ? '000001' : '000002', 40);
    }
    return seen.parameters.get('set_number') === '000002'
      ? present(seen, 40)
      : '<present><error>There is no entry number: 000000001 in set number given</error></present>';
  });
  const { outcome } = await search(connector(server.url), ask('x', { limit: 10 }));
  t.match(outcome, { hits: 40, fetched: 10, incomplete: null });
  t.equal(server.seen.filter(({ parameters }) => parameters.get('op') === 'find').length, 2);
  await server.close();
  const hopeless = await scripted(({ parameters }) =>
    parameters.get('op') === 'find'
      ? found('000001', 40)
      : '<present><error>There is no entry number</error></present>',
  );
  const { outcome: none } = await search(connector(hopeless.url), ask('x', { limit: 10 }));
  t.match(none, { hits: 40, fetched: 0, exact: false });
  t.equal(hopeless.seen.length, 4);
  await hopeless.close();
});

t.test('asks several bases as one library, one after the other in its list', async (t) => {
  const totals: Readonly<Record<string, number>> = { DEM01: 7, DEM02: 0, DEM09: 30 };
  const server = await scripted((seen) => {
    const { parameters } = seen;
    if (parameters.get('op') === 'present') {
      return present(seen, totals[parameters.get('set_number') ?? ''] ?? 0);
    }
    const name = parameters.get('base') ?? '';
    return totals[name] === 0 ? fixture('find-empty') : found(name, totals[name] ?? 0);
  });
  const bases = ['DEM01', 'DEM02', 'DEM09'];
  const asked = ask('x', { start: 5, limit: 6 });
  const { outcome, records } = await search(connector(server.url, { bases }), asked);
  t.match(outcome, { hits: 37, exact: true, fetched: 6 });
  t.equal(asked.counts.roundTrips, 4, 'connect, the finds side by side, two presents');
  t.same(
    records.map(({ localId, position }) => [localId, position]),
    [
      ['DEM01000000005', 5],
      ['DEM01000000006', 6],
      ['DEM01000000007', 7],
      ['DEM09000000001', 8],
      ['DEM09000000002', 9],
      ['DEM09000000003', 10],
    ],
  );
  await server.close();
});

t.test('repairs what Aleph writes carelessly', async (t) => {
  const server = await scripted(({ parameters }) =>
    parameters.get('op') === 'find'
      ? found('000001', 3)
      : `<present>${record(1, 'Plain')}${record(2, 'Smith & Sons')}${record(3, 'Con\u0002trol')}</present>`,
  );
  const { outcome, records } = await search(connector(server.url), ask('x'));
  t.match(outcome, { hits: 3, fetched: 3, unreadable: 0 });
  t.same(
    records.map(({ record: { title }, warnings }) => [title, warnings.length > 0]),
    [
      ['Plain', false],
      ['Smith & Sons', true],
      ['Control', true],
    ],
  );
  await server.close();
});

t.test('tells a refusal, a busy server and a query it cannot take apart', async (t) => {
  const cases: readonly (readonly [string, object])[] = [
    [fixture('login'), { code: 'refused', reason: 'x_login' }],
    ['<find><error>User not authorized to search</error></find>', { code: 'refused' }],
    ['<find><error>No more licenses available</error></find>', { code: 'busy' }],
    ['<find><error>Search request is too long</error></find>', { code: 'unsupported' }],
    ['<find><error>Something else</error></find>', { code: 'malformed', reason: 'x_error' }],
    ['<html><body>Aleph is down</body></html>', { code: 'malformed', reason: 'html_answer' }],
    ['<find><set_number>1</set_number>', { code: 'malformed', reason: 'xml_truncated' }],
    ['', { code: 'malformed' }],
  ];
  for (const [answer, expected] of cases) {
    const server = await scripted(() => answer);
    const { error } = await search(connector(server.url), ask('x'));
    t.match(error, expected, answer.slice(0, 50));
    await server.close();
  }
});

t.test('keeps whole records and the count of a present that is cut', async (t) => {
  const server = await scripted(({ parameters }) =>
    parameters.get('op') === 'find'
      ? found('000001', 40)
      : `<present>${record(1)}${record(2)}${record(3).slice(0, 120)}`,
  );
  const { error, records } = await search(connector(server.url), ask('x'));
  t.match(error, { code: 'malformed', reason: 'xml_truncated', hits: 40 });
  t.equal(records.length, 2);
  await server.close();
});

t.test('a term can never become a parameter', async (t) => {
  const server = await scripted(() => fixture('find-empty'));
  for (const term of ['x&op=hold-req', 'x%26op%3Dy', 'a=b', 'x#y', 'x\\ny', 'x) OR WRD=(y']) {
    await search(connector(server.url), ask(`title = "${term}"`));
  }
  for (const { parameters } of server.seen) {
    t.same([...parameters.keys()].sort(), ['base', 'op', 'request']);
    t.equal(parameters.get('op'), 'find');
    t.match(parameters.get('request'), /^\(?WTI=\([^()]*\)/);
  }
  await server.close();
});

t.test(
  'sends each operation its own account, and never a reader’s number in an address',
  async (t) => {
    const answers: Readonly<Record<string, string>> = {
      'hold-req': 'hold-req',
      'bor-info': 'bor-info',
      'bor-auth': 'bor-auth-wrong',
      'circ-status': 'circ-status',
      'hold-req-cancel': 'hold-req-cancel',
      renew: 'renew-refused',
      'read-item': 'read-item-unknown',
      'item-data': 'item-data',
    };
    const addresses: string[] = [];
    const server = await scripted((seen, response) => {
      addresses.push(`${seen.method} ${response.req.url}`);
      return fixture(answers[seen.parameters.get('op') ?? ''] ?? 'login');
    });
    const operations = createXserviceOperations(
      settings(server.url, {
        admLibrary: 'DEM50',
        credentials: {
          default: { userEnv: 'STAFF', passwordEnv: 'STAFF_PASSWORD' },
          'hold-req': { user: 'holds', passwordEnv: 'HOLDS_PASSWORD' },
          'circ-status': { user: 'open' },
        },
      }),
      tools,
    );
    const call = () => ({
      signal: new AbortController().signal,
      deadline: performance.now() + 5000,
    });
    const barcode = { barcode: '3100000000017' };
    const hold = await operations.holdReq(barcode, 'INST000000001', call());
    t.match(hold, { ok: true, value: { sequence: '0001' } });
    t.match(await operations.borInfo('INST000000001', call()), { ok: true });
    t.match(await operations.borAuth('INST1', 'wrong', call()), {
      ok: false,
      reasons: ['Error in Verification'],
    });
    t.match(await operations.circStatus('DEM01', '12345', call()), { ok: true });
    const key = { admDocument: '99001', itemSequence: '10', sequence: '0001' };
    t.match(await operations.holdReqCancel(key, call()), { ok: true });
    t.match(await operations.renew(barcode, 'INST000000001', call()), { ok: false });
    t.match(await operations.readItem(barcode, call()), { ok: false });
    t.match(await operations.itemData('DEM01', '12345', call()), { ok: true });
    const sent = server.seen.map(({ parameters }) => Object.fromEntries(parameters));
    t.match(sent[0], {
      op: 'hold-req',
      library: 'DEM50',
      bor_id: 'INST000000001',
      item_barcode: '3100000000017',
      user_name: 'holds',
      user_password: 'other',
    });
    t.match(sent[1], { op: 'bor-info', user_name: 'clerk', user_password: 'p&w=1' });
    t.match(sent[3], {
      op: 'circ-status',
      sys_no: '000012345',
      library: 'DEM01',
      user_name: 'open',
    });
    t.match(sent[4], { doc_number: '000099001', item_sequence: '000010', sequence: '0001' });
    t.notOk(
      addresses.some((address) => /INST|p%26w|other|clerk/.test(address)),
      'in the body only',
    );
    await server.close();
  },
);

t.test('a changing operation is sent once, whatever becomes of the answer', async (t) => {
  let holds = 0;
  const server = await scripted(({ parameters }, response) => {
    if (parameters.get('op') !== 'hold-req') return fixture('circ-status');
    holds += 1;
    response.destroy();
    return undefined;
  });
  const operations = createXserviceOperations(settings(server.url), tools);
  const call = () => ({ signal: new AbortController().signal, deadline: performance.now() + 5000 });
  await operations.circStatus('DEM01', '1', call());
  try {
    await operations.holdReq({ barcode: '1' }, 'X', call());
    t.fail('the answer never came');
  } catch (error) {
    t.match(error, { code: 'unreachable', reason: 'connect_reset', libraryId: 'test-library' });
  }
  t.equal(holds, 1);
  await server.close();
});
