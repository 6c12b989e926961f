import type { LibraryStatus } from '../document.ts';
import { type Author, recordChange } from '../trail.ts';
import type { RegistrationContext, Tx } from './context.ts';
import { type CheckedDocument, inOneStep, refuseForeign, wayTo } from './edit.ts';
import { forbidden } from './errors.ts';
import { openInvitation, takenId, useInvitation } from './invitations.ts';
import type { Caller } from './lifecycle.ts';
import {
  approveAddresses,
  auditState,
  type EntryState,
  insertVersion,
  markApproved,
  nextChange,
  withoutStatus,
  writeEntry,
} from './rows.ts';
import { issueToken } from './tokens.ts';

/** Registers a library as a draft by an invitation code; its token is shown this once. */
export async function registerInvited(
  context: RegistrationContext,
  code: string,
  checked: CheckedDocument,
): Promise<string> {
  const { id } = checked.library;
  const caller: Caller = { kind: 'library', id };
  const now = context.clock.now();
  refuseForeign(context, caller, checked, null);
  const token = await context.database.transaction(async (tx) => {
    const invitation = await openInvitation(tx, code, id, now);
    await insertLibrary(context, tx, caller, checked, now);
    await useInvitation(tx, invitation.id, id, now);
    const { address, madeBy } = invitation;
    if (address !== null) {
      await approveAddresses(tx, id, [{ ...address, ranges: null }], madeBy, now);
    }
    const text = await issueToken(tx, id, caller, now);
    const state = firstState('draft');
    await writeEntry(tx, id, null, state, now);
    const after = auditState(state, { invitation: invitation.id });
    await recordChange(tx, caller, 'library.register', id, { after }, now);
    return text;
  });
  await context.changed();
  return token;
}

/**
 * Registers a library for the federation. The administrator's token takes it to the status that its
 * document names, live unless it says otherwise; a person registers a draft, for another to approve.
 */
export async function registerLibrary(
  context: RegistrationContext,
  caller: Caller,
  checked: CheckedDocument,
): Promise<void> {
  const { id } = checked.library;
  const now = context.clock.now();
  const oneStep = caller.kind === 'administrator';
  const wanted = checked.input.status ?? (oneStep ? 'live' : 'draft');
  if (!oneStep && wanted !== 'draft') {
    throw forbidden(
      '登记后须由另一人批准，请以草稿（draft）登记。',
      'Another person has to approve it; register it as a draft.',
    );
  }
  refuseForeign(context, caller, checked, null);
  await context.database.transaction(async (tx) => {
    await insertLibrary(context, tx, caller, checked, now);
    const state = inOneStep(caller, firstState('draft'), wanted);
    await wayTo(tx, caller, id, checked.library, now);
    if (oneStep) await markApproved(tx, id, 1, caller, now);
    await writeEntry(tx, id, null, state, now);
    await recordChange(tx, caller, 'library.register', id, { after: auditState(state) }, now);
  });
  await context.changed();
}

/** The entry as it is while its first version is on its way. */
function firstState(status: 'draft' | 'testing' | 'approved'): EntryState {
  return { status, newest: 1, answering: null, pause: null, pending: status };
}

/** Adds the row and the first version. Throws conflict where the id is or was somebody's. */
async function insertLibrary(
  { isTaken }: Pick<RegistrationContext, 'isTaken'>,
  tx: Tx,
  by: Author,
  { library, input }: CheckedDocument,
  now: Date,
): Promise<void> {
  const { id } = library;
  if (isTaken(id) || !(await insertRow(tx, id, now))) throw takenId(id);
  const document = withoutStatus(input);
  await insertVersion(tx, { id, number: 1, document, why: null }, by, now);
}

/** False where there is a row of that id already. */
async function insertRow(tx: Tx, id: string, now: Date): Promise<boolean> {
  const inserted = await tx
    .insertInto('libraries')
    .values({
      id,
      status: 'draft',
      newest: 1,
      answering: null,
      pause: null,
      changed: await nextChange(tx),
      created_at: now,
      changed_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

const gateway: Author = { kind: 'system', id: 'import' };

/**
 * Takes a library over that an earlier version of the gateway kept in a file; what it connects to was
 * the administrator's decision then. False where its id is there already.
 */
export async function takeOverLibrary(
  context: Pick<RegistrationContext, 'database' | 'clock'>,
  checked: CheckedDocument,
  addresses: Parameters<typeof approveAddresses>[2],
): Promise<boolean> {
  const { id, status } = checked.library;
  const now = context.clock.now();
  return await context.database.transaction(async (tx) => {
    if (!(await insertRow(tx, id, now))) return false;
    const document = withoutStatus(checked.input);
    await insertVersion(tx, { id, number: 1, document, why: null }, gateway, now);
    await approveAddresses(tx, id, addresses, gateway, now);
    const state = takenOver(status);
    await writeEntry(tx, id, null, state, now);
    await recordChange(tx, gateway, 'library.import', id, { after: auditState(state) }, now);
    return true;
  });
}

function takenOver(status: LibraryStatus): EntryState {
  if (status === 'draft' || status === 'testing' || status === 'approved') {
    return firstState(status);
  }
  const pause =
    status === 'paused' ? { reason: { zh: '该馆暂停服务', en: 'Paused' }, until: null } : null;
  return { status, newest: 1, answering: 1, pause, pending: null };
}
