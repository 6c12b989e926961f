import type { Json } from '../../store/values.ts';
import { recordChange } from '../trail.ts';
import { type Address, type ApprovedAddress, addressesOf, printAddress } from './addresses.ts';
import type { RegistrationContext } from './context.ts';
import { pauseReason } from './edit.ts';
import { conflict, RegistrationError, type Sentence } from './errors.ts';
import {
  type Caller,
  checkRole,
  checkTransition,
  type LifecycleAction,
  transitions,
} from './lifecycle.ts';
import {
  approveAddresses,
  auditState,
  type Condition,
  documentOf,
  type EntryState,
  lockEntry,
  markApproved,
  versionOf,
  writeEntry,
} from './rows.ts';
import { endTokens } from './tokens.ts';

export interface Move {
  readonly id: string;
  readonly condition: Condition;
}

/** Takes an entry, or its newest version, one step along its life. */
export async function moveLibrary(
  context: RegistrationContext,
  caller: Caller,
  action: Exclude<LifecycleAction, 'approve' | 'pause'>,
  move: Move & { readonly reason?: string | null },
): Promise<void> {
  await step(context, caller, action, move, (state) => stepped(action, state), {
    reason: move.reason ?? null,
  });
}

export interface Pause extends Move {
  readonly reason: { readonly zh?: string; readonly en?: string };
  /** When the library answers again by itself; null for when somebody says so. */
  readonly until: Date | null;
}

export async function pauseLibrary(
  context: RegistrationContext,
  caller: Caller,
  { reason, until, ...move }: Pause,
): Promise<void> {
  if (until !== null && until <= context.clock.now()) {
    throw new RegistrationError(
      'invalid',
      { zh: '恢复时间已过。', en: 'The pause would be over already.' },
      [{ pointer: '/until', message: 'has passed' }],
    );
  }
  const zh = reason.zh ?? reason.en ?? pauseReason.zh;
  const said = { zh, en: reason.en ?? reason.zh ?? pauseReason.en };
  const pause = { reason: said, until: until?.toISOString() ?? null };
  await step(context, caller, 'pause', move, (state) => ({ ...state, status: 'paused', pause }), {
    until: pause.until,
  });
}

function stepped(
  action: Exclude<LifecycleAction, 'approve' | 'pause'>,
  state: EntryState,
): EntryState {
  switch (action) {
    case 'submit':
      return waiting(state, 'testing');
    case 'refuse':
      return state.answering === null ? waiting(state, 'draft') : { ...state, pending: 'refused' };
    case 'golive':
      return answering(state);
    case 'resume':
      return { ...state, status: 'live', pause: null };
    case 'retire':
      return { ...state, status: 'retired', pause: null };
  }
}

/** The newest version waits in this state; the entry does with it, unless another version answers. */
function waiting(state: EntryState, pending: 'draft' | 'testing' | 'approved'): EntryState {
  return { ...state, pending, status: state.answering === null ? pending : state.status };
}

/** The newest version answers; a pause goes on. */
function answering(state: EntryState): EntryState {
  const status = state.status === 'paused' ? ('paused' as const) : ('live' as const);
  return { ...state, status, answering: state.newest, pending: null };
}

async function step(
  context: RegistrationContext,
  caller: Caller,
  action: LifecycleAction,
  { id, condition }: Move,
  take: (state: EntryState) => EntryState,
  more: Readonly<Record<string, Json>>,
): Promise<void> {
  checkRole(action, caller);
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    const { state: before, newest } = await lockEntry(tx, id, condition, now);
    const madeBy = { kind: newest.made_by_kind, id: newest.made_by_id };
    checkTransition(action, subjectOf(action, before), caller, madeBy);
    const after = take(before);
    await writeEntry(tx, id, before, after, now);
    if (action === 'retire') await endTokens(tx, id, now);
    const change = { before: auditState(before), after: auditState(after, more) };
    await recordChange(tx, caller, `library.${action}`, id, change, now);
  });
  await context.changed();
}

