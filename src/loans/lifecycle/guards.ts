import { addDays, dayAt } from '../calendar/dates.ts';
import type { Sentence } from '../errors.ts';
import { numberOf } from '../policy/decide.ts';
import { activeLeg, decideFor, legOf, type Move, type Work } from './work.ts';

/** Why an action that the table allows is closed at this moment all the same. */
export interface Closed {
  readonly rule: string;
  readonly sentence: Sentence;
}

type Guard = (
  work: Work,
  move: Pick<Move, 'side' | 'leg' | 'role'>,
) => Promise<Closed | null> | Closed | null;

const closed = (rule: string, zh: string, en: string): Closed => ({ rule, sentence: { zh, en } });

/** No lender has been asked, so nobody but the two sides of the home desk needs to agree. */
const withoutLender: readonly string[] = ['SUBMITTED', 'REVIEW', 'ROUTING', 'RETRY_ASKED'];

const guards: Readonly<Record<string, Guard>> = {
  'borrowing.cancel': (work) => {
    if (withoutLender.includes(work.request.state)) return null;
    if (work.at <= work.request.cancel_until) return null;
    const { rule } = decideFor(work, 'request.cancelWindow', null);
    return closed(
      rule ?? 'request.cancelWindow',
      '自行撤销的时限已过，可向出借馆申请撤销。',
      'The time for cancelling has passed; the lender can be asked to cancel.',
    );
  },
  'borrowing.request_cancel': (work) => {
    const { state, cancel_until } = work.request;
    const mayCancel = state === 'SENT' || state === 'CONDITIONAL';
    if (!mayCancel || work.at > cancel_until) return null;
    return closed(
      'request.cancelWindow',
      '现在仍可直接撤销。',
      'The request can still be cancelled outright.',
    );
  },
  'borrowing.ask_renewal': (work) => {
    const leg = activeLeg(work);
    const decision = decideFor(work, 'loan.renewals', leg);
    if ((numberOf(decision) ?? 0) > (leg?.renewals ?? 0)) return null;
    return { rule: decision.rule ?? 'loan.renewals', sentence: decision.sentence };
  },
  'borrowing.ship_back': (work) => {
    if (work.request.state !== 'RETURNED' || work.request.checked_at !== null) return null;
    return closed(
      'loan.checkedReturn',
      '须先审核所还文献，再寄回出借馆。',
      'The returned item is checked before it is sent back.',
    );
  },
  'borrowing.open_pickup': async (work) => {
    const card = await work.tx
      .selectFrom('pickup_card_loans')
      .select('card')
      .where('request_id', '=', work.request.id)
      .where('returned_at', 'is', null)
      .executeTakeFirst();
    if (card !== undefined) return null;
    return closed('pickup.card', '须先借出自取卡。', 'A pick-up card has to be lent first.');
  },
  'borrowing.send': async (work) => {
    if (activeLeg(work) === null) return null;
    return closed('loan.oneLender', '已有一馆在处理。', 'A lender is working on it already.');
  },
  'borrowing.clear_attention': (work) =>
    work.request.attention_at === null ? nothingToClear : null,
  'lending.clear_attention': (work, { leg }) =>
    legOf(work, leg).attention_at === null ? nothingToClear : null,
  'lending.mark_overdue': (work, { leg }) => {
    const { due_date, lender } = legOf(work, leg);
    const zone = work.context.findLibrary(lender)?.calendar.timezone ?? work.context.timezone;
    if (due_date !== null && dayAt(work.at, zone) > due_date) return null;
    return closed('loan.period', '尚未到期。', 'It is not due yet.');
  },
  'lending.grant_renewal': (work, { leg }) =>
    legOf(work, leg).renewal_at === null ? notAsked : null,
  'lending.refuse_renewal': (work, { leg }) =>
    legOf(work, leg).renewal_at === null ? notAsked : null,
  'lending.lend_direct': async (work) => {
    const row = await work.tx
      .selectFrom('pickup_enrolments')
      .select('state')
      .where('reader_id', '=', work.request.reader_id ?? '')
      .executeTakeFirst();
    if (row?.state === 'approved') return null;
    return closed(
      'pickup.enrolled',
      '该读者未开通自取自还。',
      'The reader is not enrolled for self pick-up.',
    );
  },
};

const nothingToClear = closed(
  'loan.attention',
  '没有待处理的提示。',
  'Nothing asks for attention.',
);
const notAsked = closed('loan.renewals', '没有续借申请。', 'No renewal was asked for.');

/** Null where nothing but the table decides. */
export async function guardOf(
  work: Work,
  move: Pick<Move, 'side' | 'leg' | 'action' | 'role'>,
): Promise<Closed | null> {
  const guard = guards[`${move.side}.${move.action}`];
  return guard === undefined ? null : await guard(work, move);
}

/** Days that a recall leaves the reader at least, so that a new date can be met. */
export const recallDays = 7;

/** The earlier of the old due date and a week from today. */
export function recallDay(today: string, dueDate: string | null): string {
  const soon = addDays(today, recallDays);
  return dueDate !== null && dueDate < soon ? dueDate : soon;
}
