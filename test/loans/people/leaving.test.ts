import { sql } from 'kysely';
import { administrator } from '../../../src/loans/access/roles.ts';
import { signIn } from '../../../src/loans/access/sign-in.ts';
import type { PersonalPart } from '../../../src/loans/people/context.ts';
import {
  createHousekeeping,
  housekeepingJob,
  planHousekeeping,
} from '../../../src/loans/people/housekeeping.ts';
import { closeReader, exportReader } from '../../../src/loans/people/leaving.ts';
import { correctReader, editProfile, readProfile } from '../../../src/loans/people/profile.ts';
import { viewReader } from '../../../src/loans/people/readers.ts';
import { registerReader } from '../../../src/loans/people/registration.ts';
import { returnReader } from '../../../src/loans/people/review.ts';
import { defaultScheme, putScheme } from '../../../src/loans/people/scheme.ts';
import { type Anchor, verifyTrails } from '../../../src/store/audit.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { eachDatabase } from '../../support/database.ts';
import { goodPassword, peopleWorld, refusalOf, registration } from '../../support/people.ts';

eachDatabase('lets a reader edit what the library has not checked', async (t, database) => {
  const world = peopleWorld(database);
  const { context } = world;
  const reader = await world.reader('zhao');
  const profile = await readProfile(context, reader);
  t.match(profile, {
    name: '林晓',
    barcode: '9001000000001',
    patronGroup: 'graduate',
    phone: /5555/,
  });
  world.pass(60);
  const changes = { department: '化学工程学院', phone: ' ０１０-5555 0199 ' };
  const edited = await editProfile(context, reader, changes, profile.editedAt);
  t.match(edited, { department: '化学工程学院', name: '林晓', email: profile.email });
  t.same(await readProfile(context, reader), edited);
  const stale = editProfile(context, reader, { major: '应用化学' }, profile.editedAt);
  t.match(await refusalOf(stale), { code: 'stale' });
  for (const change of [{ name: '别人' }, { cardNumber: 'X1' }]) {
    const refusal = await refusalOf(editProfile(context, reader, change));
    t.match(refusal, { code: 'invalid', rule: 'profile.verified' });
  }
  const wrong = editProfile(context, reader, { email: 'nowhere', phone: null });
  t.same(
    (await refusalOf(wrong)).faults.map(({ pointer }) => pointer),
    ['/email', '/phone'],
  );

  const chief = await world.staff('library_administrator', 'lib-a');
  const card = { ...defaultScheme.card, masks: ['2#######'] };
  const stricter = { ...defaultScheme, card, required: ['phone', 'major'] };
  await putScheme(context, chief, 'lib-a', stricter, 0);
  t.match(
    await editProfile(context, reader, { postcode: '１０００８３' }),
    { postcode: '100083' },
    'a scheme that became stricter does not lock old readers out',
  );
  const bare = editProfile(context, reader, { major: '' });
  t.match(await refusalOf(bare), { faults: [{ pointer: '/major', rule: 'required' }] });
  await putScheme(context, chief, 'lib-a', defaultScheme, 1);

  const clerk = await world.staff('desk_clerk', 'lib-a');
  const lead = await world.staff('desk_lead', 'lib-a');
  const foreign = await world.staff('desk_lead', 'lib-b');
  t.match(await correctReader(context, clerk, reader.id, { name: '林小' }), { name: '林小' });
  const group = { patronGroup: 'teacher' };
  t.match(await refusalOf(correctReader(context, clerk, reader.id, group)), { code: 'forbidden' });
  t.match(await correctReader(context, lead, reader.id, group), group);
  t.match(await refusalOf(correctReader(context, foreign, reader.id, { major: 'x' })), {
    code: 'not_found',
  });
  const trail = await database.db
    .selectFrom('audit')
    .select(['action', 'after'])
    .where('action', 'in', ['reader.edited', 'reader.corrected'])
    .orderBy('seq')
    .execute();
  t.match(trail[0], { after: { fields: ['phone', 'department'] } });
  t.notMatch(
    JSON.stringify(trail),
    /林小|化学工程学院/,
    'the trail has names of fields, not values',
  );
});

eachDatabase('gives readers everything that is kept about them', async (t, database) => {
  const parts: PersonalPart[] = [
    { name: 'loans', export: async (_tx, id) => ({ requests: [`of ${id}`] }) },
  ];
  const world = peopleWorld(database, parts);
  const { context } = world;
  const reader = await world.reader('zhao');
  await world.reader('qian');
  const clerk = await world.staff('desk_clerk', 'lib-a');
  await viewReader(context, clerk, reader.id);
  const document = await exportReader(context, reader);
  t.match(document, {
    profile: { name: '林晓', cardNumber: 'BZHAO01', login: 'zhao' },
    history: [{ action: 'register' }, { action: 'approve' }],
    sessions: [{ method: 'password' }],
    loans: { requests: [`of ${reader.id}`] },
  });
  const text = JSON.stringify(document);
  t.match(text, /reader\.viewed/, 'who looked is said');
  t.notMatch(text, /QIAN|qian|argon2|staff1/i, 'and nobody else’s data');
  t.match(await refusalOf(exportReader(context, clerk)), { code: 'not_found' });
});

