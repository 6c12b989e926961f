import { type Anchor, anchorTrails } from '../../store/audit.ts';
import { secondsAfter } from '../../store/clock.ts';
import { sweepKeys } from '../../store/idempotency.ts';
import { type JobHandler, removeDoneJobs, schedule } from '../../store/jobs.ts';
import { removeSentMessages } from '../../store/outbox.ts';
import { tendTables } from '../../store/upkeep.ts';
import { removeOldTries } from '../access/throttle.ts';
import { systemActor } from '../actor.ts';
import type { PeopleContext } from './context.ts';
import { closeReader } from './leaving.ts';

/** Kind of the job that clears away what is over; there is one, and it plans itself anew. */
export const housekeepingJob = 'housekeeping';

const everySeconds = 3600;
const day = 86_400;

/** How long things stay after they are over. */
const kept = {
  jobsSeconds: 7 * day,
  messagesSeconds: 30 * day,
  tokensSeconds: 30 * day,
  /** A registration sent back for correction that nobody sent in again. */
  returnedSeconds: 90 * day,
} as const;

/** Registrations closed in one run. */
const maxClosed = 200;

/** Plans housekeeping; for the start of the gateway. */
export async function planHousekeeping(context: PeopleContext): Promise<void> {
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    await schedule(tx, { kind: housekeepingJob, key: 'all', runAt: now }, now);
  });
}

/** The handler of `housekeepingJob`. Each day's anchor is given to `onAnchor`, to be kept elsewhere. */
export function createHousekeeping(
  context: PeopleContext,
  onAnchor: (anchor: Anchor) => void = () => {},
): JobHandler {
  const { database, clock } = context;
  return async () => {
    const now = clock.now();
    await sweepKeys(database, now);
    await removeDoneJobs(database, secondsAfter(now, -kept.jobsSeconds));
    await removeSentMessages(database, secondsAfter(now, -kept.messagesSeconds));
    await removeOldTries(database, now);
    await removeExpired(context, now);
    await closeForgotten(context, now);
    onAnchor(await anchorTrails(database, now));
    await tendTables(database);
    return { againAt: secondsAfter(now, everySeconds) };
  };
}

async function removeExpired({ database: { db } }: PeopleContext, now: Date): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where((where) => where.or([where('ends_at', '<=', now), where('idle_until', '<=', now)]))
    .execute();
  await db
    .deleteFrom('single_use_tokens')
    .where('expires_at', '<=', secondsAfter(now, -kept.tokensSeconds))
    .execute();
  await db.deleteFrom('external_logins').where('expires_at', '<=', now).execute();
}

async function closeForgotten(context: PeopleContext, now: Date): Promise<void> {
  const rows = await context.database.db
    .selectFrom('readers')
    .innerJoin('reader_events', (join) =>
      join
        .onRef('reader_events.reader_id', '=', 'readers.id')
        .onRef('reader_events.seq', '=', 'readers.version'),
    )
    .select('readers.id')
    .where('readers.state', '=', 'returned')
    .where('reader_events.at', '<', secondsAfter(now, -kept.returnedSeconds))
    .limit(maxClosed)
    .execute();
  for (const row of rows) await closeReader(context, systemActor, row.id);
}
