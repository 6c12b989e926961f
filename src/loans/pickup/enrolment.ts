import { createHash } from 'node:crypto';
import { recordAudit } from '../../store/audit.ts';
import { type JobHandler, schedule } from '../../store/jobs.ts';
import { type Actor, worksAt } from '../actor.ts';
import { dayAt } from '../calendar/dates.ts';
import { deadline } from '../calendar/deadlines.ts';
import { LoanError, notFound, type Sentence } from '../errors.ts';
import { calendarOf } from '../lifecycle/work.ts';
import { decide, durationOf } from '../policy/decide.ts';
import { currentPolicy } from '../policy/store.ts';
import type { PolicyFacts } from '../policy/types.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';
import { checkPhoto } from './photo.ts';

/** Kind of the job that deletes a photo when its time has come. */
export const photoJob = 'loan.photo';

export interface EnrolmentView {
  readonly reader: string;
  readonly state: 'none' | 'asked' | 'approved' | 'refused' | 'ended';
  readonly photo: { readonly addedAt: string; readonly deleteAfter: string | null } | null;
  readonly consentAt: string | null;
  readonly documents: string | null;
  readonly reason: string | null;
  readonly decidedAt: string | null;
}

function refused(rule: string, sentence: Sentence, pointer?: string): LoanError {
  return new LoanError('refused', sentence, { rule, ...(pointer && { pointer }) });
}

function readerOnly(actor: Actor): string {
  if (actor.kind === 'reader' && actor.libraryId !== null) return actor.libraryId;
  const sentence = { zh: '请以读者身份登录。', en: 'Sign in as a reader.' };
  throw new LoanError('forbidden', sentence, { rule: 'pickup.byReader' });
}

