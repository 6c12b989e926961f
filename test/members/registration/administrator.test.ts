import t from 'tap';
import { eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import {
  catalogue,
  type RegistrationWorld,
  registrationWorld,
  sruDocument,
} from '../../support/registration-world.ts';

t.setTimeout(120_000);

function as(world: RegistrationWorld) {
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    world.ask(adminToken, method, path, { ...(body === undefined ? {} : { body }), headers });
}

eachDatabase(
  'a library registered by the administrator is searchable at once',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const server = await catalogue('新馆藏书');
    t.teardown(async () => {
      await world.close();
      await server.close();
    });
    const body = sruDocument('newcomer', server.url);
    const refused = await world.ask(null, 'POST', '/libraries', { body });
    t.equal(refused.statusCode, 401);
    t.equal(refused.headers['www-authenticate'], 'Bearer');
    t.equal((await world.ask('wrong', 'POST', '/libraries', { body })).statusCode, 401);
    const made = await as(world)('POST', '/libraries', body);
    t.equal(made.statusCode, 201, made.body);
    t.equal(made.headers.location, '/api/v1/libraries/newcomer');
    t.notOk('token' in made.json(), 'the administrator needs no other token');
    t.same((await world.search('newcomer')).titles, ['新馆藏书']);
    t.equal((await as(world)('POST', '/libraries', body)).statusCode, 409);
  },
);

eachDatabase('every fault of a document is named with its pointer', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  t.teardown(() => world.close());
  const body = { id: 'Bad Id', code: 1, name: {}, connector: { protocol: 'sru', versionn: '1.2' } };
  const answer = await as(world)('POST', '/libraries', body);
  t.equal(answer.statusCode, 400);
  const pointers = answer.json().errors.map(({ pointer }: { pointer: string }) => pointer);
  t.same(pointers.sort(), ['/code', '/connector/url', '/connector/versionn', '/id', '/name/zh']);
});

eachDatabase(
  'changes need the version they change, and files are read-only',
  async (t, database) => {
    const file = minimalDocument('in-a-file');
    const world = await registrationWorld(database, { data: t.testdir({}), files: [file] });
    t.teardown(() => world.close());
    const ask = as(world);
    await ask('POST', '/libraries', minimalDocument('newcomer'));
    const url = '/libraries/newcomer';
    const payload = minimalDocument('newcomer', { aliases: ['新名'] });
    t.equal((await ask('PUT', url, payload)).statusCode, 428);
    t.equal((await ask('PUT', url, payload, { 'if-match': '"old"' })).statusCode, 412);
    const { etag = '' } = (await world.ask(null, 'GET', url)).headers;
    const changed = await ask('PUT', url, payload, { 'if-match': String(etag) });
    t.equal(changed.statusCode, 200, changed.body);
    t.same(changed.json().aliases, ['新名']);
    t.not(changed.headers.etag, etag);
    const again = await ask('PUT', url, payload, { 'if-match': String(etag) });
    t.equal(again.statusCode, 412, 'nobody overwrites what they have not seen');
    const other = minimalDocument('another');
    t.equal((await ask('PUT', url, other, { 'if-match': '*' })).statusCode, 400);

    t.equal(
      (await ask('DELETE', '/libraries/in-a-file', undefined, { 'if-match': '*' })).statusCode,
      409,
    );
    t.equal((await ask('POST', '/libraries/in-a-file/pause', {})).statusCode, 409);
    t.equal((await ask('POST', '/libraries', file)).statusCode, 409);
  },
);

eachDatabase(
  'a library that has left is found by nobody, and its id is not given again',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    t.teardown(() => world.close());
    const ask = as(world);
    const token = await world.invited(minimalDocument('leaver'));
    await ask('POST', '/libraries/leaver/approve', {});
    t.equal((await ask('DELETE', '/libraries/leaver')).statusCode, 428);
    const gone = await ask('DELETE', '/libraries/leaver', undefined, { 'if-match': '*' });
    t.equal(gone.statusCode, 204, gone.body);
    t.equal((await world.ask(null, 'GET', '/libraries/leaver')).statusCode, 404);
    t.equal((await world.search('leaver')).status, 400);
    t.equal((await ask('POST', '/libraries', minimalDocument('leaver'))).statusCode, 409);
    t.equal((await ask('POST', '/invitations', { library: 'leaver' })).statusCode, 409);
    t.equal((await world.ask(token, 'GET', '/libraries/leaver/versions')).statusCode, 401);
    const kept = (await ask('GET', '/libraries/leaver')).json();
    t.equal(kept.status, 'retired', 'the federation still knows who it was');
    const put = await ask('PUT', '/libraries/leaver', minimalDocument('leaver'), {
      'if-match': '*',
    });
    t.equal(put.statusCode, 409);
  },
);

eachDatabase('the administrator takes an entry to any status in one step', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  const server = await catalogue('一步到位');
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  const ask = as(world);
  const document = sruDocument('stepping', server.url);
  await ask('POST', '/libraries', { ...document, status: 'draft' });
  t.equal((await world.search('stepping')).status, 400);
  const put = (status: string) =>
    ask('PUT', '/libraries/stepping', { ...document, status }, { 'if-match': '*' });
  t.equal((await put('live')).json().status, 'live');
  t.match(await world.search('stepping'), { titles: ['一步到位'] });
  t.equal((await put('paused')).json().status, 'paused');
  t.match(await world.search('stepping'), { state: 'paused' });
  t.equal((await put('draft')).statusCode, 409, 'what readers know does not become unknown');
  t.equal((await put('retired')).statusCode, 409, 'leaving has an action of its own');
  const changed = { ...document, aliases: ['别名'] };
  const kept = await ask('PUT', '/libraries/stepping', changed, { 'if-match': '*' });
  t.equal(kept.json().status, 'paused', 'a document that names no status leaves it as it is');
});
