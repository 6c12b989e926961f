import type { BorrowingAction, LendingAction, LoanRole } from './actions.ts';
import type { MessageKind } from './messages.ts';
import { type BorrowingState, type LendingState, type Side, START } from './states.ts';

/**
 * Every legal step of both sides. The database holds the same rows (side, from, action, to, role),
 * and every event refers to one of them, so a step that stands in no row cannot be written.
 */
export interface Transition {
  readonly side: Side;
  readonly from: string;
  readonly action: string;
  readonly to: string;
  readonly roles: readonly LoanRole[];
  /** What the other side is told. */
  readonly sends: MessageKind | null;
  /**
   * Chooses between rows of one action: by the delivery of the request, or (`resume`) by the state
   * that was left when a cancellation was asked.
   */
  readonly when: 'courier' | 'pickup' | 'resume' | null;
  /** The state to come back to when a cancellation is refused, where this step changes it. */
  readonly resume: string | null;
}

interface More {
  readonly sends?: MessageKind;
  readonly when?: 'courier' | 'pickup' | 'resume';
  readonly resume?: string;
}

const desk: readonly LoanRole[] = ['desk_clerk', 'desk_lead', 'library_administrator'];
const lead: readonly LoanRole[] = ['desk_lead', 'library_administrator'];
const readerOrDesk: readonly LoanRole[] = ['reader', ...desk];
const federation: readonly LoanRole[] = ['federation_administrator'];
const system: readonly LoanRole[] = ['system'];
const peer: readonly LoanRole[] = ['peer'];

function rows(
  side: Side,
  from: readonly string[],
  action: string,
  to: string | null,
  roles: readonly LoanRole[],
  more: More,
): Transition[] {
  return from.map((state) => ({
    side,
    from: state,
    action,
    to: to ?? state,
    roles,
    sends: more.sends ?? null,
    when: more.when ?? null,
    resume: more.resume ?? null,
  }));
}

/** A step of the borrowing side; `null` as target leaves the state as it is. */
const b = (
  from: readonly (BorrowingState | typeof START)[],
  action: BorrowingAction,
  to: BorrowingState | null,
  roles: readonly LoanRole[],
  more: More = {},
) => rows('borrowing', from, action, to, roles, more);

const l = (
  from: readonly (LendingState | typeof START)[],
  action: LendingAction,
  to: LendingState | null,
  roles: readonly LoanRole[],
  more: More = {},
) => rows('lending', from, action, to, roles, more);

/** The book is out: with the courier, at a desk or with the reader. */
const withBook = ['IN_TRANSIT', 'ARRIVED', 'ON_LOAN', 'RETURNED', 'RETURNING'] as const;
const openBorrowing = [
  'SUBMITTED',
  'REVIEW',
  'ROUTING',
  'SENT',
  'CONDITIONAL',
  'RETRY_ASKED',
  'PROMISED',
  'PICKUP_OPEN',
  ...withBook,
  'CANCEL_ASKED',
  'LOST',
] as const;
const lentOut = ['LENT', 'LENT_DIRECT', 'RECEIVED_BY_BORROWER'] as const;
const beforeLending = [
  'RECEIVED',
  'SEARCHING',
  'PROMISED',
  'CONDITIONAL',
  'PICKUP_WAIT',
  'CANCEL_ASKED',
] as const;