/** The status that decides: a version on its way has its own, while an older one answers. */
function subjectOf(action: LifecycleAction, state: EntryState): EntryState['status'] {
  if (transitions[action].of === 'entry' || state.answering === null) return state.status;
  if (state.pending === null || state.pending === 'refused') {
    const isApproval = action === 'approve' || action === 'refuse';
    throw conflict(
      isApproval ? '没有等待批准的版本。' : '没有等待上线的版本。',
      `There is no newer version that could be ${transitions[action].name.en}.`,
    );
  }
  return state.pending;
}

export interface Approval extends Move {
  /** CIDR ranges the hosts' addresses have to lie in; null for the addresses they have now. */
  readonly ranges: readonly string[] | null;
  /** Whether the version answers from now on, or waits until it is put live. */
  readonly to: 'approved' | 'live';
}

/**
 * A second person approves the newest version: the hosts and ports it connects to and the range of
 * their addresses. Where there is none to approve, the addresses of the one that answers are approved
 * anew, as when a library has moved to another network under its old name.
 */
export async function approveLibrary(
  context: RegistrationContext,
  caller: Caller,
  { id, condition, ranges, to }: Approval,
): Promise<void> {
  checkRole('approve', caller);
  const { number, addresses } = await wantedAddresses(context, id);
  const approved = await Promise.all(
    addresses.map((address) => withRanges(context, address, ranges)),
  );
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    const { state: before, newest } = await lockEntry(tx, id, condition, now);
    // Hosts were looked up before; somebody who wrote meanwhile wrote something nobody has seen.
    if (before.newest !== number) throw new RegistrationError('stale', changedMeanwhile);
    const madeBy = { kind: newest.made_by_kind, id: newest.made_by_id };
    const anew = before.answering === before.newest;
    const subject = anew ? 'testing' : subjectOf('approve', before);
    checkTransition('approve', subject, caller, madeBy);
    await approveAddresses(tx, id, approved, caller, now);
    await markApproved(tx, id, number, caller, now);
    const after = anew ? before : to === 'live' ? answering(before) : waiting(before, 'approved');
    await writeEntry(tx, id, before, after, now);
    const places = approved.map(({ ranges, ...place }) => ({
      address: printAddress(place),
      ranges,
    }));
    const change = {
      before: auditState(before),
      after: auditState(after, { addresses: places }),
    };
    await recordChange(tx, caller, 'library.approve', id, change, now);
  });
  await context.changed();
}

const changedMeanwhile: Sentence = {
  zh: '批准期间文档被修改，请重新查看。',
  en: 'The document was changed while its hosts were looked up; look at it again.',
};

async function wantedAddresses(context: RegistrationContext, id: string) {
  const version = await context.database.transaction(async (tx) => {
    const row = await tx
      .selectFrom('libraries')
      .select('newest')
      .where('id', '=', id)
      .executeTakeFirst();
    return versionOf(tx, id, row?.newest ?? 0);
  });
  const checked = context.check(documentOf(version));
  const addresses = 'faults' in checked ? [] : addressesOf(checked.library.connector);
  if (addresses.length > 0) return { number: version.number, addresses };
  throw conflict(
    '文档中没有可以批准的地址。',
    'The document names no address that could be approved.',
  );
}

async function withRanges(
  { resolve }: RegistrationContext,
  address: Address,
  ranges: readonly string[] | null,
): Promise<ApprovedAddress> {
  if (ranges !== null) return { ...address, ranges };
  try {
    const found = await resolve(address.host, address.port);
    return { ...address, ranges: [...found].sort().map(asRange) };
  } catch (error) {
    const place = printAddress(address);
    const sentence: Sentence = {
      zh: `现在无法解析 ${place}，或网关不得连接该地址；可在 ranges 中写明地址范围。`,
      en: `${place} cannot be resolved now, or is not to be connected to; its range can be given in ranges.`,
    };
    throw new RegistrationError('conflict', sentence, [], { cause: error });
  }
}

function asRange(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}
