import { recordAudit } from '../../store/audit.ts';
import type { ReaderState } from '../../store/tables/people.ts';
import { asJson, type Json } from '../../store/values.ts';
import { trailOf } from '../access/roles.ts';
import type { Actor } from '../actor.ts';
import { LoanError, notFound, type Sentence } from '../errors.ts';
import type { Tx } from './context.ts';
import { stale } from './scheme.ts';

export const readerStates = {
  none: { zh: '未注册', en: 'Not registered' },
  awaiting_review: { zh: '待审核', en: 'Awaiting review' },
  approved: { zh: '已通过', en: 'Approved' },
  returned: { zh: '退回补充', en: 'Returned for correction' },
  refused: { zh: '未通过', en: 'Refused' },
  suspended: { zh: '已停用', en: 'Suspended' },
  closed: { zh: '已注销', en: 'Closed' },
} as const satisfies Readonly<Record<ReaderState, Sentence>>;

export const readerActions = {
  register: { zh: '注册', en: 'Registered' },
  resubmit: { zh: '补充后重新提交', en: 'Sent in again' },
  approve: { zh: '审核通过', en: 'Approved' },
  return: { zh: '退回补充', en: 'Returned for correction' },
  refuse: { zh: '审核未通过', en: 'Refused' },
  suspend: { zh: '停用', en: 'Suspended' },
  reinstate: { zh: '恢复', en: 'Made active again' },
  close: { zh: '注销', en: 'Closed' },
} as const satisfies Readonly<Record<string, Sentence>>;
export type ReaderAction = keyof typeof readerActions;

const desk = ['desk_clerk', 'desk_lead', 'library_administrator'] as const;
const lead = ['desk_lead', 'library_administrator'] as const;

export interface ReaderTransition {
  readonly from: ReaderState;
  readonly action: ReaderAction;
  readonly to: ReaderState;
  readonly roles: readonly string[];
}

/** Every legal step; the same rows stand in the table `reader_transitions`, which decides. */
export const readerTransitions: readonly ReaderTransition[] = [
  { from: 'none', action: 'register', to: 'awaiting_review', roles: ['visitor'] },
  { from: 'awaiting_review', action: 'approve', to: 'approved', roles: desk },
  { from: 'awaiting_review', action: 'return', to: 'returned', roles: desk },
  { from: 'awaiting_review', action: 'refuse', to: 'refused', roles: lead },
  { from: 'awaiting_review', action: 'close', to: 'closed', roles: ['reader', 'system'] },
  { from: 'returned', action: 'resubmit', to: 'awaiting_review', roles: ['reader'] },
  { from: 'returned', action: 'refuse', to: 'refused', roles: lead },
  { from: 'returned', action: 'close', to: 'closed', roles: ['reader', 'system'] },
  { from: 'approved', action: 'suspend', to: 'suspended', roles: [...lead, 'system'] },
  { from: 'approved', action: 'close', to: 'closed', roles: ['reader', 'library_administrator'] },
  { from: 'suspended', action: 'reinstate', to: 'approved', roles: [...lead, 'system'] },
  { from: 'suspended', action: 'close', to: 'closed', roles: ['reader', 'library_administrator'] },
  { from: 'refused', action: 'close', to: 'closed', roles: ['reader', 'system'] },
];

/** What an actor may do with a reader in this state, in the order of the table. */
export function openActions(state: ReaderState, roles: readonly string[]): readonly ReaderAction[] {
  return readerTransitions
    .filter((step) => step.from === state && step.roles.some((role) => roles.includes(role)))
    .map((step) => step.action);
}

export interface Move {
  readonly action: ReaderAction;
  /** The roles the actor holds towards this reader; the first that may is the one recorded. */
  readonly roles: readonly string[];
  readonly actor: Actor;
  /** Said to the reader. */
  readonly note?: string | null;
  readonly details?: Json;
  /** The version the actor saw. */
  readonly ifVersion?: number | null;
  /** Columns that change with the state. */
  readonly set?: {
    readonly patron_group?: string | null;
    readonly barcode?: string;
    readonly approved_at?: Date;
    readonly card_key?: string | null;
  };
}

export interface Standing {
  readonly id: string;
  readonly library_id: string;
  readonly state: ReaderState;
  readonly version: number;
}

/** The reader's row, locked until the transaction ends. Throws LoanError not_found. */
export async function lockReader(tx: Tx, readerId: string) {
  const row = isId(readerId)
    ? await tx
        .selectFrom('readers')
        .selectAll()
        .where('id', '=', readerId)
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw noReader();
  return row;
}

export function noReader(): LoanError {
  return notFound('没有这位读者。', 'There is no such reader.');
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/**
 * Takes a locked reader one step on, with its event and its line in the trail. Throws LoanError
 * stale, not_open or forbidden; a step that is not in the database's table fails there whatever
 * this function says.
 */
export async function moveReader(
  tx: Tx,
  reader: Standing,
  move: Move,
  now: Date,
): Promise<Standing> {
  if (move.ifVersion != null && move.ifVersion !== reader.version) throw stale();
  const step = readerTransitions.find(
    ({ from, action }) => from === reader.state && action === move.action,
  );
  if (step === undefined) throw notOpen(reader.state, move.action);
  const role = move.roles.find((held) => step.roles.includes(held));
  if (role === undefined) throw notAllowed(move.action);
  const version = reader.version + 1;
  await tx
    .insertInto('reader_events')
    .values({
      reader_id: reader.id,
      seq: version,
      from_state: step.from,
      action: step.action,
      to_state: step.to,
      role,
      actor_kind: move.actor.kind,
      actor_id: move.actor.id,
      note: move.note ?? null,
      details: move.details === undefined ? null : asJson(move.details),
      at: now,
    })
    .execute();
  await tx
    .updateTable('readers')
    .set({ ...move.set, state: step.to, version })
    .where('id', '=', reader.id)
    .execute();
  await recordAudit(
    tx,
    {
      trail: trailOf(move.actor, reader.library_id),
      actor: move.actor,
      action: `reader.${move.action}`,
      subject: { kind: 'reader', id: reader.id },
      before: { state: step.from, version: reader.version },
      after: { state: step.to, version },
    },
    now,
  );
  return { id: reader.id, library_id: reader.library_id, state: step.to, version };
}

function notOpen(state: ReaderState, action: ReaderAction): LoanError {
  const { zh, en } = readerStates[state];
  return new LoanError(
    'not_open',
    {
      zh: `该读者目前为“${zh}”，不能进行这项操作。`,
      en: `This cannot be done while the reader's state is: ${en}.`,
    },
    { rule: `reader.${state}.${action}` },
  );
}

function notAllowed(action: ReaderAction): LoanError {
  return new LoanError(
    'forbidden',
    { zh: '您的身份不能进行这项操作。', en: 'Your role does not allow this.' },
    { rule: `reader.${action}` },
  );
}
