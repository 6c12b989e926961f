import { asJson } from '../../store/values.ts';
import { dayAt } from '../calendar/dates.ts';
import { shelfKey } from '../desks/shelf-order/index.ts';
import { LoanError } from '../errors.ts';
import { decide, numberOf } from '../policy/decide.ts';
import type { CopyHeld } from '../requests/types.ts';
import type { Effect } from './effects.ts';
import { factsOf, type LegRow, type Move, type Work } from './work.ts';

/** Lenders tried for one request, all attempts together. */
const maxLegs = 50;

/**
 * Opens the next leg, to the lender named in the move, with what is known of its copy. The row goes
 * in first; the message that carries the request makes its first event.
 */
export async function openLeg(work: Work, move: Move): Promise<Effect> {
  const before = work.legs.at(-1) ?? null;
  const lender = move.action === 'retry' ? before?.lender : move.detail.lender;
  if (typeof lender !== 'string' || work.context.findLibrary(lender) === null) {
    const sentence = { zh: '请选择出借馆。', en: 'Choose a lending library.' };
    throw new LoanError('invalid', sentence, { pointer: '/lender' });
  }
  if (work.legs.length >= maxLegs) {
    const sentence = { zh: '已试过太多次。', en: 'Too many attempts were made.' };
    throw new LoanError('refused', sentence, { rule: 'loan.maxLegs' });
  }
  if (lender === work.request.home_library) {
    const sentence = { zh: '本馆不能作为出借馆。', en: 'The home library cannot be the lender.' };
    throw new LoanError('invalid', sentence, { pointer: '/lender', rule: 'library.other' });
  }
  const held = heldOf(move.detail.holding);
  const collection = held?.collection ?? '';
  const callNumber = held?.callNumber ?? (move.action === 'retry' ? before?.call_number : null);
  const leg: LegRow = {
    request_id: work.request.id,
    leg: work.legs.length + 1,
    state: 'RECEIVED',
    state_seq: 1,
    closed: false,
    owner: 'lender',
    deadline_at: null,
    resume_state: null,
    due_date: null,
    overdue_at: null,
    recalled_at: null,
    renewal_at: null,
    attention_at: null,
    attention: null,
    closed_at: null,
    lender,
    home_library: work.request.home_library,
    delivery: work.request.delivery,
    answered: 'here',
    local_id: held?.localId ?? null,
    call_number: callNumber ?? null,
    class_mark: held?.classMark ?? null,
    collection,
    location: held?.location ?? null,
    shelf_key: shelfKey(callNumber ?? '', work.context.shelfScheme(lender, collection)),
    condition: null,
    unfilled_reason: null,
    renewals: 0,
    opened_at: work.at,
  };
  await takeQuota(work, leg);
  await work.tx
    .insertInto('loan_legs')
    .values({ ...leg, condition: null })
    .execute();
  work.legs.push(leg);
  const { citation, volumes, delivery } = work.request;
  return {
    request: {
      ...(lender !== work.request.lender && { lender }),
      ...(move.detail.citation !== undefined && { citation: asJson(move.detail.citation) }),
    },
    openedLeg: leg.leg,
    payload: { citation: move.detail.citation ?? citation, volumes, delivery },
    detail: { lender },
  };
}

/** A copy as the search or a desk names it; only short texts are taken over. */
function heldOf(
  value: unknown,
): Pick<CopyHeld, 'localId' | 'callNumber' | 'classMark' | 'collection' | 'location'> | null {
  if (typeof value !== 'object' || value === null) return null;
  const text = (name: string) => {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    return typeof part === 'string' && part.length <= 200 ? part : null;
  };
  return {
    localId: text('localId'),
    callNumber: text('callNumber'),
    classMark: text('classMark'),
    collection: text('collection'),
    location: text('location'),
  };
}

/** Counts the volumes against the lender's month, where policy sets a quota. */
async function takeQuota(work: Work, leg: LegRow): Promise<void> {
  const quota = quotaOf(work, leg);
  if (quota === null) return;
  const month = dayAt(work.at, work.context.timezone).slice(0, 7);
  const used = work.request.volumes;
  const row = await work.tx
    .insertInto('lender_quotas')
    .values({ lender: leg.lender, month, used: 0, quota: quota.limit })
    .onConflict((conflict) =>
      conflict
        .columns(['lender', 'month'])
        .doUpdateSet({ quota: quota.limit })
        .where('lender_quotas.used', '<=', quota.limit),
    )
    .returning('used')
    .executeTakeFirst();
  const full = row === undefined || row.used + used > quota.limit;
  if (full) throw quotaSpent(quota);
  await work.tx
    .updateTable('lender_quotas')
    .set((eb) => ({ used: eb('used', '+', used) }))
    .where('lender', '=', leg.lender)
    .where('month', '=', month)
    .execute();
}

interface Quota {
  readonly limit: number;
  readonly rule: string;
  readonly sentence: { readonly zh: string; readonly en: string };
}

export function quotaOf(
  work: Pick<Work, 'context' | 'policy' | 'request'>,
  leg: Pick<LegRow, 'lender' | 'collection'>,
): Quota | null {
  const facts = factsOf(work.context, work.request, leg);
  const decision = decide(work.policy, 'loan.monthlyQuota', facts);
  const limit = numberOf(decision);
  const rule = decision.rule ?? 'loan.monthlyQuota';
  return limit === null ? null : { limit, rule, sentence: decision.sentence };
}

function quotaSpent(quota: Quota): LoanError {
  return new LoanError('refused', quota.sentence, { rule: quota.rule, pointer: '/library' });
}

/** Gives the volumes back to the month they were taken from, when a leg ends without a loan. */
export async function returnQuota(work: Work, leg: LegRow): Promise<void> {
  if (quotaOf(work, leg) === null) return;
  await work.tx
    .updateTable('lender_quotas')
    .set((eb) => ({ used: eb('used', '-', work.request.volumes) }))
    .where('lender', '=', leg.lender)
    .where('month', '=', dayAt(leg.opened_at, work.context.timezone).slice(0, 7))
    .where('used', '>=', work.request.volumes)
    .execute();
}
