import t from 'tap';
import { concealed, withOwnAccount } from '../../../src/members/registration/concealed.ts';
import { eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import { catalogue, registrationWorld, sruDocument } from '../../support/registration-world.ts';

t.setTimeout(120_000);

/** The pace of the library's own document is what a probe keeps to. */
const unhurried = (url: string) =>
  sruDocument('probing', url, {
    connector: { protocol: 'sru', url, limits: { perMinute: 60_000 } },
  });

eachDatabase(
  'a library has only those addresses probed that were approved for it',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    const [own, other] = [await catalogue('自己的'), await catalogue('别人的')];
    t.teardown(async () => {
      await world.close();
      await own.close();
      await other.close();
    });
    const port = Number(new URL(own.url).port);
    const { code } = (
      await world.ask(adminToken, 'POST', '/invitations', {
        body: { address: { host: '127.0.0.1', port } },
      })
    ).json();
    const registered = await world.ask(null, 'POST', '/libraries', {
      body: unhurried(own.url),
      headers: { invitation: code },
    });
    const { token } = registered.json();
    const probe = (body: object) => world.ask(token, 'POST', '/probe', { body });
    const invited = await world.ask(token, 'POST', '/libraries/probing/probe');
    t.equal(invited.statusCode, 200, 'the address of its invitation, though it is a draft');
    t.equal(invited.json().protocol, 'sru');

    const asked = other.seen.length;
    const refused = await probe({ address: other.url });
    t.equal(refused.statusCode, 403);
    t.match(refused.json().detail, new URL(other.url).port);
    t.equal((await probe({ document: unhurried(other.url) })).statusCode, 403);
    t.equal((await probe({ address: 'z3950://127.0.0.2:210/any' })).statusCode, 403);
    await world.ask(token, 'PUT', '/libraries/probing', {
      body: unhurried(other.url),
      headers: { 'if-match': '*' },
    });
    t.equal((await world.ask(token, 'POST', '/libraries/probing/probe')).statusCode, 403);
    t.equal(other.seen.length, asked, 'nothing was sent there');

    const byFederation = await world.ask(adminToken, 'POST', '/libraries/probing/probe');
    t.equal(byFederation.statusCode, 200, 'whoever is to approve may look first');
    t.ok(other.seen.length > asked);
  },
);

eachDatabase('a library does not make itself another kind of member', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  const server = await catalogue('普通成员');
  t.teardown(async () => {
    await world.close();
    await server.close();
  });
  const document = sruDocument('ordinary', server.url);
  const token = await world.invited(document);
  await world.ask(adminToken, 'POST', '/libraries/ordinary/approve');
  const put = (who: string, more: object) =>
    world.ask(who, 'PUT', '/libraries/ordinary', {
      body: { ...document, ...more },
      headers: { 'if-match': '*' },
    });
  for (const more of [{ outsideLimit: true }, { kind: 'national' }]) {
    const answer = (await put(token, more)).json();
    t.match(answer.registration, { answering: 1, pending: 'testing' });
  }
  t.match((await world.ask(null, 'GET', '/libraries/ordinary')).json(), {
    outsideLimit: false,
    kind: 'member',
  });
  const given = (await put(adminToken, { outsideLimit: true })).json();
  t.match(given, { outsideLimit: true, registration: { pending: null } });
  t.match((await put(token, { outsideLimit: true, aliases: ['别名'] })).json().registration, {
    pending: null,
  });
});

eachDatabase(
  'a session of a reader says nothing here, and shuts nobody out',
  async (t, database) => {
    const world = await registrationWorld(database, { data: t.testdir({}) });
    t.teardown(() => world.close());
    await world.ask(adminToken, 'POST', '/libraries', { body: minimalDocument('open') });
    const reader = await world.web.reader();
    const seen = await world.ask(reader.token, 'GET', '/libraries/open');
    t.equal(seen.statusCode, 200, seen.body);
    t.notOk('document' in seen.json());
    const pause = await world.ask(reader.token, 'POST', '/libraries/open/pause');
    t.equal(pause.statusCode, 403);
  },
);

t.test('what a server echoes of an account is blotted out of a report', async (t) => {
  const accounts = { default: { user: 'desk-account', password: 'p&w secret' } };
  const report = {
    evidence: [{ zh: '回答 p&w secret', en: 'said p%26w%20secret to desk-account' }],
    score: 7,
  };
  t.same(concealed(report, accounts), {
    evidence: [{ zh: '回答 •••', en: 'said ••• to •••' }],
    score: 7,
  });
  t.equal(concealed(report, {}), report);
  const own = minimalDocument('one', {
    connector: { protocol: 'sru', url: 'http://one.example/', auth: { kind: 'basic', user: 'x' } },
  });
  const proposed = minimalDocument('one', {
    connector: {
      protocol: 'sru',
      url: 'http://one.example/',
      auth: { kind: 'basic', userEnv: 'Y' },
    },
  });
  t.same(withOwnAccount(proposed, own), own);
});
