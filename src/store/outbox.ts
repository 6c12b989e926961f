import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import { type JobHandler, schedule } from './jobs.ts';
import type { Schema } from './schema.ts';
import { asJson, type Json } from './values.ts';

/** Kind of the job that sends one outbox row; its key is the row's id. */
export const outboxJob = 'outbox';

/** How long a row waits that nobody is configured to send; `releaseWaiting` ends the wait. */
const waitSeconds = 3600;

const maxErrorLength = 500;

export interface NewMessage {
  /** What sends it: `mail`, `webhook` … */
  readonly topic: string;
  /** Says what the message is about; a second row with it is not written. */
  readonly dedupKey: string;
  readonly payload: Json;
  readonly notBefore?: Date;
  /** Empties the payload once it has been sent. */
  readonly secret?: boolean;
}

export interface OutboxMessage {
  readonly id: number;
  readonly topic: string;
  readonly dedupKey: string;
  /** The same with every attempt, so that a receiver can tell a repetition. */
  readonly messageId: string;
  readonly payload: Json;
  readonly attempts: number;
}

/** Hands a message over; what it throws is kept with the row, and the message is tried again. */
export type Sender = (message: OutboxMessage) => Promise<{ readonly reference?: string }>;

/**
 * Writes a message in the transaction of what it tells about: it is sent at least once if that is
 * committed, and never if not. Null if a message with this key was written before.
 */
export async function writeOutbox(
  tx: Transaction<Schema>,
  message: NewMessage,
  now: Date,
): Promise<number | null> {
  const row = await tx
    .insertInto('outbox')
    .values({
      topic: message.topic,
      dedup_key: message.dedupKey,
      message_id: randomUUID(),
      payload: asJson(message.payload),
      secret: message.secret ?? false,
      created_at: now,
    })
    .onConflict((conflict) => conflict.constraint('outbox_dedup').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) return null;
  await schedule(
    tx,
    { kind: outboxJob, key: String(row.id), runAt: message.notBefore ?? now },
    now,
  );
  return row.id;
}

/** Takes a message back that has not been sent; false if it has, or there is none. */
export async function withdrawMessage(
  tx: Transaction<Schema>,
  topic: string,
  dedupKey: string,
  now: Date,
): Promise<boolean> {
  const row = await tx
    .updateTable('outbox')
    .set({ withdrawn_at: now, payload: '{}' })
    .where('topic', '=', topic)
    .where('dedup_key', '=', dedupKey)
    .where('sent_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export interface OutboxDeliveryOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** By topic. A topic without a sender keeps its messages until there is one. */
  readonly senders: Readonly<Record<string, Sender>>;
}

/** The job handler that sends outbox rows; register it as `outboxJob`. */
export function createOutboxDelivery(options: OutboxDeliveryOptions): JobHandler {
  const { database, clock, senders } = options;
  return async (job, finish) => {
    const id = Number(job.key);
    const row = await database.db
      .selectFrom('outbox')
      .selectAll()
      .where('id', '=', id)
      .where('sent_at', 'is', null)
      .where('withdrawn_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const send = senders[row.topic];
    if (send === undefined) {
      await note(database, id, { last_error: `nothing is configured to send ${row.topic}` });
      return { againAt: new Date(clock.now().getTime() + waitSeconds * 1000) };
    }
    const attempts = row.attempts + 1;
    try {
      const { reference = null } = await send({
        id,
        topic: row.topic,
        dedupKey: row.dedup_key,
        messageId: row.message_id,
        payload: row.payload,
        attempts,
      });
      await database.transaction(async (tx) => {
        const sent = { sent_at: clock.now(), last_attempt_at: clock.now(), last_error: null };
        await tx
          .updateTable('outbox')
          .set({ ...sent, attempts, reference, ...(row.secret && { payload: '{}' }) })
          .where('id', '=', id)
          .where('withdrawn_at', 'is', null)
          .execute();
        await finish(tx);
      });
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const last_error = message.slice(0, maxErrorLength);
      await note(database, id, { attempts, last_attempt_at: clock.now(), last_error });
      throw error;
    }
  };
}

async function note(
  database: Database,
  id: number,
  change: { last_error: string; attempts?: number; last_attempt_at?: Date },
): Promise<void> {
  await database.db.updateTable('outbox').set(change).where('id', '=', id).execute();
}

/** Lets messages go that waited for a sender of these topics; for the start of the gateway. */
export async function releaseWaiting(
  database: Database,
  topics: readonly string[],
  now: Date,
): Promise<void> {
  await sql`update jobs set run_at = ${now} from outbox
    where jobs.kind = ${outboxJob} and jobs.done_at is null and jobs.lease is null
      and jobs.run_at > ${now} and jobs.key = outbox.id::text
      and outbox.topic = any(${topics}::text[]) and outbox.attempts = 0
      and outbox.last_error is not null`.execute(database.db);
}

/** Removes messages sent or withdrawn before this moment; the number removed. */
export async function removeSentMessages(database: Database, before: Date): Promise<number> {
  const ended = sql<Date>`coalesce(sent_at, withdrawn_at)`;
  const result = await database.db
    .deleteFrom('outbox')
    .where((where) =>
      where.or([where('sent_at', 'is not', null), where('withdrawn_at', 'is not', null)]),
    )
    .where(ended, '<', before)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
