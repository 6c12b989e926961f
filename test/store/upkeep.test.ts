import { sql } from 'kysely';
import { tendTables } from '../../src/store/upkeep.ts';
import { eachDatabase } from '../support/database.ts';

eachDatabase('gives the room of removed rows back to their table', async (t, database) => {
  const { db } = database;
  const come = () =>
    sql`insert into jobs (kind, key, run_at, created_at)
      select 'x', n::text, now(), now() from generate_series(1, 2000) n`.execute(db);
  const bytes = async () =>
    (await sql<{ size: number }>`select pg_relation_size('jobs') as size`.execute(db)).rows[0]
      ?.size ?? 0;
  await come();
  const once = await bytes();
  for (let round = 0; round < 4; round++) {
    await db.deleteFrom('jobs').execute();
    const tended = await tendTables(database);
    if (database.engine === 'postgresql') {
      t.same(tended, [], 'a server does it by itself');
      return;
    }
    t.ok(tended.includes('jobs'));
    await come();
  }
  t.equal(await bytes(), once);
  await sql`select pg_stat_force_next_flush()`.execute(db);
  await tendTables(database);
  t.same(await tendTables(database), [], 'and leaves alone what has not changed');
});
