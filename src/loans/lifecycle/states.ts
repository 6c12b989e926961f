/**
 * The states of a loan, as data: the borrowing side has one request, the lending side one leg for
 * every lender tried. A leg ends, the request goes on. What is late, recalled or asked for is a
 * flag with a date and never a state of its own.
 */

export type Side = 'borrowing' | 'lending';

/** Who has to do something next while a request or a leg stands in a state. */
export type Owner = 'reader' | 'home' | 'lender' | 'system';

/** What a reader is told, in one word; derived from the state and never stored. */
export const readerPhases = {
  processing: { zh: '处理中', en: 'In progress' },
  confirm: { zh: '请您确认', en: 'Please confirm' },
  complete_data: { zh: '请您补充', en: 'Please add what is missing' },
  promised: { zh: '已满足', en: 'Promised' },
  visit_lender: { zh: '请到出借馆取书', en: 'Collect at the lending library' },
  on_the_way: { zh: '运送中', en: 'On its way' },
  ready: { zh: '可取书', en: 'Ready for you' },
  on_loan: { zh: '在借', en: 'On loan to you' },
  returned: { zh: '已还', en: 'Returned' },
  cancelling: { zh: '撤销中', en: 'Being cancelled' },
  ended: { zh: '已结束', en: 'Ended' },
} as const satisfies Readonly<Record<string, { readonly zh: string; readonly en: string }>>;
export type ReaderPhase = keyof typeof readerPhases;

/** A deadline that a state starts; its length is a policy parameter. */
export interface StateTimer {
  readonly name: string;
  /** The action that the timer takes as `system` when it falls due. */
  readonly action: string;
  /** Policy parameter that says how long. */
  readonly parameter: string;
}

export interface StateFacts {
  readonly zh: string;
  readonly en: string;
  readonly phase: ReaderPhase;
  /** Null exactly for final states. */
  readonly owner: Owner | null;
  readonly timer: StateTimer | null;
  /** True where a book of the lender is out of its house. */
  readonly itemOut: boolean;
}

const timer = (name: string, action: string, parameter: string): StateTimer => ({
  name,
  action,
  parameter,
});

function open(
  zh: string,
  en: string,
  phase: ReaderPhase,
  owner: Owner,
  more: { readonly timer?: StateTimer; readonly itemOut?: boolean } = {},
): StateFacts {
  return { zh, en, phase, owner, timer: more.timer ?? null, itemOut: more.itemOut ?? false };
}

function final(zh: string, en: string): StateFacts {
  return { zh, en, phase: 'ended', owner: null, timer: null, itemOut: false };
}

const out = { itemOut: true } as const;

export const borrowingStates = {
  SUBMITTED: open('已提交', 'Submitted', 'processing', 'system'),
  REVIEW: open('待本馆审核', 'Waiting for the home library', 'processing', 'home'),
  ROUTING: open('选择出借馆', 'Choosing a lender', 'processing', 'home'),
  SENT: open('已发出', 'Sent to the lender', 'processing', 'lender'),
  CONDITIONAL: open('待确认条件', 'Condition to confirm', 'confirm', 'reader', {
    timer: timer('condition', 'condition_expired', 'timer.conditionDays'),
  }),
  RETRY_ASKED: open('待补充信息', 'More data wanted', 'complete_data', 'reader', {
    timer: timer('retry', 'retry_expired', 'timer.retryDays'),
  }),
  PROMISED: open('已满足', 'Promised', 'promised', 'lender', {
    timer: timer('promise', 'promise_late', 'timer.promiseDays'),
  }),
  PICKUP_OPEN: open('待自取', 'To be collected at the lender', 'visit_lender', 'reader'),
  IN_TRANSIT: open('物流中', 'On its way to the home library', 'on_the_way', 'home', {
    timer: timer('transit', 'transit_late', 'timer.transitDays'),
    ...out,
  }),
  ARRIVED: open('文献到馆', 'At the home library', 'ready', 'reader', {
    timer: timer('hold', 'hold_expired', 'timer.holdDays'),
    ...out,
  }),
  ON_LOAN: open('在借', 'On loan', 'on_loan', 'reader', out),
  RETURNED: open('读者已还', 'Returned by the reader', 'returned', 'home', out),
  RETURNING: open('归还途中', 'On its way back', 'returned', 'lender', {
    timer: timer('back', 'transit_late', 'timer.transitDays'),
    ...out,
  }),
  CANCEL_ASKED: open('撤销中', 'Cancellation asked', 'cancelling', 'lender'),
  LOST: open('遗失待赔', 'Lost, to be settled', 'returned', 'home', out),
  COMPLETED: final('完成', 'Completed'),
  CANCELLED: final('已撤销', 'Cancelled'),
  UNFILLED: final('未满足', 'Not filled'),
  REFUSED_HOME: final('本馆退回', 'Refused by the home library'),
  EXPIRED: final('过期', 'Expired'),
  LOST_SETTLED: final('遗失已赔', 'Lost and settled'),
  CLOSED_BY_STAFF: final('人工结束', 'Closed by staff'),
} as const satisfies Readonly<Record<string, StateFacts>>;
export type BorrowingState = keyof typeof borrowingStates;

