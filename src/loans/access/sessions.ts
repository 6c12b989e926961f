import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { secondsAfter } from '../../store/clock.ts';
import type { SessionsTable } from '../../store/tables/people.ts';
import type { Actor, PersonRole } from '../actor.ts';
import { LoanError } from '../errors.ts';
import type { PeopleContext, Reading, Tx } from '../people/context.ts';
import { everywhere } from './roles.ts';
import { hashSecret, isSecret, newSecret } from './secrets.ts';

/** How long a session lasts unused, and at most. Desks stand in public rooms. */
const lifetimes = {
  reader: { idleSeconds: 86_400, wholeSeconds: 14 * 86_400 },
  staff: { idleSeconds: 3600, wholeSeconds: 12 * 3600 },
} as const;

/** The token is exchanged for a new one after this time. */
const rotateAfterSeconds = 3600;

/** Requests sent before an exchange may still carry the old token for this long. */
const graceSeconds = 60;

/** The time of last use is written no more often than this. */
const seenEverySeconds = 60;

/** Sessions of one account; opening another ends the oldest. */
const maxSessions = 20;

export interface OpenedSession {
  /** To be kept by the browser, and shown to nobody. */
  readonly token: string;
  readonly actor: Actor;
  readonly endsAt: Date;
}

export interface ResumedSession {
  readonly sessionId: string;
  readonly actor: Actor;
  /** A new token to be kept in place of the old one; null while that stays good. */
  readonly token: string | null;
}

export interface NewSession {
  readonly accountId: string;
  readonly kind: 'reader' | 'staff';
  readonly method: string;
  readonly libraryId: string | null;
  /** What the browser says it is, for the list of one's own sessions. */
  readonly device: string | null;
}

/** Opens a session; the caller has made sure that the account may. */
export async function openSession(
  tx: Tx,
  session: NewSession,
  now: Date,
): Promise<{ readonly token: string; readonly endsAt: Date }> {
  const secret = newSecret();
  const { idleSeconds, wholeSeconds } = lifetimes[session.kind];
  const endsAt = secondsAfter(now, wholeSeconds);
  const open = await tx
    .selectFrom('sessions')
    .select('id')
    .where('account_id', '=', session.accountId)
    .orderBy('created_at', 'desc')
    .offset(maxSessions - 1)
    .execute();
  if (open.length > 0) {
    const ids = open.map((row) => row.id);
    await tx.deleteFrom('sessions').where('id', 'in', ids).execute();
  }
  await tx
    .insertInto('sessions')
    .values({
      id: randomUUID(),
      account_id: session.accountId,
      token_hash: secret.hash,
      previous_hash: null,
      rotated_at: now,
      created_at: now,
      seen_at: now,
      idle_until: secondsAfter(now, idleSeconds),
      ends_at: endsAt,
      method: session.method,
      library_id: session.libraryId,
      device: session.device?.slice(0, 200) ?? null,
    })
    .execute();
  return { token: secret.text, endsAt };
}

/**
 * Who a token stands for, as the account is now: a role taken away is gone at once. Null for a
 * token that stands for nobody. An exchanged token is good for a short grace, and for longer if
 * the new one has never been used: then the answer that carried it was lost, it seems. Used
 * later than that it was copied, as was a lost one that turns up, so the session ends for everybody.
 */
export async function resumeSession(
  context: PeopleContext,
  token: string,
): Promise<ResumedSession | null> {
  if (!isSecret(token)) return null;
  const { db } = context.database;
  const now = context.clock.now();
  const hash = hashSecret(token);
  const row = await db
    .selectFrom('sessions')
    .selectAll()
    .where((where) =>
      where.or([
        where('token_hash', '=', hash),
        where('previous_hash', '=', hash),
        where('lost_hash', '=', hash),
      ]),
    )
    .executeTakeFirst();
  if (row === undefined) return null;
  const current = row.token_hash.equals(hash);
  const late = !current && row.rotated_at < secondsAfter(now, -graceSeconds);
  const copied = (late && row.confirmed) || row.lost_hash?.equals(hash) === true;
  const actor = copied || isOver(row, now) ? null : await actorOf(db, row);
  if (actor === null) {
    await endSession(db, row.id);
    return null;
  }
  const due = row.rotated_at <= secondsAfter(now, -rotateAfterSeconds);
  const renewed = late || (current && due) ? await exchangeToken(db, row, late, now) : null;
  const arrived = current && !row.confirmed && renewed === null;
  if (arrived || renewed !== null || row.seen_at <= secondsAfter(now, -seenEverySeconds)) {
    const { idleSeconds } = lifetimes[actor.kind === 'reader' ? 'reader' : 'staff'];
    const seen = { seen_at: now, idle_until: secondsAfter(now, idleSeconds) };
    await db
      .updateTable('sessions')
      .set({ ...seen, ...(arrived && { confirmed: true }) })
      .where('id', '=', row.id)
      .execute();
  }
  return { sessionId: row.id, actor, token: renewed };
}

