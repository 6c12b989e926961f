import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { exportTables } from '../../../src/cli/export.ts';
import type { ConnectorInput } from '../../../src/members/document.ts';
import type { Database } from '../../../src/store/database.ts';
import { scripted } from '../../protocols/scripted.ts';
import { answerXml, marcRecord } from '../../protocols/sru/answers.ts';
import { eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import { type RegistrationWorld, registrationWorld } from '../../support/registration-world.ts';

t.setTimeout(120_000);

const marker = 'Marker-Of-A-Secret-9431';
const user = 'marker-user-77';

/** Whether the account stands in a text, plainly or as a server would be sent it. */
function shows(text: string): boolean {
  const basic = `${user}:${marker}`;
  const forms = [
    marker,
    user,
    encodeURIComponent(marker),
    base64(marker),
    base64(basic),
    hex(marker),
  ];
  return forms.some((form) => text.includes(form));
}

const hex = (text: string) => Buffer.from(text).toString('hex');
const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '');

/** An SRU server that lets nobody in without the account, and tells strangers what it was sent. */
async function guarded() {
  const allowed: boolean[] = [];
  const server = await scripted((seen, response) => {
    const sent = String(seen.headers.authorization ?? '');
    const isIn = sent === `Basic ${Buffer.from(`${user}:${marker}`).toString('base64')}`;
    allowed.push(isIn);
    if (isIn) return answerXml({ hits: 1, records: [marcRecord('1', '馆藏珍本')] });
    response.statusCode = 401;
    return `<html>wrong: ${sent} ${Buffer.from(sent.slice(6), 'base64').toString()}</html>`;
  });
  return { ...server, allowed };
}

async function live(world: RegistrationWorld, id: string, connector: ConnectorInput) {
  const token = await world.invited(minimalDocument(id, { connector }));
  const answer = await world.ask(adminToken, 'POST', `/libraries/${id}/approve`);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return token;
}

eachDatabase('an account is used at once, and shown nowhere', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  const server = await guarded();
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  const token = await live(world, 'closed', { protocol: 'sru', url: server.url });
  t.equal((await world.search('closed')).state, 'refused', 'nobody is let in without it');

  const answers: string[] = [];
  const ask = async (who: string | null, method: string, path: string, body?: unknown) => {
    const answer = await world.ask(who, method, path, {
      headers: { 'if-match': '*' },
      ...(body === undefined ? {} : { body }),
    });
    answers.push(`${JSON.stringify(answer.headers)} ${answer.body}`);
    return answer;
  };
  const set = await ask(token, 'PUT', '/libraries/closed/credentials', { user, password: marker });
  t.equal(set.statusCode, 200, set.body);
  t.match(set.json().credentials, [{ operation: 'default', setBy: { kind: 'library' } }]);
  t.same((await world.search('closed')).titles, ['馆藏珍本'], 'and now without a restart');

  await ask(token, 'PUT', '/libraries/closed/credentials', { user, password: { marker } });
  await ask(token, 'PUT', '/libraries/closed/credentials', {
    operations: { find: { password: marker } },
  });
  for (const path of ['', '/versions', '/versions/1', '/credentials']) {
    for (const who of [null, token, adminToken]) await ask(who, 'GET', `/libraries/closed${path}`);
  }
  await ask(null, 'GET', '/libraries');
  const probed = await ask(token, 'POST', '/libraries/closed/probe');
  t.equal(probed.statusCode, 200, probed.body);
  t.equal(probed.json().document?.connector.auth, undefined, 'nor the names it is kept under');
  await ask(null, 'GET', '/search?q=x&libraries=closed&timings=1');
  await ask(adminToken, 'GET', '/invitations');
  t.ok(server.allowed.some(Boolean), 'the server has seen it');

  t.same(answers.filter(shows), [], 'in no answer');
  t.notOk(shows(world.logged()), 'in no line of the log');
  t.same(await tablesShowing(database), [], 'in no table');
  t.same(await filesShowing(database), [], 'in no export');

  t.equal((await ask(token, 'DELETE', '/libraries/closed/credentials')).statusCode, 204);
  t.equal((await world.search('closed')).state, 'refused', 'once removed it is not used any more');
});

