import type { Selectable } from 'kysely';
import type { LibrariesTable, LibraryVersionsTable } from '../../store/tables/members.ts';
import { asJson, type Json } from '../../store/values.ts';
import type { LibraryInput } from '../document.ts';
import type { Author } from '../trail.ts';
import type { ApprovedAddress } from './addresses.ts';
import type { Tx } from './context.ts';
import { conflict, notRegistered, RegistrationError } from './errors.ts';

export type LibraryRow = Selectable<LibrariesTable>;
export type VersionRow = Selectable<LibraryVersionsTable>;

/** Which version of the entry a caller has read: an ETag, or `*` for whatever it is. */
export type Condition = string;

/** Changes with every change of the entry, whatever it is of. */
export function etagOf(row: Pick<LibraryRow, 'newest' | 'changed'>): string {
  return `"${row.newest}.${row.changed}"`;
}

/** How an entry stands. */
export interface EntryState extends Pick<LibraryRow, 'status' | 'newest' | 'answering' | 'pause'> {
  /** The state of the newest version where it is not the one that answers, else null. */
  readonly pending: 'draft' | 'testing' | 'approved' | 'refused' | null;
}

export interface LockedEntry {
  readonly state: EntryState;
  readonly newest: VersionRow;
}

/**
 * The entry, locked until the transaction ends. A pause whose end has passed is over, though nobody
 * has written so yet. Throws RegistrationError not_found, or stale where the condition does not hold,
 * or conflict for a library that has left.
 */
export async function lockEntry(
  tx: Tx,
  id: string,
  condition: Condition,
  now: Date,
): Promise<LockedEntry> {
  const row = await tx
    .selectFrom('libraries')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notRegistered(id);
  if (condition !== '*' && condition !== etagOf(row)) throw staleEntry(row);
  if (row.status === 'retired') {
    throw conflict('该馆已退出，不能再修改。', 'The library is retired and cannot be changed.');
  }
  const newest = await versionOf(tx, id, row.newest);
  const { answering } = row;
  const over = isPauseOver(row, now);
  const state: EntryState = {
    status: over ? 'live' : row.status,
    newest: row.newest,
    answering,
    pause: over ? null : row.pause,
    pending: row.newest === answering ? null : (newest.state as EntryState['pending']),
  };
  return { state, newest };
}

function staleEntry(row: Pick<LibraryRow, 'newest' | 'changed'>): RegistrationError {
  return new RegistrationError('stale', {
    zh: `该条目已被修改，现为 ${etagOf(row)}。`,
    en: `The entry was changed; it is now ${etagOf(row)}.`,
  });
}

export function isPauseOver(row: Pick<LibraryRow, 'status' | 'pause'>, now: Date): boolean {
  const until = row.status === 'paused' ? (row.pause?.until ?? null) : null;
  return until !== null && Date.parse(until) <= now.getTime();
}

export async function versionOf(tx: Tx, id: string, number: number): Promise<VersionRow> {
  const row = await tx
    .selectFrom('library_versions')
    .selectAll()
    .where('library_id', '=', id)
    .where('number', '=', number)
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new RegistrationError('not_found', {
    zh: `${id} 没有第 ${number} 版。`,
    en: `${id} has no version ${number}.`,
  });
}

export function documentOf(row: Pick<VersionRow, 'document'>): LibraryInput {
  return row.document as unknown as LibraryInput;
}

/** A document without its status: that is the entry's, and changes without a new version. */
export function withoutStatus({ status: _status, ...document }: LibraryInput): LibraryInput {
  return document;
}

export async function approvedOf(tx: Tx, id: string): Promise<readonly ApprovedAddress[]> {
  return await tx
    .selectFrom('library_addresses')
    .select(['host', 'port', 'ranges'])
    .where('library_id', '=', id)
    .orderBy('host')
    .orderBy('port')
    .execute();
}

/** Approves addresses; one approved before gets its new ranges. */
export async function approveAddresses(
  tx: Tx,
  id: string,
  addresses: readonly ApprovedAddress[],
  by: Author,
  now: Date,
): Promise<void> {
  if (addresses.length === 0) return;
  const approval = { approved_at: now, approved_by_kind: by.kind, approved_by_id: by.id };
  await tx
    .insertInto('library_addresses')
    .values(
      addresses.map(({ host, port, ranges }) => ({
        library_id: id,
        host,
        port,
        ranges: ranges === null ? null : asJson(ranges),
        ...approval,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['library_id', 'host', 'port']).doUpdateSet((row) => ({
        ranges: row.ref('excluded.ranges'),
        approved_at: row.ref('excluded.approved_at'),
        approved_by_kind: row.ref('excluded.approved_by_kind'),
        approved_by_id: row.ref('excluded.approved_by_id'),
      })),
    )
    .execute();
}

/** The next number of the registry; whoever has it writes alone until the transaction ends. */
export async function nextChange(tx: Tx): Promise<number> {
  const { changed } = await tx
    .updateTable('registry_state')
    .set((state) => ({ changed: state('changed', '+', 1) }))
    .returning('changed')
    .executeTakeFirstOrThrow();
  return changed;
}

/**
 * Writes how an entry and its versions stand now: one version answers at most, the newest waits or
 * answers, every other one was replaced. The last statements of a change but for the audit trail.
 */
export async function writeEntry(
  tx: Tx,
  id: string,
  before: EntryState | null,
  after: EntryState,
  now: Date,
): Promise<void> {
  const left = [before?.answering ?? null, before?.newest ?? null].filter(
    (number) => number !== null && number !== after.answering && number !== after.newest,
  );
  for (const number of left) await setVersionState(tx, id, number ?? 0, 'replaced');
  if (after.answering !== null) await setVersionState(tx, id, after.answering, 'answering');
  if (after.pending !== null) await setVersionState(tx, id, after.newest, after.pending);
  await tx
    .updateTable('libraries')
    .set({
      status: after.status,
      newest: after.newest,
      answering: after.answering,
      pause: after.pause === null ? null : asJson(after.pause),
      changed: await nextChange(tx),
      changed_at: now,
    })
    .where('id', '=', id)
    .execute();
}

async function setVersionState(
  tx: Tx,
  id: string,
  number: number,
  state: VersionRow['state'],
): Promise<void> {
  await tx
    .updateTable('library_versions')
    .set({ state })
    .where('library_id', '=', id)
    .where('number', '=', number)
    .execute();
}

export interface NewVersion {
  readonly id: string;
  readonly number: number;
  readonly document: LibraryInput;
  readonly why: string | null;
}

/** PostgreSQL stores no NUL in a text. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

/** Adds a version; what it is for is written with the entry. */
export async function insertVersion(
  tx: Tx,
  { id, number, document, why }: NewVersion,
  by: Author,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('library_versions')
    .values({
      library_id: id,
      number,
      document: asJson(document),
      state: 'draft',
      made_at: now,
      made_by_kind: by.kind,
      made_by_id: by.id,
      why: why === null ? null : storable(why),
      approved_at: null,
      approved_by_kind: null,
      approved_by_id: null,
    })
    .execute();
}

export async function markApproved(
  tx: Tx,
  id: string,
  number: number,
  by: Author,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('library_versions')
    .set({ approved_at: now, approved_by_kind: by.kind, approved_by_id: by.id })
    .where('library_id', '=', id)
    .where('number', '=', number)
    .execute();
}

/** How an entry stands, as the audit trail keeps it. */
export function auditState(
  { status, newest, answering, pending }: EntryState,
  more: Readonly<Record<string, Json>> = {},
): Json {
  return { status, newest, answering, pending, ...more };
}
