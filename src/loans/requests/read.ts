import { type Actor, isGateway, runsFederation } from '../actor.ts';
import { notFound } from '../errors.ts';
import { type ReaderPhase, readerPhases, type Side, stateFacts } from '../lifecycle/states.ts';
import type { LegRow, RequestRow } from '../lifecycle/work.ts';
import { maySee } from './act.ts';
import type { LoanContext, Reading } from './context.ts';
import type { Citation, CopyHeld, Recipient } from './types.ts';

export type Words = { readonly zh: string; readonly en: string };

export interface LegView {
  readonly leg: number;
  readonly lender: string;
  readonly lenderName: Words;
  readonly state: string;
  readonly stateName: Words;
  readonly owner: string | null;
  readonly deadline: string | null;
  readonly callNumber: string | null;
  readonly localId: string | null;
  readonly location: string | null;
  readonly dueDate: string | null;
  readonly condition: unknown;
  readonly unfilledReason: string | null;
  readonly flags: Readonly<Record<string, string>>;
  readonly openedAt: string;
  readonly closedAt: string | null;
}

/** A request as somebody with a seat at it sees it. */
export interface RequestView {
  readonly number: string;
  readonly version: number;
  readonly side: Side;
  readonly state: string;
  readonly stateName: Words;
  readonly phase: ReaderPhase;
  readonly phaseName: Words;
  readonly closed: boolean;
  /** Who has to do something next, and until when. */
  readonly owner: string | null;
  readonly deadline: string | null;
  readonly homeLibrary: string;
  readonly homeName: Words;
  readonly lender: string | null;
  readonly service: string;
  readonly delivery: string;
  readonly volumes: number;
  readonly citation: Citation;
  readonly holding: CopyHeld | null;
  /** Only for the home side, and for the lender that a reader visits. */
  readonly recipient: Recipient | null;
  readonly reader: string | null;
  readonly ownReference: string | null;
  readonly note: string | null;
  readonly neededBy: string | null;
  readonly maxCost: number | null;
  readonly submittedAt: string;
  readonly cancelUntil: string;
  readonly promisedBy: string | null;
  readonly dueDate: string | null;
  readonly visitAt: string | null;
  readonly duplicateOf: string | null;
  readonly flags: Readonly<Record<string, string>>;
  readonly closedAt: string | null;
  readonly policyRevision: number;
  readonly legs: readonly LegView[];
  readonly items: readonly ItemView[];
}

export interface ItemView {
  readonly leg: number;
  readonly volume: number;
  readonly barcode: string;
  readonly outAt: string;
  readonly backAt: string | null;
  readonly outcome: string | null;
  readonly conditionBack: string | null;
}

interface Loaded {
  readonly request: RequestRow;
  readonly legs: readonly LegRow[];
}

/** Loads a request that the actor may see; anything else is not found. */
export async function loadVisible(db: Reading, actor: Actor, number: string): Promise<Loaded> {
  const request = await db
    .selectFrom('loan_requests')
    .selectAll()
    .where('number', '=', number)
    .executeTakeFirst();
  if (request === undefined) throw notFound();
  const legs = await db
    .selectFrom('loan_legs')
    .selectAll()
    .where('request_id', '=', request.id)
    .orderBy('leg')
    .execute();
  if (!maySee(actor, request, legs)) throw notFound();
  return { request, legs };
}

/** On which side the actor sits: the home side before the lender's. */
export function sideOf(actor: Actor, { request }: Loaded): Side {
  if (actor.kind === 'reader' || actor.libraryId === request.home_library) return 'borrowing';
  return isGateway(actor) || runsFederation(actor) || actor.libraryId === null
    ? 'borrowing'
    : 'lending';
}

