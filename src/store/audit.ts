import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import { asJson, type Json } from './values.ts';

/** The trail of those who act for no library. */
export const federationTrail = 'federation';

/** Rows of a trail read at a time when it is verified. */
const page = 1000;

/**
 * Who did what to what. `before` and `after` hold states and names of fields, never what a person
 * entered: rows cannot be changed, so what must be erasable does not belong here.
 */
export interface AuditEntry {
  /** A library's id, or `federationTrail`. */
  readonly trail: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly before?: Json;
  readonly after?: Json;
  readonly requestId?: string | null;
}

/**
 * Adds to the trail in the caller's transaction. Writers of one trail wait for each other until
 * they commit, so this is best called last.
 */
export async function recordAudit(
  tx: Transaction<Schema>,
  entry: AuditEntry,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      trail: entry.trail,
      at: now,
      actor_kind: entry.actor.kind,
      actor_id: entry.actor.id,
      action: entry.action,
      subject_kind: entry.subject.kind,
      subject_id: entry.subject.id,
      before: entry.before === undefined ? null : asJson(entry.before),
      after: entry.after === undefined ? null : asJson(entry.after),
      request_id: entry.requestId ?? null,
    })
    .execute();
}

/** The first row of a trail that does not follow from the one before it. */
export interface TrailFault {
  readonly trail: string;
  readonly seq: number;
  readonly fault: 'missing' | 'changed' | 'cut';
}

interface LinkedRow {
  readonly seq: number;
  readonly parts: readonly (string | null)[];
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

/** Works every hash out again; null if no row of the trail was changed, added or removed. */
export async function verifyTrail(database: Database, trail: string): Promise<TrailFault | null> {
  let hash = createHash('sha256').update(trail).digest();
  let seq = 0;
  for (;;) {
    const rows = await linkedRows(database, trail, seq);
    for (const row of rows) {
      if (row.seq !== seq + 1) return { trail, seq: seq + 1, fault: 'missing' };
      const expected = createHash('sha256').update(hash).update(textOf(row.parts)).digest();
      const linked = row.previous_hash.equals(hash) && row.hash.equals(expected);
      if (!linked) return { trail, seq: row.seq, fault: 'changed' };
      hash = expected;
      seq = row.seq;
    }
    if (rows.length < page) break;
  }
  const head = await database.db
    .selectFrom('audit_heads')
    .select(['seq', 'hash'])
    .where('trail', '=', trail)
    .executeTakeFirst();
  if (head === undefined) return seq === 0 ? null : { trail, seq: seq + 1, fault: 'cut' };
  const whole = head.seq === seq && head.hash.equals(hash);
  return whole ? null : { trail, seq: seq + 1, fault: 'cut' };
}

async function linkedRows(
  database: Database,
  trail: string,
  after: number,
): Promise<readonly LinkedRow[]> {
  const { rows } = await sql<LinkedRow>`
    select seq, previous_hash, hash, array[trail, seq::text,
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor_kind, actor_id, action,
      subject_kind, subject_id, before::text, after::text, request_id] as parts
    from audit where trail = ${trail} and seq > ${after} order by seq limit ${page}
  `.execute(database.db);
  return rows;
}

/** The same text that the trigger `audit_link` hashes, made here from the columns. */
function textOf(parts: readonly (string | null)[]): string {
  return parts
    .map((part) => (part === null ? '-,' : `${Buffer.byteLength(part)}:${part},`))
    .join('');
}

/** Every trail's faults; empty if all are whole. */
export async function verifyTrails(database: Database): Promise<readonly TrailFault[]> {
  const trails = await sql<{ trail: string }>`
    select trail from audit_heads union select distinct trail from audit order by trail
  `.execute(database.db);
  const faults: TrailFault[] = [];
  for (const { trail } of trails.rows) {
    const fault = await verifyTrail(database, trail);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

export interface Anchor {
  readonly day: string;
  /** Digest over the heads of all trails, to be kept outside the database as well. */
  readonly digest: string;
  readonly rows: number;
}

/**
 * Fixes where all trails stand today; a second call on a day gives the first one's. Somebody who
 * can rewrite the whole database can link a forged trail anew, but not the anchors kept elsewhere.
 */
export async function anchorTrails(database: Database, now: Date): Promise<Anchor> {
  const day = now.toISOString().slice(0, 10);
  return await database.transaction(async (tx) => {
    const heads = await tx.selectFrom('audit_heads').selectAll().orderBy('trail').execute();
    const digest = createHash('sha256');
    let rows = 0;
    for (const head of heads) {
      digest.update(textOf([head.trail, String(head.seq), head.hash.toString('hex')]));
      rows += head.seq;
    }
    await tx
      .insertInto('audit_anchors')
      .values({ day, digest: digest.digest(), rows, made_at: now })
      .onConflict((conflict) => conflict.column('day').doNothing())
      .execute();
    const anchor = await tx
      .selectFrom('audit_anchors')
      .select(['digest', 'rows'])
      .where('day', '=', day)
      .executeTakeFirstOrThrow();
    return { day, digest: anchor.digest.toString('hex'), rows: anchor.rows };
  });
}
