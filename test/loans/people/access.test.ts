import t from 'tap';
import {
  createResetHandler,
  requestPasswordReset,
  resetJob,
  resetPassword,
} from '../../../src/loans/access/forgotten.ts';
import { passwordFaults } from '../../../src/loans/access/password-rules.ts';
import { hashPassword, verifyPassword } from '../../../src/loans/access/passwords.ts';
import { administrator } from '../../../src/loans/access/roles.ts';
import { hashSecret } from '../../../src/loans/access/secrets.ts';
import { moveSession, openSession, resumeSession } from '../../../src/loans/access/sessions.ts';
import { changePassword, signIn, signOut } from '../../../src/loans/access/sign-in.ts';
import {
  acceptInvitation,
  disableStaff,
  grantRoles,
  inviteStaff,
  listStaff,
} from '../../../src/loans/access/staff.ts';
import { networkOf, takeTry } from '../../../src/loans/access/throttle.ts';
import { LoanError } from '../../../src/loans/errors.ts';
import { suspendReader } from '../../../src/loans/people/review.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { createOutboxDelivery, outboxJob } from '../../../src/store/outbox.ts';
import { eachDatabase } from '../../support/database.ts';
import { goodPassword, peopleWorld, refusalOf } from '../../support/people.ts';

t.test('keeps passwords as argon2id in PHC form', async (t) => {
  const phc = await hashPassword('Ｐａｓｓ words 42');
  t.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  t.not(await hashPassword('Ｐａｓｓ words 42'), phc, 'a new salt each time');
  t.same(await verifyPassword('Pass words 42', phc), { right: true, outdated: false });
  t.same(await verifyPassword('pass words 42', phc), { right: false, outdated: false });
  t.same(await verifyPassword('anything', null), { right: false, outdated: false });
  // Vectors of the reference implementation's tests (phc-winner-argon2, src/test.c, version 0x13).
  const strong =
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  t.same(await verifyPassword('password', strong), { right: true, outdated: false });
  const weak =
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
  t.same(await verifyPassword('password', weak), { right: true, outdated: true });
  await t.rejects(verifyPassword('x', 'plain'), TypeError);
});

t.test('sends people away when too many passwords wait to be checked', async (t) => {
  const tries = await Promise.allSettled(
    Array.from({ length: 80 }, () => verifyPassword('x', null)),
  );
  const refused = tries.filter((attempt) => attempt.status === 'rejected');
  t.ok(refused.length > 0 && refused.length <= 16);
  t.ok(refused.every(({ reason }) => reason instanceof LoanError && reason.code === 'busy'));
});

t.test('refuses passwords that are easily guessed, and asks for nothing else', async (t) => {
  const rule = (password: string) => passwordFaults(password, ['linxiao', '林'])[0]?.rule ?? null;
  for (const password of ['short', '七个字的密码呀', 'a'.repeat(129)]) {
    t.equal(rule(password), 'password.length', password.slice(0, 10));
  }
  const common =
    'password Password1 PASSWORD2024! 12345678 87654321 aaaaaaaa abcdefgh abababab qwertyuiop ' +
    'woaini1314 ５２０１３１４00 1qaz2wsx library2026 !!!admin!!! iloveyou123';
  for (const password of common.split(' ')) t.equal(rule(password), 'password.common', password);
  t.equal(rule('my-LinXiao-page'), 'password.personal');
  for (const password of ['correct horse', '图书馆的银杏叶落了', 'nV8-x2qLwe', 'kilo watt hour']) {
    t.equal(rule(password), null, password);
  }
});

t.test('reads the network that an address is in', async (t) => {
  t.equal(networkOf('192.0.2.77'), '192.0.2.0/24');
  t.equal(networkOf('::ffff:192.0.2.77'), '192.0.2.0/24');
  t.equal(networkOf('2001:db8:1:23ff::5'), '2001:db8:1:2300::/56');
  t.equal(networkOf('2001:0DB8:0001:2310:0:0:0:1'), '2001:db8:1:2300::/56');
  t.equal(networkOf('::1'), '0:0:0:0::/56');
  t.equal(networkOf('nonsense'), 'unknown');
});

