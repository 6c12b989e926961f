import t from 'tap';
import {
  findStep,
  receiveMessage,
  resumeAfter,
  stepsFrom,
} from '../../../src/loans/lifecycle/machine.ts';
import {
  type MessageKind,
  messageFacts,
  receiverOf,
} from '../../../src/loans/lifecycle/messages.ts';
import { isFinal, type Side, stateFacts } from '../../../src/loans/lifecycle/states.ts';
import type { Transition } from '../../../src/loans/lifecycle/transitions.ts';

/**
 * Both sides of one leg and the letters between them. A channel may lose, double and reorder what
 * is sent; the sender keeps sending until it is acknowledged and the receiver takes each number
 * once and in order, so what remains of the channel is how far each reader has got.
 */
interface World {
  readonly borrowing: string;
  readonly lending: string;
  readonly resumeB: string | null;
  readonly resumeL: string | null;
  /** Letters not yet taken, in order. */
  readonly toLending: readonly MessageKind[];
  readonly toBorrowing: readonly MessageKind[];
  readonly late: boolean;
}

/**
 * Steps that write and say nothing the other side could act on; one flag, the recall, stands for all
 * that travel without moving anything.
 */
const silent = new Set([
  'clear_attention',
  'promise_late',
  'transit_late',
  'hold_expired',
  'check_return',
  'agree_visit',
  'check_in_part',
  'amend',
  'mark_overdue',
  'change_due',
  'grant_renewal',
  'refuse_renewal',
  'ask_renewal',
]);
/** Letters under way in one direction; a side that has written so many waits for the post. */
const mostLetters = 3;

function standing(world: World, side: Side, delivery: 'courier' | 'pickup') {
  return side === 'borrowing'
    ? { side, state: world.borrowing, delivery, resume: world.resumeB }
    : { side, state: world.lending, delivery, resume: world.resumeL };
}

function after(world: World, transition: Transition, delivery: 'courier' | 'pickup'): World {
  const resume = resumeAfter(standing(world, transition.side, delivery), transition);
  const moved: World =
    transition.side === 'borrowing'
      ? { ...world, borrowing: transition.to, resumeB: resume }
      : { ...world, lending: transition.to, resumeL: resume };
  if (transition.sends === null) return moved;
  return receiverOf(transition.sends) === 'lending'
    ? { ...moved, toLending: [...moved.toLending, transition.sends] }
    : { ...moved, toBorrowing: [...moved.toBorrowing, transition.sends] };
}

function deliver(world: World, side: Side, delivery: 'courier' | 'pickup'): World | null {
  const queue = side === 'lending' ? world.toLending : world.toBorrowing;
  const [kind, ...rest] = queue;
  if (kind === undefined) return null;
  const opened =
    side === 'lending' ? { ...world, toLending: rest } : { ...world, toBorrowing: rest };
  const reception = receiveMessage(standing(opened, side, delivery), kind);
  if (reception.kind === 'step') return after(opened, reception.transition, delivery);
  return reception.late ? { ...opened, late: true } : opened;
}

function successors(world: World, delivery: 'courier' | 'pickup'): World[] {
  const next: World[] = [];
  for (const side of ['lending', 'borrowing'] as const) {
    const arrived = deliver(world, side, delivery);
    if (arrived !== null) next.push(arrived);
    const state = side === 'borrowing' ? world.borrowing : world.lending;
    if (isFinal(side, state)) continue;
    const waiting = side === 'borrowing' ? world.toLending : world.toBorrowing;
    for (const row of stepsFrom(side, state)) {
      if (row.roles.every((role) => role === 'peer')) continue;
      // A second leg is another pair; this one is followed to its end.
      if (row.action === 'send' || row.action === 'retry') continue;
      if (row.action === 'open_pickup' && delivery !== 'pickup') continue;
      if (silent.has(row.action)) continue;
      if (row.sends !== null && waiting.length >= mostLetters) continue;
      const role = row.roles.find((candidate) => candidate !== 'peer');
      if (role === undefined) continue;
      const step = findStep(standing(world, side, delivery), row.action, role);
      if (step.ok && step.transition === row) next.push(after(world, row, delivery));
    }
  }
  return next;
}

