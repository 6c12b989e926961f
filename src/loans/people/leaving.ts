import { recordAudit } from '../../store/audit.ts';
import type { Json } from '../../store/values.ts';
import { scopeOf, trailOf } from '../access/roles.ts';
import { type Actor, worksAt } from '../actor.ts';
import { LoanError, type Sentence } from '../errors.ts';
import type { PeopleContext, Tx } from './context.ts';
import { lockReader, moveReader, noReader, type Standing } from './lifecycle.ts';
import { profileOf } from './profile.ts';

/** Everything kept about a reader, in one document, for that reader. */
export async function exportReader(
  context: PeopleContext,
  actor: Actor,
): Promise<Readonly<Record<string, Json>>> {
  if (actor.kind !== 'reader') throw noReader();
  const now = context.clock.now();
  // Parts read tables that no scope reaches, so this is the gateway's own transaction, for one id.
  return await context.database.transaction(async (tx) => {
    const profile = await profileOf(tx, actor.id);
    const parts: [string, Json][] = [];
    for (const part of context.parts) {
      if (part.export !== undefined) parts.push([part.name, await part.export(tx, actor.id)]);
    }
    const document = {
      madeAt: now,
      profile,
      history: await historyOf(tx, actor.id),
      sessions: await sessionsOf(tx, actor.id),
      identities: await identitiesOf(tx, actor.id),
      trail: await trailAbout(tx, actor.id),
      ...Object.fromEntries(parts),
    };
    await recordAudit(
      tx,
      {
        trail: trailOf(actor),
        actor,
        action: 'reader.exported',
        subject: { kind: 'reader', id: actor.id },
      },
      now,
    );
    return JSON.parse(JSON.stringify(document));
  });
}

async function historyOf(tx: Tx, readerId: string) {
  return await tx
    .selectFrom('reader_events')
    .select(['seq', 'action', 'to_state', 'role', 'note', 'at'])
    .where('reader_id', '=', readerId)
    .orderBy('seq')
    .execute();
}

async function sessionsOf(tx: Tx, accountId: string) {
  return await tx
    .selectFrom('sessions')
    .select(['created_at', 'seen_at', 'ends_at', 'method', 'device'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute();
}

async function identitiesOf(tx: Tx, readerId: string) {
  return await tx
    .selectFrom('identity_links')
    .select(['provider', 'subject', 'state', 'requested_at', 'decided_at'])
    .where('reader_id', '=', readerId)
    .orderBy('requested_at')
    .execute();
}

/** Who looked at or changed the reader's data, by role and not by name, and when. */
async function trailAbout(tx: Tx, readerId: string) {
  return await tx
    .selectFrom('audit')
    .select(['at', 'actor_kind', 'trail', 'action'])
    .where('subject_kind', 'in', ['reader', 'account'])
    .where('subject_id', '=', readerId)
    .orderBy('at')
    .limit(10_000)
    .execute();
}

/**
 * Closes a reader's account and removes what ties records to the person: at the reader's wish, or
 * by the library's administrator. What stays is a number under a library, for statistics. Refused
 * with every reason while something is open, such as a book still out.
 */
export async function closeReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  input: { readonly ifVersion?: number | null } = {},
): Promise<Standing> {
  const now = context.clock.now();
  return await context.database.transaction(async (tx) => {
    const reader = await lockReader(tx, readerId);
    const own = actor.kind === 'reader' && actor.id === readerId;
    const system = actor.kind === 'system';
    if (!own && !system && !worksAt(actor, reader.library_id)) throw noReader();
    const reasons: Sentence[] = [];
    for (const part of context.parts) reasons.push(...((await part.holds?.(tx, readerId)) ?? []));
    if (reasons.length > 0) throw stillOpen(reasons);
    const roles = own ? ['reader'] : system ? ['system'] : actor.roles;
    const moved = await moveReader(
      tx,
      reader,
      {
        action: 'close',
        roles,
        actor,
        ifVersion: input.ifVersion ?? null,
        set: { card_key: null },
      },
      now,
    );
    for (const part of context.parts) await part.erase?.(tx, readerId, now);
    await erasePerson(tx, readerId, now);
    return moved;
  });
}

async function erasePerson(tx: Tx, readerId: string, now: Date): Promise<void> {
  await tx.deleteFrom('reader_profiles').where('reader_id', '=', readerId).execute();
  await tx
    .updateTable('reader_events')
    .set({ note: null })
    .where('reader_id', '=', readerId)
    .where('note', 'is not', null)
    .execute();
  await tx.deleteFrom('identity_links').where('reader_id', '=', readerId).execute();
  await tx.deleteFrom('sessions').where('account_id', '=', readerId).execute();
  await tx.deleteFrom('single_use_tokens').where('account_id', '=', readerId).execute();
  const login = `erased-${readerId}`;
  await tx
    .updateTable('accounts')
    .set({ login, login_key: login, password: null, last_sign_in_at: null })
    .where('id', '=', readerId)
    .execute();
  await tx
    .updateTable('readers')
    .set({ card_key: null, barcode: null, erased_at: now })
    .where('id', '=', readerId)
    .execute();
}

function stillOpen(reasons: readonly Sentence[]): LoanError {
  const sentence = {
    zh: `账号暂时不能注销：${reasons.map((reason) => reason.zh).join('；')}`,
    en: `The account cannot be closed yet: ${reasons.map((reason) => reason.en).join('; ')}`,
  };
  const faults = reasons.map((reason) => ({ pointer: '', rule: 'leaving.open', ...reason }));
  return new LoanError('refused', sentence, { rule: 'leaving.open', faults });
}

/** One's own sessions, for "signed in here". */
export async function listSessions(context: PeopleContext, actor: Actor) {
  if (scopeOf(actor) === null) return [];
  return await context.database.transaction((tx) => sessionsOf(tx, actor.id));
}