const beforeSupply: readonly Transition[] = [
  ...b([START], 'submit', 'SUBMITTED', readerOrDesk),
  ...b(['SUBMITTED'], 'hold_for_review', 'REVIEW', system),
  ...b(['SUBMITTED'], 'route', 'ROUTING', system),
  ...b(['REVIEW'], 'amend', null, desk),
  ...b(['REVIEW'], 'approve_request', 'ROUTING', desk),
  ...b(['REVIEW'], 'refuse_home', 'REFUSED_HOME', desk),
  ...b(['REVIEW', 'ROUTING'], 'mark_invalid', 'REFUSED_HOME', desk),
  ...b(['REVIEW', 'ROUTING'], 'mark_duplicate', 'REFUSED_HOME', desk),
  ...b(['ROUTING'], 'send', 'SENT', [...desk, 'system'], { sends: 'request' }),
  ...b(['ROUTING'], 'exhausted', 'UNFILLED', [...desk, 'system']),
  ...b(['SUBMITTED', 'REVIEW', 'ROUTING', 'RETRY_ASKED'], 'cancel', 'CANCELLED', readerOrDesk),
  ...(['SENT', 'CONDITIONAL'] as const).flatMap((state) =>
    b([state], 'cancel', 'CANCEL_ASKED', readerOrDesk, { sends: 'cancel_now', resume: state }),
  ),
  ...(['SENT', 'CONDITIONAL', 'PROMISED', 'PICKUP_OPEN'] as const).flatMap((state) =>
    b([state], 'request_cancel', 'CANCEL_ASKED', readerOrDesk, {
      sends: 'cancel_ask',
      resume: state,
    }),
  ),
  ...b(['CONDITIONAL'], 'accept_condition', 'SENT', readerOrDesk, { sends: 'accept_condition' }),
  ...b(['CONDITIONAL'], 'decline_condition', 'SENT', readerOrDesk, {
    sends: 'decline_condition',
  }),
  ...b(['CONDITIONAL'], 'condition_expired', 'SENT', system, { sends: 'decline_condition' }),
  ...b(['RETRY_ASKED'], 'retry', 'SENT', readerOrDesk, { sends: 'request' }),
  ...b(['RETRY_ASKED'], 'decline_retry', 'ROUTING', readerOrDesk),
  ...b(['RETRY_ASKED'], 'retry_expired', 'ROUTING', system),
];

const supplyAnswers: readonly Transition[] = [
  ...b(['SENT'], 'expected', null, peer),
  ...b(['SENT'], 'promised', 'PROMISED', peer),
  ...b(['SENT'], 'condition_set', 'CONDITIONAL', peer),
  ...b(['SENT'], 'retry_wanted', 'RETRY_ASKED', peer),
  ...b(['SENT', 'CONDITIONAL', 'PROMISED', 'PICKUP_OPEN'], 'unfilled', 'ROUTING', peer),
  ...b(['SENT', 'PROMISED', 'PICKUP_OPEN'], 'pickup_missed', 'EXPIRED', peer),
  ...b(['SENT', 'PROMISED'], 'loaned', 'IN_TRANSIT', peer),
  ...b(['SENT', 'PROMISED', 'PICKUP_OPEN'], 'loaned_direct', 'ON_LOAN', peer),
  ...b(['SENT', 'CONDITIONAL', 'PROMISED', 'PICKUP_OPEN'], 'leg_closed', 'ROUTING', peer),
  ...b([...withBook, 'LOST'], 'leg_closed', 'CLOSED_BY_STAFF', peer),
  ...b(['PROMISED'], 'promise_late', null, system),
  // What the lender wrote before it saw the cancellation.
  ...b(['CANCEL_ASKED'], 'expected', null, peer),
  ...b(['CANCEL_ASKED'], 'promised', null, peer, { resume: 'PROMISED' }),
  ...b(['CANCEL_ASKED'], 'condition_set', null, peer, { resume: 'CONDITIONAL' }),
  ...b(['CANCEL_ASKED'], 'retry_wanted', 'CANCELLED', peer),
  ...b(['CANCEL_ASKED'], 'unfilled', 'CANCELLED', peer),
  ...b(['CANCEL_ASKED'], 'pickup_missed', 'CANCELLED', peer),
  ...b(['CANCEL_ASKED'], 'leg_closed', 'CANCELLED', peer),
  ...b(['CANCEL_ASKED'], 'loaned', 'IN_TRANSIT', peer),
  ...b(['CANCEL_ASKED'], 'loaned_direct', 'ON_LOAN', peer),
  ...b(['CANCEL_ASKED'], 'cancel_accepted', 'CANCELLED', peer),
  ...(['SENT', 'CONDITIONAL', 'PROMISED', 'PICKUP_OPEN'] as const).flatMap((state) =>
    b(['CANCEL_ASKED'], 'cancel_refused', state, peer, { when: 'resume' }),
  ),
];