/** Where the borrowing side may stand when this leg has ended and nothing is on its way. */
const agreeing: Readonly<Record<string, readonly string[]>> = {
  LOAN_COMPLETED: ['COMPLETED', 'CLOSED_BY_STAFF'],
  UNFILLED: ['ROUTING', 'CANCELLED', 'UNFILLED', 'REFUSED_HOME', 'CLOSED_BY_STAFF'],
  RETRY: ['RETRY_ASKED', 'ROUTING', 'CANCELLED', 'UNFILLED', 'REFUSED_HOME', 'CLOSED_BY_STAFF'],
  CANCELLED: ['CANCELLED', 'CLOSED_BY_STAFF'],
  EXPIRED: ['EXPIRED', 'CANCELLED', 'CLOSED_BY_STAFF'],
  LOST_SETTLED: ['LOST_SETTLED', 'CLOSED_BY_STAFF'],
  CLOSED_BY_STAFF: [
    'ROUTING',
    'CANCELLED',
    'UNFILLED',
    'REFUSED_HOME',
    'CLOSED_BY_STAFF',
    'COMPLETED',
    'LOST_SETTLED',
    'EXPIRED',
  ],
};

function keyOf(world: World): string {
  return JSON.stringify(world);
}

for (const delivery of ['courier', 'pickup'] as const) {
  t.test(`both sides end in agreement by ${delivery}, whatever the channel does`, async (t) => {
    const start: World = {
      borrowing: 'SENT',
      lending: 'RECEIVED',
      resumeB: null,
      resumeL: null,
      toLending: [],
      toBorrowing: [],
      late: false,
    };
    const seen = new Map<string, World>([[keyOf(start), start]]);
    const into = new Map<string, string[]>();
    const queue = [start];
    const limit = 300_000;
    for (let world = queue.shift(); world !== undefined; world = queue.shift()) {
      for (const next of successors(world, delivery)) {
        const key = keyOf(next);
        const from = into.get(key);
        if (from === undefined) into.set(key, [keyOf(world)]);
        else from.push(keyOf(world));
        if (seen.has(key) || seen.size >= limit) continue;
        seen.set(key, next);
        queue.push(next);
      }
    }
    const stuck: string[] = [];
    const disagreeing = new Set<string>();
    const ended: string[] = [];
    for (const [key, world] of seen) {
      const quiet = world.toLending.length === 0 && world.toBorrowing.length === 0;
      const lendingEnded = isFinal('lending', world.lending);
      if (quiet && lendingEnded) {
        ended.push(key);
        const good = agreeing[world.lending]?.includes(world.borrowing) || world.late;
        if (!good) disagreeing.add(`${world.borrowing} / ${world.lending}`);
      }
      const owned =
        (isFinal('borrowing', world.borrowing) ||
          stateFacts('borrowing', world.borrowing).owner !== null) &&
        (lendingEnded || stateFacts('lending', world.lending).owner !== null);
      if (!owned) stuck.push(key);
    }
    t.same([...disagreeing], [], 'every pair of ends agrees');
    t.same(stuck, []);
    // Backwards from the ends: what is not reached can never end.
    const ending = new Set(ended);
    const back = [...ended];
    for (let key = back.pop(); key !== undefined; key = back.pop()) {
      for (const before of into.get(key) ?? []) {
        if (ending.has(before)) continue;
        ending.add(before);
        back.push(before);
      }
    }
    const endless = [...seen.keys()].filter((key) => !ending.has(key));
    t.same(endless.slice(0, 3), [], 'from everywhere an end can be reached');
    t.comment(`${seen.size} pairs explored`);
    t.ok(seen.size > 1000 && seen.size < limit, 'the whole space was seen');
  });
}

t.test('a letter that comes twice or early does nothing by itself', async (t) => {
  const kinds: readonly MessageKind[] = ['will_supply', 'loaned', 'completed'];
  let state = 'SENT';
  for (const kind of kinds) {
    for (const repeated of [false, true]) {
      const standing = {
        side: 'borrowing' as const,
        state,
        delivery: 'courier' as const,
        resume: null,
      };
      const reception = receiveMessage(standing, kind);
      if (repeated) t.equal(reception.kind, 'ignored', `${kind} again in ${state}`);
      else if (reception.kind === 'step') state = reception.transition.to;
      else t.fail(`${kind} in ${state}`);
    }
  }
  t.equal(state, 'COMPLETED');
  t.throws(() =>
    receiveMessage({ side: 'borrowing', state, delivery: 'courier', resume: null }, 'cancel_now'),
  );
  t.equal(messageFacts('cancel_now').action, 'cancelled_in_window');
});
