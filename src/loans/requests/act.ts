import { recordAudit } from '../../store/audit.ts';
import type { Json } from '../../store/values.ts';
import { type Actor, audits, isGateway, runsFederation, worksAt } from '../actor.ts';
import { type FieldFault, LoanError, notFound, refuseFaults } from '../errors.ts';
import { actionFacts, type LoanRole } from '../lifecycle/actions.ts';
import { findStep } from '../lifecycle/machine.ts';
import type { Side } from '../lifecycle/states.ts';
import { staleVersion, take } from '../lifecycle/take.ts';
import {
  type Detail,
  type LegRow,
  type Move,
  openWork,
  standingOf,
  type Work,
} from '../lifecycle/work.ts';
import type { LoanContext, Tx } from './context.ts';
import { readCitation } from './read-input.ts';
import { asStored } from './types.ts';

export interface ActionInput {
  readonly number: string;
  readonly action: string;
  /** The version the caller saw; null only for the gateway's own work. */
  readonly version: number | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** For actions that both sides have, which side is meant; else the one the actor works on. */
  readonly side?: Side | null;
}

export interface ActionResult {
  readonly number: string;
  readonly version: number;
  readonly state: string;
  /** State of the leg, on the lending side. */
  readonly legState: string | null;
  /** Numbers of the events that the action brought about. */
  readonly events: readonly number[];
}

/** One seat of the actor at a request: which side, which leg, in which role. */
export interface Seat {
  readonly side: Side;
  readonly leg: number;
  readonly role: LoanRole;
  readonly library: string | null;
}

/** Everything the actor is at this request; nobody's seat means the request is not there for them. */
export function seatsOf(
  actor: Actor,
  request: { readonly reader_id: string | null; readonly home_library: string },
  legs: readonly Pick<LegRow, 'leg' | 'lender'>[],
): readonly Seat[] {
  if (actor.kind === 'reader') {
    return actor.id === request.reader_id
      ? [{ side: 'borrowing', leg: 0, role: 'reader', library: request.home_library }]
      : [];
  }
  const seats: Seat[] = [];
  if (worksAt(actor, request.home_library)) {
    const library = request.home_library;
    for (const role of deskRolesOf(actor)) seats.push({ side: 'borrowing', leg: 0, role, library });
  }
  for (const leg of legs.toReversed()) {
    if (!worksAt(actor, leg.lender)) continue;
    for (const role of deskRolesOf(actor)) {
      seats.push({ side: 'lending', leg: leg.leg, role, library: leg.lender });
    }
    break;
  }
  if (runsFederation(actor)) {
    const role = 'federation_administrator';
    seats.push({ side: 'borrowing', leg: 0, role, library: null });
    const last = legs.at(-1);
    if (last !== undefined) seats.push({ side: 'lending', leg: last.leg, role, library: null });
  }
  return seats;
}

function deskRolesOf(actor: Actor): readonly LoanRole[] {
  const order = ['library_administrator', 'desk_lead', 'desk_clerk'] as const;
  return order.filter((role) => actor.roles.includes(role));
}

/** Whether the actor may read the request at all. */
export function maySee(
  actor: Actor,
  request: { readonly reader_id: string | null; readonly home_library: string },
  legs: readonly Pick<LegRow, 'leg' | 'lender'>[],
): boolean {
  if (isGateway(actor) || seatsOf(actor, request, legs).length > 0) return true;
  if (!audits(actor)) return false;
  const { libraryId } = actor;
  return (
    libraryId === null ||
    libraryId === request.home_library ||
    legs.some((leg) => leg.lender === libraryId)
  );
}

/**
 * Takes a named action on behalf of somebody. Somebody else's request is not found; an old version
 * is refused before anything else is looked at.
 */
export async function actOn(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  asked: ActionInput,
): Promise<ActionResult> {
  const work = await openWork(context, tx, { number: asked.number });
  if (!maySee(actor, work.request, work.legs)) throw notFound();
  if (asked.version !== null && asked.version !== work.request.version) throw staleVersion();
  const seat = seatFor(work, actor, asked);
  const detail = detailOf(asked);
  const move: Move = {
    side: seat.side,
    leg: seat.leg,
    action: asked.action,
    role: seat.role,
    actorId: actor.kind === 'reader' ? null : actor.id,
    library: seat.library,
    detail,
  };
  const before = work.request.state;
  await take(work, move);
  if (actor.kind === 'staff') await audit(work, actor, move, before);
  const leg = seat.side === 'lending' ? work.legs.find((row) => row.leg === seat.leg) : undefined;
  return {
    number: work.request.number,
    version: work.request.version,
    state: work.request.state,
    legState: leg?.state ?? null,
    events: work.events.map((event) => event.seq),
  };
}

/** The seat from which the action is open; else the one that says best why it is not. */
function seatFor(work: Work, actor: Actor, asked: ActionInput): Seat {
  const seats = seatsOf(actor, work.request, work.legs).filter(
    (seat) =>
      (asked.side ?? seat.side) === seat.side && actionFacts(seat.side, asked.action) !== null,
  );
  const open = seats.find(
    (seat) => findStep(standingOf(work, seat.side, seat.leg), asked.action, seat.role).ok,
  );
  const seat = open ?? seats[0];
  if (seat !== undefined) return seat;
  const known =
    actionFacts('borrowing', asked.action) !== null ||
    actionFacts('lending', asked.action) !== null;
  if (!known) throw notFound('没有这个操作。', 'There is no such action.');
  const sentence = {
    zh: '这是另一方的操作。',
    en: 'This action belongs to the other side.',
  };
  throw new LoanError('forbidden', sentence, { rule: `lifecycle.side.${asked.action}` });
}

/** What the input of any action may hold; the action itself says what it needs. */
const inputKeys: ReadonlySet<string> = new Set([
  'reason',
  'remark',
  'citation',
  'lender',
  'holding',
  'dueDate',
  'barcodes',
  'volumes',
  'condition',
  'cost',
  'visitAt',
  'duplicateOf',
  'expectedDate',
]);

/** Actions whose input names a lender or a citation take it in a checked form. */
function detailOf(asked: ActionInput): Detail {
  const { input } = asked;
  const size = JSON.stringify(input).length;
  if (size > 20_000) {
    throw new LoanError('invalid', { zh: '内容过长。', en: 'The input is too long.' });
  }
  const faults: FieldFault[] = Object.keys(input)
    .filter((key) => !inputKeys.has(key))
    .map((key) => ({ pointer: `/${key}`, zh: '没有这一项。', en: 'is not known', rule: null }));
  refuseFaults(faults);
  const detail: Record<string, Json> = { ...(input as Record<string, Json>) };
  if (input.citation === undefined) return detail;
  const citation = readCitation(input.citation, (pointer, zh, en) => {
    faults.push({ pointer, zh, en, rule: null });
  });
  if (citation !== null && citation.title === '') {
    const en = 'The title is required.';
    faults.push({ pointer: '/citation/title', zh: '书刊名称必填。', en, rule: 'request.required' });
  }
  refuseFaults(faults);
  return { ...detail, citation: asStored(citation) };
}

async function audit(work: Work, actor: Actor, move: Move, before: string): Promise<void> {
  await recordAudit(
    work.tx,
    {
      trail: move.library ?? 'federation',
      actor: { kind: actor.kind, id: actor.id },
      action: `request.${move.action}`,
      subject: { kind: 'request', id: work.request.number },
      before: { state: before },
      after: { state: work.request.state, version: work.request.version },
    },
    work.at,
  );
}
