import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Tables tended in one run: each holds the engine, and with it the process, for a moment. */
const mostTables = 8;

/**
 * Does for the embedded engine what a server does by itself: gives the room of removed rows back to
 * their table, and counts what is in it for the planner. Without it the folder grows with every
 * change, for ever. The tables are chosen by a server's own rule. Gives their names.
 */
export async function tendTables(database: Database): Promise<readonly string[]> {
  if (database.engine !== 'embedded') return [];
  const { db } = database;
  await sql`select pg_stat_force_next_flush()`.execute(db);
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_stat_user_tables
    where schemaname = 'public'
      and (n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup)
    order by n_dead_tup desc, relname limit ${mostTables}`.execute(db);
  for (const { name } of rows) await sql`vacuum (analyze) ${sql.table(name)}`.execute(db);
  return rows.map(({ name }) => name);
}
