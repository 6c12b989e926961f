import { sql } from 'kysely';
import { recordAudit } from '../../store/audit.ts';
import type { ReaderState } from '../../store/tables/people.ts';
import { scopeOf, trailOf } from '../access/roles.ts';
import { type Actor, audits, runsFederation, worksAt } from '../actor.ts';
import { LoanError, type Sentence } from '../errors.ts';
import type { PeopleContext, Tx } from './context.ts';
import { isId, noReader, openActions } from './lifecycle.ts';
import { rolesTowards } from './review.ts';

const maxPage = 100;

function mayRead(actor: Actor, libraryId: string): boolean {
  if (actor.kind !== 'staff') return false;
  const here = actor.libraryId === null || actor.libraryId === libraryId;
  return worksAt(actor, libraryId) || (here && (audits(actor) || runsFederation(actor)));
}

export interface ReaderFilter {
  readonly libraryId: string;
  readonly state?: ReaderState | null;
  /** Where the page before this one ended. */
  readonly after?: string | null;
  readonly limit?: number;
}

export interface ReaderLine {
  readonly id: string;
  readonly state: ReaderState;
  readonly version: number;
  readonly name: string | null;
  readonly barcode: string | null;
  readonly patronGroup: string | null;
  readonly department: string | null;
  readonly registeredAt: Date;
  /** Other readers of the library who are approved, or wait, with the same card or e-mail. */
  readonly sameCard: number;
  readonly sameEmail: number;
}

/** The desk's list, oldest first; that it was looked at goes into the trail. */
export async function listReaders(
  context: PeopleContext,
  actor: Actor,
  filter: ReaderFilter,
): Promise<{ readonly readers: readonly ReaderLine[]; readonly next: string | null }> {
  const { libraryId, state = null } = filter;
  if (!mayRead(actor, libraryId)) throw notYours();
  const limit = Math.min(Math.max(1, Math.trunc(filter.limit ?? 50)), maxPage);
  const after = filter.after != null && isId(filter.after) ? filter.after : null;
  return await context.database.transaction(
    async (tx) => {
      const { rows } = await sql<ReaderLine>`
        select r.id, r.state, r.version, p.name, r.barcode, r.patron_group as "patronGroup",
          p.department, r.registered_at as "registeredAt",
          (select count(*)::int from readers o where o.library_id = r.library_id
            and o.card_key = r.card_key and o.id <> r.id
            and o.state in ('approved', 'suspended', 'awaiting_review')) as "sameCard",
          (select count(*)::int from reader_profiles q join readers o on o.id = q.reader_id
            where q.email_key = p.email_key and o.library_id = r.library_id and o.id <> r.id
            and o.state in ('approved', 'suspended', 'awaiting_review')) as "sameEmail"
        from readers r left join reader_profiles p on p.reader_id = r.id
        where r.library_id = ${libraryId} and (${state}::text is null or r.state = ${state})
          and (${after}::uuid is null or (r.registered_at, r.id) >
            (select registered_at, id from readers where id = ${after}::uuid))
        order by r.registered_at, r.id limit ${limit + 1}`.execute(tx);
      const readers = rows.slice(0, limit);
      const next = rows.length > limit ? (readers.at(-1)?.id ?? null) : null;
      await recordAudit(
        tx,
        {
          trail: trailOf(actor, libraryId),
          actor,
          action: 'readers.listed',
          subject: { kind: 'library', id: libraryId },
          after: { state, readers: readers.map((reader) => reader.id) },
        },
        context.clock.now(),
      );
      return { readers, next };
    },
    { scope: scopeOf(actor) },
  );
}

/** How many registrations wait for the desk; names nobody, so it leaves no line in the trail. */
export async function countWaiting(
  context: PeopleContext,
  actor: Actor,
  libraryId: string,
): Promise<number> {
  if (!mayRead(actor, libraryId)) throw notYours();
  const row = await context.database.transaction(
    (tx) =>
      tx
        .selectFrom('readers')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('library_id', '=', libraryId)
        .where('state', '=', 'awaiting_review')
        .executeTakeFirstOrThrow(),
    { scope: scopeOf(actor) },
  );
  return Number(row.count);
}

/** One reader with everything the desk decides by; that it was looked at goes into the trail. */
export async function viewReader(context: PeopleContext, actor: Actor, readerId: string) {
  return await context.database.transaction(
    async (tx) => {
      const reader = await readReader(tx, actor, readerId);
      const profile = await tx
        .selectFrom('reader_profiles')
        .selectAll()
        .where('reader_id', '=', readerId)
        .executeTakeFirst();
      const events = await tx
        .selectFrom('reader_events')
        .select(['seq', 'action', 'to_state', 'role', 'note', 'at'])
        .where('reader_id', '=', readerId)
        .orderBy('seq')
        .execute();
      await recordAudit(
        tx,
        {
          trail: trailOf(actor, reader.library_id),
          actor,
          action: 'reader.viewed',
          subject: { kind: 'reader', id: readerId },
        },
        context.clock.now(),
      );
      const actions = openActions(reader.state, rolesTowards(actor, reader.library_id));
      return { reader, profile: profile ?? null, events, actions };
    },
    { scope: scopeOf(actor) },
  );
}

async function readReader(tx: Tx, actor: Actor, readerId: string) {
  if (!isId(readerId)) throw noReader();
  const reader = await tx
    .selectFrom('readers')
    .selectAll()
    .where('id', '=', readerId)
    .executeTakeFirst();
  if (reader === undefined || !mayRead(actor, reader.library_id)) throw noReader();
  return reader;
}

function notYours(): LoanError {
  const sentence: Sentence = {
    zh: '只有本馆工作人员可以查看。',
    en: 'Only staff of this library may look at this.',
  };
  return new LoanError('forbidden', sentence, { rule: 'readers.list' });
}
