import { sql } from 'kysely';
import { scopeOf } from '../access/roles.ts';
import type { Actor } from '../actor.ts';
import { dayAt } from '../calendar/dates.ts';
import type { Sentence } from '../errors.ts';
import { actionFacts } from '../lifecycle/actions.ts';
import { type ReaderPhase, stateFacts } from '../lifecycle/states.ts';
import { decide, numberOf } from '../policy/decide.ts';
import { currentPolicy } from '../policy/store.ts';
import type { LoanContext, Tx } from '../requests/context.ts';
import type { Citation } from '../requests/types.ts';
import { noReader, readerActions, readerStates } from './lifecycle.ts';

/** Dates that are asked for: `from` counts, `to` does not. */
export interface AccountRange {
  readonly from?: Date | null;
  readonly to?: Date | null;
  /** `next` of the page of requests before. */
  readonly after?: number | null;
  readonly limit?: number;
}

/** A request that takes up volumes of the limit. */
export interface Outstanding {
  readonly number: string;
  readonly title: string;
  readonly volumes: number;
  readonly lender: string | null;
  readonly state: string;
  readonly stateName: Sentence;
  readonly dueDate: string | null;
}

/** One line of the request log: what was asked of whom, when, and what came of it. */
export interface LoggedRequest {
  readonly number: string;
  readonly title: string;
  readonly author: string | null;
  readonly volumes: number;
  readonly delivery: string;
  readonly lender: string | null;
  readonly lenderName: Sentence | null;
  readonly submittedAt: string;
  readonly promisedAt: string | null;
  readonly lentAt: string | null;
  readonly dueDate: string | null;
  readonly returnedAt: string | null;
  readonly closedAt: string | null;
  readonly state: string;
  readonly stateName: Sentence;
  readonly phase: ReaderPhase;
  /** The state it ended in; null while it is open. */
  readonly outcome: string | null;
}

/** One line of the account log: something that happened to the account or to a request. */
export interface AccountEntry {
  readonly at: string;
  /** Null where it is about the account itself. */
  readonly request: string | null;
  readonly title: string | null;
  readonly action: string;
  readonly actionName: Sentence;
  readonly state: string;
  readonly stateName: Sentence;
  /** What the desk said to the reader. */
  readonly note: string | null;
}

export interface Account {
  readonly volumes: {
    readonly used: number;
    readonly limit: number | null;
    /** Null where the built-in limit holds. */
    readonly rule: string | null;
    readonly sentence: Sentence;
    readonly outstanding: readonly Outstanding[];
  };
  readonly requests: readonly LoggedRequest[];
  readonly next: string | null;
  readonly entries: readonly AccountEntry[];
  /** Whether there are older entries in the dates than those shown. */
  readonly entriesCut: boolean;
}

const mostRequests = 100;
const mostEntries = 500;

/** A reader's account: volumes against the limit, the request log and what happened, by dates. */
export async function readAccount(
  context: LoanContext,
  actor: Actor,
  range: AccountRange = {},
): Promise<Account> {
  if (actor.kind !== 'reader') throw noReader();
  return await context.database.transaction(
    async (tx) => {
      const entries = await entriesOf(tx, actor.id, range);
      return {
        volumes: await volumesOf(context, tx, actor),
        ...(await requestsOf(context, tx, actor.id, range)),
        entries: entries.slice(0, mostEntries),
        entriesCut: entries.length > mostEntries,
      };
    },
    { scope: scopeOf(actor) },
  );
}

async function volumesOf(context: LoanContext, tx: Tx, actor: Actor): Promise<Account['volumes']> {
  const { policy } = await currentPolicy(context, tx);
  const reader = await tx
    .selectFrom('readers')
    .select('patron_group')
    .where('id', '=', actor.id)
    .executeTakeFirst();
  const decision = decide(policy, 'loan.maxVolumes', {
    on: dayAt(context.clock.now(), context.timezone),
    service: 'loan',
    lender: null,
    lenderKind: null,
    home: actor.libraryId,
    patronGroup: reader?.patron_group ?? null,
    collection: null,
    language: null,
    age: null,
    delivery: null,
  });
  const rows = await tx
    .selectFrom('loan_requests')
    .select(['number', 'citation', 'slots_held', 'lender', 'state', 'due_date'])
    .where('reader_id', '=', actor.id)
    .where('slots_held', '>', 0)
    .orderBy('submitted_at')
    .execute();
  const outstanding = rows.map((row) => ({
    number: row.number,
    title: titleOf(row.citation),
    volumes: row.slots_held,
    lender: row.lender,
    state: row.state,
    stateName: stateName(row.state),
    dueDate: row.due_date,
  }));
  return {
    used: outstanding.reduce((sum, { volumes }) => sum + volumes, 0),
    limit: numberOf(decision),
    rule: decision.rule,
    sentence: decision.sentence,
    outstanding,
  };
}

