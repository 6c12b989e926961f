import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { federationTrail, recordAudit } from '../../store/audit.ts';
import { secondsAfter } from '../../store/clock.ts';
import type { LibraryInvitationsTable } from '../../store/tables/members.ts';
import { type Address, oneHost } from './addresses.ts';
import type { RegistrationContext, Tx } from './context.ts';
import { conflict, forbidden, RegistrationError } from './errors.ts';
import type { Caller } from './lifecycle.ts';
import { storable } from './rows.ts';
import { hashOf, isShown, newShown } from './tokens.ts';

export interface NewInvitation {
  /** The only id that may be registered with it, or null for any. */
  readonly library: string | null;
  /** An address that the invited library may have probed before anything else is approved. */
  readonly address: Address | null;
  readonly note: string | null;
  readonly days: number;
}

export interface Invitation extends Omit<NewInvitation, 'days'> {
  readonly id: string;
  readonly state: 'open' | 'used' | 'expired' | 'withdrawn';
  readonly usedBy: string | null;
  readonly madeAt: string;
  readonly expiresAt: string;
}

const secondsOfDay = 86_400;

/** Makes an invitation; its code is shown this once. */
export async function invite(
  context: RegistrationContext,
  caller: Caller,
  wanted: NewInvitation,
): Promise<Invitation & { readonly code: string }> {
  if (wanted.library !== null) await refuseTaken(context, wanted.library);
  const code = newShown('inv');
  const now = context.clock.now();
  const row: Selectable<LibraryInvitationsTable> = {
    id: randomUUID(),
    code_hash: code.hash,
    library_id: wanted.library,
    host: wanted.address === null ? null : oneHost(wanted.address.host),
    port: wanted.address?.port ?? null,
    note: wanted.note === null ? null : storable(wanted.note),
    made_at: now,
    made_by_kind: caller.kind,
    made_by_id: caller.id,
    expires_at: secondsAfter(now, wanted.days * secondsOfDay),
    used_at: null,
    used_by: null,
    withdrawn_at: null,
  };
  await context.database.transaction(async (tx) => {
    await tx.insertInto('library_invitations').values(row).execute();
    await auditInvitation(tx, caller, 'invitation.make', row.id, now);
  });
  return { ...shown(row, now), code: code.text };
}

/** Newest first. */
export async function listInvitations({
  database,
  clock,
}: RegistrationContext): Promise<readonly Invitation[]> {
  const rows = await database.db
    .selectFrom('library_invitations')
    .selectAll()
    .orderBy('made_at', 'desc')
    .limit(1000)
    .execute();
  return rows.map((row) => shown(row, clock.now()));
}

/** Makes the code good for nothing; one that was used stays as it is. */
export async function withdrawInvitation(
  { database, clock }: RegistrationContext,
  caller: Caller,
  id: string,
): Promise<void> {
  const now = clock.now();
  await database.transaction(async (tx) => {
    const row = await tx
      .selectFrom('library_invitations')
      .select(['used_at'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) {
      const sentence = { zh: '没有这份邀请。', en: 'There is no such invitation.' };
      throw new RegistrationError('not_found', sentence);
    }
    if (row.used_at !== null) throw conflict('邀请已被使用。', 'The invitation was used already.');
    await tx
      .updateTable('library_invitations')
      .set({ withdrawn_at: now })
      .where('id', '=', id)
      .execute();
    await auditInvitation(tx, caller, 'invitation.withdraw', id, now);
  });
}

export interface UsedInvitation {
  readonly id: string;
  readonly madeBy: { readonly kind: string; readonly id: string };
  readonly address: Address | null;
}

/** The open invitation of a code for this id, locked until it is used up. Throws forbidden. */
export async function openInvitation(
  tx: Tx,
  code: string,
  library: string,
  now: Date,
): Promise<UsedInvitation> {
  const row = isShown(code, 'inv')
    ? await tx
        .selectFrom('library_invitations')
        .selectAll()
        .where('code_hash', '=', hashOf(code))
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (row === undefined || stateOf(row, now) !== 'open') {
    throw forbidden(
      '邀请码无效、已使用或已过期。',
      'The invitation code is wrong, was used already or has expired.',
    );
  }
  if (row.library_id !== null && row.library_id !== library) {
    throw forbidden(
      `此邀请码只能用于登记 ${row.library_id}。`,
      `This invitation is for ${row.library_id} only.`,
    );
  }
  const madeBy = { kind: row.made_by_kind, id: row.made_by_id };
  return { id: row.id, madeBy, address: addressOf(row) };
}

export async function useInvitation(tx: Tx, id: string, library: string, now: Date): Promise<void> {
  await tx
    .updateTable('library_invitations')
    .set({ used_at: now, used_by: library })
    .where('id', '=', id)
    .execute();
}

async function refuseTaken({ database, isTaken }: RegistrationContext, id: string): Promise<void> {
  const row = await database.db
    .selectFrom('libraries')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst();
  if (row !== undefined || isTaken(id)) throw takenId(id);
}

/** Ids are never given twice, not even after a library has left. */
export function takenId(id: string): RegistrationError {
  return conflict(`id ${id} 已被使用。`, `The id ${id} is in use or was used before.`);
}

async function auditInvitation(
  tx: Tx,
  caller: Caller,
  action: string,
  id: string,
  now: Date,
): Promise<void> {
  const actor = { kind: caller.kind, id: caller.id };
  const subject = { kind: 'invitation', id };
  await recordAudit(tx, { trail: federationTrail, actor, action, subject }, now);
}

type Row = Selectable<LibraryInvitationsTable>;

function stateOf(row: Row, now: Date): Invitation['state'] {
  if (row.used_at !== null) return 'used';
  if (row.withdrawn_at !== null) return 'withdrawn';
  return row.expires_at <= now ? 'expired' : 'open';
}

function addressOf({ host, port }: Row): Address | null {
  return host === null || port === null ? null : { host, port };
}

function shown(row: Row, now: Date): Invitation {
  return {
    id: row.id,
    library: row.library_id,
    address: addressOf(row),
    note: row.note,
    state: stateOf(row, now),
    usedBy: row.used_by,
    madeAt: row.made_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}