const withTheReader: readonly Transition[] = [
  ...b(['PROMISED'], 'open_pickup', 'PICKUP_OPEN', desk, { when: 'pickup' }),
  ...b(['PROMISED', 'PICKUP_OPEN'], 'agree_visit', null, readerOrDesk, { when: 'pickup' }),
  ...b(['IN_TRANSIT'], 'arrive', 'ARRIVED', desk, { sends: 'received' }),
  ...b(['IN_TRANSIT', 'RETURNING'], 'transit_late', null, system),
  ...b(['ARRIVED'], 'lend_to_reader', 'ON_LOAN', desk),
  ...b(['ARRIVED'], 'hold_expired', null, system),
  ...b(['ARRIVED'], 'ship_back', 'RETURNING', desk, { sends: 'shipped_return' }),
  ...b(['ON_LOAN'], 'return_by_reader', 'RETURNED', desk, { when: 'courier' }),
  ...b(['ON_LOAN'], 'ask_renewal', null, ['reader', ...desk], { sends: 'renew' }),
  ...b(['ON_LOAN'], 'renewal_granted', null, peer),
  ...b(['ON_LOAN'], 'renewal_refused', null, peer),
  ...b(['RETURNED'], 'check_return', null, desk),
  ...b(['RETURNED'], 'ship_back', 'RETURNING', desk, { sends: 'shipped_return' }),
  ...b(withBook, 'overdue', null, peer),
  ...b(withBook, 'recalled', null, peer),
  ...b(withBook, 'due_changed', null, peer),
  ...b([...withBook, 'LOST'], 'completed', 'COMPLETED', peer),
  ...b(withBook, 'declare_lost', 'LOST', desk, { sends: 'lost_there' }),
  ...b(withBook, 'lost_declared', 'LOST', peer),
  ...b(['LOST'], 'found', 'RETURNED', desk),
  ...b(['RETURNED', 'RETURNING', 'LOST'], 'lost_settled', 'LOST_SETTLED', peer),
  ...b(openBorrowing, 'clear_attention', null, desk),
  ...b(['REVIEW', 'ROUTING', 'RETRY_ASKED'], 'close_by_staff', 'CLOSED_BY_STAFF', [
    ...lead,
    ...federation,
  ]),
  ...b(
    ['SENT', 'CONDITIONAL', 'PROMISED', 'PICKUP_OPEN', ...withBook, 'CANCEL_ASKED', 'LOST'],
    'close_by_staff',
    'CLOSED_BY_STAFF',
    federation,
    { sends: 'closed_there' },
  ),
];

const lenderAnswers: readonly Transition[] = [
  ...l([START], 'receive', 'RECEIVED', peer),
  ...l(['RECEIVED'], 'start_search', 'SEARCHING', desk, { sends: 'expect' }),
  ...l(['RECEIVED', 'SEARCHING'], 'promise', 'PROMISED', desk, {
    sends: 'will_supply',
    when: 'courier',
  }),
  ...l(['RECEIVED', 'SEARCHING'], 'promise', 'PICKUP_WAIT', desk, {
    sends: 'will_supply',
    when: 'pickup',
  }),
  ...l(['RECEIVED', 'SEARCHING'], 'offer_conditions', 'CONDITIONAL', desk, {
    sends: 'conditional',
  }),
  ...l(['RECEIVED', 'SEARCHING'], 'ask_retry', 'RETRY', desk, { sends: 'retry_possible' }),
  ...l(
    ['RECEIVED', 'SEARCHING', 'PROMISED', 'CONDITIONAL', 'PICKUP_WAIT'],
    'refuse',
    'UNFILLED',
    desk,
    { sends: 'unfilled' },
  ),
  ...l(['RECEIVED', 'SEARCHING'], 'answer_expired', 'UNFILLED', system, { sends: 'unfilled' }),
  ...l(['CONDITIONAL'], 'condition_accepted', 'PROMISED', peer, {
    sends: 'will_supply',
    when: 'courier',
  }),
  ...l(['CONDITIONAL'], 'condition_accepted', 'PICKUP_WAIT', peer, {
    sends: 'will_supply',
    when: 'pickup',
  }),
  ...l(['CONDITIONAL'], 'condition_declined', 'UNFILLED', peer, { sends: 'unfilled' }),
  ...l(['CONDITIONAL'], 'offer_expired', 'UNFILLED', system, { sends: 'unfilled' }),
  ...l(['RECEIVED', 'SEARCHING', 'CONDITIONAL'], 'cancelled_in_window', 'CANCELLED', peer, {
    sends: 'cancel_yes',
  }),
  ...(['PROMISED', 'PICKUP_WAIT'] as const).flatMap((state) =>
    l([state], 'cancelled_in_window', 'CANCEL_ASKED', peer, { resume: state }),
  ),
  ...(['RECEIVED', 'SEARCHING', 'PROMISED', 'CONDITIONAL', 'PICKUP_WAIT'] as const).flatMap(
    (state) => [
      ...l([state], 'cancel_asked', 'CANCEL_ASKED', peer, { resume: state }),
      ...l(['CANCEL_ASKED'], 'refuse_cancel', state, desk, { sends: 'cancel_no', when: 'resume' }),
    ],
  ),
  ...l(['CANCEL_ASKED'], 'accept_cancel', 'CANCELLED', [...desk, 'system'], {
    sends: 'cancel_yes',
  }),
  // The book has left the house already: the answer is no, and the Loaned before it says why.
  ...l([...lentOut, 'RETURN_SHIPPED'], 'cancelled_in_window', null, peer, { sends: 'cancel_no' }),
  ...l([...lentOut, 'RETURN_SHIPPED'], 'cancel_asked', null, peer, { sends: 'cancel_no' }),
];

