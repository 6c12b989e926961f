import { readSettings } from '../../src/config.ts';
import { checkLibrary } from '../../src/members/check.ts';
import { ConnectorError } from '../../src/members/errors.ts';
import type { Registration } from '../../src/members/registration/index.ts';
import { createSearchEngine } from '../../src/search/engine.ts';
import type { Database } from '../../src/store/database.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { eachDatabase } from '../support/database.ts';
import { filled, type HealthWorld, healthWorld, member } from '../support/health-world.ts';
import { type AskMore, adminToken, loanWeb, type Reply } from '../support/loan-web.ts';

interface HealthWeb extends HealthWorld {
  ask(token: string | null, method: string, path: string, more?: AskMore): Promise<Reply>;
  close(): Promise<void>;
}

/** Tokens of libraries, as registration knows them. */
const registration = {
  ownerOf: async (token: string) => /^lib_(\w+)$/.exec(token)?.[1] ?? null,
  get: () => undefined,
} as Partial<Registration> as Registration;

async function healthWeb(database: Database, open = true): Promise<HealthWeb> {
  const inputs = [member('aa'), member('bb'), member('draft', { status: 'draft' })];
  const world = await healthWorld(open ? database : null, { inputs });
  const { directory, health } = world;
  const web = await loanWeb(database, {
    context: {
      directory,
      health,
      registration,
      check: (value) => checkLibrary(value, {}),
      settings: await readSettings({ LOG_LEVEL: 'silent' }),
    },
  });
  return { ...world, ask: web.ask, close: () => web.close() };
}

const refused = () =>
  new ConnectorError('bb', 'unreachable', 'as the test wants', { reason: 'connect_refused' });

eachDatabase('shows everybody how libraries do, in figures and on pages', async (t, database) => {
  const world = await healthWeb(database);
  t.teardown(() => world.close());
  for (let i = 0; i < 4; i++) await world.search('aa');
  world.server('bb').behave({ fails: { error: refused } });
  for (let i = 0; i < 3; i++) await world.search('bb');
  await world.health.flush();

  const list = await world.ask(null, 'GET', '/api/v1/health');
  t.match(list.json().libraries, [
    { library: 'aa', state: 'well', availability: { share: 1, hoursAsked: 1, hours: 24 } },
    { library: 'bb', state: 'failing', availability: { share: 0 }, maintenance: null },
  ]);
  t.equal(list.json().libraries.length, 2, 'a draft is not there');
  const one = await world.ask(null, 'GET', '/api/v1/libraries/bb/health?range=7d');
  t.match(one.json(), {
    state: 'failing',
    range: '7d',
    cause: { code: 'connect_refused', zh: '服务器拒绝了连接' },
    causes: [{ cause: 'connect_refused', fix: { en: /firewall/ } }],
    availability: { '90d': { share: 0, hoursAsked: 1 } },
  });
  t.equal(one.json().days.length, 90);
  t.equal(one.headers['set-cookie'], undefined);
  for (const path of ['/libraries/draft/health', '/libraries/nobody/health']) {
    t.equal((await world.ask(null, 'GET', `/api/v1${path}`)).statusCode, 404, path);
  }
  t.equal((await world.ask(null, 'GET', '/api/v1/libraries/aa/health?range=1y')).statusCode, 400);

  for (const lang of ['zh', 'en'] as const) {
    const page = await world.ask(null, 'GET', `/health?lang=${lang}`);
    t.equal(page.statusCode, 200);
    t.match(page.body, lang === 'zh' ? '故障' : 'failing');
    const detail = await world.ask(null, 'GET', `/health/bb?lang=${lang}`);
    t.match(detail.body, lang === 'zh' ? '服务器拒绝了连接' : 'The server refuses connections');
    t.match(detail.body, /<svg class="bars" role="img" aria-label="[^"]+"/);
    t.notMatch(detail.body, /<script|style=/);
    const tables = detail.body.match(/<table>/g) ?? [];
    t.ok(tables.length >= 4);
    t.ok((detail.body.match(/<th scope=/g) ?? []).length > 10, 'every table has headings');
  }
  t.equal((await world.ask(null, 'GET', '/health/draft')).statusCode, 404);
  t.match((await world.ask(null, 'GET', '/')).body, '<a href="/health?lang=zh">各馆状况</a>');

  const paused = member('aa', { status: 'paused' });
  world.directory.put(filled(paused), paused, 'registered');
  await world.minutes(1);
  const own = (await world.ask(null, 'GET', '/api/v1/libraries/aa/health')).json();
  t.match(own, { state: 'paused', since: null, availability: { '24h': { share: 1 } } });
  t.match((await world.ask(null, 'GET', '/health?lang=en')).body, 'paused by the library');
});