async function approvedReader(db: Reading, id: string): Promise<{ readonly library: string }> {
  const row = await db
    .selectFrom('readers')
    .select(['library_id', 'state'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row?.state === 'approved') return { library: row.library_id };
  throw refused('reader.approved', {
    zh: '注册未通过审核或已停用。',
    en: 'The registration is not approved, or suspended.',
  });
}

/** Keeps the reader's photo, with consent to exactly this use; a new one replaces it. */
export async function putPhoto(
  context: LoanContext,
  actor: Actor,
  bytes: Uint8Array,
  consent: boolean,
): Promise<EnrolmentView> {
  readerOnly(actor);
  if (consent !== true) {
    throw refused(
      'pickup.consent',
      {
        zh: '须同意照片仅用于自取自还的核对。',
        en: 'Consent is needed to use the photo for self pick-up.',
      },
      '/consent',
    );
  }
  const photo = await checkPhoto(bytes);
  return await context.database.transaction(async (tx) => {
    await approvedReader(tx, actor.id);
    const now = context.clock.now();
    const values = {
      jpeg: photo.jpeg,
      sha256: createHash('sha256').update(photo.jpeg).digest('hex'),
      width: photo.width,
      height: photo.height,
      consent_at: now,
      added_at: now,
      delete_after: null,
    };
    await tx
      .insertInto('reader_photos')
      .values({ reader_id: actor.id, ...values })
      .onConflict((conflict) => conflict.column('reader_id').doUpdateSet(values))
      .execute();
    // Whoever approved the old face has not seen the new one.
    await tx
      .updateTable('pickup_enrolments')
      .set({ state: 'asked', decided_at: null, decided_by: null, documents: null, consent_at: now })
      .where('reader_id', '=', actor.id)
      .where('state', '=', 'approved')
      .execute();
    return await enrolmentOf(tx, actor.id);
  });
}

/** Asks for self pick-up: with a photo, consent, and a home library that offers it. */
export async function askPickup(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  input: { readonly consent: boolean; readonly consentText: string },
): Promise<EnrolmentView> {
  const library = readerOnly(actor);
  await approvedReader(tx, actor.id);
  if (context.findLibrary(library)?.delivery.includes('pickup') !== true) {
    throw refused('pickup.offered', {
      zh: '您所在的馆未开通自取自还。',
      en: 'Your library does not offer self pick-up.',
    });
  }
  if (
    input.consent !== true ||
    input.consentText.trim() === '' ||
    input.consentText.length > 1000
  ) {
    throw refused(
      'pickup.consent',
      { zh: '须同意自取自还的规定。', en: 'Consent to the rules of self pick-up is needed.' },
      '/consent',
    );
  }
  const before = await enrolmentOf(tx, actor.id);
  if (before.photo === null) {
    throw refused('pickup.photo', { zh: '请先上传照片。', en: 'Add a photo first.' }, '/photo');
  }
  if (before.state === 'asked' || before.state === 'approved') return before;
  const now = context.clock.now();
  const values = {
    home_library: library,
    state: 'asked' as const,
    consent_at: now,
    consent_text: input.consentText,
    documents: null,
    reason: null,
    decided_by: null,
    decided_at: null,
    ended_at: null,
  };
  await tx
    .insertInto('pickup_enrolments')
    .values({ reader_id: actor.id, ...values })
    .onConflict((conflict) => conflict.column('reader_id').doUpdateSet(values))
    .execute();
  await tx
    .updateTable('reader_photos')
    .set({ delete_after: null })
    .where('reader_id', '=', actor.id)
    .execute();
  return await enrolmentOf(tx, actor.id);
}

/** The home desk decides, with the reader's papers in hand. */
export async function decidePickup(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  readerId: string,
  decision:
    | { readonly approve: true; readonly documents: string }
    | { readonly approve: false; readonly reason: string },
): Promise<EnrolmentView> {
  const row = await tx
    .selectFrom('pickup_enrolments')
    .selectAll()
    .where('reader_id', '=', readerId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined || !worksAt(actor, row.home_library)) {
    throw notFound('没有这份自取自还申请。', 'There is no such enrolment.');
  }
  if (row.state !== 'asked') {
    const sentence = { zh: '该申请已有结论。', en: 'It has been decided already.' };
    throw new LoanError('not_open', sentence, { rule: 'pickup.asked' });
  }
  const said = decision.approve ? decision.documents : decision.reason;
  if (said.trim() === '' || said.length > 500) {
    const sentence = decision.approve
      ? { zh: '须写明所验证件。', en: 'The documents seen must be named.' }
      : { zh: '须写明理由。', en: 'A reason must be given.' };
    throw new LoanError('invalid', sentence, {
      pointer: decision.approve ? '/documents' : '/reason',
    });
  }
  const now = context.clock.now();
  await tx
    .updateTable('pickup_enrolments')
    .set({
      state: decision.approve ? 'approved' : 'refused',
      documents: decision.approve ? said : null,
      reason: decision.approve ? null : said,
      decided_by: actor.id,
      decided_at: now,
    })
    .where('reader_id', '=', readerId)
    .execute();
  await recordAudit(
    tx,
    {
      trail: row.home_library,
      actor: { kind: actor.kind, id: actor.id },
      action: decision.approve ? 'pickup.approve' : 'pickup.refuse',
      subject: { kind: 'reader', id: readerId },
      after: { said },
    },
    now,
  );
  if (!decision.approve) await planPhotoEnd(context, tx, readerId, row.home_library);
  return await enrolmentOf(tx, readerId);
}

/** The reader gives the service up; the photo goes when its time has come. */
export async function endPickup(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
): Promise<EnrolmentView> {
  const library = readerOnly(actor);
  const open = await tx
    .selectFrom('loan_requests')
    .select('number')
    .where('reader_id', '=', actor.id)
    .where('delivery', '=', 'pickup')
    .where('closed', '=', false)
    .executeTakeFirst();
  if (open !== undefined) {
    throw refused('pickup.open', {
      zh: `申请单 ${open.number} 尚在自取中。`,
      en: `Request ${open.number} is still under way.`,
    });
  }
  await tx
    .updateTable('pickup_enrolments')
    .set({ state: 'ended', ended_at: context.clock.now() })
    .where('reader_id', '=', actor.id)
    .execute();
  await planPhotoEnd(context, tx, actor.id, library);
  return await enrolmentOf(tx, actor.id);
}

async function planPhotoEnd(
  context: LoanContext,
  tx: Tx,
  readerId: string,
  library: string,
): Promise<void> {
  const now = context.clock.now();
  const { policy } = await currentPolicy(context, tx);
  const facts: PolicyFacts = {
    on: dayAt(now, context.timezone),
    service: 'loan',
    lender: null,
    lenderKind: null,
    home: library,
    patronGroup: null,
    collection: null,
    language: null,
    age: null,
    delivery: 'pickup',
  };
  const keep = durationOf(decide(policy, 'privacy.photoAfter', facts));
  const deleteAfter = deadline(now, keep, calendarOf(context, library));
  const row = await tx
    .updateTable('reader_photos')
    .set({ delete_after: deleteAfter })
    .where('reader_id', '=', readerId)
    .returning('reader_id')
    .executeTakeFirst();
  if (row === undefined) return;
  const job = { kind: photoJob, key: readerId, payload: { readerId }, runAt: deleteAfter };
  await schedule(tx, { ...job, ifThere: 'replace' }, now);
}

/** Deletes photos whose time has come, unless the reader has enrolled again meanwhile. */
export function photoJobHandlers(context: LoanContext): Readonly<Record<string, JobHandler>> {
  return {
    [photoJob]: async (job, finish) => {
      const { readerId } = job.payload as { readerId: string };
      await context.database.transaction(async (tx) => {
        await finish(tx);
        await tx
          .deleteFrom('reader_photos')
          .where('reader_id', '=', readerId)
          .where('delete_after', '<=', context.clock.now())
          .execute();
      });
    },
  };
}

/** The reader takes the photo away at once; without it there is no self pick-up. */
export async function deletePhoto(context: LoanContext, tx: Tx, actor: Actor): Promise<void> {
  await endPickup(context, tx, actor);
  await tx.deleteFrom('reader_photos').where('reader_id', '=', actor.id).execute();
}

export async function enrolmentOf(db: Reading, readerId: string): Promise<EnrolmentView> {
  const row = await db
    .selectFrom('pickup_enrolments')
    .selectAll()
    .where('reader_id', '=', readerId)
    .executeTakeFirst();
  const photo = await db
    .selectFrom('reader_photos')
    .select(['added_at', 'delete_after'])
    .where('reader_id', '=', readerId)
    .executeTakeFirst();
  return {
    reader: readerId,
    state: row?.state ?? 'none',
    photo: photo
      ? {
          addedAt: photo.added_at.toISOString(),
          deleteAfter: photo.delete_after?.toISOString() ?? null,
        }
      : null,
    consentAt: row?.consent_at.toISOString() ?? null,
    documents: row?.documents ?? null,
    reason: row?.reason ?? null,
    decidedAt: row?.decided_at?.toISOString() ?? null,
  };
}

/** Enrolments that wait for a desk, oldest first. */
export async function pickupQueue(
  db: Reading,
  actor: Actor,
  library: string,
): Promise<readonly EnrolmentView[]> {
  if (!worksAt(actor, library)) throw notFound('没有这个队列。', 'There is no such queue.');
  const rows = await db
    .selectFrom('pickup_enrolments')
    .select('reader_id')
    .where('home_library', '=', library)
    .where('state', '=', 'asked')
    .orderBy('consent_at')
    .limit(200)
    .execute();
  const views: EnrolmentView[] = [];
  for (const { reader_id } of rows) views.push(await enrolmentOf(db, reader_id));
  return views;
}
