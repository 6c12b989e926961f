import type { Database } from '../../../src/store/database.ts';

/** An open request as somebody finds it who could do something about it. */
export interface Found {
  readonly number: string;
  readonly version: number;
  readonly state: string;
  readonly owner: string | null;
  readonly resume: string | null;
  readonly delivery: 'courier' | 'pickup';
  readonly volumes: number;
  readonly home: string;
  readonly lender: string | null;
  readonly readerId: string | null;
  readonly checked: boolean;
  readonly attention: boolean;
  readonly leg: {
    readonly state: string;
    readonly resume: string | null;
    readonly attention: boolean;
  } | null;
}

/** The requests that are open, or one of them. */
export async function findOpen(
  database: Database,
  number: string | null = null,
): Promise<readonly Found[]> {
  const rows = await database.db
    .selectFrom('loan_requests as r')
    .leftJoin('loan_legs as l', (join) =>
      join.onRef('l.request_id', '=', 'r.id').on('l.closed', '=', false),
    )
    .select(['r.number', 'r.version', 'r.state', 'r.owner', 'r.resume_state', 'r.delivery'])
    .select(['r.volumes', 'r.home_library', 'r.lender', 'r.reader_id', 'r.checked_at'])
    .select(['r.attention_at', 'l.state as leg_state', 'l.resume_state as leg_resume'])
    .select('l.attention_at as leg_attention')
    .where('r.closed', '=', false)
    .$if(number !== null, (query) => query.where('r.number', '=', number))
    .orderBy('r.id')
    .execute();
  return rows.map((row) => ({
    number: row.number,
    version: row.version,
    state: row.state,
    owner: row.owner,
    resume: row.resume_state,
    delivery: row.delivery,
    volumes: row.volumes,
    home: row.home_library,
    lender: row.lender,
    readerId: row.reader_id,
    checked: row.checked_at !== null,
    attention: row.attention_at !== null,
    leg:
      row.leg_state === null
        ? null
        : {
            state: row.leg_state,
            resume: row.leg_resume,
            attention: row.leg_attention !== null,
          },
  }));
}