eachDatabase('a library nobody has asked has no data, and not 100 %', async (t, database) => {
  const world = await healthWeb(database);
  t.teardown(() => world.close());
  const report = (await world.ask(null, 'GET', '/api/v1/libraries/aa/health')).json();
  t.match(report, { state: 'unknown', since: null, latency: {}, causes: [] });
  t.same(report.availability['24h'], { share: null, hoursAsked: 0, hours: 24 });
  const page = await world.ask(null, 'GET', '/health/aa?lang=en');
  t.match(page.body, 'no data yet');
  t.notMatch(page.body, /100 %|NaN|null|undefined/);
});

eachDatabase('a library plans its own maintenance and nobody else’s', async (t, database) => {
  const world = await healthWeb(database);
  t.teardown(() => world.close());
  const begun = world.clock.now().getTime();
  const at = (hours: number) => new Date(begun + hours * 3_600_000).toISOString();
  const path = '/api/v1/libraries/aa/maintenance';
  const body = { from: at(1), to: at(3), reason: { zh: '升级', en: 'Upgrade' } };
  const statuses = async (method: string, to: string, more: AskMore = {}) => {
    const found: number[] = [];
    for (const token of [null, 'lib_bb', 'nobody']) {
      found.push((await world.ask(token, method, to, more)).statusCode);
    }
    return found;
  };
  t.same(await statuses('POST', path, { body }), [401, 403, 401]);
  const made = await world.ask('lib_aa', 'POST', path, { body });
  t.equal(made.statusCode, 201, made.body);
  t.equal(made.headers.location, `${path}/${made.json().id}`);
  t.same(await statuses('DELETE', `${path}/${made.json().id}`), [401, 403, 401]);
  t.match((await world.ask(null, 'GET', path)).json(), { maintenance: [body] });
  const entry = (await world.ask(null, 'GET', '/api/v1/libraries/aa')).json();
  t.match(entry.maintenance, [{ ...body, id: made.json().id }], 'announced in its entry');
  const before = (await world.ask(null, 'GET', '/api/v1/libraries/aa/health')).json();
  t.match(before, { state: 'unknown', maintenance: [{ reason: { en: 'Upgrade' } }] });
  await world.minutes(90);
  const during = (await world.ask(null, 'GET', '/api/v1/libraries/aa/health')).json();
  t.match(during, { state: 'maintenance', since: body.from });
  t.match((await world.ask(null, 'GET', '/health?lang=en')).body, 'maintenance');
  const ended = await world.ask(adminToken, 'DELETE', `${path}/${made.json().id}`);
  t.equal(ended.statusCode, 204);
  t.same((await world.ask(null, 'GET', path)).json(), { maintenance: [] });
  const trail = await database.db
    .selectFrom('audit')
    .select(['actor_kind', 'actor_id', 'action'])
    .where('trail', '=', 'aa')
    .orderBy('seq')
    .execute();
  t.same(trail, [
    { actor_kind: 'library', actor_id: 'aa', action: 'maintenance.plan' },
    { actor_kind: 'administrator', actor_id: 'administrator', action: 'maintenance.withdraw' },
  ]);
  t.equal((await world.ask(adminToken, 'DELETE', `${path}/${made.json().id}`)).statusCode, 404);

  for (const [wrong, pointer] of [
    [{ ...body, to: at(0.5) }, '/to'],
    [{ ...body, from: 'tomorrow' }, '/from'],
    [{ ...body, from: '2026-03-01T08:00' }, '/from'],
    [{ ...body, to: at(24 * 60) }, '/to'],
    [{ from: at(-5), to: at(-3) }, '/to'],
    [{ from: at(24 * 500), to: at(24 * 501) }, '/from'],
    [{ ...body, note: 'x' }, '/note'],
  ] as const) {
    const answer = await world.ask('lib_aa', 'POST', path, { body: wrong });
    t.equal(answer.statusCode, 400, JSON.stringify(wrong));
    t.match(answer.json().errors[0].pointer, pointer);
  }
});