function isOver(row: Selectable<SessionsTable>, now: Date): boolean {
  return row.idle_until <= now || row.ends_at <= now;
}

/** The new token; null if a request at the same moment has exchanged it already. */
async function exchangeToken(
  db: Reading,
  row: Selectable<SessionsTable>,
  late: boolean,
  now: Date,
): Promise<string | null> {
  const secret = newSecret();
  const [previous, lost] = late ? [row.previous_hash, row.token_hash] : [row.token_hash, null];
  const kept = { previous_hash: previous, lost_hash: lost };
  const renewed = { token_hash: secret.hash, ...kept, rotated_at: now };
  const exchanged = await db
    .updateTable('sessions')
    .set({ ...renewed, confirmed: false })
    .where('id', '=', row.id)
    .where('token_hash', '=', row.token_hash)
    .returning('id')
    .executeTakeFirst();
  return exchanged === undefined ? null : secret.text;
}

async function endSession(db: Reading, id: string): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', id).execute();
}

/** Ends one of the account's sessions, or all of them; `except` stays. The number ended. */
export async function endSessions(
  tx: Tx,
  accountId: string,
  which: { readonly only?: string; readonly except?: string } = {},
): Promise<number> {
  let query = tx.deleteFrom('sessions').where('account_id', '=', accountId);
  if (which.only !== undefined) query = query.where('id', '=', which.only);
  if (which.except !== undefined) query = query.where('id', '<>', which.except);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** Moves a staff session to another library that the person works at, with a new token. */
export async function moveSession(
  context: PeopleContext,
  token: string,
  libraryId: string | null,
): Promise<OpenedSession> {
  const now = context.clock.now();
  return await context.database.transaction(async (tx) => {
    const row = await tx
      .selectFrom('sessions')
      .selectAll()
      .where('token_hash', '=', hashSecret(token))
      .forUpdate()
      .executeTakeFirst();
    const moved = row === undefined ? null : { ...row, library_id: libraryId };
    const actor = moved === null || isOver(moved, now) ? null : await actorOf(tx, moved);
    if (row === undefined || actor === null || actor.kind !== 'staff') throw notSignedIn();
    const fresh = await exchangeToken(tx, row, false, now);
    if (fresh === null) throw notSignedIn();
    // No grace here: what was done at one library must not go on in the name of another.
    await tx
      .updateTable('sessions')
      .set({ library_id: libraryId, previous_hash: null })
      .where('id', '=', row.id)
      .execute();
    return { token: fresh, actor, endsAt: row.ends_at };
  });
}

export function notSignedIn(): LoanError {
  return new LoanError('not_signed_in', { zh: '请先登录。', en: 'Sign in first.' });
}

/** The account as an actor; null if it may not act any more. */
export async function actorOf(
  db: Reading,
  session: { readonly account_id: string; readonly library_id: string | null },
): Promise<Actor | null> {
  const reader = await db
    .selectFrom('readers')
    .select(['id', 'library_id', 'state'])
    .where('id', '=', session.account_id)
    .executeTakeFirst();
  if (reader !== undefined) {
    if (reader.state !== 'approved' && reader.state !== 'suspended') return null;
    return { kind: 'reader', id: reader.id, libraryId: reader.library_id, roles: ['reader'] };
  }
  const grants = await db
    .selectFrom('staff')
    .innerJoin('staff_roles', 'staff_roles.staff_id', 'staff.id')
    .select('staff_roles.role')
    .where('staff.id', '=', session.account_id)
    .where('staff.state', '=', 'active')
    .where('staff_roles.library_id', '=', session.library_id ?? everywhere)
    .orderBy('staff_roles.role')
    .execute();
  if (grants.length === 0) return null;
  const roles = grants.map((grant) => grant.role as PersonRole);
  return { kind: 'staff', id: session.account_id, libraryId: session.library_id, roles };
}
