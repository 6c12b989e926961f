import type { LibraryDocument, LibraryInput, LibraryStatus } from '../document.ts';
import { recordChange } from '../trail.ts';
import { type Address, addressesOf, foreignVariables, unapproved } from './addresses.ts';
import type { RegistrationContext, Tx } from './context.ts';
import { isSame } from './differences.ts';
import { conflict, forbidden, RegistrationError } from './errors.ts';
import { type Caller, statusNames } from './lifecycle.ts';
import {
  approveAddresses,
  approvedOf,
  auditState,
  type Condition,
  documentOf,
  type EntryState,
  insertVersion,
  lockEntry,
  markApproved,
  versionOf,
  withoutStatus,
  writeEntry,
} from './rows.ts';

/** A document that was checked: with its defaults, and as it was written. */
export interface CheckedDocument {
  readonly library: LibraryDocument;
  readonly input: LibraryInput;
}

export interface Edit extends CheckedDocument {
  readonly id: string;
  readonly condition: Condition;
  /** Why it is changed, for the list of versions. */
  readonly why: string | null;
}

/**
 * Replaces a document by a new version. A library that is asked goes on with it at once, unless the new
 * version would connect to an address that nobody approved, or the library has made itself another kind
 * of member: then the old one answers until somebody has approved the new.
 * The administrator's token approves what it writes.
 */
export async function editLibrary(
  context: RegistrationContext,
  caller: Caller,
  edit: Edit,
): Promise<void> {
  await writeVersion(context, caller, edit, 'library.edit');
}

/** Takes an earlier version's document for a new version. */
export async function rollBack(
  context: RegistrationContext,
  caller: Caller,
  { id, condition, number }: { id: string; condition: Condition; number: number },
): Promise<void> {
  const earlier = await context.database.transaction((tx) => versionOf(tx, id, number));
  const checked = context.check(documentOf(earlier));
  if ('faults' in checked) {
    const sentence = {
      zh: `第 ${number} 版不符合现在的文档格式。`,
      en: `Version ${number} does not fit the schema of documents any more.`,
    };
    throw new RegistrationError('invalid', sentence, checked.faults);
  }
  const edit = { id, condition, ...checked, why: `rollback to version ${number}` };
  await writeVersion(context, caller, edit, 'library.rollback');
}

async function writeVersion(
  context: RegistrationContext,
  caller: Caller,
  edit: Edit,
  action: 'library.edit' | 'library.rollback',
): Promise<void> {
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    const { state: before, newest } = await lockEntry(tx, edit.id, edit.condition, now);
    const known = documentOf(newest);
    refuseStatus(caller, edit.input.status, before.status);
    if (action === 'library.edit') refuseForeign(context, caller, edit, known);
    const way = await wayTo(tx, caller, edit.id, edit.library, now);
    const document = withoutStatus(edit.input);
    const isNew = !isSame(document, known) || before.pending === 'refused';
    if (isNew) {
      const version = { id: edit.id, number: before.newest + 1, document, why: edit.why };
      await insertVersion(tx, version, caller, now);
    }
    const moves = isNew || caller.kind === 'administrator';
    const goesOn = way !== 'closed' && !(await isPromoted(tx, caller, edit, before));
    const next = moves ? advanced(before, isNew, goesOn) : before;
    const after = inOneStep(caller, next, edit.input.status);
    if (isSame(after, before) && way !== 'opened') return;
    if (caller.kind === 'administrator') await markApproved(tx, edit.id, after.newest, caller, now);
    await writeEntry(tx, edit.id, before, after, now);
    const change = { before: auditState(before), after: auditState(after) };
    await recordChange(tx, caller, action, edit.id, change, now);
  });
  await context.changed();
}

