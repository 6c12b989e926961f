import { sql } from 'kysely';
import { type Actor, audits, isGateway, runsFederation } from '../actor.ts';
import { type ReaderPhase, type Side, stateFacts } from '../lifecycle/states.ts';
import type { Reading } from './context.ts';
import { flagsOf, type Words } from './read.ts';
import type { Citation } from './types.ts';

export interface RequestLine {
  readonly number: string;
  readonly version: number;
  readonly state: string;
  readonly stateName: Words;
  readonly phase: ReaderPhase;
  readonly title: string;
  readonly author: string | null;
  readonly volumes: number;
  readonly delivery: string;
  readonly homeLibrary: string;
  readonly lender: string | null;
  readonly legState: string | null;
  readonly callNumber: string | null;
  readonly submittedAt: string;
  readonly deadline: string | null;
  readonly dueDate: string | null;
  readonly flags: Readonly<Record<string, string>>;
}

export interface ListInput {
  readonly side: Side;
  readonly states?: readonly string[];
  /** Days of submission, both included, in the federation's zone. */
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly open?: boolean | null;
  readonly flag?: 'overdue' | 'recalled' | 'renewal' | 'attention' | null;
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

export interface RequestList {
  readonly requests: readonly RequestLine[];
  /** Given back for the next page; null at the end. */
  readonly next: string | null;
}

const mostLines = 200;

/** One's own requests by seat, newest first: a reader's, a home desk's, or a lender's. */
export async function listRequests(
  db: Reading,
  actor: Actor,
  input: ListInput,
): Promise<RequestList> {
  const limit = Math.min(Math.max(input.limit ?? 50, 1), mostLines);
  const lending = input.side === 'lending';
  const flags = {
    overdue: 'overdue_at',
    recalled: 'recalled_at',
    renewal: 'renewal_at',
    attention: 'attention_at',
  } as const;
  let query = db
    .selectFrom('loan_requests as r')
    .leftJoin('loan_legs as l', (join) =>
      lending
        ? join.onRef('l.request_id', '=', 'r.id')
        : join
            .onRef('l.request_id', '=', 'r.id')
            .on(
              'l.leg',
              '=',
              sql<number>`(select max(m.leg) from loan_legs m where m.request_id = r.id)`,
            ),
    )
    .select([
      'r.id',
      'r.number',
      'r.version',
      'r.state',
      'r.citation',
      'r.volumes',
      'r.delivery',
      'r.home_library',
      'r.lender as asked',
      'r.submitted_at',
      'r.deadline_at',
      'r.due_date',
      'r.overdue_at',
      'r.recalled_at',
      'r.renewal_at',
      'r.attention_at',
      'r.attention',
      'r.damaged_at',
      'l.leg',
      'l.lender',
      'l.state as leg_state',
      'l.call_number',
      'l.opened_at',
      'l.deadline_at as leg_deadline_at',
      'l.due_date as leg_due_date',
      'l.overdue_at as leg_overdue_at',
      'l.recalled_at as leg_recalled_at',
      'l.renewal_at as leg_renewal_at',
      'l.attention_at as leg_attention_at',
      'l.attention as leg_attention',
    ])
    .limit(limit + 1);
  const table = lending ? ('l' as const) : ('r' as const);
  const time = lending ? ('l.opened_at' as const) : ('r.submitted_at' as const);
  if (actor.kind === 'reader') {
    if (lending) return { requests: [], next: null };
    query = query.where('r.reader_id', '=', actor.id);
  } else if (actor.libraryId !== null && actor.kind === 'staff') {
    query = query.where(lending ? 'l.lender' : 'r.home_library', '=', actor.libraryId);
  } else if (!isGateway(actor) && !runsFederation(actor) && !audits(actor)) {
    return { requests: [], next: null };
  }
  if (input.states !== undefined && input.states.length > 0) {
    query = query.where(`${table}.state`, 'in', [...input.states]);
  }
  if (input.open !== undefined && input.open !== null) {
    query = query.where(`${table}.closed`, '=', !input.open);
  }
  if (input.from) query = query.where('r.submitted_at', '>=', input.from);
  if (input.to) query = query.where('r.submitted_at', '<', input.to);
  if (input.flag) query = query.where(`${table}.${flags[input.flag]}`, 'is not', null);
  const after = cursorOf(input.after ?? null);
  if (after !== null) {
    const id = lending ? ('l.request_id' as const) : ('r.id' as const);
    query = query.where((where) =>
      where(where.refTuple(time, id), '<', where.tuple(after.at, after.id)),
    );
  }
  const rows = await query
    .orderBy(time, 'desc')
    .orderBy(lending ? 'l.request_id' : 'r.id', 'desc')
    .execute();
  const requests = rows.slice(0, limit).map((row): RequestLine => {
    const citation = row.citation as unknown as Citation;
    const state = lending ? (row.leg_state ?? row.state) : row.state;
    const facts = stateFacts(input.side, state);
    const marks = lending
      ? {
          overdue_at: row.leg_overdue_at,
          recalled_at: row.leg_recalled_at,
          renewal_at: row.leg_renewal_at,
          attention_at: row.leg_attention_at,
          attention: row.leg_attention,
        }
      : row;
    return {
      number: row.number,
      version: row.version,
      state,
      stateName: { zh: facts.zh, en: facts.en },
      phase: facts.phase,
      title: citation.title,
      author: citation.author,
      volumes: row.volumes,
      delivery: row.delivery,
      homeLibrary: row.home_library,
      lender: row.lender ?? row.asked,
      legState: row.leg_state,
      callNumber: row.call_number ?? citation.callNumber,
      submittedAt: row.submitted_at.toISOString(),
      deadline: ((lending ? row.leg_deadline_at : row.deadline_at) ?? null)?.toISOString() ?? null,
      dueDate: (lending ? row.leg_due_date : row.due_date) ?? null,
      flags: flagsOf(marks),
    };
  });
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const at = lending ? last?.opened_at : last?.submitted_at;
  return { requests, next: last && at ? `${at.toISOString()}~${last.id}` : null };
}

function cursorOf(text: string | null): { readonly at: Date; readonly id: number } | null {
  const match = /^(\d{4}-\d{2}-\d{2}T[0-9:.]+Z)~(\d{1,15})$/.exec(text ?? '');
  const at = new Date(match?.[1] ?? Number.NaN);
  return match === null || Number.isNaN(at.getTime()) ? null : { at, id: Number(match[2]) };
}
