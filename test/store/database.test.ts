import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { openDatabase } from '../../src/store/database.ts';
import { constraintOf, isAway, sqlStateOf } from '../../src/store/errors.ts';
import { appliedNames, migrate, migrationFiles } from '../../src/store/migrations/index.ts';
import { afterCommit } from '../../src/store/transactions.ts';
import { eachDatabase } from '../support/database.ts';

eachDatabase('reads and writes values as the same types on both engines', async (t, database) => {
  const { rows } = await sql<Record<string, unknown>>`select
    timestamptz '2026-02-28 23:30:00+08' as moment, date '2026-02-28' as day,
    9007199254740991::int8 as large, 12.50::numeric(8,2) as money, array['甲','乙'] as list,
    '{"a":[1,null]}'::jsonb as document, '\\x00ff'::bytea as bytes, 7::int4 as small,
    to_char(timestamptz '2026-02-28 23:30:00+08', 'HH24:MI TZ') as zone`.execute(database.db);
  t.same(rows[0], {
    moment: new Date('2026-02-28T15:30:00Z'),
    day: '2026-02-28',
    large: 9007199254740991,
    money: '12.50',
    list: ['甲', '乙'],
    document: { a: [1, null] },
    bytes: Buffer.from([0, 255]),
    small: 7,
    zone: '15:30 UTC',
  });
  await t.rejects(sql`select 9007199254740993::int8`.execute(database.db), RangeError);
});

eachDatabase('keeps a transaction whole', async (t, database) => {
  const count = async () =>
    (await database.db.selectFrom('library_counters').selectAll().execute()).length;
  const row = { library_id: 'a', name: 'n', value: 1 };
  let committed = 0;

  const failing = database.transaction(async (tx) => {
    afterCommit(() => committed++);
    await tx.insertInto('library_counters').values(row).execute();
    throw new Error('on purpose');
  });
  await t.rejects(failing, { message: 'on purpose' });
  t.equal(await count(), 0, 'nothing of a failed one stays');
  t.equal(committed, 0);

  await database.transaction(async (tx) => {
    afterCommit(() => committed++);
    await tx.insertInto('library_counters').values(row).execute();
  });
  t.equal(await count(), 1);
  t.equal(committed, 1, 'what waits for the commit is called once');

  const doubled = database.db.insertInto('library_counters').values(row).execute();
  const error = await doubled.then(
    () => null,
    (error: unknown) => error,
  );
  t.equal(sqlStateOf(error), '23505');
  t.equal(constraintOf(error), 'library_counters_pkey');
});

eachDatabase('refuses a second connection from inside a transaction', async (t, database) => {
  const nested = { name: 'StoreError', code: 'nested_transaction' };
  await database.transaction(async () => {
    await t.rejects(
      database.transaction(async () => {}),
      nested,
    );
    await t.rejects(database.db.selectFrom('jobs').selectAll().execute(), nested);
  });
  await t.resolves(database.db.selectFrom('jobs').selectAll().execute(), 'and only inside');
});

eachDatabase('repeats a transaction that lost a deadlock', async (t, database) => {
  let attempts = 0;
  const result = await database.transaction(async (tx) => {
    if (++attempts < 3) {
      await sql`do $$ begin raise exception 'a deadlock' using errcode = '40P01'; end $$`.execute(
        tx,
      );
    }
    return 'done';
  });
  t.same([result, attempts], ['done', 3]);

  attempts = 0;
  const hopeless = database.transaction(async (tx) => {
    attempts++;
    await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(tx);
  });
  await t.rejects(hopeless, { code: '40001' });
  t.equal(attempts, 5, 'but not for ever');
});

eachDatabase('tells a database that is away from work that is wrong', async (t, database) => {
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error,
    );
  t.notOk(isAway(await failure(sql`select 1 / 0`.execute(database.db))));
  if (database.engine !== 'postgresql') return;
  const killed = database.transaction(async (tx) => {
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
  });
  t.ok(isAway(await failure(killed)), 'the server ends a connection');
  t.ok(await sql`select 1`.execute(database.db), 'and the next one serves');
  const nobody = await openDatabase({ url: 'postgres://nobody@127.0.0.1:1/x', folder: tmpdir() });
  t.ok(isAway(await failure(sql`select 1`.execute(nobody.db))), 'nobody listens');
  await nobody.close();
});

eachDatabase('lets a scoped transaction see its own rows only', async (t, database) => {
  const entry = { at: new Date(), actor_kind: 'staff', actor_id: '1', action: 'x' };
  const about = { subject_kind: 'reader', subject_id: 'r1' };
  for (const trail of ['lib-a', 'lib-b']) {
    await database.db
      .insertInto('audit')
      .values({ ...entry, ...about, trail })
      .execute();
  }
  const trailsSeen = async (scope: Parameters<typeof database.transaction>[1]) =>
    await database.transaction(async (tx) => {
      const rows = await tx.selectFrom('audit').select('trail').orderBy('trail').execute();
      return rows.map((row) => row.trail);
    }, scope);
  const staff = { kind: 'staff' as const, id: 's1' };
  t.same(await trailsSeen({ scope: { ...staff, libraries: ['lib-a'] } }), ['lib-a']);
  t.same(await trailsSeen({ scope: { ...staff, libraries: [] } }), []);
  t.same(await trailsSeen({ scope: { ...staff, libraries: 'all' } }), ['lib-a', 'lib-b']);
  const reader = (id: string) => ({ scope: { kind: 'reader' as const, id, libraries: [] } });
  t.same(await trailsSeen(reader('r1')), ['lib-a', 'lib-b'], 'what is said about oneself');
  t.same(await trailsSeen(reader('r2')), []);
  t.same(await trailsSeen({}), ['lib-a', 'lib-b'], 'the scope ends with its transaction');

  const denied = { code: '42501' };
  const scope = { ...staff, libraries: 'all' as const };
  for (const table of ['accounts', 'sessions', 'single_use_tokens', 'throttles'] as const) {
    const reading = database.transaction((tx) => tx.selectFrom(table).selectAll().execute(), {
      scope,
    });
    await t.rejects(reading, denied, `${table} is out of its reach`);
  }
  const payloads = database.transaction((tx) => tx.selectFrom('jobs').select('payload').execute(), {
    scope,
  });
  await t.rejects(payloads, denied, 'and so are payloads of jobs');
});

eachDatabase('applies every migration once and knows a newer schema', async (t, database) => {
  const names = Object.keys(await migrationFiles.getMigrations());
  t.same(await appliedNames(database), names);
  t.same(await migrate(database), [], 'nothing is applied twice');
  const older = { getMigrations: async () => ({}) };
  await t.rejects(migrate(database, older), { name: 'StoreError', code: 'wrong_schema' });
});

t.test('begins anew beside a cluster that was never finished', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-unfinished-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'database', 'base'), { recursive: true });
  await writeFile(join(folder, 'database', 'PG_VERSION'), '18\n');
  const database = await openDatabase({ folder });
  t.ok(existsSync(join(folder, 'database.unfinished', 'PG_VERSION')));
  t.same((await sql<{ one: number }>`select 1 as one`.execute(database.db)).rows, [{ one: 1 }]);
  await database.close();
});
