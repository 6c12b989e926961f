import { type Insertable, sql } from 'kysely';
import { administrator } from '../../../src/loans/access/roles.ts';
import { signIn } from '../../../src/loans/access/sign-in.ts';
import { LoanError } from '../../../src/loans/errors.ts';
import type { Tx } from '../../../src/loans/people/context.ts';
import { readerTransitions } from '../../../src/loans/people/lifecycle.ts';
import { listReaders, viewReader } from '../../../src/loans/people/readers.ts';
import {
  registerReader,
  registrationToCorrect,
  resubmitRegistration,
} from '../../../src/loans/people/registration.ts';
import {
  approveReader,
  refuseReader,
  reinstateReader,
  returnReader,
  suspendReader,
} from '../../../src/loans/people/review.ts';
import { defaultScheme, putScheme, readScheme } from '../../../src/loans/people/scheme.ts';
import { verifyTrails } from '../../../src/store/audit.ts';
import { constraintOf } from '../../../src/store/errors.ts';
import type { ReaderEventsTable } from '../../../src/store/tables/people.ts';
import { eachDatabase } from '../../support/database.ts';
import { goodPassword, peopleWorld, refusalOf, registration } from '../../support/people.ts';

eachDatabase('registers a reader, who signs in once approved', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const input = registration('linxiao');
  const { readerId, state } = await registerReader(context, input, origin);
  t.equal(state, 'awaiting_review');
  const sign = () => signIn(context, { login: ' LinXiao ', password: goodPassword }, origin);
  t.match(await refusalOf(sign()), { code: 'forbidden', rule: 'sign_in.awaiting_review' });

  const clerk = await world.staff('desk_clerk', 'lib-a');
  const { readers } = await listReaders(context, clerk, { libraryId: 'lib-a' });
  t.match(readers, [{ id: readerId, name: '林晓', sameCard: 0 }]);
  t.same((await viewReader(context, clerk, readerId)).actions, ['approve', 'return']);
  await approveReader(context, clerk, readerId, { patronGroup: 'doctoral', ifVersion: 1 });
  const { actor } = await sign();
  t.same(actor, { kind: 'reader', id: readerId, libraryId: 'lib-a', roles: ['reader'] });
  t.same(
    (await world.mailsTo(input.email)).map((mail) => mail.subject),
    ['馆际互借注册已提交', '馆际互借注册已通过'],
  );
  t.match((await world.mailsTo(input.email))[1]?.text, /读者条码 9001000000001/);

  const trail = await database.db
    .selectFrom('audit')
    .select(['action', 'actor_id'])
    .where('subject_id', '=', readerId)
    .orderBy('seq')
    .execute();
  t.same(
    trail.map((row) => row.action),
    ['reader.register', 'reader.viewed', 'reader.approve', 'account.signed_in'],
    'looking counts as doing',
  );
  t.same(await verifyTrails(database), []);
});

eachDatabase('lists every fault of a registration at once', async (t, database) => {
  const { context, origin } = peopleWorld(database);
  const bad = {
    libraryId: 'lib-a',
    login: '!',
    password: '12345678',
    email: 'x@',
    name: 'a\u202Eb',
  };
  const refusal = await refusalOf(registerReader(context, bad, origin));
  t.equal(refusal.code, 'invalid');
  t.same(
    refusal.faults.map(({ pointer }) => pointer),
    ['/name', '/cardNumber', '/email', '/phone', '/login', '/password'],
  );
  t.ok(refusal.faults.every(({ zh, en }) => zh !== '' && en !== ''));
  const nowhere = registerReader(context, { ...registration('x1'), libraryId: 'lib-c' }, origin);
  t.match(await refusalOf(nowhere), { code: 'not_found' });

  await registerReader(context, registration('taken'), origin);
  const again = registerReader(
    context,
    { ...registration('ＴＡＫＥＮ'), cardNumber: 'C2' },
    origin,
  );
  t.match(await refusalOf(again), { code: 'invalid', rule: 'login.taken' });
});

eachDatabase(
  'tells no stranger whose card is registered, and approves one',
  async (t, database) => {
    const world = peopleWorld(database);
    const clerk = await world.staff('desk_lead', 'lib-a');
    const first = { ...registration('first'), cardNumber: 'B-0001' };
    const { readerId } = await registerReader(world.context, first, world.origin);
    await approveReader(world.context, clerk, readerId, { patronGroup: 'teacher' });
    const second = { ...registration('second'), cardNumber: 'ｂ0001' };
    const other = await registerReader(world.context, second, world.origin);
    t.equal(other.state, 'awaiting_review');
    const { readers } = await listReaders(world.context, clerk, {
      libraryId: 'lib-a',
      state: 'awaiting_review',
    });
    t.match(readers, [{ id: other.readerId, sameCard: 1 }], 'the desk sees it');
    const approving = approveReader(world.context, clerk, other.readerId, {
      patronGroup: 'teacher',
    });
    t.match(await refusalOf(approving), { code: 'taken', rule: 'readers_card' });
    const elsewhere = { ...registration('third'), libraryId: 'lib-b', cardNumber: 'B0001' };
    const third = await registerReader(world.context, elsewhere, world.origin);
    const clerkB = await world.staff('desk_clerk', 'lib-b');
    await approveReader(world.context, clerkB, third.readerId, { patronGroup: 'teacher' });
    t.pass('another library’s numbers are its own');
  },
);

