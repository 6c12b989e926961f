import type { Sentence } from '../errors.ts';
import type { Reading } from '../requests/context.ts';

/** Why a library does not lend at present, in its own words, and until when if it said so. */
export interface Suspension {
  readonly title: Sentence;
  readonly from: string;
  readonly to: string | null;
}

/**
 * The suspension of lending a library has announced and that holds now. A resumption announced for a later
 * time ends it from then on, whatever end the suspension named.
 */
export async function suspensionOf(
  db: Reading,
  library: string,
  now: Date,
): Promise<Suspension | null> {
  const last = await db
    .selectFrom('announcements')
    .select(['kind', 'title', 'from_at', 'to_at'])
    .where('library', '=', library)
    .where('kind', 'in', ['suspension', 'resumption'])
    .where('from_at', '<=', now)
    .where((where) => where.or([where('to_at', 'is', null), where('to_at', '>', now)]))
    .orderBy('from_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.kind !== 'suspension') return null;
  const { title, from_at: from, to_at: to } = last;
  return { title, from: from.toISOString(), to: to?.toISOString() ?? null };
}
