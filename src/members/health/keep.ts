import type { Database } from '../../store/database.ts';
import { asJson } from '../../store/values.ts';
import { removeOldMaintenance } from '../maintenance.ts';
import { hourMs } from './pending.ts';
import { dayMs } from './report.ts';
import { addTally, answeredShare, dayOf, emptyTally, type Tally } from './tally.ts';

/** Hours are kept by themselves for so many days, then as days. */
const daysOfHours = 8;

/** Nothing of a library's history is older. */
const keptDays = 90;

/** Days summed up in one run; a gateway that stood still for long catches up with the next ones. */
const maxDays = 2000;

/** Sums hours up to days after some days, and removes what is older than ninety. */
export async function tidyHistory(database: Database, now: Date): Promise<void> {
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  const before = new Date(today - daysOfHours * dayMs);
  const found = await database.db
    .selectFrom('library_tallies')
    .select(['library', 'since'])
    .where('span', '=', 'hour')
    .where('since', '<', before)
    .orderBy('since')
    .execute();
  const days = new Set(
    found.map(({ library, since }) => `${Math.floor(since.getTime() / dayMs) * dayMs} ${library}`),
  );
  for (const day of [...days].slice(0, maxDays)) {
    const [at = '', library = ''] = day.split(' ');
    await sumUp(database, library, Number(at));
  }
  const oldest = new Date(today - (keptDays - 1) * dayMs);
  await database.db.deleteFrom('library_tallies').where('since', '<', oldest).execute();
  const forgotten = new Date(now.getTime() - keptDays * dayMs);
  await database.db.deleteFrom('library_incidents').where('ended_at', '<', forgotten).execute();
  await database.db
    .deleteFrom('library_health')
    .where('incident', 'is', null)
    .where((where) => where(where.fn.coalesce('last_asked_at', 'last_checked_at'), '<', forgotten))
    .where((where) =>
      where.or([where('last_checked_at', 'is', null), where('last_checked_at', '<', forgotten)]),
    )
    .execute();
  await removeOldMaintenance(database, now);
}

/** One library's hours of one day become the day; both happen or neither. */
async function sumUp(database: Database, library: string, day: number): Promise<void> {
  await database.transaction(async (tx) => {
    const rows = await tx
      .deleteFrom('library_tallies')
      .where('library', '=', library)
      .where('span', '=', 'hour')
      .where('since', '>=', new Date(day))
      .where('since', '<', new Date(day + dayMs))
      .returning(['source', 'since', 'tally'])
      .execute();
    const hours = Array.from({ length: 24 }, (_, i) => {
      const hour = emptyTally();
      for (const { since, tally } of rows) {
        if (since.getTime() === day + i * hourMs) addTally(hour, tally as unknown as Tally);
      }
      return hour;
    });
    const whole = dayOf(hours.filter((hour) => answeredShare(hour) !== null));
    for (const source of ['search', 'check'] as const) {
      const sum = emptyTally();
      for (const row of rows) {
        if (row.source === source) addTally(sum, row.tally as unknown as Tally);
      }
      // The hours are those of both sources together, and stand once.
      const tally = source === 'search' ? { ...sum, hours: whole.hours } : sum;
      if (source === 'check' && Object.keys(sum.answers).length === 0) continue;
      await tx
        .insertInto('library_tallies')
        .values({ library, source, span: 'day', since: new Date(day), tally: asJson(tally) })
        .onConflict((conflict) =>
          conflict.columns(['library', 'span', 'since', 'source']).doNothing(),
        )
        .execute();
    }
  });
}