async function requestsOf(
  context: LoanContext,
  tx: Tx,
  readerId: string,
  { from, to, after, limit = mostRequests }: AccountRange,
): Promise<Pick<Account, 'requests' | 'next'>> {
  const most = Math.min(Math.max(1, limit), mostRequests);
  let query = tx
    .selectFrom('loan_requests as r')
    .select([
      'r.id',
      'r.number',
      'r.citation',
      'r.volumes',
      'r.delivery',
      'r.lender',
      'r.submitted_at',
      'r.due_date',
      'r.closed_at',
      'r.closed',
      'r.state',
      firstAt('PROMISED').as('promised_at'),
      firstAt('ON_LOAN').as('lent_at'),
      firstAt('RETURNED').as('returned_at'),
    ])
    .where('r.reader_id', '=', readerId);
  if (from) query = query.where('r.submitted_at', '>=', from);
  if (to) query = query.where('r.submitted_at', '<', to);
  if (after) query = query.where('r.id', '<', after);
  const rows = await query
    .orderBy('r.id', 'desc')
    .limit(most + 1)
    .execute();
  const requests = rows.slice(0, most).map((row): LoggedRequest => {
    const { title, author } = row.citation as unknown as Citation;
    return {
      number: row.number,
      title,
      author,
      volumes: row.volumes,
      delivery: row.delivery,
      lender: row.lender,
      lenderName: row.lender === null ? null : (context.findLibrary(row.lender)?.name ?? null),
      submittedAt: row.submitted_at.toISOString(),
      promisedAt: row.promised_at?.toISOString() ?? null,
      lentAt: row.lent_at?.toISOString() ?? null,
      dueDate: row.due_date,
      returnedAt: row.returned_at?.toISOString() ?? null,
      closedAt: row.closed_at?.toISOString() ?? null,
      state: row.state,
      stateName: stateName(row.state),
      phase: stateFacts('borrowing', row.state).phase,
      outcome: row.closed ? row.state : null,
    };
  });
  const last = rows.length > most ? rows[most - 1] : undefined;
  return { requests, next: last === undefined ? null : String(last.id) };
}

/** When a request first came to a state of the borrowing side. */
function firstAt(state: string) {
  return sql<Date | null>`(select min(e.at) from loan_events e
    where e.request_id = r.id and e.leg = 0 and e.to_state = ${state})`;
}

interface EntryRow {
  readonly at: Date;
  readonly number: string | null;
  readonly citation: unknown;
  readonly action: string;
  readonly state: string;
  readonly note: string | null;
}

/** Newest first, one more than are shown. */
async function entriesOf(
  tx: Tx,
  readerId: string,
  { from = null, to = null }: AccountRange,
): Promise<readonly AccountEntry[]> {
  const within = sql`at >= coalesce(${from}::timestamptz, '-infinity')
    and at < coalesce(${to}::timestamptz, 'infinity')`;
  const { rows } = await sql<EntryRow>`
    select at, null as number, null as citation, action, to_state as state, note, seq
      from reader_events where reader_id = ${readerId} and ${within}
    union all
    select at, number, citation, action, to_state, null, e.seq
      from loan_requests r join loan_events e on e.request_id = r.id
      where r.reader_id = ${readerId} and e.leg = 0 and ${within}
    order by at desc, seq desc limit ${mostEntries + 1}`.execute(tx);
  return rows.map((row) => {
    const { at, number, citation, action, state, note } = row;
    const about = number === null;
    const facts = about ? null : actionFacts('borrowing', action);
    return {
      at: at.toISOString(),
      request: number,
      title: citation === null ? null : titleOf(citation),
      action,
      actionName: about
        ? readerActions[action as keyof typeof readerActions]
        : { zh: facts?.zh ?? action, en: facts?.en ?? action },
      state,
      stateName: about ? readerStates[state as keyof typeof readerStates] : stateName(state),
      note,
    };
  });
}

function stateName(state: string): Sentence {
  const { zh, en } = stateFacts('borrowing', state);
  return { zh, en };
}

function titleOf(citation: unknown): string {
  return (citation as Citation).title;
}