eachDatabase(
  'lets five attempts through and no sixth, however they arrive',
  async (t, database) => {
    const world = peopleWorld(database);
    const { clock } = world.context;
    const attempts = await Promise.allSettled(
      Array.from({ length: 40 }, () => takeTry(database, 'signInByAccount', 'zhao', clock.now())),
    );
    t.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 5);
    world.pass(600);
    const refusal = await refusalOf(takeTry(database, 'signInByAccount', 'zhao', clock.now()));
    t.match(refusal, { code: 'throttled', retryAfterSeconds: 300 });
    world.pass(301);
    await takeTry(database, 'signInByAccount', 'zhao', clock.now());
    await takeTry(database, 'signInByAccount', 'somebody else', clock.now());
    t.pass('the window slides, and a refused attempt does not lengthen it');
  },
);

eachDatabase('says the same to a wrong name and a wrong password', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const reader = await world.reader('zhao');
  const enter = (login: string, password: string) =>
    refusalOf(signIn(context, { login, password }, origin));
  const wrongPassword = await enter('zhao', 'not the password');
  const wrongName = await enter('nobody', 'not the password');
  const hostile = await enter("zhao'--", '');
  for (const refusal of [wrongPassword, wrongName, hostile]) {
    t.same(
      [refusal.code, refusal.rule, refusal.sentence, refusal.faults],
      ['not_signed_in', 'sign_in', wrongPassword.sentence, []],
    );
  }
  for (let n = 0; n < 4; n++) await enter('zhao', 'again');
  t.match(await enter('zhao', goodPassword), { code: 'throttled' }, 'even with the right one');
  for (let n = 0; n < 4; n++) await enter('nobody', 'again');
  t.match(await enter('nobody', 'again'), { code: 'throttled' }, 'as for a name nobody has');
  world.pass(901);
  const session = await signIn(context, { login: 'zhao', password: goodPassword }, origin);
  t.equal(session.actor.id, reader.id);

  await database.db
    .updateTable('accounts')
    .set({
      password:
        '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    })
    .where('id', '=', reader.id)
    .execute();
  await signIn(context, { login: 'zhao', password: 'password' }, origin);
  const { password } = await database.db
    .selectFrom('accounts')
    .select('password')
    .where('id', '=', reader.id)
    .executeTakeFirstOrThrow();
  t.match(password, /m=19456/, 'a weak hash is replaced at the next sign-in');
});

eachDatabase('exchanges a session’s token and ends one that was copied', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const reader = await world.reader('zhao');
  const open = () => signIn(context, { login: 'zhao', password: goodPassword }, origin);
  const { token } = await open();
  const kept = await database.db.selectFrom('sessions').select('token_hash').execute();
  t.ok(
    kept.some((row) => row.token_hash.equals(hashSecret(token))),
    'only its digest is kept',
  );
  t.match(await resumeSession(context, token), { actor: reader, token: null });
  t.equal(await resumeSession(context, 'x'.repeat(43)), null);
  t.equal(await resumeSession(context, "' or true"), null);

  world.pass(3601);
  const both = await Promise.all([resumeSession(context, token), resumeSession(context, token)]);
  const fresh = both.map((session) => session?.token).filter((text) => text != null);
  t.equal(fresh.length, 1, 'one of two requests at once gets the new token');
  t.ok(
    both.every((session) => session?.actor.id === reader.id),
    'and both are served',
  );
  world.pass(61);
  const lost = await resumeSession(context, token);
  t.type(lost?.token, 'string', 'a new token that never arrived is made again');
  t.ok(await resumeSession(context, lost?.token ?? ''));
  world.pass(61);
  t.equal(await resumeSession(context, token), null, 'an old token, after the new one was used');
  t.equal(
    await resumeSession(context, lost?.token ?? ''),
    null,
    'ends the session for the thief and the owner',
  );

  const [stolen, again] = await (async () => {
    const { token } = await open();
    world.pass(3601);
    const arrived = (await resumeSession(context, token))?.token ?? '';
    world.pass(61);
    return [(await resumeSession(context, token))?.token ?? '', arrived];
  })();
  t.equal(await resumeSession(context, again), null, 'a lost token that turns up was not lost');
  t.equal(await resumeSession(context, stolen), null, 'so what was given for it ends too');

  const idle = (await open()).token;
  world.pass(86_401);
  t.equal(await resumeSession(context, idle), null, 'unused for a day');
  const [here, there] = [(await open()).token, (await open()).token];
  t.equal(await signOut(context, here), 1);
  t.equal(await resumeSession(context, here), null);
  t.ok(await resumeSession(context, there));
  await open();
  t.ok((await signOut(context, there, 'everywhere')) >= 2);
  t.equal(await resumeSession(context, there), null);

  const last = (await open()).token;
  const lead = await world.staff('desk_lead', 'lib-a');
  await suspendReader(context, lead, reader.id, { note: '停用' });
  t.ok(await resumeSession(context, last), 'suspended readers still see what is out');
  await database.transaction(async (tx) => {
    for (let n = 0; n < 25; n++) {
      const session = { accountId: reader.id, kind: 'reader' as const, method: 'password' };
      await openSession(tx, { ...session, libraryId: null, device: null }, context.clock.now());
    }
  });
  const { length } = await database.db
    .selectFrom('sessions')
    .selectAll()
    .where('account_id', '=', reader.id)
    .execute();
  t.equal(length, 20, 'sessions of one account are bounded');
});