const answer = timer('answer', 'answer_expired', 'timer.answerDays');

export const lendingStates = {
  RECEIVED: open('新请求', 'New request', 'processing', 'lender', { timer: answer }),
  SEARCHING: open('查架中', 'Searching the shelf', 'processing', 'lender', { timer: answer }),
  PROMISED: open('满足', 'Promised', 'promised', 'lender'),
  CONDITIONAL: open('有条件满足', 'Conditions offered', 'confirm', 'reader', {
    timer: timer('offer', 'offer_expired', 'timer.offerDays'),
  }),
  PICKUP_WAIT: open('待读者自取', 'Waiting for the reader', 'visit_lender', 'reader', {
    timer: timer('pickup', 'pickup_expired', 'timer.pickupDays'),
  }),
  CANCEL_ASKED: open('对方要求撤销', 'Cancellation asked', 'cancelling', 'lender', {
    timer: timer('cancel', 'accept_cancel', 'timer.cancelAnswerDays'),
  }),
  LENT: open('已借出（物流）', 'Lent by courier', 'on_the_way', 'home', out),
  LENT_DIRECT: open('已借出（自取）', 'Lent at the counter', 'on_loan', 'reader', out),
  RECEIVED_BY_BORROWER: open('对方已收', 'Received by the borrower', 'on_loan', 'home', out),
  RETURN_SHIPPED: open('归还途中', 'On its way back', 'returned', 'lender', out),
  LOST: open('遗失待赔', 'Lost, to be settled', 'returned', 'lender', out),
  LOAN_COMPLETED: final('归还入藏', 'Back on the shelf'),
  UNFILLED: final('未满足', 'Not filled'),
  RETRY: final('请重提', 'To be asked again'),
  CANCELLED: final('已撤销', 'Cancelled'),
  EXPIRED: final('过期未取', 'Not collected'),
  LOST_SETTLED: final('遗失已赔', 'Lost and settled'),
  CLOSED_BY_STAFF: final('人工结束', 'Closed by staff'),
} as const satisfies Readonly<Record<string, StateFacts>>;
export type LendingState = keyof typeof lendingStates;

/** The state every history begins from; it is never a row's current state. */
export const START = 'START';

export const statesOf: Readonly<Record<Side, Readonly<Record<string, StateFacts>>>> = {
  borrowing: borrowingStates,
  lending: lendingStates,
};

/** The facts of a state; an unknown name is a bug of the caller. */
export function stateFacts(side: Side, state: string): StateFacts {
  const facts = statesOf[side][state];
  if (facts === undefined) throw new Error(`There is no ${side} state ${state}.`);
  return facts;
}

export function isFinal(side: Side, state: string): boolean {
  return stateFacts(side, state).owner === null;
}
