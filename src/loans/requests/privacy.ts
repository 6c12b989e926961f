import type { JobHandler } from '../../store/jobs.ts';
import type { Json } from '../../store/values.ts';
import { dayAt } from '../calendar/dates.ts';
import type { Sentence } from '../errors.ts';
import { decide, durationOf } from '../policy/decide.ts';
import { currentPolicy } from '../policy/store.ts';
import type { LoanContext, Tx } from './context.ts';

/** Kind of the daily job that takes the link between readers and titles away. */
export const unlinkJob = 'loan.unlink';

const perRun = 500;
const hourMs = 3_600_000;

/** What names the reader of these requests, removed; state, history and counts stay. */
async function unlink(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable('loan_requests')
    .set({ reader_id: null, recipient: null, note: null, own_reference: null })
    .where('id', 'in', [...ids])
    .execute();
  await tx
    .deleteFrom('notices')
    .where('request_id', 'in', [...ids])
    .where('recipient_kind', '=', 'reader')
    .execute();
  await tx
    .updateTable('pickup_card_loans')
    .set({ reader_id: null })
    .where('request_id', 'in', [...ids])
    .where('returned_at', 'is not', null)
    .execute();
}

/** Unlinks requests that ended longer ago than policy keeps the link; the number unlinked. */
export async function unlinkEnded(context: LoanContext): Promise<number> {
  const now = context.clock.now();
  return await context.database.transaction(async (tx) => {
    const { policy } = await currentPolicy(context, tx);
    const keep = durationOf(
      decide(policy, 'privacy.unlinkAfter', {
        on: dayAt(now, context.timezone),
        service: 'loan',
        lender: null,
        lenderKind: null,
        home: null,
        patronGroup: null,
        collection: null,
        language: null,
        age: null,
        delivery: null,
      }),
    );
    const hours =
      keep.unit === 'hours' ? keep.count : keep.count * (keep.unit === 'months' ? 31 : 1) * 24;
    const rows = await tx
      .selectFrom('loan_requests')
      .select('id')
      .where('closed', '=', true)
      .where('reader_id', 'is not', null)
      .where('closed_at', '<=', new Date(now.getTime() - hours * hourMs))
      .orderBy('closed_at')
      .limit(perRun)
      .forUpdate()
      .skipLocked()
      .execute();
    const ids = rows.map((row) => row.id);
    await unlink(tx, ids);
    return ids.length;
  });
}

/** Runs by the hour, more often while there is a backlog. Plan it once at the start. */
export function unlinkJobHandlers(context: LoanContext): Readonly<Record<string, JobHandler>> {
  return {
    [unlinkJob]: async () => {
      const done = await unlinkEnded(context);
      const wait = done === perRun ? 1000 : hourMs;
      return { againAt: new Date(context.clock.now().getTime() + wait) };
    },
  };
}

/** The loans' share in a reader's data: what holds them, what they may take, what is erased. */
export const loansOfReader = {
  name: 'loans',
  async holds(tx: Tx, readerId: string): Promise<readonly Sentence[]> {
    const open = await tx
      .selectFrom('loan_requests')
      .select('number')
      .where('reader_id', '=', readerId)
      .where('closed', '=', false)
      .execute();
    const cards = await tx
      .selectFrom('pickup_card_loans')
      .select('card')
      .where('reader_id', '=', readerId)
      .where('returned_at', 'is', null)
      .execute();
    return [
      ...open.map(({ number }) => ({
        zh: `申请单 ${number} 尚未结束。`,
        en: `Request ${number} is still open.`,
      })),
      ...cards.map(({ card }) => ({
        zh: `自取卡 ${card} 尚未归还。`,
        en: `Pick-up card ${card} is still out.`,
      })),
    ];
  },
  async export(tx: Tx, readerId: string): Promise<Json> {
    const requests = await tx
      .selectFrom('loan_requests')
      .select([
        'id',
        'number',
        'state',
        'delivery',
        'volumes',
        'citation',
        'recipient',
        'own_reference',
        'note',
        'lender',
        'submitted_at',
        'closed_at',
        'due_date',
      ])
      .where('reader_id', '=', readerId)
      .orderBy('id')
      .execute();
    const ids = requests.map(({ id }) => id);
    const events =
      ids.length === 0
        ? []
        : await tx
            .selectFrom('loan_events')
            .select(['request_id', 'seq', 'action', 'to_state', 'at'])
            .where('request_id', 'in', ids)
            .where('leg', '=', 0)
            .orderBy('request_id')
            .orderBy('seq')
            .execute();
    const notices = await tx
      .selectFrom('notices')
      .select(['created_at', 'channel', 'subject', 'body'])
      .where('recipient_kind', '=', 'reader')
      .where('recipient_id', '=', readerId)
      .orderBy('id')
      .execute();
    const enrolment = await tx
      .selectFrom('pickup_enrolments')
      .select(['state', 'consent_at', 'consent_text', 'decided_at', 'ended_at'])
      .where('reader_id', '=', readerId)
      .executeTakeFirst();
    const photo = await tx
      .selectFrom('reader_photos')
      .select(['jpeg', 'added_at', 'delete_after'])
      .where('reader_id', '=', readerId)
      .executeTakeFirst();
    const plain = {
      requests: requests.map(({ id, ...request }) => ({
        ...request,
        events: events
          .filter((event) => event.request_id === id)
          .map(({ seq, action, to_state, at }) => ({ seq, action, state: to_state, at })),
      })),
      messages: notices,
      pickup: enrolment ?? null,
      photo: photo === undefined ? null : { ...photo, jpeg: photo.jpeg.toString('base64') },
    };
    return JSON.parse(JSON.stringify(plain)) as Json;
  },
  async erase(tx: Tx, readerId: string): Promise<void> {
    const rows = await tx
      .selectFrom('loan_requests')
      .select('id')
      .where('reader_id', '=', readerId)
      .where('closed', '=', true)
      .execute();
    await unlink(
      tx,
      rows.map((row) => row.id),
    );
    await tx
      .deleteFrom('notices')
      .where('recipient_kind', '=', 'reader')
      .where('recipient_id', '=', readerId)
      .execute();
    await tx.deleteFrom('reader_photos').where('reader_id', '=', readerId).execute();
    await tx.deleteFrom('pickup_enrolments').where('reader_id', '=', readerId).execute();
  },
};
