import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../../src/loans/actor.ts';
import type { Database } from '../../../src/store/database.ts';

export interface NewReader {
  readonly library: string;
  readonly patronGroup: string;
  /** Enrolled for self pick-up. */
  readonly enrolled?: boolean;
}

/** Readers whose registration went its legal way, thousands of them in a few statements. */
export async function manyReaders(
  database: Database,
  at: Date,
  wanted: readonly NewReader[],
): Promise<readonly Actor[]> {
  const readers = wanted.map((reader) => ({ ...reader, id: randomUUID() }));
  const rows = sql`json_to_recordset(${JSON.stringify(readers)}::json)
    as r (id uuid, library text, "patronGroup" text, enrolled boolean)`;
  await database.transaction(async (tx) => {
    await sql`insert into accounts (id, kind, login, login_key, created_at)
      select id, 'reader', id::text, id::text, ${at} from ${rows}`.execute(tx);
    await sql`insert into readers (id, library_id, state, version, patron_group, barcode, card_key,
        registered_at, approved_at)
      select id, library, 'approved', 2, "patronGroup", id::text, id::text, ${at}, ${at}
      from ${rows}`.execute(tx);
    await sql`insert into reader_events (reader_id, seq, from_state, action, to_state, role,
        actor_kind, actor_id, at)
      select id, seq, from_state, action, to_state, role, 'staff', 'test', ${at} from ${rows},
        (values (1, 'none', 'register', 'awaiting_review', 'visitor'),
          (2, 'awaiting_review', 'approve', 'approved', 'desk_clerk'))
        as steps (seq, from_state, action, to_state, role) order by seq`.execute(tx);
    await sql`insert into reader_profiles (reader_id, name, email, email_key, updated_at)
      select id, '张三', 'zhang@example.org', 'zhang@example.org', ${at} from ${rows}`.execute(tx);
    await sql`insert into pickup_enrolments (reader_id, home_library, state, consent_at,
        consent_text, documents, decided_by, decided_at)
      select id, library, 'approved', ${at}, '同意', '身份证件已验', 'test', ${at} from ${rows}
      where enrolled`.execute(tx);
  });
  return readers.map(({ id, library }) => ({
    kind: 'reader',
    id,
    libraryId: library,
    roles: ['reader'],
  }));
}