/** Whether a library that answers gives itself a standing among the others that nobody has approved. */
async function isPromoted(
  tx: Tx,
  caller: Caller,
  { id, library }: Edit,
  { answering }: EntryState,
): Promise<boolean> {
  if (caller.kind !== 'library' || answering === null) return false;
  const { kind = 'member', outsideLimit = false } = documentOf(await versionOf(tx, id, answering));
  return kind !== library.kind || outsideLimit !== library.outsideLimit;
}

/** How the entry stands with its newest version. What was approved for one address is not for another. */
function advanced(before: EntryState, isNew: boolean, goesOn: boolean): EntryState {
  const newest = isNew ? before.newest + 1 : before.newest;
  if (before.answering === null) {
    const back = before.status === 'approved' && !goesOn;
    const status = back ? ('testing' as const) : before.status;
    return { ...before, newest, status, pending: status as EntryState['pending'] };
  }
  return goesOn
    ? { ...before, newest, answering: newest, pending: null }
    : { ...before, newest, pending: 'testing' };
}

/**
 * Whether every address of the document was approved before (`open`) or is now (`opened`), since the
 * administrator's token approves what it writes.
 */
export async function wayTo(
  tx: Tx,
  caller: Caller,
  id: string,
  library: LibraryDocument,
  now: Date,
): Promise<'open' | 'opened' | 'closed'> {
  const missing = unapproved(addressesOf(library.connector), await approvedOf(tx, id));
  if (missing.length === 0) return 'open';
  if (caller.kind !== 'administrator') return 'closed';
  const anywhere = missing.map((address) => ({ ...address, ranges: null }));
  await approveAddresses(tx, id, anywhere, caller, now);
  return 'opened';
}

/** The administrator's token takes an entry to any status at once. */
export function inOneStep(
  caller: Caller,
  state: EntryState,
  wanted: LibraryStatus | undefined,
): EntryState {
  if (wanted === undefined || wanted === state.status || caller.kind !== 'administrator') {
    return state;
  }
  const isAsked = wanted === 'live' || wanted === 'paused';
  if (wanted === 'retired' || (state.answering !== null && !isAsked)) {
    const [was, will] = [statusNames[state.status], statusNames[wanted]];
    throw conflict(
      `该馆现为${was.zh}，不能随文档改为${will.zh}。`,
      `The library is ${was.en}; with its document it does not become ${will.en}.`,
    );
  }
  if (!isAsked) return { ...state, status: wanted, pending: wanted };
  const pause = wanted === 'paused' ? { reason: pauseReason, until: null } : null;
  return { ...state, status: wanted, pause, answering: state.newest, pending: null };
}

/** Said to readers where the library gave no reason of its own. */
export const pauseReason = { zh: '该馆暂停服务', en: 'The library has paused its service' };

function refuseStatus(
  caller: Caller,
  wanted: LibraryStatus | undefined,
  status: LibraryStatus,
): void {
  if (caller.kind === 'administrator' || wanted === undefined || wanted === status) return;
  throw forbidden(
    `该馆现为${statusNames[status].zh}；状态不随文档改变，请使用相应的操作。`,
    `The library is ${statusNames[status].en}; its status is changed by actions, not with the document.`,
  );
}

/** A library names no variables of the gateway's environment but those that stood there, for one address. */
export function refuseForeign(
  context: Pick<RegistrationContext, 'check'>,
  caller: Caller,
  { input, library }: CheckedDocument,
  known: LibraryInput | null,
): void {
  if (caller.kind === 'administrator') return;
  const before = known === null ? null : context.check(known);
  const stays =
    before !== null && 'library' in before && isSame(places(before.library), places(library));
  const problems = foreignVariables(input, stays ? known : null);
  if (problems.length === 0) return;
  const sentence = {
    zh: '文档中不能引用网关的环境变量，请使用凭据接口。',
    en: 'The document names environment variables of the gateway; set credentials instead.',
  };
  throw new RegistrationError('invalid', sentence, problems);
}

function places({ connector }: LibraryDocument): readonly Address[] {
  return addressesOf(connector);
}
