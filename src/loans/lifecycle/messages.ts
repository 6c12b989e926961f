import type { Side } from './states.ts';

/**
 * What the two sides tell each other about one leg. Every kind becomes one action of the receiving
 * side, taken by the role `peer`; the names of ISO 18626 beside it are for the adapter that will
 * speak that protocol, and nothing here depends on them.
 */
export interface MessageFacts {
  readonly from: Side;
  /** The action that the receiver takes. */
  readonly action: string;
  readonly iso: string;
}

export const messageKinds = {
  request: { from: 'borrowing', action: 'receive', iso: 'request New' },
  accept_condition: { from: 'borrowing', action: 'condition_accepted', iso: 'Notification' },
  decline_condition: { from: 'borrowing', action: 'condition_declined', iso: 'Cancel' },
  cancel_now: { from: 'borrowing', action: 'cancelled_in_window', iso: 'Cancel' },
  cancel_ask: { from: 'borrowing', action: 'cancel_asked', iso: 'Cancel' },
  received: { from: 'borrowing', action: 'received', iso: 'Received' },
  shipped_return: { from: 'borrowing', action: 'return_shipped', iso: 'ShippedReturn' },
  renew: { from: 'borrowing', action: 'renewal_asked', iso: 'Renew' },
  lost_there: { from: 'borrowing', action: 'lost_reported', iso: 'Lost' },
  closed_there: { from: 'borrowing', action: 'closed_there', iso: 'Notification' },

  expect: { from: 'lending', action: 'expected', iso: 'ExpectToSupply' },
  will_supply: { from: 'lending', action: 'promised', iso: 'WillSupply' },
  conditional: { from: 'lending', action: 'condition_set', iso: 'WillSupply loanCondition' },
  retry_possible: { from: 'lending', action: 'retry_wanted', iso: 'RetryPossible' },
  unfilled: { from: 'lending', action: 'unfilled', iso: 'Unfilled' },
  expired: { from: 'lending', action: 'pickup_missed', iso: 'Unfilled' },
  loaned: { from: 'lending', action: 'loaned', iso: 'Loaned' },
  loaned_direct: { from: 'lending', action: 'loaned_direct', iso: 'Loaned sentToPatron' },
  overdue: { from: 'lending', action: 'overdue', iso: 'Overdue' },
  recalled: { from: 'lending', action: 'recalled', iso: 'Recalled' },
  due_changed: { from: 'lending', action: 'due_changed', iso: 'StatusChange dueDate' },
  renew_yes: { from: 'lending', action: 'renewal_granted', iso: 'RenewResponse Y' },
  renew_no: { from: 'lending', action: 'renewal_refused', iso: 'RenewResponse N' },
  cancel_yes: { from: 'lending', action: 'cancel_accepted', iso: 'CancelResponse Y' },
  cancel_no: { from: 'lending', action: 'cancel_refused', iso: 'CancelResponse N' },
  completed: { from: 'lending', action: 'completed', iso: 'LoanCompleted' },
  lost_here: { from: 'lending', action: 'lost_declared', iso: 'Notification' },
  settled: { from: 'lending', action: 'lost_settled', iso: 'CompletedWithoutReturn' },
  closed_here: { from: 'lending', action: 'leg_closed', iso: 'Notification' },
} as const satisfies Readonly<Record<string, MessageFacts>>;
export type MessageKind = keyof typeof messageKinds;

export function isMessageKind(text: string): text is MessageKind {
  return Object.hasOwn(messageKinds, text);
}

export function messageFacts(kind: MessageKind): MessageFacts {
  return messageKinds[kind];
}

/** The side that a message is for. */
export function receiverOf(kind: MessageKind): Side {
  return messageKinds[kind].from === 'borrowing' ? 'lending' : 'borrowing';
}
