import type { Actor } from '../actor.ts';
import { actionFacts } from '../lifecycle/actions.ts';
import { isMessageKind, messageFacts } from '../lifecycle/messages.ts';
import type { Side } from '../lifecycle/states.ts';
import type { Reading } from './context.ts';
import { loadVisible, sideOf, type Words } from './read.ts';

export interface EventView {
  readonly seq: number;
  readonly leg: number;
  readonly side: Side;
  readonly action: string;
  readonly actionName: Words;
  readonly from: string;
  readonly to: string;
  readonly role: string;
  readonly library: string | null;
  /** Staff are named to their own library and the federation only. */
  readonly actor: string | null;
  readonly at: string;
  readonly detail: unknown;
}

/** The history of a request: all of it for the home side, a lender's own leg for the lender. */
export async function eventsOf(
  db: Reading,
  actor: Actor,
  number: string,
): Promise<readonly EventView[]> {
  const loaded = await loadVisible(db, actor, number);
  const own = sideOf(actor, loaded) === 'borrowing';
  const legs = loaded.legs.filter((leg) => leg.lender === actor.libraryId).map(({ leg }) => leg);
  const rows = await db
    .selectFrom('loan_events')
    .selectAll()
    .where('request_id', '=', loaded.request.id)
    .orderBy('seq')
    .execute();
  return rows
    .filter((row) => own || legs.includes(row.leg))
    .map((row) => {
      const facts = actionFacts(row.side, row.action);
      const named = actor.kind === 'staff' && [row.library, null].includes(actor.libraryId);
      return {
        seq: row.seq,
        leg: row.leg,
        side: row.side,
        action: row.action,
        actionName: { zh: facts?.zh ?? row.action, en: facts?.en ?? row.action },
        from: row.from_state,
        to: row.to_state,
        role: row.role,
        library: row.library,
        actor: named ? row.actor_id : null,
        at: row.at.toISOString(),
        detail: row.detail,
      };
    });
}

export interface MessageView {
  readonly leg: number;
  readonly from: Side;
  readonly seq: number;
  readonly kind: string;
  /** The ISO 18626 name of what it says. */
  readonly iso: string;
  readonly payload: unknown;
  readonly sentAt: string;
  readonly receivedAt: string | null;
  readonly outcome: string;
}

/** What the two sides told each other; for staff. */
export async function messagesOf(
  db: Reading,
  actor: Actor,
  number: string,
): Promise<readonly MessageView[]> {
  const loaded = await loadVisible(db, actor, number);
  const own = sideOf(actor, loaded) === 'borrowing';
  const legs = loaded.legs.filter((leg) => leg.lender === actor.libraryId).map(({ leg }) => leg);
  const rows = await db
    .selectFrom('loan_messages')
    .selectAll()
    .where('request_id', '=', loaded.request.id)
    .orderBy('leg')
    .orderBy('sent_at')
    .orderBy('sender')
    .orderBy('seq')
    .execute();
  return rows
    .filter((row) => own || legs.includes(row.leg))
    .map((row) => ({
      leg: row.leg,
      from: row.sender,
      seq: row.seq,
      kind: row.kind,
      iso: isMessageKind(row.kind) ? messageFacts(row.kind).iso : row.kind,
      payload: row.payload,
      sentAt: row.sent_at.toISOString(),
      receivedAt: row.received_at?.toISOString() ?? null,
      outcome: row.outcome,
    }));
}
