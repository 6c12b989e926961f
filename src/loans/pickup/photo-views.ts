import { recordAudit } from '../../store/audit.ts';
import { type Actor, worksAt } from '../actor.ts';
import { notFound } from '../errors.ts';
import type { LoanContext, Tx } from '../requests/context.ts';

/**
 * The photo, for the reader, the home desk, and the desk of a lender whom the reader visits now.
 * Every look by staff is written into the trail with its purpose.
 */
export async function viewPhoto(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  readerId: string,
): Promise<{ readonly jpeg: Buffer; readonly sha256: string }> {
  const photo = await tx
    .selectFrom('reader_photos')
    .innerJoin('readers', (join) =>
      join.on((on) =>
        on(on.cast<string>('readers.id', 'text'), '=', on.ref('reader_photos.reader_id')),
      ),
    )
    .select(['jpeg', 'sha256', 'library_id'])
    .where('reader_photos.reader_id', '=', readerId)
    .executeTakeFirst();
  const missing = notFound('没有这张照片。', 'There is no such photo.');
  if (photo === undefined) throw missing;
  if (actor.kind === 'reader') {
    if (actor.id !== readerId) throw missing;
    return photo;
  }
  const purpose = await purposeOf(tx, actor, readerId, photo.library_id);
  if (purpose === null) throw missing;
  await recordAudit(
    tx,
    {
      trail: actor.libraryId ?? 'federation',
      actor: { kind: actor.kind, id: actor.id },
      action: 'photo.view',
      subject: { kind: 'reader', id: readerId },
      after: { purpose },
    },
    context.clock.now(),
  );
  return photo;
}

async function purposeOf(
  tx: Tx,
  actor: Actor,
  readerId: string,
  home: string,
): Promise<string | null> {
  if (worksAt(actor, home)) return 'home';
  const { libraryId } = actor;
  if (libraryId === null || !worksAt(actor, libraryId)) return null;
  const visit = await tx
    .selectFrom('loan_legs as l')
    .innerJoin('loan_requests as r', 'r.id', 'l.request_id')
    .select('r.number')
    .where('r.reader_id', '=', readerId)
    .where('r.delivery', '=', 'pickup')
    .where('l.lender', '=', libraryId)
    .where('l.closed', '=', false)
    .where('l.state', 'in', ['PICKUP_WAIT', 'LENT_DIRECT'])
    .executeTakeFirst();
  return visit === undefined ? null : 'visit';
}
