import { type Kysely, sql } from 'kysely';

/** Whether a session's newest token has arrived, and the one before it if that was lost. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sessions
    add column confirmed boolean not null default true,
    add column lost_hash bytea constraint sessions_lost unique`.execute(db);
}
