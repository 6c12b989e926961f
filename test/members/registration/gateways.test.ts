import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { GatewayNews } from '../../../src/members/registration/shared.ts';
import { eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import { catalogue, registrationWorld, sruDocument } from '../../support/registration-world.ts';

t.setTimeout(120_000);

/** Word that reaches everybody at once, or nobody. */
function newsroom(isAway = () => false): GatewayNews {
  const listeners = new Set<(rest: string) => void>();
  return {
    async tell(_kind, rest) {
      if (isAway()) throw new Error('away');
      for (const listener of listeners) listener(rest);
    },
    onNews(_kind, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function until(isSo: () => boolean, longestMs = 10_000): Promise<void> {
  const end = Date.now() + longestMs;
  while (!isSo() && Date.now() < end) await delay(20);
}

for (const [name, news] of [
  ['told of it', newsroom()],
  ['told of nothing, as with a store that is away', newsroom(() => true)],
] as const) {
  eachDatabase(
    `what is registered at one gateway is known at another, ${name}`,
    async (t, database) => {
      const isSilent = name.includes('nothing');
      // Nobody shares an embedded database, so there nobody asks it for changes either.
      if (isSilent && database.engine === 'embedded') return;
      const server = await catalogue('两处可查');
      const one = await registrationWorld(database, { data: t.testdir({}), news });
      const two = await registrationWorld(database, { data: t.testdir({}), news, again: true });
      t.teardown(async () => {
        await one.close();
        await two.close();
        await server.close();
      });
      const token = await one.invited(sruDocument('shared', server.url));
      await one.ask(adminToken, 'POST', '/libraries/shared/approve');
      await until(() => two.directory.get('shared')?.library.status === 'live');
      t.same((await two.search('shared')).titles, ['两处可查']);
      await two.ask(token, 'POST', '/libraries/shared/pause');
      await until(() => one.directory.get('shared')?.library.status === 'paused');
      t.match(await one.search('shared'), { state: 'paused' });
      const etags = [one, two].map(({ registration }) => registration.get('shared')?.etag);
      t.equal(etags[0], etags[1]);
    },
  );
}

eachDatabase(
  'a pause that has its end is over by itself, for whoever looks',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const server = await catalogue('按时恢复');
    t.teardown(async () => {
      await world.close();
      await server.close();
    });
    const token = await world.invited(sruDocument('resting', server.url));
    await world.ask(adminToken, 'POST', '/libraries/resting/approve');
    const now = world.clock.now().getTime();
    const pause = (end: number) =>
      world.ask(token, 'POST', '/libraries/resting/pause', {
        body: { until: new Date(end).toISOString() },
      });
    t.equal((await pause(now - 1000)).statusCode, 400);
    t.equal((await pause(now + 500)).json().status, 'paused');
    t.match(await world.search('resting'), { state: 'paused' });
    world.clock.pass(1);
    await until(() => world.directory.get('resting')?.library.status === 'live');
    t.same((await world.search('resting')).titles, ['按时恢复']);
    t.equal((await world.ask(token, 'GET', '/libraries/resting')).json().status, 'live');
    t.equal((await pause(now + 60_000)).json().status, 'paused', 'and it can be paused again');
  },
);

eachDatabase(
  'what earlier versions kept in files is taken into the database, once',
  async (t, database) => {
    const data = t.testdir({});
    const server = await catalogue('旧文件');
    await mkdir(join(data, 'libraries'));
    const write = (name: string, text: string) => writeFile(join(data, 'libraries', name), text);
    await write('kept.json', JSON.stringify(sruDocument('kept', server.url)));
    await write('half.json.next', '{"half": ');
    await write('draft.json', JSON.stringify(minimalDocument('draft', { status: 'draft' })));
    const first = await registrationWorld(database, { data });
    t.same((await first.search('kept')).titles, ['旧文件']);
    t.equal((await first.search('draft')).status, 400);
    await first.ask(adminToken, 'POST', '/libraries/kept/pause');
    await first.close();
    const names = (await readdir(join(data, 'libraries'))).sort();
    t.same(names, ['draft.json.imported', 'half.json.next', 'kept.json.imported']);

    const second = await registrationWorld(database, { data, again: true });
    t.match(await second.search('kept'), { state: 'paused' }, 'the database counts from then on');
    await second.close();

    await write('broken.json', '{');
    const broken: unknown = await registrationWorld(database, { data, again: true }).catch(
      (error) => error,
    );
    t.match(broken, {
      faults: [{ file: join(data, 'libraries', 'broken.json') }],
    });
    await server.close();
  },
);

eachDatabase('an id that stands in a file as well stops the start', async (t, database) => {
  const first = await registrationWorld(database, { data: t.testdir({}) });
  await first.invited(minimalDocument('twice'));
  await first.invited(minimalDocument('once'));
  await first.close();
  const stopped: unknown = await registrationWorld(database, {
    data: t.testdir({}),
    again: true,
    files: [minimalDocument('twice')],
  }).catch((error) => error);
  t.match(stopped, { faults: [{ pointer: '/id', message: /twice stands twice/ }] });
});

eachDatabase('of two who use one invitation, one registers', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  t.teardown(() => world.close());
  const { code, id } = (
    await world.ask(adminToken, 'POST', '/invitations', { body: { note: '试用' } })
  ).json();
  const register = (name: string) =>
    world.ask(null, 'POST', '/libraries', {
      body: minimalDocument(name),
      headers: { invitation: code },
    });
  const both = await Promise.all([register('first-one'), register('second-one')]);
  t.same(both.map(({ statusCode }) => statusCode).sort(), [201, 403]);
  t.equal((await register('third-one')).statusCode, 403);
  const [invitation] = (await world.ask(adminToken, 'GET', '/invitations')).json().invitations;
  t.match(invitation, { id, state: 'used', note: '试用', code: undefined });
  const used = await world.ask(adminToken, 'DELETE', `/invitations/${id}`);
  t.equal(used.statusCode, 409);

  const bound = (
    await world.ask(adminToken, 'POST', '/invitations', { body: { library: 'meant', days: 1 } })
  ).json();
  const as = (name: string) =>
    world.ask(null, 'POST', '/libraries', {
      body: minimalDocument(name),
      headers: { invitation: bound.code },
    });
  t.equal((await as('other-one')).statusCode, 403, 'it is for one id');
  world.clock.pass(86_401);
  t.equal((await as('meant')).statusCode, 403, 'and for a day');
  const withdrawn = (await world.ask(adminToken, 'POST', '/invitations')).json();
  await world.ask(adminToken, 'DELETE', `/invitations/${withdrawn.id}`);
  const late = await world.ask(null, 'POST', '/libraries', {
    body: minimalDocument('late'),
    headers: { invitation: withdrawn.code },
  });
  t.equal(late.statusCode, 403);
});

eachDatabase(
  'a token that was replaced is good for its grace and no longer',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    t.teardown(() => world.close());
    const first = await world.invited(minimalDocument('turning'));
    const rotate = async (who: string, graceSeconds: number) =>
      (await world.ask(who, 'POST', '/libraries/turning/tokens', { body: { graceSeconds } })).json()
        .token;
    const second = await rotate(first, 60);
    const isGood = async (token: string) =>
      (await world.ask(token, 'GET', '/libraries/turning/versions')).statusCode === 200;
    t.ok((await isGood(first)) && (await isGood(second)));
    world.clock.pass(61);
    t.notOk(await isGood(first));
    const third = await rotate(adminToken, 0);
    t.notOk(await isGood(second), 'without a grace it ends at once');
    t.ok(await isGood(third));
    const stored = await database.db.selectFrom('library_tokens').selectAll().execute();
    t.notMatch(JSON.stringify(stored), third.slice(4));
  },
);
