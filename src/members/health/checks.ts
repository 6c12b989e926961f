import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import { type JobHandler, schedule } from '../../store/jobs.ts';
import type { Directory, Entry } from '../directory.ts';
import type { Clock as Monotonic } from '../guards/clock.ts';
import type { MaintenancePlan } from '../maintenance.ts';
import type { Connector } from '../types.ts';
import { type CheckOptions, type CheckResult, checkHealth } from './check.ts';
import type { Evidence } from './condition.ts';
import { tidyHistory } from './keep.ts';
import { afterAsking, type KnownItem, withItem } from './known-items.ts';
import { hourOf } from './pending.ts';
import { dayMs } from './report.ts';
import { addSample, emptyTally, type Tally } from './tally.ts';
import { type WriteOptions, writeHeard } from './write.ts';

/** Kind of the job that checks one library; its key is the library's id. */
const checkJob = 'library-check';

/** Kind of the job that sums history up and lets go of what is old. */
const tidyJob = 'library-history';

const tidyEveryMs = 6 * 3_600_000;

/** Every wait is longer or shorter by up to this share, so that libraries are not asked in step. */
const jitter = 0.1;

/** The start of a gateway opens no connection; the first checks come after this. */
const earliestMs = 60_000;

/** A check that did not get its turn is tried again after this. */
const againSoonMs = 60_000;

export interface CheckSettings {
  /** Minutes between the checks of a library, or null for none. */
  readonly everyMinutes: number | null;
  readonly slowMs: number;
}

export interface CheckParts {
  readonly database: Database;
  readonly directory: Directory;
  /** A library's guarded connector, with nobody looking on; undefined for one that is not asked. */
  readonly connectorFor: (id: string) => Connector | undefined;
  readonly maintenance: MaintenancePlan;
  readonly settings: CheckSettings;
  readonly write: WriteOptions;
  readonly clock: Clock;
  readonly monotonic: Monotonic;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export function checkHandlers(parts: CheckParts): Readonly<Record<string, JobHandler>> {
  return {
    [tidyJob]: async () => {
      await tidyHistory(parts.database, parts.clock.now());
      return { againAt: after(parts, tidyEveryMs) };
    },
    ...(parts.settings.everyMinutes === null ? {} : { [checkJob]: createCheck(parts) }),
  };
}

/** Plans the first check of every live library, spread over the first interval. */
export async function planChecks(parts: CheckParts, ids?: readonly string[]): Promise<void> {
  const { database, clock, settings, directory, random } = parts;
  const now = clock.now();
  const wanted = ids ?? directory.list().map(({ library }) => library.id);
  await database.transaction(async (tx) => {
    if (ids === undefined) {
      await schedule(tx, { kind: tidyJob, key: 'all', runAt: after(parts, earliestMs) }, now);
    }
    if (settings.everyMinutes === null) return;
    for (const id of wanted) {
      if (directory.get(id)?.library.status !== 'live') continue;
      const waitMs = earliestMs + random() * settings.everyMinutes * 60_000;
      await schedule(tx, { kind: checkJob, key: id, runAt: after(parts, waitMs, 0) }, now);
    }
  });
}

function after({ clock, random }: CheckParts, waitMs: number, spread = jitter): Date {
  const factor = 1 + spread * (2 * random() - 1);
  return new Date(clock.now().getTime() + waitMs * factor);
}

/**
 * Checks one library and plans the next check. The job table gives each job to one gateway of several,
 * and what is found is written in the commit that ends the job.
 */
function createCheck(parts: CheckParts): JobHandler {
  const { database, directory, clock, maintenance, settings } = parts;
  const everyMs = (settings.everyMinutes ?? 0) * 60_000;
  return async (job, finish) => {
    const id = job.key ?? '';
    const entry = directory.get(id);
    if (entry?.library.status !== 'live') return undefined;
    const connector = parts.connectorFor(id);
    // Live, but not to be searched today: its services are dated.
    if (connector === undefined) return { againAt: after(parts, everyMs) };
    const planned = maintenance.current(id, clock.now());
    if (planned !== null) return { againAt: new Date(planned.to.getTime() + againSoonMs) };
    const row = await database.db
      .selectFrom('library_health')
      .select(['known_items', 'last_asked_at'])
      .where('library', '=', id)
      .executeTakeFirst();
    if (!isWatched(entry, row?.last_asked_at ?? null, clock.now())) {
      return { againAt: after(parts, everyMs) };
    }
    const items = (row?.known_items ?? []) as unknown as readonly KnownItem[];
    const result = await checkHealth(connector, items, checkOptions(parts), parts.signal);
    if (result.verdict === 'none') return { againAt: after(parts, againSoonMs) };
    const now = clock.now();
    await database.transaction(async (tx) => {
      const found = entryOf(id, result, now);
      await writeHeard(tx, found, parts.write, now);
      await finish(tx, { againAt: after(parts, everyMs) });
    });
    return undefined;
  };
}

function checkOptions({ monotonic, clock, settings }: CheckParts): CheckOptions {
  return {
    clock: monotonic,
    wallClock: () => clock.now().getTime(),
    slowMs: settings.slowMs,
  };
}

/**
 * A member that registered itself, or that can be written to, is always checked. An open catalogue that
 * merely stands in a file is asked no more than its readers ask it: not at all on days when nobody does.
 */
function isWatched({ library, origin }: Entry, lastAskedAt: Date | null, now: Date): boolean {
  if (origin === 'registered' || (library.contact.email ?? '') !== '') return true;
  return lastAskedAt !== null && now.getTime() - lastAskedAt.getTime() < dayMs;
}

function entryOf(library: string, result: CheckResult, now: Date) {
  const hours = new Map<number, Tally>();
  for (const sample of result.samples) {
    const hour = hourOf(sample.at);
    const tally = hours.get(hour) ?? emptyTally();
    hours.set(hour, tally);
    addSample(tally, sample);
  }
  const { verdict, cause, learned, asked } = result;
  const evidence: readonly Evidence[] =
    verdict === 'none'
      ? []
      : [{ source: 'check', verdict, cause, count: 1, firstAt: now, lastAt: now }];
  const day = now.toISOString().slice(0, 10);
  const items = (known: readonly KnownItem[]) => {
    const left = afterAsking(known, asked);
    return learned === null ? left : withItem(left, learned, day);
  };
  return { library, source: 'check' as const, hours, evidence, items };
}
