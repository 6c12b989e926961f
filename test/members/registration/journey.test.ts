import t from 'tap';
import { eachDatabase } from '../../support/database.ts';
import { adminToken } from '../../support/loan-web.ts';
import { catalogue, registrationWorld, sruDocument } from '../../support/registration-world.ts';

t.setTimeout(120_000);

eachDatabase(
  'a library goes from its invitation to live, pauses and comes back',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const server = await catalogue('化学工程实验');
    t.teardown(async () => {
      await world.close();
      await server.close();
    });
    const document = sruDocument('newlib', server.url, { name: { zh: '新馆' } });
    const token = await world.invited({ ...document, status: 'live' });
    t.match(token, /^lib_[A-Za-z0-9_-]{43}$/);
    const step = async (who: string, action: string, body: object = {}) =>
      (await world.ask(who, 'POST', `/libraries/newlib/${action}`, { body })).json();

    const draft = (await world.ask(token, 'GET', '/libraries/newlib')).json();
    t.match(draft, { status: 'draft', registration: { version: 1, answering: null } });
    t.equal(draft.document.connector.url, server.url, 'it sees its own document');
    t.equal((await world.ask(null, 'GET', '/libraries/newlib')).statusCode, 404);
    t.equal((await world.search('newlib')).status, 400, 'a draft is not known to readers');

    t.match(await step(token, 'submit'), { status: 'testing' });
    t.match(await step(token, 'approve'), { status: 403 }, 'not by itself');
    t.match(await step(token, 'golive'), { status: 409 });
    const approved = await step(adminToken, 'approve', { status: 'approved' });
    t.match(approved, { status: 'approved' });
    t.same(approved.registration.addresses, [
      { host: '127.0.0.1', port: Number(new URL(server.url).port), ranges: ['127.0.0.1/32'] },
    ]);
    t.match(await step(token, 'golive'), { status: 'live', registration: { answering: 1 } });
    t.match(await world.search('newlib'), {
      status: 200,
      state: 'answered',
      titles: ['化学工程实验'],
    });

    t.match(await step(token, 'pause', { reason: { zh: '机房检修' } }), {
      status: 'paused',
      pause: { reason: { zh: '机房检修', en: '机房检修' }, until: null },
    });
    t.match(await world.search('newlib'), {
      status: 200,
      state: 'paused',
      said: '机房检修',
      titles: [],
    });
    t.match((await world.ask(null, 'GET', '/libraries/newlib')).json(), {
      status: 'paused',
      pause: { reason: { zh: '机房检修' } },
    });
    t.match(await step(token, 'pause'), { status: 409 });
    t.match(await step(token, 'resume'), { status: 'live' });
    t.match(await world.search('newlib'), { state: 'answered' });
  },
);

eachDatabase('an approval alone makes a library searchable', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  const server = await catalogue('高等数学');
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  await world.invited(sruDocument('atonce', server.url));
  const answer = await world.ask(adminToken, 'POST', '/libraries/atonce/approve');
  t.equal(answer.statusCode, 200, answer.body);
  t.equal(answer.json().status, 'live');
  t.match(await world.search('atonce'), { titles: ['高等数学'] });
});
