import { sql } from 'kysely';
import { type Actor, audits, worksAt } from '../actor.ts';
import { LoanError } from '../errors.ts';
import { borrowingStates, lendingStates } from '../lifecycle/states.ts';
import type { Reading } from '../requests/context.ts';
import { listRequests, type RequestList } from '../requests/list.ts';

export interface QueueFacts {
  readonly side: 'borrowing' | 'lending';
  readonly states: readonly string[];
  readonly name: { readonly zh: string; readonly en: string };
}

/** The work lists of a desk: one for every state that waits for its people. */
export const deskQueues: Readonly<Record<string, QueueFacts>> = {
  review: queue('borrowing', ['REVIEW'], '待审核', 'To review'),
  choose: queue('borrowing', ['ROUTING'], '待选出借馆', 'Lender to choose'),
  promised: queue('borrowing', ['PROMISED', 'PICKUP_OPEN'], '已满足', 'Promised'),
  incoming: queue('borrowing', ['IN_TRANSIT'], '待到馆', 'On the way here'),
  shelf: queue('borrowing', ['ARRIVED'], '待取', 'Waiting for readers'),
  loans: queue('borrowing', ['ON_LOAN'], '在借', 'On loan'),
  returned: queue('borrowing', ['RETURNED'], '待审核寄回', 'To check and send back'),
  lost: queue('borrowing', ['LOST'], '遗失', 'Lost'),
  new: queue('lending', ['RECEIVED'], '新请求', 'New requests'),
  searching: queue('lending', ['SEARCHING'], '查架中', 'Being searched'),
  cancelling: queue('lending', ['CANCEL_ASKED'], '要求撤销', 'Cancellation asked'),
  pull: queue('lending', ['PROMISED'], '待取书寄出', 'To pull and send'),
  visitors: queue('lending', ['PICKUP_WAIT'], '待读者自取', 'Visitors expected'),
  lent: queue('lending', ['LENT', 'LENT_DIRECT', 'RECEIVED_BY_BORROWER'], '借出', 'Lent'),
  back: queue('lending', ['RETURN_SHIPPED'], '待归还入藏', 'To check in'),
  missing: queue('lending', ['LOST'], '遗失', 'Lost'),
};

function queue(
  side: 'borrowing' | 'lending',
  states: readonly string[],
  zh: string,
  en: string,
): QueueFacts {
  const known = side === 'borrowing' ? borrowingStates : lendingStates;
  for (const state of states) if (!(state in known)) throw new Error(`No state ${state}.`);
  return { side, states, name: { zh, en } };
}

export function refuseStranger(actor: Actor, library: string): void {
  const looksOn = audits(actor) && (actor.libraryId === null || actor.libraryId === library);
  if (worksAt(actor, library) || looksOn) return;
  const sentence = { zh: '只有本馆工作人员可用。', en: 'Only this library’s staff may do that.' };
  throw new LoanError('forbidden', sentence, { rule: 'desk.own' });
}

/** One desk queue, newest first. */
export async function deskQueue(
  db: Reading,
  actor: Actor,
  name: string,
  page: { readonly limit?: number; readonly after?: string | null } = {},
): Promise<RequestList> {
  const facts = Object.hasOwn(deskQueues, name) ? deskQueues[name] : undefined;
  if (facts === undefined) {
    throw new LoanError('not_found', { zh: '没有这个队列。', en: 'There is no such queue.' });
  }
  refuseStranger(actor, actor.libraryId ?? '');
  return await listRequests(db, actor, {
    side: facts.side,
    states: facts.states,
    open: true,
    ...page,
  });
}

/** How many wait in each state at this desk, on both sides. */
export async function deskCounts(
  db: Reading,
  actor: Actor,
  library: string,
): Promise<Readonly<Record<string, number>>> {
  refuseStranger(actor, library);
  const { rows } = await sql<{ side: string; state: string; count: number }>`
    select 'borrowing' as side, state, count(*) as count from loan_requests
      where home_library = ${library} and not closed group by state
    union all
    select 'lending', state, count(*) from loan_legs
      where lender = ${library} and not closed group by state`.execute(db);
  const counts: Record<string, number> = {};
  for (const [name, facts] of Object.entries(deskQueues)) {
    counts[name] = rows
      .filter((row) => row.side === facts.side && facts.states.includes(row.state))
      .reduce((sum, row) => sum + row.count, 0);
  }
  return counts;
}