eachDatabase('returns a registration for correction by a link', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const clerk = await world.staff('desk_clerk', 'lib-a');
  const input = registration('wang');
  const { readerId } = await registerReader(context, input, origin);
  const silent = returnReader(context, clerk, readerId, { note: ' ' });
  t.match(await refusalOf(silent), { code: 'invalid', pointer: '/note' });
  await returnReader(context, clerk, readerId, { note: '请填写院系' });
  const link = await world.linkTo(input.email);
  const { login: _login, password: _password, libraryId: _library, ...details } = input;
  t.match(
    await registrationToCorrect(context, link),
    { libraryId: 'lib-a', details, note: '请填写院系' },
    'what was entered is there to be corrected, and why',
  );
  const wrong = resubmitRegistration(context, link, { ...details, phone: '' });
  t.match(await refusalOf(wrong), { code: 'invalid', faults: [{ pointer: '/phone' }] });
  const standing = await resubmitRegistration(context, link, { ...details, department: '化工' });
  t.match(standing, { state: 'awaiting_review', version: 3 });
  const twice = resubmitRegistration(context, link, details);
  t.match(await refusalOf(twice), { code: 'refused', rule: 'token.correct_registration' });
  const used = registrationToCorrect(context, link);
  t.match(await refusalOf(used), { code: 'refused' }, 'a link that was used shows nothing');

  await returnReader(context, clerk, readerId, { note: '还差一项' });
  world.pass(15 * 86_400);
  const late = resubmitRegistration(context, await world.linkTo(input.email), details);
  t.match(await refusalOf(late), { code: 'refused' }, 'links end');
});

eachDatabase('lets each role decide what is its own', async (t, database) => {
  const world = peopleWorld(database);
  const { context } = world;
  const clerk = await world.staff('desk_clerk', 'lib-a');
  const lead = await world.staff('desk_lead', 'lib-a');
  const strange = await world.staff('library_administrator', 'lib-b');
  const auditor = await world.staff('auditor', 'lib-a');
  const reader = await world.reader('zhao');
  const note = { note: '证件过期' };
  t.match(await refusalOf(suspendReader(context, clerk, reader.id, note)), { code: 'forbidden' });
  for (const actor of [strange, auditor, administrator, reader]) {
    const refusal = await refusalOf(suspendReader(context, actor, reader.id, note));
    t.equal(refusal.code, 'not_found', `${actor.roles} ${actor.libraryId}`);
  }
  t.match(await refusalOf(viewReader(context, strange, reader.id)), { code: 'not_found' });
  t.match(await refusalOf(viewReader(context, reader, reader.id)), { code: 'not_found' });
  t.ok(await viewReader(context, auditor, reader.id), 'an auditor looks');
  t.same((await viewReader(context, auditor, reader.id)).actions, [], 'and does nothing');
  t.ok(await viewReader(context, administrator, reader.id));
  const foreign = listReaders(context, strange, { libraryId: 'lib-a' });
  t.match(await refusalOf(foreign), { code: 'forbidden' });
  const malformed = suspendReader(context, lead, "x' or true --", note);
  t.match(await refusalOf(malformed), { code: 'not_found' });

  await suspendReader(context, lead, reader.id, note);
  t.ok(await signIn(context, { login: 'zhao', password: goodPassword }, world.origin));
  const stale = reinstateReader(context, lead, reader.id, { ifVersion: 2 });
  t.match(await refusalOf(stale), { code: 'stale' });
  await reinstateReader(context, lead, reader.id, { ifVersion: 3 });
  const late = refuseReader(context, lead, reader.id, note);
  t.match(await refusalOf(late), { code: 'not_open', rule: 'reader.approved.refuse' });
});