eachDatabase('sets a new password by a link that works once', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const { clock } = context;
  const mailed: string[] = [];
  const senders = {
    mail: async ({ payload }: { payload: unknown }) => {
      mailed.push((payload as { text: string }).text);
      return {};
    },
  };
  const handlers = {
    [resetJob]: createResetHandler(context),
    [outboxJob]: createOutboxDelivery({ database, clock, senders }),
  };
  const runner = createJobRunner({ database, clock, handlers });
  const ask = async (who: string) => {
    await requestPasswordReset(context, { who }, origin);
    await runner.runDue();
    const links = mailed.map((text) => /password\/new#([\w-]{43})/.exec(text)?.[1]);
    return links.filter((link) => link !== undefined);
  };
  await world.reader('zhao');
  await signIn(context, { login: 'zhao', password: goodPassword }, origin);
  t.same(await ask('nobody@nowhere.example'), [], 'a stranger’s address gets no mail');
  const [first = ''] = await ask('ZHAO@reader.example');
  const [, second = ''] = await ask('zhao');
  const set = (token: string, password: string) => resetPassword(context, { token, password });
  t.match(await refusalOf(set(first, 'ein guter Satz')), { code: 'refused' }, 'an earlier link');
  t.match(await refusalOf(set(second, '12345678')), { code: 'invalid' });
  await set(second, 'ein guter Satz');
  t.match(await refusalOf(set(second, 'noch ein Satz')), { code: 'refused' }, 'only once');
  t.same(
    await database.db.selectFrom('sessions').selectAll().execute(),
    [],
    'signed out everywhere',
  );
  const enter = (password: string) => signIn(context, { login: 'zhao', password }, origin);
  t.match(await refusalOf(enter(goodPassword)), { code: 'not_signed_in' });
  t.ok(await enter('ein guter Satz'));
  const rows = await database.db
    .selectFrom('outbox')
    .select('payload')
    .where('secret', '=', true)
    .where('sent_at', 'is not', null)
    .execute();
  t.ok(rows.length >= 2 && rows.every(({ payload }) => JSON.stringify(payload) === '{}'));
  const jobs = await database.db
    .selectFrom('jobs')
    .select(['key', 'payload'])
    .where('kind', '=', resetJob)
    .execute();
  t.ok(jobs.every(({ key, payload }) => key === null && JSON.stringify(payload) === '{}'));

  const before = mailed.length;
  for (let n = 0; n < 5; n++) await ask('zhao');
  t.ok(mailed.length - before <= 3, 'nobody’s mailbox is flooded');
  world.pass(3601);
  const [last = ''] = (await ask('zhao')).slice(-1);
  world.pass(3601);
  t.match(await refusalOf(set(last, 'zu spät, leider')), { code: 'refused' }, 'links end');
});

