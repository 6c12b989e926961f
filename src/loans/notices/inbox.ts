import type { Actor } from '../actor.ts';
import { notFound } from '../errors.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';
import { loadVisible } from '../requests/read.ts';

export interface InboxMessage {
  readonly id: number;
  readonly template: string;
  readonly subject: string;
  readonly body: string;
  readonly at: string;
  readonly readAt: string | null;
}

const mostMessages = 200;

/** One's own in-system messages, newest first. */
export async function inboxOf(
  db: Reading,
  actor: Actor,
  range: {
    readonly from?: Date | null;
    readonly to?: Date | null;
    readonly before?: number | null;
  } = {},
): Promise<readonly InboxMessage[]> {
  const recipient = recipientOf(actor);
  if (recipient === null) return [];
  let query = db
    .selectFrom('notices')
    .select(['id', 'template', 'subject', 'body', 'created_at', 'read_at'])
    .where('recipient_kind', '=', recipient.kind)
    .where('recipient_id', '=', recipient.id)
    .where('channel', '=', 'inbox');
  if (range.from) query = query.where('created_at', '>=', range.from);
  if (range.to) query = query.where('created_at', '<', range.to);
  if (range.before) query = query.where('id', '<', range.before);
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostMessages)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    template: row.template,
    subject: row.subject,
    body: row.body,
    at: row.created_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
  }));
}

function recipientOf(
  actor: Actor,
): { readonly kind: 'reader' | 'library'; readonly id: string } | null {
  if (actor.kind === 'reader') return { kind: 'reader', id: actor.id };
  if (actor.kind === 'staff' && actor.libraryId !== null) {
    return { kind: 'library', id: actor.libraryId };
  }
  return null;
}

/** Marks a message as read; the first reading counts. */
export async function markRead(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  id: number,
): Promise<void> {
  const recipient = recipientOf(actor);
  const row = await tx
    .updateTable('notices')
    .set((set) => ({
      read_at: set.fn.coalesce('read_at', set.val(context.clock.now())),
    }))
    .where('id', '=', id)
    .where('recipient_kind', '=', recipient?.kind ?? 'reader')
    .where('recipient_id', '=', recipient?.id ?? '')
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw notFound('没有这条消息。', 'There is no such message.');
}

export interface NoticeStatus {
  readonly template: string;
  readonly recipient: 'reader' | 'library';
  readonly channel: string;
  readonly state: 'shown' | 'waiting' | 'sent' | 'failing' | 'unaddressed';
  readonly at: string;
  readonly sentAt: string | null;
  readonly attempts: number;
  /** Why it is not out yet. */
  readonly lastError: string | null;
}

/** What was told about a request, and why a notice is not out yet; for the desks. */
export async function noticesAbout(
  db: Reading,
  actor: Actor,
  number: string,
): Promise<readonly NoticeStatus[]> {
  const { request } = await loadVisible(db, actor, number);
  const own =
    actor.kind === 'reader' || actor.libraryId === request.home_library || actor.libraryId === null;
  const rows = await db
    .selectFrom('notices as n')
    .leftJoin('outbox as o', (join) =>
      join.onRef('o.dedup_key', '=', 'n.dedup_key').onRef('o.topic', '=', 'n.channel'),
    )
    .select([
      'n.template',
      'n.recipient_kind',
      'n.recipient_id',
      'n.channel',
      'n.state',
      'n.created_at',
      'o.sent_at',
      'o.attempts',
      'o.last_error',
    ])
    .where('n.request_id', '=', request.id)
    .orderBy('n.id')
    .execute();
  return rows
    .filter((row) => own || row.recipient_id === actor.libraryId)
    .map((row) => ({
      template: row.template,
      recipient: row.recipient_kind,
      channel: row.channel,
      state:
        row.state !== 'outbox'
          ? row.state
          : row.sent_at !== null
            ? ('sent' as const)
            : row.last_error === null
              ? ('waiting' as const)
              : ('failing' as const),
      at: row.created_at.toISOString(),
      sentAt: row.sent_at?.toISOString() ?? null,
      attempts: row.attempts ?? 0,
      lastError: row.sent_at === null ? (row.last_error ?? null) : null,
    }));
}