eachDatabase('refuses illegal steps in SQL when the code is bypassed', async (t, database) => {
  const world = peopleWorld(database);
  const reader = await world.reader('sun');
  const { db } = database;
  const rows = await db.selectFrom('reader_transitions').selectAll().execute();
  const known = readerTransitions.flatMap(({ from, action, to, roles }) =>
    roles.map((role) => `${from} ${action} ${to} ${role}`),
  );
  const stored = rows.map((r) => `${r.from_state} ${r.action} ${r.to_state} ${r.role}`);
  t.same(stored.sort(), known.sort(), 'the table of the code is the table of the database');

  const states = [...new Set(rows.flatMap((row) => [row.from_state, row.to_state]))];
  const actions = [...new Set(rows.map((row) => row.action))];
  const roles = [...new Set(rows.map((row) => row.role))];
  const event = {
    reader_id: reader.id,
    seq: 3,
    actor_kind: 'staff',
    actor_id: 'x',
    note: null,
    details: null,
    at: new Date(),
  };
  let legal = 0;
  let cells = 0;
  const undone = database.transaction(async (tx) => {
    for (const action of actions) {
      for (const role of roles) {
        for (const to_state of states) {
          cells++;
          const row = { ...event, from_state: 'approved' as const, action, to_state, role };
          const known = stored.includes(`approved ${action} ${to_state} ${role}`);
          const fits = await canInsert(tx, row);
          if (fits) legal++;
          if (fits !== known) t.fail(`${action} ${to_state} ${role}`);
        }
      }
    }
    throw new LoanError('not_open', { zh: '', en: 'undone' });
  });
  await t.rejects(undone, { message: 'undone' });
  t.equal(cells, actions.length * roles.length * states.length);
  t.equal(legal, 5, 'of all cells from approved only the five in the table');

  const skipped = db.insertInto('reader_events').values({
    ...event,
    from_state: 'suspended',
    action: 'reinstate',
    to_state: 'approved',
    role: 'desk_lead',
  });
  t.equal(await brokenBy(skipped.execute()), 'reader_events_follow');
  const state = (state: 'closed' | 'approved', version: number) =>
    db.updateTable('readers').set({ state, version }).where('id', '=', reader.id).execute();
  await t.rejects(state('closed', 2), { code: '23514' }, 'a state without an event');
  t.equal(await brokenBy(state('closed', 3)), 'readers_state_from_event');
  await t.rejects(state('approved', 1), { code: '23514' }, 'backwards');
  const history = db.updateTable('reader_events').set({ role: 'system' });
  await t.rejects(history.execute(), { code: '42501' });
  await t.rejects(db.deleteFrom('reader_events').execute(), { code: '42501' });
});

/** Name of the constraint that refuses. */
async function brokenBy(promise: Promise<unknown>): Promise<string | null> {
  return await promise.then(() => null, constraintOf);
}

/** Whether the database takes an event; it is taken back either way. */
async function canInsert(tx: Tx, row: Insertable<ReaderEventsTable>): Promise<boolean> {
  await sql`savepoint cell`.execute(tx);
  try {
    await tx.insertInto('reader_events').values(row).execute();
    return true;
  } catch {
    return false;
  } finally {
    await sql`rollback to savepoint cell`.execute(tx);
  }
}

eachDatabase('registers as each library’s own scheme says', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const chief = await world.staff('library_administrator', 'lib-a');
  const scheme = {
    ...defaultScheme,
    card: {
      label: { zh: '一卡通号', en: 'campus card number' },
      masks: ['2#########'],
      check: 'none' as const,
      example: '2026000001',
    },
    required: ['phone', 'department', 'major'],
    extra: [{ name: 'tutor', label: { zh: '导师', en: 'Tutor' }, required: true, maxLength: 40 }],
  };
  t.match(await putScheme(context, chief, 'lib-a', scheme, 0), { revision: 1 });
  t.match(await refusalOf(putScheme(context, chief, 'lib-a', scheme, 0)), { code: 'stale' });
  const odd = { ...scheme, card: { ...scheme.card, pattern: '(a+)+$' } };
  t.match(await refusalOf(putScheme(context, chief, 'lib-a', odd, 1)), { code: 'invalid' });
  t.match(await refusalOf(putScheme(context, chief, 'lib-b', scheme, 0)), { code: 'forbidden' });
  const clerk = await world.staff('desk_clerk', 'lib-a');
  t.match(await refusalOf(putScheme(context, clerk, 'lib-a', scheme, 1)), { code: 'forbidden' });
  t.same((await readScheme(context, 'lib-b')).scheme, defaultScheme);

  const refusal = await refusalOf(registerReader(context, registration('lihua'), origin));
  t.same(
    refusal.faults.map(({ pointer, rule }) => [pointer, rule]),
    [
      ['/cardNumber', 'card.form'],
      ['/department', 'required'],
      ['/major', 'required'],
      ['/extra/tutor', 'required'],
    ],
  );
  t.match(refusal.faults[0], { zh: /一卡通号.*2026000001/ });
  const whole = { department: '化工', major: '应用化学', extra: { tutor: '周' } };
  const input = { ...registration('lihua'), ...whole, cardNumber: '2026000009' };
  t.match(await registerReader(context, input, origin), { state: 'awaiting_review' });
  const closed = { ...scheme, open: false };
  await putScheme(context, chief, 'lib-a', closed, 1);
  const late = registerReader(context, { ...input, login: 'lihua2' }, origin);
  t.match(await refusalOf(late), { code: 'refused', rule: 'scheme.open' });
});