eachDatabase('erases what ties records to a person who leaves', async (t, database) => {
  let out = true;
  const erased: string[] = [];
  const parts: PersonalPart[] = [
    {
      name: 'loans',
      holds: async () => (out ? [{ zh: '尚有1册未还', en: 'one volume is still out' }] : []),
      erase: async (_tx, id) => {
        erased.push(id);
      },
    },
  ];
  const world = peopleWorld(database, parts);
  const { context, origin } = world;
  const reader = await world.reader('zhao');
  const bystander = await world.reader('qian');
  const refusal = await refusalOf(closeReader(context, reader, reader.id));
  t.match(refusal, { code: 'refused', rule: 'leaving.open', sentence: { zh: /尚有1册未还/ } });
  t.match(await refusalOf(closeReader(context, reader, bystander.id)), { code: 'not_found' });
  const clerk = await world.staff('desk_clerk', 'lib-a');
  out = false;
  t.match(await refusalOf(closeReader(context, clerk, reader.id)), { code: 'forbidden' });
  t.match(await refusalOf(closeReader(context, administrator, reader.id)), { code: 'not_found' });
  t.match(await closeReader(context, reader, reader.id), { state: 'closed', version: 3 });
  t.same(erased, [reader.id]);

  const { db } = database;
  const login = { login: 'zhao', password: goodPassword };
  t.match(await refusalOf(signIn(context, login, origin)), { code: 'not_signed_in' });
  for (const table of [
    'reader_profiles',
    'readers',
    'accounts',
    'reader_events',
    'sessions',
    'audit',
  ] as const) {
    const rows = await db.selectFrom(table).selectAll().execute();
    t.notMatch(JSON.stringify(rows), /zhao/i, `no name, card or login in ${table}`);
  }
  const left = await db
    .selectFrom('readers')
    .selectAll()
    .where('id', '=', reader.id)
    .executeTakeFirst();
  t.match(left, { library_id: 'lib-a', state: 'closed', patron_group: 'graduate', card_key: null });
  t.ok(await readProfile(context, bystander), 'others stay');
  const again = { ...registration('zhao') };
  t.match(await registerReader(context, again, origin), { state: 'awaiting_review' });
  t.same(await verifyTrails(database), []);
});

eachDatabase(
  'keeps readers of other libraries out of sight in SQL as well',
  async (t, database) => {
    const world = peopleWorld(database);
    const reader = await world.reader('zhao');
    await world.reader('qian', { libraryId: 'lib-b', cardNumber: 'Q1' });
    const seen = async (scope: object) =>
      await database.transaction(
        async (tx) => {
          const count = async (
            table: 'readers' | 'reader_profiles' | 'reader_events' | 'accounts',
          ) => {
            const { n } = await tx
              .selectFrom(table)
              .select(sql<number>`count(*)`.as('n'))
              .executeTakeFirstOrThrow();
            return n;
          };
          const tables = ['readers', 'reader_profiles', 'reader_events', 'accounts'] as const;
          const counts: number[] = [];
          for (const table of tables) counts.push(await count(table));
          return counts;
        },
        { scope: scope as { kind: 'staff'; id: string; libraries: string[] } },
      );
    t.same(await seen({ kind: 'staff', id: 'x', libraries: ['lib-a'] }), [1, 1, 2, 1]);
    t.same(await seen({ kind: 'staff', id: 'x', libraries: ['lib-b'] }), [1, 1, 2, 1]);
    t.same(await seen({ kind: 'staff', id: 'x', libraries: ['lib-c'] }), [0, 0, 0, 0]);
    t.same(await seen({ kind: 'reader', id: reader.id, libraries: ['lib-b'] }), [1, 1, 2, 1]);
    t.same(await seen({ kind: 'staff', id: 'x', libraries: 'all' }), [2, 2, 4, 2]);
    const reach = database.transaction(
      (tx) =>
        tx
          .updateTable('readers')
          .set({ patron_group: 'teacher' })
          .where('library_id', '=', 'lib-a')
          .returning('id')
          .execute(),
      { scope: { kind: 'staff', id: 'x', libraries: ['lib-b'] } },
    );
    t.same(await reach, [], 'and out of reach');
    const away = database.transaction(
      (tx) => tx.updateTable('readers').set({ library_id: 'lib-b' }).execute(),
      { scope: { kind: 'staff', id: 'x', libraries: ['lib-a'] } },
    );
    await t.rejects(away, { code: '42501' }, 'nor can a reader be moved to another library');
  },
);

eachDatabase('clears away what is over', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const clerk = await world.staff('desk_clerk', 'lib-a');
  const { readerId } = await registerReader(context, registration('zhao'), origin);
  await returnReader(context, clerk, readerId, { note: '请补充' });
  const anchors: Anchor[] = [];
  const handlers = { [housekeepingJob]: createHousekeeping(context, (a) => anchors.push(a)) };
  const onError = (error: unknown) => t.fail(String(error));
  const runner = createJobRunner({ database, clock: context.clock, handlers, onError });
  await planHousekeeping(context);
  await planHousekeeping(context);
  t.equal(await runner.runDue(), 1, 'there is one such job');
  world.pass(91 * 86_400);
  t.equal(await runner.runDue(), 1, 'and it goes on');
  t.equal(anchors.length, 2);
  const { db } = database;
  const state = async () =>
    (await db.selectFrom('readers').select('state').executeTakeFirstOrThrow()).state;
  t.equal(await state(), 'closed', 'a registration that nobody corrected is erased');
  t.same(await db.selectFrom('reader_profiles').selectAll().execute(), []);
  t.same(await db.selectFrom('sessions').selectAll().execute(), []);
  t.same(await db.selectFrom('throttles').selectAll().execute(), []);
});