eachDatabase('a candidate answers beside the library for its owner to see', async (t, database) => {
  const world = await healthWeb(database);
  t.teardown(() => world.close());
  const path = '/api/v1/libraries/aa/shadow';
  const body = member('aa', {
    connector: { protocol: 'z3950', host: '127.0.0.2', port: 9999, database: 'New' },
  });
  for (const [token, status] of [
    [null, 401],
    ['lib_bb', 403],
  ] as const) {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const more = method === 'PUT' ? { body } : {};
      t.equal((await world.ask(token, method, path, more)).statusCode, status, method);
    }
  }
  t.equal((await world.ask('lib_aa', 'GET', path)).statusCode, 404);
  const started = await world.ask('lib_aa', 'PUT', path, { body });
  t.match(started.json(), { library: 'aa', compared: 0, startedAt: String, endsAt: String });
  world.candidate('aa').behave({ books: [] });
  await world.search('aa', '不可告人');
  await world.virtual.advance(10);
  const report = await world.ask(adminToken, 'GET', path);
  t.match(report.json(), {
    compared: 1,
    outcomes: { both: 1 },
    hits: { fewer: 1 },
    records: { missing: 8 },
    live: { latency: { total: { count: 1 } } },
    examples: [{ kind: 'missing', localId: 'n0' }],
  });
  t.notMatch(report.body, '不可告人');
  t.equal((await world.ask('lib_aa', 'DELETE', path)).statusCode, 204);
  t.equal((await world.ask('lib_aa', 'DELETE', path)).statusCode, 404);

  const other = await world.ask(adminToken, 'PUT', path, { body: member('bb') });
  t.match(other.json(), { status: 400, errors: [{ pointer: '/id' }] });
  const unfit = await world.ask(adminToken, 'PUT', path, { body: { ...body, code: 7 } });
  t.match(unfit.json(), { status: 400, errors: [{ pointer: '/code' }] });
  const secret = { ...body, connector: { ...body.connector, hostEnv: 'GUANJI_ADMIN_TOKEN' } };
  t.match((await world.ask('lib_aa', 'PUT', path, { body: secret })).json(), { status: 400 });
});

eachDatabase('before the database is open callers are told to come back', async (t, database) => {
  const world = await healthWeb(database, false);
  t.teardown(() => world.close());
  for (const path of ['/api/v1/health', '/api/v1/libraries/aa/health', '/health/aa']) {
    const answer = await world.ask(null, 'GET', path);
    t.equal(answer.statusCode, 503, path);
    t.equal(answer.headers['retry-after'], '2');
  }
});

eachDatabase('describes its routes and counts each library once', async (t, database) => {
  const world = await healthWeb(database);
  t.teardown(() => world.close());
  const { paths } = (await world.ask(null, 'GET', '/openapi.json')).json();
  const ids = ['health', 'libraries/{id}/health', 'libraries/{id}/maintenance']
    .concat('libraries/{id}/maintenance/{window}', 'libraries/{id}/shadow')
    .flatMap((path) => Object.values(paths[`/api/v1/${path}`] ?? {}))
    .map((operation) => (operation as { operationId: string }).operationId);
  t.same(ids.toSorted(), [
    'endShadow',
    'listLibraryHealth',
    'listMaintenance',
    'planMaintenance',
    'showLibraryHealth',
    'showShadow',
    'startShadow',
    'withdrawMaintenance',
  ]);
  await world.search('aa');
  await world.health.flush();
  const engine = createSearchEngine({ connectorFor: () => undefined });
  t.teardown(() => engine.close());
  const metrics = createMetrics({
    load: () => engine.load(),
    guards: () => [],
    health: () => world.health.states(),
  });
  const lines = (await metrics.text())
    .split('\n')
    .filter((line) => /^guanji_library_health/.test(line));
  t.same(lines, [
    'guanji_library_health{library="aa"} 0',
    'guanji_library_health{library="bb"} -1',
  ]);
});