eachDatabase('changes a password for who knows the old one', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const reader = await world.reader('zhao');
  const enter = (password: string) => signIn(context, { login: 'zhao', password }, origin);
  const here = await resumeSession(context, (await enter(goodPassword)).token);
  const other = await enter(goodPassword);
  const change = (current: string, password: string) =>
    changePassword(context, reader, { current, password, sessionId: here?.sessionId ?? '' });
  t.match(await refusalOf(change('wrong', 'ein guter Satz')), { code: 'not_signed_in' });
  t.match(await refusalOf(change(goodPassword, 'zhao-zhao-zhao')), { rule: 'password.personal' });
  await change(goodPassword, 'ein guter Satz');
  t.equal(await resumeSession(context, other.token), null, 'other devices are signed out');
  t.ok(await enter('ein guter Satz'));
  t.match((await world.mailsTo('zhao@reader.example')).at(-1)?.subject, /密码已修改/);
});

eachDatabase('gives staff roles by library, taken away at once', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const chief = await world.staff('library_administrator', 'lib-a');
  const clerk = await world.staff('desk_clerk', 'lib-a');
  const person = { name: '周', email: 'zhou@staff.example', login: 'zhou' };
  const invite = (actor: typeof chief, role: string, libraryId: string) =>
    inviteStaff(context, actor, { ...person, grants: [{ role: role as 'auditor', libraryId }] });
  for (const [actor, role, library] of [
    [clerk, 'desk_clerk', 'lib-a'],
    [chief, 'desk_clerk', 'lib-b'],
    [chief, 'federation_administrator', '*'],
    [chief, 'auditor', '*'],
  ] as const) {
    t.match(await refusalOf(invite(actor, role, library)), { code: 'forbidden' }, role);
  }
  t.match(await refusalOf(invite(administrator, 'desk_clerk', '*')), { code: 'invalid' });
  t.match(await refusalOf(invite(administrator, 'king', 'lib-a')), { code: 'invalid' });
  const { staffId } = await invite(chief, 'desk_clerk', 'lib-a');
  t.match(
    await refusalOf(invite(chief, 'desk_lead', 'lib-a')),
    { code: 'invalid' },
    'a login twice',
  );
  const enter = (libraryId: string | null = null) =>
    signIn(context, { login: 'zhou', password: goodPassword, libraryId }, origin);
  t.match(await refusalOf(enter()), { code: 'not_signed_in' }, 'not before a password is set');
  const token = await world.linkTo(person.email);
  t.match(await refusalOf(acceptInvitation(context, { token, password: 'kurz' })), {
    code: 'invalid',
  });
  await acceptInvitation(context, { token, password: goodPassword });
  const again = acceptInvitation(context, { token, password: 'ein anderer Satz' });
  t.match(await refusalOf(again), { code: 'refused' });

  t.match((await enter()).actor, { libraryId: 'lib-a', roles: ['desk_clerk'] });
  await grantRoles(context, administrator, staffId, 'lib-b', ['desk_lead', 'auditor']);
  const session = await enter('lib-b');
  t.match(session.actor, { libraryId: 'lib-b', roles: ['auditor', 'desk_lead'] });
  const moved = await moveSession(context, session.token, 'lib-a');
  t.match(moved.actor, { libraryId: 'lib-a', roles: ['desk_clerk'] });
  t.equal(await resumeSession(context, session.token), null, 'one library at a time');
  const nowhere = moveSession(context, moved.token, 'lib-c');
  t.match(await refusalOf(nowhere), { code: 'not_signed_in' });

  const foreign = grantRoles(context, chief, staffId, 'lib-b', []);
  t.match(await refusalOf(foreign), { code: 'forbidden' });
  await grantRoles(context, chief, staffId, 'lib-a', []);
  t.equal(await resumeSession(context, moved.token), null, 'a role taken away is gone at once');
  t.same(
    (await listStaff(context, chief, 'lib-a')).map((line) => line.roles),
    [['library_administrator'], ['desk_clerk']],
  );
  t.match(await refusalOf(listStaff(context, clerk, 'lib-b')), { code: 'forbidden' });
  t.match(await refusalOf(disableStaff(context, chief, staffId)), { code: 'forbidden' });
  await disableStaff(context, administrator, staffId);
  t.match(await refusalOf(enter()), { code: 'not_signed_in' });
});
