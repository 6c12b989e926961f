import { type Insertable, sql } from 'kysely';
import { breaks } from '../../store/errors.ts';
import type { LoanRequestsTable } from '../../store/tables/loans.ts';
import { asJson } from '../../store/values.ts';
import type { Actor } from '../actor.ts';
import { dayAt } from '../calendar/dates.ts';
import { deadline } from '../calendar/deadlines.ts';
import { LoanError, refuseFaults } from '../errors.ts';
import { take } from '../lifecycle/take.ts';
import {
  calendarOf,
  type Move,
  type RequestRow,
  type RotaRow,
  type Work,
} from '../lifecycle/work.ts';
import { decide, durationOf } from '../policy/decide.ts';
import { currentPolicy, type PolicyRevision } from '../policy/store.ts';
import type { LoanContext, Tx } from './context.ts';
import { duplicateKey, type PreparedRequest, requireCitation } from './prepare.ts';
import { withDefaults } from './preview.ts';
import { type FormReader, lockedReader } from './readers.ts';
import { slotScope, takeSlots } from './slots.ts';
import type { Citation } from './types.ts';
import { type Assessment, assess, refusals } from './verdicts.ts';

export interface Submitted {
  readonly number: string;
  readonly version: number;
  readonly state: string;
}

/**
 * Submits a prepared request: every rule is asked again inside the transaction, with the reader's
 * requests made to wait for each other; the number is allotted, the slots are taken, and the
 * request goes to its lender or to the home desk.
 */
export async function submitRequest(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  asked: PreparedRequest,
): Promise<Submitted> {
  const reader = await lockedReader(tx, actor);
  const prepared = withDefaults(asked, reader);
  const citation = requireCitation(prepared);
  const { revision, policy } = await currentPolicy(context, tx);
  const assessment = await assess(context, tx, policy, reader, prepared, citation);
  refuseFaults([...prepared.faults, ...refusals(assessment.verdicts)]);
  const delivery = assessment.delivery ?? 'courier';
  const draft = { ...assessment, delivery };
  const request = await insertRequest(context, tx, reader, prepared, citation, draft, {
    revision,
    policy,
  });
  await holdSlots(tx, request, assessment);
  const rota = await insertRota(tx, request.id, prepared);
  const work: Work = {
    context,
    tx,
    at: request.submitted_at,
    policy,
    request,
    legs: [],
    rota,
    events: [],
    letters: [],
  };
  await take(work, step('submit', 'reader', { volumes: request.volumes }));
  const reviews = assessment.verdicts.filter((verdict) => verdict.outcome === 'review');
  const reasons = reviews.map(({ rule, sentence }) => ({ rule, ...sentence }));
  if (reasons.length > 0) {
    const reason = reasons.map(({ zh }) => zh).join('');
    await take(work, step('hold_for_review', 'system', { reason, reasons }));
  } else await take(work, step('route', 'system', {}));
  return { number: request.number, version: request.version, state: request.state };
}

function step(action: string, role: Move['role'], detail: Move['detail']): Move {
  return { side: 'borrowing', leg: 0, action, role, actorId: null, library: null, detail };
}

async function insertRequest(
  context: LoanContext,
  tx: Tx,
  reader: FormReader,
  prepared: PreparedRequest,
  citation: Citation,
  draft: Assessment & { readonly delivery: 'courier' | 'pickup' },
  { revision, policy }: PolicyRevision,
): Promise<RequestRow> {
  const { read } = prepared;
  const now = context.clock.now();
  const home = calendarOf(context, reader.library);
  const facts = { ...draft.facts, delivery: draft.delivery };
  const window = durationOf(decide(policy, 'request.cancelWindow', facts));
  const promise = durationOf(decide(policy, 'sla.delivery', facts));
  const values: Omit<Insertable<LoanRequestsTable>, 'number'> = {
    version: 0,
    state: 'SUBMITTED',
    state_seq: 1,
    owner: 'system',
    deadline_at: null,
    resume_state: null,
    due_date: null,
    overdue_at: null,
    recalled_at: null,
    renewal_at: null,
    attention_at: null,
    attention: null,
    closed_at: null,
    reader_id: reader.id,
    home_library: reader.library,
    patron_group: reader.patronGroup,
    service: read.service,
    delivery: draft.delivery,
    volumes: read.volumes,
    citation: asJson(citation),
    holding: prepared.held === null ? null : asJson(prepared.held),
    recipient: asJson(read.recipient),
    own_reference: read.ownReference,
    note: read.note,
    needed_by: read.neededBy,
    max_cost: read.maxCost,
    policy_revision: revision,
    duplicate_key: duplicateKey(citation),
    duplicate_of: draft.duplicates[0]?.number ?? null,
    lender: prepared.lender,
    submitted_at: now,
    cancel_until: deadline(now, window, home),
    promised_by: dayAt(deadline(now, promise, home), home.timezone),
    visit_at: null,
    checked_at: null,
    damaged_at: null,
    slots_held: draft.slots.limit === null ? 0 : read.volumes,
  };
  return await tx
    .insertInto('loan_requests')
    .values({ ...values, number: nextNumber(context, now) })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The day and a number that never repeats: `2026112000000042`. */
function nextNumber(context: LoanContext, now: Date) {
  const day = dayAt(now, context.timezone).replaceAll('-', '');
  return sql<string>`${day}::text || lpad(nextval('loan_numbers')::text, 8, '0')`;
}

async function holdSlots(tx: Tx, request: RequestRow, assessment: Assessment): Promise<void> {
  const { slots } = assessment;
  if (slots.limit === null || request.reader_id === null) return;
  try {
    const name = slotScope(slots, request.number);
    const taken = name === 'outstanding' ? assessment.slotsTaken : [];
    const scope = { name, taken };
    await takeSlots(tx, request, request.reader_id, scope, slots.limit);
  } catch (error) {
    const full = breaks(error, 'reader_slots_limit') || breaks(error, 'reader_slots_pkey');
    if (!full) throw error;
    const sentence = { zh: '册数已满。', en: 'All volumes allowed are in use.' };
    throw new LoanError('refused', sentence, { rule: 'loan.maxVolumes', cause: error });
  }
}

async function insertRota(
  tx: Tx,
  requestId: number,
  prepared: PreparedRequest,
): Promise<RotaRow[]> {
  if (prepared.rota.length === 0) return [];
  const rows = await tx
    .insertInto('loan_rota')
    .values(
      prepared.rota.map(({ library, held }, index) => ({
        request_id: requestId,
        position: index + 1,
        lender: library,
        local_id: held?.localId ?? null,
        holding: held === null ? null : asJson(held),
        why: null,
      })),
    )
    .returningAll()
    .execute();
  return rows.toSorted((a, b) => a.position - b.position);
}