const lenderLoans: readonly Transition[] = [
  ...l(['PROMISED'], 'lend', 'LENT', desk, { sends: 'loaned' }),
  ...l(['PICKUP_WAIT'], 'lend_direct', 'LENT_DIRECT', desk, { sends: 'loaned_direct' }),
  ...l(['PICKUP_WAIT'], 'pickup_expired', 'EXPIRED', system, { sends: 'expired' }),
  ...l(['LENT'], 'received', 'RECEIVED_BY_BORROWER', peer),
  ...l(['LENT', 'RECEIVED_BY_BORROWER', 'LOST'], 'return_shipped', 'RETURN_SHIPPED', peer),
  ...l([...lentOut, 'RETURN_SHIPPED'], 'recall', null, desk, { sends: 'recalled' }),
  ...l(lentOut, 'mark_overdue', null, [...desk, 'system'], { sends: 'overdue' }),
  ...l(lentOut, 'change_due', null, desk, { sends: 'due_changed' }),
  ...l(lentOut, 'renewal_asked', null, peer),
  ...l(lentOut, 'grant_renewal', null, desk, { sends: 'renew_yes' }),
  ...l(lentOut, 'refuse_renewal', null, [...desk, 'system'], { sends: 'renew_no' }),
  ...l([...lentOut, 'RETURN_SHIPPED', 'LOST'], 'check_in', 'LOAN_COMPLETED', desk, {
    sends: 'completed',
  }),
  ...l([...lentOut, 'RETURN_SHIPPED'], 'check_in_part', null, desk),
  ...l([...lentOut, 'RETURN_SHIPPED'], 'declare_lost', 'LOST', desk, { sends: 'lost_here' }),
  ...l([...lentOut, 'RETURN_SHIPPED'], 'lost_reported', 'LOST', peer),
  ...l(['LOST'], 'settle', 'LOST_SETTLED', lead, { sends: 'settled' }),
  ...l([...beforeLending, ...lentOut, 'RETURN_SHIPPED', 'LOST'], 'clear_attention', null, desk),
  ...l(beforeLending, 'closed_there', 'CLOSED_BY_STAFF', peer),
  ...l([...lentOut, 'RETURN_SHIPPED', 'LOST'], 'closed_there', null, peer),
  ...l(beforeLending, 'close_by_staff', 'CLOSED_BY_STAFF', [...lead, ...federation], {
    sends: 'closed_here',
  }),
  // The borrowing side has ended without the book: the lender alone can still end its leg.
  ...l([...lentOut, 'RETURN_SHIPPED', 'LOST'], 'close_by_staff', 'CLOSED_BY_STAFF', federation, {
    sends: 'closed_here',
  }),
];

export const transitions: readonly Transition[] = [
  ...beforeSupply,
  ...supplyAnswers,
  ...withTheReader,
  ...lenderAnswers,
  ...lenderLoans,
];
