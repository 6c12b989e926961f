import type { Side } from './states.ts';

/** Who may take an action: the roles of people, the clock and the other side. */
export const loanRoles = [
  'reader',
  'desk_clerk',
  'desk_lead',
  'library_administrator',
  'federation_administrator',
  'auditor',
  'system',
  'peer',
] as const;
export type LoanRole = (typeof loanRoles)[number];

/** A mark on a request or leg that is no state: what it is and since when. */
export type Flag = 'overdue' | 'recalled' | 'renewal' | 'attention';

export interface ActionFacts {
  readonly zh: string;
  readonly en: string;
  readonly side: Side;
  /** Set by the action. */
  readonly raises?: Flag;
  /** Taken away by the action. */
  readonly clears?: readonly Flag[];
  /** The one step that usually comes next; a desk shows it as its main button. */
  readonly primary?: boolean;
  /** Ends something for good; a desk asks before it is taken. */
  readonly closing?: boolean;
  /** Names in the action's input without which it is refused. */
  readonly needs?: readonly string[];
}

const b = (zh: string, en: string, more: Omit<ActionFacts, 'zh' | 'en' | 'side'> = {}) =>
  ({ zh, en, side: 'borrowing', ...more }) as const;
const l = (zh: string, en: string, more: Omit<ActionFacts, 'zh' | 'en' | 'side'> = {}) =>
  ({ zh, en, side: 'lending', ...more }) as const;

/** Actions that a person or the clock takes; names are public and never change their meaning. */
export const borrowingActions = {
  submit: b('提交申请', 'Submit'),
  hold_for_review: b('转本馆审核', 'Hold for review'),
  route: b('选择出借馆', 'Choose lenders'),
  send: b('发出申请', 'Send to the lender', { primary: true }),
  exhausted: b('无馆可借', 'No lender left', { closing: true }),
  approve_request: b('审核通过', 'Approve', { primary: true }),
  refuse_home: b('本馆退回', 'Refuse', { closing: true, needs: ['reason'] }),
  mark_invalid: b('标为无效', 'Mark as invalid', { closing: true, needs: ['reason'] }),
  mark_duplicate: b('标为重复', 'Mark as duplicate', { closing: true, needs: ['duplicateOf'] }),
  amend: b('修改著录', 'Correct the citation', { needs: ['citation'] }),
  cancel: b('撤销', 'Cancel', { closing: true }),
  request_cancel: b('申请撤销', 'Ask to cancel'),
  accept_condition: b('接受条件', 'Accept the condition', { primary: true }),
  decline_condition: b('不接受条件', 'Decline the condition'),
  condition_expired: b('条件逾期未答', 'Condition not answered in time'),
  retry: b('补充后重提', 'Ask again', { primary: true }),
  decline_retry: b('不再补充', 'Do not ask again'),
  retry_expired: b('补充逾期', 'Nothing added in time'),
  promise_late: b('超过承诺时间', 'Promise is late', { raises: 'attention' }),
  open_pickup: b('办理自取', 'Open self pick-up', { primary: true }),
  agree_visit: b('约定时间', 'Agree a visit', { needs: ['visitAt'] }),
  arrive: b('文献到馆', 'Arrived', { primary: true, clears: ['attention'] }),
  transit_late: b('物流超时', 'Transport is late', { raises: 'attention' }),
  lend_to_reader: b('办理借出', 'Lend to the reader', { primary: true, clears: ['attention'] }),
  hold_expired: b('逾期未取', 'Not collected in time', { raises: 'attention' }),
  return_by_reader: b('读者还书', 'Return from the reader', {
    primary: true,
    clears: ['overdue', 'recalled', 'attention'],
  }),
  check_return: b('审核还书', 'Check the return', { needs: ['condition'] }),
  ship_back: b('寄回出借馆', 'Send back', { primary: true, clears: ['attention'] }),
  ask_renewal: b('申请续借', 'Ask for renewal', { raises: 'renewal' }),
  declare_lost: b('登记遗失', 'Record as lost', { needs: ['reason'] }),
  found: b('找到文献', 'Found again'),
  clear_attention: b('已处理提示', 'Attention dealt with', { clears: ['attention'] }),
  close_by_staff: b('人工结束', 'Close by hand', { closing: true, needs: ['reason'] }),

  expected: b('出借馆预计可供', 'Lender expects to supply'),
  promised: b('出借馆满足', 'Promised by the lender'),
  condition_set: b('出借馆提出条件', 'Condition from the lender'),
  retry_wanted: b('出借馆请重提', 'Lender wants more data'),
  unfilled: b('出借馆未满足', 'Refused by the lender'),
  pickup_missed: b('逾期未自取', 'Not collected at the lender'),
  loaned: b('出借馆已寄出', 'Sent by the lender'),
  loaned_direct: b('出借馆已借出', 'Lent at the lender’s counter'),
  overdue: b('逾期', 'Overdue', { raises: 'overdue' }),
  recalled: b('被催还', 'Recalled', { raises: 'recalled' }),
  due_changed: b('应还日变更', 'Due date changed', { clears: ['overdue'] }),
  renewal_granted: b('同意续借', 'Renewed', { clears: ['renewal', 'overdue'] }),
  renewal_refused: b('不可续借', 'Not renewed', { clears: ['renewal'] }),
  cancel_accepted: b('对方同意撤销', 'Cancellation accepted'),
  cancel_refused: b('对方不同意撤销', 'Cancellation refused'),
  completed: b('归还入藏', 'Back at the lender', {
    clears: ['overdue', 'recalled', 'attention', 'renewal'],
  }),
  lost_declared: b('对方登记遗失', 'Lender records a loss', { raises: 'attention' }),
  lost_settled: b('遗失已赔', 'Loss settled'),
  leg_closed: b('对方人工结束', 'Closed by the lender', { raises: 'attention' }),
} as const satisfies Readonly<Record<string, ActionFacts>>;
export type BorrowingAction = keyof typeof borrowingActions;