/** Tables in which the account can be read. */
async function tablesShowing(database: Database): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name } of await database.db.introspection.getTables()) {
    const rows = await sql<{ row: string }>`
      select to_jsonb(r)::text as row from ${sql.table(name)} r`.execute(database.db);
    if (rows.rows.some(({ row }) => shows(row ?? ''))) found.push(name);
  }
  return found;
}

async function filesShowing(database: Database): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-export-'));
  const counts = await exportTables(database, folder);
  const found = Object.keys(counts).filter((name) => /token|invitation|credential/.test(name));
  for (const file of await readdir(folder)) {
    if (shows(await readFile(join(folder, file), 'utf8'))) found.push(file);
  }
  await rm(folder, { recursive: true });
  return found;
}

eachDatabase(
  'an account that was sealed with another key, or for another library, is not used',
  async (t, database) => {
    const server = await guarded();
    const first = await registrationWorld(database, {
      data: t.testdir({}),
      secretKey: 'a'.repeat(32),
    });
    const body = { user, password: marker };
    const token = await live(first, 'sealed', { protocol: 'sru', url: server.url });
    await live(first, 'thief', { protocol: 'sru', url: server.url });
    await first.ask(token, 'PUT', '/libraries/sealed/credentials', { body });
    t.equal((await first.search('sealed')).state, 'answered');
    await database.db
      .insertInto('library_credentials')
      .columns(['library_id', 'operation', 'sealed', 'set_at', 'set_by_kind', 'set_by_id'])
      .expression((from) =>
        from
          .selectFrom('library_credentials')
          .select([
            sql<string>`'thief'`.as('library_id'),
            'operation',
            'sealed',
            'set_at',
            'set_by_kind',
            'set_by_id',
          ])
          .where('library_id', '=', 'sealed'),
      )
      .execute();
    await first.close();

    const second = await registrationWorld(database, {
      data: t.testdir({}),
      secretKey: 'a'.repeat(32),
      again: true,
    });
    t.equal((await second.search('sealed')).state, 'answered', 'the same key opens it');
    t.equal((await second.search('thief')).state, 'refused', 'but not in another row');
    t.match(second.logged(), /stored account cannot be opened/);
    await second.close();

    const third = await registrationWorld(database, {
      data: t.testdir({}),
      secretKey: 'b'.repeat(32),
      again: true,
    });
    t.equal((await third.search('sealed')).state, 'refused', 'another key does not');
    await third.close();
    await server.close();
  },
);

eachDatabase('a library names no secrets of the gateway', async (t, database) => {
  const environment = { GATEWAY_SECRET: marker, LIBRARY_USER: user };
  const world = await registrationWorld(database, { data: t.testdir({}), environment });
  const server = await guarded();
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  const auth = { kind: 'basic', userEnv: 'LIBRARY_USER', passwordEnv: 'GATEWAY_SECRET' } as const;
  const named = minimalDocument('thief', { connector: { protocol: 'sru', url: server.url, auth } });
  const { code } = (await world.ask(adminToken, 'POST', '/invitations')).json();
  const refused = await world.ask(null, 'POST', '/libraries', {
    body: named,
    headers: { invitation: code },
  });
  t.equal(refused.statusCode, 400);
  t.same(
    refused.json().errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/connector/auth/userEnv', '/connector/auth/passwordEnv'],
  );
  const token = await live(world, 'thief', { protocol: 'sru', url: server.url });
  const put = (body: unknown) =>
    world.ask(token, 'PUT', '/libraries/thief', { body, headers: { 'if-match': '*' } });
  t.equal((await put(named)).statusCode, 400);
  const probed = await world.ask(token, 'POST', '/probe', { body: { document: named } });
  t.equal(probed.statusCode, 400);

  const given = await world.ask(adminToken, 'PUT', '/libraries/thief', {
    body: named,
    headers: { 'if-match': '*' },
  });
  t.equal(given.statusCode, 200, 'the administrator may');
  t.equal(
    (await put({ ...named, aliases: ['别名'] })).statusCode,
    200,
    'and what stands there stays',
  );
  const connector = {
    ...named.connector,
    url: `${server.url}/else`.replace('127.0.0.1', '127.0.0.2'),
  };
  t.equal((await put({ ...named, connector })).statusCode, 400, 'but goes to no other address');
  t.equal(server.allowed.filter(Boolean).length, 0);
});
