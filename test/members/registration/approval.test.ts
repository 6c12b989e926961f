import t from 'tap';
import { eachDatabase } from '../../support/database.ts';
import { adminToken } from '../../support/loan-web.ts';
import { catalogue, registrationWorld, sruDocument } from '../../support/registration-world.ts';

t.setTimeout(120_000);

eachDatabase(
  'the old version answers until somebody approves the new address',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const [old, next] = [await catalogue('旧服务器'), await catalogue('新服务器')];
    t.teardown(async () => {
      await world.close();
      await old.close();
      await next.close();
    });
    const token = await world.invited(sruDocument('mover', old.url));
    await world.ask(adminToken, 'POST', '/libraries/mover/approve');
    const put = (url: string, aliases: string[] = []) =>
      world.ask(token, 'PUT', '/libraries/mover', {
        body: sruDocument('mover', url, { aliases }),
        headers: { 'if-match': '*' },
      });

    const renamed = (await put(old.url, ['别名'])).json();
    t.match(renamed, { status: 'live', registration: { version: 2, answering: 2, pending: null } });

    const moved = await put(next.url, ['别名']);
    t.match(moved.json(), {
      status: 'live',
      registration: { version: 3, answering: 2, pending: 'testing' },
    });
    t.same((await world.search('mover')).titles, ['旧服务器'], 'the old address is asked');
    t.equal(next.seen.length, 0, 'and the new one is not');

    const waiting = await world.ask(adminToken, 'GET', '/libraries?status=testing');
    t.match(waiting.json().libraries, [{ id: 'mover', status: 'live', pending: 'testing' }]);

    const own = await world.ask(token, 'POST', '/libraries/mover/approve');
    t.equal(own.statusCode, 403);
    const refused = await world.ask(adminToken, 'POST', '/libraries/mover/refuse', {
      body: { reason: '端口不对' },
    });
    t.match(refused.json().registration, { answering: 2, pending: 'refused' });
    t.equal((await world.ask(adminToken, 'POST', '/libraries/mover/approve')).statusCode, 409);

    await put(next.url);
    const approved = await world.ask(adminToken, 'POST', '/libraries/mover/approve');
    t.match(approved.json().registration, { version: 4, answering: 4, pending: null });
    t.same((await world.search('mover')).titles, ['新服务器']);

    const back = await put(old.url);
    t.match(back.json().registration, { answering: 5 }, 'an address that was approved stays so');
    const states = (await world.ask(token, 'GET', '/libraries/mover/versions'))
      .json()
      .versions.map(({ number, state }: { number: number; state: string }) => `${number} ${state}`);
    t.same(states, ['5 answering', '4 replaced', '3 replaced', '2 replaced', '1 replaced']);
  },
);

eachDatabase(
  'an approved host that moves out of its range is not asked any more',
  async (t, database) => {
    let address = '127.0.0.1';
    const resolve = async () => [address];
    const world = await registrationWorld(database, { data: t.testdir({}), resolve });
    const server = await catalogue('固定地址');
    t.teardown(async () => {
      await world.close();
      await server.close();
    });
    const url = server.url.replace('127.0.0.1', 'catalogue.example');
    await world.invited(sruDocument('pinned', url));
    const wrong = await world.ask(adminToken, 'POST', '/libraries/pinned/approve', {
      body: { ranges: ['127.0.0.1'] },
    });
    t.equal(wrong.statusCode, 400);
    t.match(wrong.json().errors, [{ pointer: '/ranges/0' }]);
    await world.ask(adminToken, 'POST', '/libraries/pinned/approve', {
      body: { ranges: ['127.0.0.8/29'] },
    });
    t.match(await world.search('pinned'), { state: 'unreachable', titles: [] });
    t.equal(server.seen.length, 0);

    address = '127.0.0.1';
    const anew = await world.ask(adminToken, 'POST', '/libraries/pinned/approve');
    t.same(anew.json().registration.addresses[0].ranges, ['127.0.0.1/32']);
    t.match(await world.search('pinned'), { state: 'answered', titles: ['固定地址'] });
  },
);

eachDatabase('what was made by one person is approved by another', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  const server = await catalogue('双人复核');
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  const [first, second] = [
    await world.web.staff(null, 'federation_administrator'),
    await world.web.staff(null, 'federation_administrator'),
  ];
  const desk = await world.web.staff('home', 'library_administrator');
  const body = sruDocument('four-eyes', server.url);
  const register = (token: string, status?: string) =>
    world.ask(token, 'POST', '/libraries', { body: { ...body, ...(status && { status }) } });
  const approve = (token: string) =>
    world.ask(token, 'POST', '/libraries/four-eyes/approve', {
      headers: { 'accept-language': 'en' },
    });

  t.equal((await register(desk.token)).statusCode, 403, 'a desk is not the federation');
  t.equal((await register(first.token, 'live')).statusCode, 403, 'a person does not go live alone');
  t.equal((await register(first.token)).statusCode, 201);
  const own = await approve(first.token);
  t.equal(own.statusCode, 403);
  t.match(own.json().detail, /somebody else has to approve/);
  t.equal((await approve(second.token)).json().status, 'live');
  t.same((await world.search('four-eyes')).titles, ['双人复核']);
  const [version] = (await world.ask(second.token, 'GET', '/libraries/four-eyes/versions')).json()
    .versions;
  t.match(version, {
    madeBy: { kind: 'staff', id: first.actor.id },
    approvedBy: { kind: 'staff', id: second.actor.id },
  });

  const draft = sruDocument('left-as-draft', server.url);
  await world.ask(adminToken, 'POST', '/libraries', { body: { ...draft, status: 'draft' } });
  const alone = await world.ask(adminToken, 'POST', '/libraries/left-as-draft/approve');
  t.equal(alone.statusCode, 403, 'nor does the token approve its own draft');
  const other = await world.ask(first.token, 'POST', '/libraries/left-as-draft/approve');
  t.equal(other.statusCode, 200, other.body);
});

eachDatabase('a host that leads inside, or nowhere, is not approved', async (t, database) => {
  const names: Record<string, string> = { 'inside.example': '10.0.0.7' };
  const resolve = async (name: string) => {
    const known = names[name];
    if (known === undefined) throw Object.assign(new Error('unknown'), { code: 'ENOTFOUND' });
    return [known];
  };
  const world = await registrationWorld(database, { data: t.testdir({}), resolve });
  t.teardown(() => world.close());
  for (const [id, host] of [
    ['within', 'inside.example'],
    ['nowhere', 'nowhere.example'],
  ] as const) {
    await world.invited(sruDocument(id, `http://${host}/sru`));
    const answer = await world.ask(adminToken, 'POST', `/libraries/${id}/approve`);
    t.equal(answer.statusCode, 409, host);
    t.match(answer.json().detail, host);
    t.match((await world.ask(adminToken, 'GET', `/libraries/${id}`)).json(), { status: 'draft' });
  }
});
