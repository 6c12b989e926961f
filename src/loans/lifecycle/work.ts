import type { Selectable } from 'kysely';
import type { LoanLegsTable, LoanRequestsTable, LoanRotaTable } from '../../store/tables/loans.ts';
import type { Json } from '../../store/values.ts';
import { type Calendar, createCalendar, everydayCalendar } from '../calendar/calendar.ts';
import { dayAt } from '../calendar/dates.ts';
import { notFound } from '../errors.ts';
import { type Decision, decide } from '../policy/decide.ts';
import { policyOfRevision } from '../policy/store.ts';
import type { ParameterName, Policy, PolicyFacts } from '../policy/types.ts';
import type { LoanContext, Tx } from '../requests/context.ts';
import type { Citation } from '../requests/types.ts';
import type { LoanRole } from './actions.ts';
import type { Standing } from './machine.ts';
import type { MessageKind } from './messages.ts';
import type { Side } from './states.ts';

export type RequestRow = Selectable<LoanRequestsTable>;
export type LegRow = Selectable<LoanLegsTable>;
export type RotaRow = Selectable<LoanRotaTable>;
export type Detail = Readonly<Record<string, Json>>;

/** One action to be taken. */
export interface Move {
  readonly side: Side;
  /** 0 on the borrowing side. */
  readonly leg: number;
  readonly action: string;
  readonly role: LoanRole;
  readonly actorId: string | null;
  readonly library: string | null;
  readonly detail: Detail;
}

export interface TakenEvent extends Move {
  readonly seq: number;
  readonly from: string;
  readonly to: string;
  readonly at: Date;
}

export interface Letter {
  readonly leg: number;
  readonly kind: MessageKind;
  readonly payload: Detail;
}

/** A request with its legs while one transaction works on it; the rows follow the events. */
export interface Work {
  readonly context: LoanContext;
  readonly tx: Tx;
  readonly at: Date;
  readonly policy: Policy;
  request: RequestRow;
  readonly legs: LegRow[];
  /** The lenders to try, in their order; null until somebody needs them. */
  rota: RotaRow[] | null;
  readonly events: TakenEvent[];
  readonly letters: Letter[];
}

/**
 * Loads a request by number for a change: its row stays locked until the transaction ends. Somebody
 * who only looks (`hold: false`) waits for nobody and keeps nobody waiting.
 */
export async function openWork(
  context: LoanContext,
  tx: Tx,
  by: { readonly number: string } | { readonly id: number },
  { hold = true }: { readonly hold?: boolean } = {},
): Promise<Work> {
  const query = tx
    .selectFrom('loan_requests')
    .selectAll()
    .$if(hold, (held) => held.forUpdate());
  const request = await ('number' in by
    ? query.where('number', '=', by.number)
    : query.where('id', '=', by.id)
  ).executeTakeFirst();
  if (request === undefined) throw notFound();
  const legs = await tx
    .selectFrom('loan_legs')
    .selectAll()
    .where('request_id', '=', request.id)
    .orderBy('leg')
    .execute();
  return {
    context,
    tx,
    at: context.clock.now(),
    policy: await policyOfRevision(context, tx, request.policy_revision),
    request,
    legs,
    rota: null,
    events: [],
    letters: [],
  };
}

export function legOf(work: Work, leg: number): LegRow {
  const row = work.legs.find((candidate) => candidate.leg === leg);
  if (row === undefined) throw notFound();
  return row;
}

/** The leg that is open; at most one is. */
export function activeLeg(work: Work): LegRow | null {
  return work.legs.find((leg) => !leg.closed) ?? null;
}

export function standingOf(work: Work, side: Side, leg: number): Standing {
  const { delivery } = work.request;
  const row = side === 'borrowing' ? work.request : legOf(work, leg);
  return { side, state: row.state, delivery, resume: row.resume_state };
}

export function calendarOf(context: LoanContext, library: string | null): Calendar {
  const document = library === null ? null : context.findLibrary(library)?.calendar;
  return createCalendar(document ?? everydayCalendar);
}

/** What policy is asked about this request; rules count as of the day it was submitted. */
export function factsOf(
  context: LoanContext,
  request: Pick<
    RequestRow,
    'service' | 'lender' | 'home_library' | 'patron_group' | 'delivery' | 'submitted_at'
  > & { readonly citation: Json },
  leg: Pick<LegRow, 'lender' | 'collection'> | null,
): PolicyFacts {
  const citation = request.citation as unknown as Citation;
  const lender = leg?.lender ?? request.lender;
  const on = dayAt(request.submitted_at, context.timezone);
  return {
    on,
    service: request.service,
    lender,
    lenderKind: lender === null ? null : (context.findLibrary(lender)?.kind ?? null),
    home: request.home_library,
    patronGroup: request.patron_group,
    collection: leg === null || leg.collection === '' ? null : leg.collection,
    language: citation.language,
    age: ageOf(citation.year, on),
    delivery: request.delivery,
  };
}

/** Whole years since the year of publication, or null where the citation gives none. */
export function ageOf(year: string | null, on: string): number | null {
  const match = /\d{4}/.exec(year ?? '');
  return match === null ? null : Number(on.slice(0, 4)) - Number(match[0]);
}

export function decideFor(work: Work, parameter: ParameterName, leg: LegRow | null): Decision {
  return decide(work.policy, parameter, factsOf(work.context, work.request, leg));
}