export async function getRequest(
  context: LoanContext,
  db: Reading,
  actor: Actor,
  number: string,
): Promise<RequestView> {
  const loaded = await loadVisible(db, actor, number);
  const side = sideOf(actor, loaded);
  const own = side === 'borrowing';
  const { request } = loaded;
  const legs = own ? loaded.legs : loaded.legs.filter((leg) => leg.lender === actor.libraryId);
  const items = await db
    .selectFrom('loan_items')
    .selectAll()
    .where('request_id', '=', request.id)
    .orderBy('leg')
    .orderBy('volume')
    .execute();
  const shown = legs.map((leg) => leg.leg);
  const lender = legs.at(-1) ?? null;
  const standing = own || lender === null ? request : lender;
  const facts = stateFacts(own ? 'borrowing' : 'lending', standing.state);
  const visits = own || request.delivery === 'pickup';
  return {
    number: request.number,
    version: request.version,
    side,
    state: standing.state,
    stateName: { zh: facts.zh, en: facts.en },
    phase: facts.phase,
    phaseName: readerPhases[facts.phase],
    closed: standing.closed,
    owner: standing.owner,
    deadline: standing.deadline_at?.toISOString() ?? null,
    homeLibrary: request.home_library,
    homeName: nameOf(context, request.home_library),
    lender: own ? request.lender : (lender?.lender ?? null),
    service: request.service,
    delivery: request.delivery,
    volumes: request.volumes,
    citation: request.citation as unknown as Citation,
    holding: request.holding as unknown as CopyHeld | null,
    recipient: visits ? (request.recipient as unknown as Recipient | null) : null,
    reader: own && actor.kind !== 'reader' ? request.reader_id : null,
    ownReference: own ? request.own_reference : null,
    note: request.note,
    neededBy: request.needed_by,
    maxCost: request.max_cost,
    submittedAt: request.submitted_at.toISOString(),
    cancelUntil: request.cancel_until.toISOString(),
    promisedBy: request.promised_by,
    dueDate: standing.due_date,
    visitAt: request.visit_at?.toISOString() ?? null,
    duplicateOf: own ? request.duplicate_of : null,
    flags: flagsOf(standing),
    closedAt: standing.closed_at?.toISOString() ?? null,
    policyRevision: request.policy_revision,
    legs: legs.map((leg) => legView(context, leg)),
    items: items
      .filter((item) => shown.includes(item.leg))
      .map((item) => ({
        leg: item.leg,
        volume: item.volume,
        barcode: item.barcode,
        outAt: item.out_at.toISOString(),
        backAt: item.back_at?.toISOString() ?? null,
        outcome: item.outcome,
        conditionBack: item.condition_back,
      })),
  };
}

function nameOf(context: LoanContext, library: string): Words {
  return context.findLibrary(library)?.name ?? { zh: library, en: library };
}

function legView(context: LoanContext, leg: LegRow): LegView {
  const facts = stateFacts('lending', leg.state);
  return {
    leg: leg.leg,
    lender: leg.lender,
    lenderName: nameOf(context, leg.lender),
    state: leg.state,
    stateName: { zh: facts.zh, en: facts.en },
    owner: leg.owner,
    deadline: leg.deadline_at?.toISOString() ?? null,
    callNumber: leg.call_number,
    localId: leg.local_id,
    location: leg.location,
    dueDate: leg.due_date,
    condition: leg.condition,
    unfilledReason: leg.unfilled_reason,
    flags: flagsOf(leg),
    openedAt: leg.opened_at.toISOString(),
    closedAt: leg.closed_at?.toISOString() ?? null,
  };
}

/** What is marked on a request or leg, and since when. */
export function flagsOf(
  row: Pick<LegRow, 'overdue_at' | 'recalled_at' | 'renewal_at' | 'attention_at' | 'attention'> & {
    readonly damaged_at?: Date | null;
  },
): Readonly<Record<string, string>> {
  const flags = {
    overdue: row.overdue_at,
    recalled: row.recalled_at,
    renewal: row.renewal_at,
    attention: row.attention_at,
    damaged: row.damaged_at ?? null,
  };
  const since = Object.entries(flags).flatMap(([name, at]) =>
    at === null ? [] : [[name, at.toISOString()]],
  );
  return Object.fromEntries(since);
}
