import { LRUCache } from 'lru-cache';
import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import { type Directory, isPublic } from '../directory.ts';
import { type MaintenancePlan, type PlannedMaintenance, shownWindow } from '../maintenance.ts';
import { type Condition, unknownCondition } from './condition.ts';
import {
  type Availability,
  availability,
  dayMs,
  type HealthReport,
  healthReport,
  type Latency,
  latencyOf,
  type Range,
  type ShownState,
  type TallyRow,
} from './report.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';
import { conditionOf } from './write.ts';

/** One line of the list of all libraries. */
export interface HealthLine {
  readonly library: string;
  readonly name: { readonly zh: string; readonly en?: string | undefined };
  readonly state: ShownState;
  readonly since: string | null;
  readonly lastGoodAt: string | null;
  /** Over the last 24 hours. */
  readonly availability: Availability;
  readonly latency: Latency | null;
  /** The window that is open or comes next. */
  readonly maintenance: PlannedMaintenance | null;
}

export interface HealthReader {
  report(library: string, range: Range): Promise<HealthReport>;
  list(): Promise<readonly HealthLine[]>;
}

/** Figures change once a minute, and anybody may ask for them. */
const keptMs = 15_000;
const maxKept = 400;

const maxIncidents = 20;

export interface ReaderParts {
  readonly database: () => Database;
  readonly clock: Clock;
  readonly maintenance: MaintenancePlan;
  readonly directory: Directory;
}

/** Reads history for the API and the pages; what is read is kept for some seconds. */
export function createHealthReader(parts: ReaderParts): HealthReader {
  const { database, clock, maintenance } = parts;
  const kept = new LRUCache<string, Promise<Read>>({
    max: maxKept,
    ttl: keptMs,
    ttlResolution: 0,
    perf: { now: () => clock.now().getTime() },
  });

  const once = (library: string): Promise<Read> => {
    const known = kept.get(library);
    if (known !== undefined) return known;
    const reading = readLibrary(database(), library, clock.now());
    kept.set(library, reading);
    reading.catch(() => kept.delete(library));
    return reading;
  };
  let list: { at: number; lines: Promise<Lines> } | null = null;

  return {
    async report(library, range) {
      const now = clock.now();
      const read = await once(library);
      return healthReport({
        ...read,
        library,
        range,
        isPaused: parts.directory.get(library)?.library.status === 'paused',
        now,
        maintenance: maintenance.planned(library, now),
      });
    },
    async list() {
      const now = clock.now();
      if (list === null || now.getTime() - list.at >= keptMs || now.getTime() < list.at) {
        const lines = readLines(database(), now);
        list = { at: now.getTime(), lines };
        lines.catch(() => {
          list = null;
        });
      }
      return healthLines(await list.lines, parts, now);
    },
  };
}

type Read = Pick<Parameters<typeof healthReport>[0], 'condition' | 'rows' | 'incidents'>;

async function readLibrary({ db }: Database, library: string, now: Date): Promise<Read> {
  const row = await db
    .selectFrom('library_health')
    .selectAll()
    .where('library', '=', library)
    .executeTakeFirst();
  const rows = await db
    .selectFrom('library_tallies')
    .select(['span', 'since', 'tally'])
    .where('library', '=', library)
    .where('since', '>', new Date(now.getTime() - 91 * dayMs))
    .execute();
  const incidents = await db
    .selectFrom('library_incidents')
    .select(['began_at', 'ended_at', 'cause'])
    .where('library', '=', library)
    .orderBy('began_at', 'desc')
    .limit(maxIncidents)
    .execute();
  return {
    condition: row === undefined ? unknownCondition : conditionOf(row),
    rows: rows as unknown as readonly TallyRow[],
    incidents: incidents.map(({ began_at, ended_at, cause }) => ({
      beganAt: began_at,
      endedAt: ended_at,
      cause,
    })),
  };
}

interface Lines {
  readonly conditions: ReadonlyMap<string, Condition>;
  readonly rows: ReadonlyMap<string, readonly TallyRow[]>;
}

/** The last day of every library at once. */
async function readLines({ db }: Database, now: Date): Promise<Lines> {
  const conditions = await db.selectFrom('library_health').selectAll().execute();
  const tallies = await db
    .selectFrom('library_tallies')
    .select(['library', 'span', 'since', 'tally'])
    .where('span', '=', 'hour')
    .where('since', '>', new Date(now.getTime() - dayMs))
    .execute();
  const rows = new Map<string, TallyRow[]>();
  for (const { library, span, since, tally } of tallies) {
    const row = { span, since, tally: tally as unknown as Tally };
    const known = rows.get(library);
    if (known === undefined) rows.set(library, [row]);
    else known.push(row);
  }
  return { conditions: new Map(conditions.map((row) => [row.library, conditionOf(row)])), rows };
}

function healthLines(
  { conditions, rows }: Lines,
  { directory, maintenance }: ReaderParts,
  now: Date,
): readonly HealthLine[] {
  return directory
    .list()
    .filter(isPublic)
    .map(({ library }): HealthLine => {
      const { id, name } = library;
      const condition = conditions.get(id) ?? unknownCondition;
      const own = rows.get(id) ?? [];
      const sum = emptyTally();
      for (const { tally } of own) addTally(sum, tally);
      const [next] = maintenance.planned(id, now);
      const isOpen = next !== undefined && next.from <= now;
      const isPaused = library.status === 'paused';
      const since = isOpen ? next.from : condition.since;
      return {
        library: id,
        name,
        state: isPaused ? 'paused' : isOpen ? 'maintenance' : condition.state,
        since: isPaused ? null : (since?.toISOString() ?? null),
        lastGoodAt: condition.lastGoodAt?.toISOString() ?? null,
        availability: availability(own, now, '24h'),
        latency: latencyOf(sum).total ?? null,
        maintenance: next === undefined ? null : shownWindow(next),
      };
    });
}