export const lendingActions = {
  receive: l('收到申请', 'Receive'),
  start_search: l('开始查架', 'Start searching'),
  promise: l('满足', 'Promise', { primary: true }),
  offer_conditions: l('提出条件', 'Offer with a condition', { needs: ['condition'] }),
  ask_retry: l('请补充重提', 'Ask for more data', { needs: ['reason'] }),
  refuse: l('拒绝', 'Refuse', { closing: true, needs: ['reason'] }),
  answer_expired: l('逾期未答', 'Not answered in time', { closing: true }),
  offer_expired: l('条件逾期', 'Offer has run out', { closing: true }),
  lend: l('借出并交物流', 'Lend by courier', { primary: true, needs: ['barcodes'] }),
  lend_direct: l('柜台借出', 'Lend at the counter', { primary: true, needs: ['barcodes'] }),
  pickup_expired: l('逾期未取', 'Not collected', { closing: true }),
  accept_cancel: l('同意撤销', 'Accept the cancellation', { primary: true, closing: true }),
  refuse_cancel: l('不同意撤销', 'Refuse the cancellation'),
  recall: l('催还', 'Recall', { raises: 'recalled' }),
  mark_overdue: l('登记逾期', 'Mark as overdue', { raises: 'overdue' }),
  change_due: l('变更应还日', 'Change the due date', { needs: ['dueDate'], clears: ['overdue'] }),
  grant_renewal: l('同意续借', 'Renew', { needs: ['dueDate'], clears: ['renewal', 'overdue'] }),
  refuse_renewal: l('不同意续借', 'Refuse renewal', { clears: ['renewal'] }),
  check_in: l('归还入藏', 'Check in', {
    primary: true,
    clears: ['overdue', 'recalled', 'attention', 'renewal'],
  }),
  check_in_part: l('部分归还', 'Check in some volumes', { needs: ['volumes'] }),
  declare_lost: l('登记遗失', 'Record as lost', { needs: ['reason'] }),
  settle: l('遗失已赔', 'Settle the loss', { closing: true }),
  clear_attention: l('已处理提示', 'Attention dealt with', { clears: ['attention'] }),
  close_by_staff: l('人工结束', 'Close by hand', { closing: true, needs: ['reason'] }),

  condition_accepted: l('对方接受条件', 'Condition accepted'),
  condition_declined: l('对方不接受条件', 'Condition declined'),
  cancelled_in_window: l('对方一小时内撤销', 'Cancelled within the hour'),
  cancel_asked: l('对方要求撤销', 'Cancellation asked'),
  received: l('对方已收', 'Received by the borrower'),
  return_shipped: l('对方已寄回', 'Sent back by the borrower', {
    clears: ['recalled', 'overdue'],
  }),
  renewal_asked: l('对方申请续借', 'Renewal asked', { raises: 'renewal' }),
  lost_reported: l('对方报告遗失', 'Loss reported', { raises: 'attention' }),
  closed_there: l('对方人工结束', 'Closed by the borrower', { raises: 'attention' }),
} as const satisfies Readonly<Record<string, ActionFacts>>;
export type LendingAction = keyof typeof lendingActions;

const facts: Readonly<Record<Side, Readonly<Record<string, ActionFacts>>>> = {
  borrowing: borrowingActions,
  lending: lendingActions,
};

/** The facts of an action of one side, or null where that side has none of this name. */
export function actionFacts(side: Side, action: string): ActionFacts | null {
  return Object.hasOwn(facts[side], action) ? (facts[side][action] ?? null) : null;
}

export function actionsOf(side: Side): readonly string[] {
  return Object.keys(facts[side]);
}
