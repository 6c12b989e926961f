import t from 'tap';
import { differencesOf } from '../../../src/members/registration/differences.ts';
import { verifyTrails } from '../../../src/store/audit.ts';
import { eachDatabase } from '../../support/database.ts';
import { adminToken } from '../../support/loan-web.ts';
import { catalogue, registrationWorld, sruDocument } from '../../support/registration-world.ts';

t.setTimeout(120_000);

eachDatabase('versions are kept, compared and rolled back', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  const server = await catalogue('历史版本');
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  const first = sruDocument('history', server.url, { aliases: ['一'] });
  const token = await world.invited(first);
  await world.ask(adminToken, 'POST', '/libraries/history/approve');
  const put = (body: unknown, why: string) =>
    world.ask(token, 'PUT', `/libraries/history?why=${encodeURIComponent(why)}`, {
      body,
      headers: { 'if-match': '*' },
    });
  const second = {
    ...first,
    aliases: ['一', '二'],
    connector: { ...first.connector, charset: 'gbk' },
  };
  t.equal((await put(second, '换了字\u0000符集')).json().registration.version, 2);
  t.equal(
    (await put(second, '同样的内容')).json().registration.version,
    2,
    'the same is no version',
  );

  const { versions } = (await world.ask(token, 'GET', '/libraries/history/versions')).json();
  t.match(versions, [
    {
      number: 2,
      state: 'answering',
      why: '换了字\uFFFD符集',
      madeBy: { kind: 'library', id: 'history' },
    },
    { number: 1, state: 'replaced', why: null, approvedBy: { kind: 'administrator' } },
  ]);
  const compared = (
    await world.ask(token, 'GET', '/libraries/history/versions/compare?from=1&to=2')
  ).json();
  t.same(compared.differences, [
    { op: 'replace', pointer: '/aliases', from: ['一'], to: ['一', '二'] },
    { op: 'add', pointer: '/connector/charset', to: 'gbk' },
  ]);

  const back = await world.ask(token, 'POST', '/libraries/history/rollback', {
    body: { version: 1 },
  });
  t.match(back.json(), {
    status: 'live',
    aliases: ['一'],
    registration: { version: 3, answering: 3 },
  });
  const third = (await world.ask(token, 'GET', '/libraries/history/versions/3')).json();
  const { status: _status, ...written } = first;
  t.same(third.document, written, 'a version holds the document, and no status');
  t.match(third.why, /version 1/);
  t.same((await world.search('history')).titles, ['历史版本']);
  for (const [method, path, body] of [
    ['GET', '/versions/9', undefined],
    ['GET', '/versions/compare?from=1&to=9', undefined],
    ['POST', '/rollback', { version: 9 }],
  ] as const) {
    const answer = await world.ask(token, method, `/libraries/history${path}`, { body });
    t.equal(answer.statusCode, 404, path);
  }
  t.equal((await world.ask(token, 'GET', '/libraries/history/versions/x')).statusCode, 400);
  const stale = await world.ask(token, 'POST', '/libraries/history/rollback', {
    body: { version: 2 },
    headers: { 'if-match': '"1.1"' },
  });
  t.equal(stale.statusCode, 412);
});

eachDatabase(
  'a rollback to an address that nobody ever approved waits for approval',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const [one, two] = [await catalogue('甲处'), await catalogue('乙处')];
    t.teardown(async () => {
      await world.close();
      await one.close();
      await two.close();
    });
    const token = await world.invited(sruDocument('returning', one.url));
    await world.ask(token, 'PUT', '/libraries/returning', {
      body: sruDocument('returning', two.url),
      headers: { 'if-match': '*' },
    });
    await world.ask(adminToken, 'POST', '/libraries/returning/approve');
    const back = await world.ask(token, 'POST', '/libraries/returning/rollback', {
      body: { version: 1 },
    });
    t.match(back.json().registration, { version: 3, answering: 2, pending: 'testing' });
    t.same((await world.search('returning')).titles, ['乙处']);
  },
);

eachDatabase(
  'every change of an entry stands in its trail, whole and without its document',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const server = await catalogue('留痕');
    t.teardown(async () => {
      await world.close();
      await server.close();
    });
    const token = await world.invited(sruDocument('traced', server.url));
    const post = (who: string, action: string, body: object = {}) =>
      world.ask(who, 'POST', `/libraries/traced/${action}`, { body });
    await post(token, 'submit');
    await post(adminToken, 'approve');
    await post(token, 'pause', { until: '2026-03-02T00:00:00Z' });
    await post(token, 'resume');
    await post(token, 'tokens');
    const rows = await database.db
      .selectFrom('audit')
      .select(['action', 'actor_kind', 'after'])
      .where('trail', '=', 'traced')
      .orderBy('seq')
      .execute();
    t.same(
      rows.map(({ action, actor_kind }) => `${actor_kind} ${action}`),
      [
        'library library.register',
        'library library.submit',
        'administrator library.approve',
        'library library.pause',
        'library library.resume',
        'library library.token',
      ],
    );
    t.match(rows[2]?.after, { status: 'live', addresses: [{ ranges: ['127.0.0.1/32'] }] });
    t.same(await verifyTrails(database), []);
  },
);

t.test('differences are those of the values, whatever the order of their keys', async (t) => {
  t.same(differencesOf({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }), []);
  t.same(differencesOf({ 'a/b~': 1 }, {}), [{ op: 'remove', pointer: '/a~1b~0', from: 1 }]);
  t.same(differencesOf({ a: [1, 2] }, { a: [2, 1] }), [
    { op: 'replace', pointer: '/a', from: [1, 2], to: [2, 1] },
  ]);
  t.same(differencesOf({ a: null }, { a: {} }), [
    { op: 'replace', pointer: '/a', from: null, to: {} },
  ]);
});
