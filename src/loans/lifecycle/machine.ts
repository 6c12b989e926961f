import type { LoanRole } from './actions.ts';
import { type MessageKind, messageFacts, receiverOf } from './messages.ts';
import { isFinal, type Side } from './states.ts';
import { type Transition, transitions } from './transitions.ts';

/** Pure reading of the tables: which step an action means here, and what a message does. */

export type Delivery = 'courier' | 'pickup';

/** Where one side stands, as far as choosing a step needs it. */
export interface Standing {
  readonly side: Side;
  readonly state: string;
  readonly delivery: Delivery;
  /** The state to come back to if a cancellation is refused. */
  readonly resume: string | null;
}

export type Refusal = 'wrong_state' | 'wrong_role' | 'wrong_delivery';
export type Step =
  | { readonly ok: true; readonly transition: Transition }
  | { readonly ok: false; readonly why: Refusal };

const byState = new Map<string, Transition[]>();
for (const transition of transitions) {
  const key = `${transition.side} ${transition.from}`;
  const list = byState.get(key);
  if (list === undefined) byState.set(key, [transition]);
  else list.push(transition);
}

/** The steps out of a state, in the order of the table. */
export function stepsFrom(side: Side, state: string): readonly Transition[] {
  return byState.get(`${side} ${state}`) ?? [];
}

/** The one step that an action by this role means here, or why there is none. */
export function findStep(standing: Standing, action: string, role: LoanRole): Step {
  const named = stepsFrom(standing.side, standing.state).filter((row) => row.action === action);
  if (named.length === 0) return { ok: false, why: 'wrong_state' };
  const permitted = named.filter((row) => row.roles.includes(role));
  if (permitted.length === 0) return { ok: false, why: 'wrong_role' };
  const fitting = permitted.find((row) => {
    if (row.when === null) return true;
    return row.when === 'resume' ? row.to === standing.resume : row.when === standing.delivery;
  });
  return fitting === undefined
    ? { ok: false, why: 'wrong_delivery' }
    : { ok: true, transition: fitting };
}

/** The state to come back to after this step. */
export function resumeAfter(standing: Standing, transition: Transition): string | null {
  if (transition.resume !== null) return transition.resume;
  return transition.to === 'CANCEL_ASKED' ? standing.resume : null;
}

/**
 * What a message does on arrival: a step, or nothing where the state has moved on. `late` asks for
 * a person's look: the message came to a history that has ended, or to one that cannot take it
 * and is not the mere crossing of two letters.
 */
export type Reception =
  | { readonly kind: 'step'; readonly transition: Transition }
  | { readonly kind: 'ignored'; readonly late: boolean };

/** Messages that only repeat what the receiver knows already when they find it elsewhere. */
const harmless: ReadonlySet<MessageKind> = new Set([
  'cancel_now',
  'cancel_ask',
  'cancel_no',
  'accept_condition',
  'decline_condition',
  'expect',
  'received',
  'shipped_return',
  'lost_there',
  'lost_here',
  'overdue',
  'recalled',
  'due_changed',
  'renew',
  'renew_yes',
  'renew_no',
]);

export function receiveMessage(standing: Standing, kind: MessageKind): Reception {
  if (receiverOf(kind) !== standing.side) throw new Error(`${kind} is not for ${standing.side}.`);
  const step = findStep(standing, messageFacts(kind).action, 'peer');
  if (step.ok) return { kind: 'step', transition: step.transition };
  const ended = isFinal(standing.side, standing.state);
  return { kind: 'ignored', late: !ended && !harmless.has(kind) };
}
