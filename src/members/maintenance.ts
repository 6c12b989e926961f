import type { Database } from '../store/database.ts';
import { asJson } from '../store/values.ts';
import { ConnectorError } from './errors.ts';
import { type Author, recordChange } from './trail.ts';

/** A time that a library has named in advance, during which it is not asked. */
export interface MaintenanceWindow {
  readonly id: number;
  readonly library: string;
  readonly from: Date;
  readonly to: Date;
  readonly reason: { readonly zh?: string; readonly en?: string };
}

/** A window as entries, reports and its own routes show it. */
export interface PlannedMaintenance extends Pick<MaintenanceWindow, 'id' | 'reason'> {
  readonly from: string;
  readonly to: string;
}

export function shownWindow({ id, from, to, reason }: MaintenanceWindow): PlannedMaintenance {
  return { id, from: from.toISOString(), to: to.toISOString(), reason };
}

export interface NewMaintenance {
  readonly library: string;
  readonly from: Date;
  readonly to: Date;
  readonly reason: { readonly zh?: string; readonly en?: string };
  readonly by: Author;
}

/** The windows that are open or still to come, in memory, since every search asks for them. */
export interface MaintenancePlan {
  /** The window that covers this moment and ends last, or null. */
  current(library: string, now: Date): MaintenanceWindow | null;
  /** Windows that have not ended, the next one first. */
  planned(library: string, now: Date): readonly MaintenanceWindow[];
  add(window: NewMaintenance, now: Date): Promise<MaintenanceWindow | 'too_many'>;
  /** Takes a window back, or ends the one that is open; false if there is none. */
  withdraw(library: string, id: number, by: Author, now: Date): Promise<boolean>;
  /** Takes over what other gateways have written. */
  refresh(now: Date): Promise<void>;
}

/** Windows of one library that have not ended. */
const maxPlanned = 50;

/** Windows stay this long after their end, for those who look back. */
const keptMs = 90 * 86_400_000;

export function createMaintenancePlan(database: () => Database): MaintenancePlan {
  let windows: readonly MaintenanceWindow[] = [];

  const notEnded = (library: string, now: Date) =>
    windows.filter((window) => window.library === library && window.to > now);

  async function refresh(now: Date): Promise<void> {
    const rows = await database()
      .db.selectFrom('library_maintenance')
      .select(['id', 'library', 'from_at', 'to_at', 'reason'])
      .where('withdrawn_at', 'is', null)
      .where('to_at', '>', now)
      .orderBy('from_at')
      .orderBy('id')
      .execute();
    windows = rows.map(({ id, library, from_at, to_at, reason }) => ({
      id,
      library,
      from: from_at,
      to: to_at,
      reason,
    }));
  }

  return {
    current(library, now) {
      let found: MaintenanceWindow | null = null;
      for (const window of windows) {
        if (window.library !== library || window.from > now || window.to <= now) continue;
        if (found === null || window.to > found.to) found = window;
      }
      return found;
    },
    planned: notEnded,
    async add({ library, from, to, reason, by }, now) {
      await refresh(now);
      if (notEnded(library, now).length >= maxPlanned) return 'too_many';
      const id = await database().transaction(async (tx) => {
        const row = await tx
          .insertInto('library_maintenance')
          .values({
            library,
            from_at: from,
            to_at: to,
            reason: asJson(reason),
            made_at: now,
            made_by: `${by.kind} ${by.id}`,
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        const after = { window: row.id, from: from.toISOString(), to: to.toISOString() };
        await recordChange(tx, by, 'maintenance.plan', library, { after }, now);
        return row.id;
      });
      await refresh(now);
      return { id, library, from, to, reason };
    },
    async withdraw(library, id, by, now) {
      const isThere = await database().transaction(async (tx) => {
        const row = await tx
          .updateTable('library_maintenance')
          .set({ withdrawn_at: now })
          .where('library', '=', library)
          .where('id', '=', id)
          .where('withdrawn_at', 'is', null)
          .where('to_at', '>', now)
          .returning('id')
          .executeTakeFirst();
        if (row === undefined) return false;
        await recordChange(tx, by, 'maintenance.withdraw', library, { after: { window: id } }, now);
        return true;
      });
      await refresh(now);
      return isThere;
    },
    refresh,
  };
}

/** Removes windows that ended long ago. */
export async function removeOldMaintenance(database: Database, now: Date): Promise<void> {
  await database.db
    .deleteFrom('library_maintenance')
    .where('to_at', '<', new Date(now.getTime() - keptMs))
    .execute();
}

/** Why a library is not asked while it is in a window: told to readers as planned, with the end. */
export function maintenanceError(
  window: MaintenanceWindow,
  now: Date,
  timezone: string,
): ConnectorError {
  const until = (locale: string) => endOf(window.to, now, locale, timezone);
  const note = (text: string | undefined, before: string) =>
    text === undefined || text === '' ? '' : `${before}${text}`;
  const { zh, en } = window.reason;
  return new ConnectorError(window.library, 'maintenance', 'The library is in maintenance.', {
    reason: 'planned',
    retryAfterMs: Math.max(1, window.to.getTime() - now.getTime()),
    sentence: {
      zh: `该馆声明维护中，至 ${until('zh-CN')}${note(zh ?? en, '：')}`,
      en: `Planned maintenance until ${until('en-GB')}${note(en ?? zh, ': ')}`,
    },
  });
}

/** `22:30`, or with the day where that is not today. */
function endOf(to: Date, now: Date, locale: string, timeZone: string): string {
  const day = (date: Date) =>
    new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' }).format(date);
  const time = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(to);
  return day(to) === day(now) ? time : `${day(to)} ${time}`;
}
