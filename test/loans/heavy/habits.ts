import type { Actor } from '../../../src/loans/actor.ts';
import {
  type ActionFacts,
  actionFacts,
  type LoanRole,
} from '../../../src/loans/lifecycle/actions.ts';
import { findStep, stepsFrom } from '../../../src/loans/lifecycle/machine.ts';
import type { Side } from '../../../src/loans/lifecycle/states.ts';
import type { LoanWorld } from '../../support/loans.ts';
import type { Found } from './found.ts';

/** A small generator (mulberry32): the same numbers for the same seed. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: () => number, list: readonly T[]): T {
  const value = list[Math.floor(random() * list.length)];
  if (value === undefined) throw new Error('Nothing to pick from.');
  return value;
}

/** How often people do what they may do, beside each other; what is not named happens rarely. */
const weights: Readonly<Record<string, number>> = {
  'borrowing.approve_request': 10,
  'borrowing.accept_condition': 7,
  'borrowing.decline_condition': 3,
  'borrowing.retry': 6,
  'borrowing.decline_retry': 2,
  'borrowing.send': 10,
  'borrowing.arrive': 10,
  'borrowing.lend_to_reader': 10,
  'borrowing.return_by_reader': 10,
  'borrowing.check_return': 10,
  'borrowing.ship_back': 10,
  'borrowing.found': 3,
  'borrowing.cancel': 0.12,
  'borrowing.clear_attention': 5,
  'lending.start_search': 2,
  'lending.promise': 10,
  'lending.refuse': 1,
  'lending.offer_conditions': 0.6,
  'lending.ask_retry': 0.3,
  'lending.lend': 10,
  'lending.lend_direct': 10,
  'lending.accept_cancel': 6,
  'lending.refuse_cancel': 1,
  'lending.check_in': 10,
  'lending.settle': 3,
  'lending.clear_attention': 5,
};
const rarely = 0.03;

/** Nothing to see to: the attention was never asked for, the return is checked, or it is not back. */
function weightOf(found: Found, side: Side, action: string): number {
  const attention = side === 'borrowing' ? found.attention : found.leg?.attention === true;
  if (action === 'clear_attention' && !attention) return 0;
  if (action === 'check_return' && found.checked) return 0;
  if (action === 'ship_back' && !(found.state === 'RETURNED' && found.checked)) return rarely / 3;
  const back = ['RETURN_SHIPPED', 'LENT_DIRECT'].includes(found.leg?.state ?? '');
  if (action === 'check_in' && !back) return rarely / 10;
  return weights[`${side}.${action}`] ?? rarely;
}

/** Mostly whoever it waits for, and sometimes the other side. */
export function whoLooks(
  random: () => number,
  found: Found,
  staff: LoanWorld['staff'],
): { readonly actor: Actor; readonly side: Side } {
  const byReader = found.owner === 'reader' && found.state !== 'ON_LOAN' ? 0.5 : 0.03;
  if (found.readerId !== null && random() < byReader) {
    const actor = { kind: 'reader', id: found.readerId, libraryId: found.home } as const;
    return { actor: { ...actor, roles: ['reader'] }, side: 'borrowing' };
  }
  const role = random() < 0.05 ? 'desk_lead' : 'desk_clerk';
  const counter = found.leg?.state === 'LENT_DIRECT' || found.leg?.state === 'PICKUP_WAIT';
  const waitsForLender = found.owner === 'lender' || counter;
  const lending = found.leg !== null && random() < (waitsForLender ? 0.9 : 0.1);
  return lending && found.lender !== null
    ? { actor: staff(found.lender, role), side: 'lending' }
    : { actor: staff(found.home, role), side: 'borrowing' };
}

/** What this role does here, chosen from the table of steps; null where it may do nothing. */
export function chooseAction(
  random: () => number,
  found: Found,
  side: Side,
  role: LoanRole,
): string | null {
  const { delivery } = found;
  const standing =
    side === 'borrowing'
      ? { side, state: found.state, delivery, resume: found.resume }
      : { side, state: found.leg?.state ?? '', delivery, resume: found.leg?.resume ?? null };
  const names = new Set(stepsFrom(side, standing.state).map((row) => row.action));
  const open = [...names]
    .filter((action) => findStep(standing, action, role).ok)
    .map((action) => ({ action, weight: weightOf(found, side, action) }));
  let left = random() * open.reduce((sum, { weight }) => sum + weight, 0);
  for (const { action, weight } of open) {
    left -= weight;
    if (left < 0) return action;
  }
  return null;
}

export interface InputFacts {
  readonly now: Date;
  readonly volumes: number;
  readonly libraries: readonly string[];
  readonly nextBarcode: () => string;
}

/** Something for everything that an action needs. */
export function inputOf(
  random: () => number,
  side: Side,
  action: string,
  facts: InputFacts,
): Readonly<Record<string, unknown>> {
  const { now, volumes } = facts;
  const later = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
  const values: Readonly<Record<string, () => unknown>> = {
    barcodes: () => Array.from({ length: volumes }, facts.nextBarcode),
    reason: () => 'on_loan',
    condition: () => (random() < 0.02 ? 'damaged' : 'good'),
    dueDate: () => later(20).slice(0, 10),
    visitAt: () => later(1),
    duplicateOf: () => 'x',
    citation: () => ({ title: '改' }),
    lender: () => pick(random, facts.libraries),
    volumes: () => [{ barcode: 'x' }],
  };
  const needs: ActionFacts['needs'] = actionFacts(side, action)?.needs ?? [];
  return Object.fromEntries(needs.map((name) => [name, values[name]?.()]));
}
