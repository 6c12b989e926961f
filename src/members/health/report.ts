import { type MaintenanceWindow, type PlannedMaintenance, shownWindow } from '../maintenance.ts';
import { type Bilingual, explainCause } from './causes.ts';
import type { Condition, HealthState } from './condition.ts';
import { hourMs, hourOf } from './pending.ts';
import {
  addTally,
  availabilityOf,
  countOf,
  emptyTally,
  percentile,
  type Tally,
  type TimedPhase,
  timedPhases,
} from './tally.ts';

/** The ranges that figures are given for, in hours. */
export const ranges = { '24h': 24, '7d': 168, '30d': 720, '90d': 2160 } as const;
export type Range = keyof typeof ranges;

export const dayMs = 24 * hourMs;

/** Tallies of one library, by hour for the last days and by day before that. */
export interface TallyRow {
  readonly span: 'hour' | 'day';
  readonly since: Date;
  readonly tally: Tally;
}

export interface Availability {
  /** The share of hours in which it answered, weighed alike; null where it was not asked. */
  readonly share: number | null;
  readonly hoursAsked: number;
  readonly hours: number;
}

export interface Latency {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
}

/** One bar of the history. */
export interface Slice {
  readonly since: string;
  /** Null where the library was not asked: that is not the same as all being well. */
  readonly share: number | null;
  readonly asks: number;
  readonly p50Ms: number | null;
}

export interface CauseCount {
  readonly cause: string;
  readonly count: number;
  readonly message: Bilingual;
  readonly fix: Bilingual;
}

export interface Incident {
  readonly beganAt: string;
  readonly endedAt: string | null;
  readonly cause: string;
  readonly message: Bilingual;
}

/** `maintenance` while a declared window is open, `paused` by the library's own wish, whatever was seen. */
export type ShownState = HealthState | 'maintenance' | 'paused';

/** What everybody may know of a library's health. */
export interface HealthReport {
  readonly library: string;
  readonly state: ShownState;
  readonly since: string | null;
  readonly cause: (Bilingual & { readonly code: string; readonly fix: Bilingual }) | null;
  readonly lastGoodAt: string | null;
  readonly lastCheckedAt: string | null;
  readonly availability: Readonly<Record<Range, Availability>>;
  readonly range: Range;
  readonly answers: Readonly<Record<string, number>>;
  readonly latency: Readonly<Partial<Record<TimedPhase, Latency>>>;
  readonly causes: readonly CauseCount[];
  readonly incidents: readonly Incident[];
  readonly maintenance: readonly PlannedMaintenance[];
  readonly hours: readonly Slice[];
  readonly days: readonly Slice[];
}

export interface ReportParts {
  readonly library: string;
  readonly condition: Condition;
  readonly rows: readonly TallyRow[];
  readonly incidents: readonly {
    readonly beganAt: Date;
    readonly endedAt: Date | null;
    readonly cause: string;
  }[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly range: Range;
  readonly isPaused: boolean;
  readonly now: Date;
}

const maxCausesShown = 10;

export function healthReport(parts: ReportParts): HealthReport {
  const { condition, rows, range, now } = parts;
  const asked = merged(within(rows, now, range).map(({ tally }) => tally));
  return {
    library: parts.library,
    ...stateOf(parts),
    lastGoodAt: iso(condition.lastGoodAt),
    lastCheckedAt: iso(condition.lastCheckedAt),
    availability: {
      '24h': availability(rows, now, '24h'),
      '7d': availability(rows, now, '7d'),
      '30d': availability(rows, now, '30d'),
      '90d': availability(rows, now, '90d'),
    },
    range,
    answers: asked.answers,
    latency: latencyOf(asked),
    causes: causesOf(asked),
    incidents: parts.incidents.map(({ beganAt, endedAt, cause }) => ({
      beganAt: beganAt.toISOString(),
      endedAt: iso(endedAt),
      cause,
      message: explainCause(cause).message,
    })),
    maintenance: parts.maintenance.map(shownWindow),
    hours: slices(rows, now, hourMs, 24),
    days: slices(rows, now, dayMs, 90),
  };
}

function stateOf({ condition, maintenance, isPaused, now }: ReportParts) {
  if (isPaused) return { state: 'paused' as const, since: null, cause: null };
  const open = maintenance.find(({ from, to }) => from <= now && to > now);
  if (open !== undefined) {
    return { state: 'maintenance' as const, since: open.from.toISOString(), cause: null };
  }
  const { state, since, cause } = condition;
  const { message, fix } = explainCause(cause ?? '');
  return {
    state,
    since: iso(since),
    cause: cause === null ? null : { code: cause, ...message, fix },
  };
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

/** Rows of the last hours, the one that runs among them. */
function within(rows: readonly TallyRow[], now: Date, range: Range): readonly TallyRow[] {
  const from = hourOf(now.getTime()) - (ranges[range] - 1) * hourMs;
  return rows.filter(({ span, since }) => {
    const end = since.getTime() + (span === 'day' ? dayMs : hourMs);
    return end > from;
  });
}

/** Both sources of one time are one: a library answered in that hour or it did not. */
function byTime(rows: readonly TallyRow[]): readonly Tally[] {
  const times = new Map<string, Tally>();
  for (const { span, since, tally } of rows) {
    const key = `${span} ${since.getTime()}`;
    const sum = times.get(key) ?? emptyTally();
    times.set(key, sum);
    addTally(sum, tally);
  }
  return [...times.values()];
}

export function availability(rows: readonly TallyRow[], now: Date, range: Range): Availability {
  const { share, hoursAsked } = availabilityOf(byTime(within(rows, now, range)));
  return { share: share === null ? null : roundShare(share), hoursAsked, hours: ranges[range] };
}

/** Four digits, and never 1 for what was not wholly there. */
function roundShare(share: number): number {
  return share === 1 ? 1 : Math.min(0.9999, Math.round(share * 10_000) / 10_000);
}

function merged(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const tally of tallies) addTally(sum, tally);
  return sum;
}

export function latencyOf(tally: Pick<Tally, 'times'>): Partial<Record<TimedPhase, Latency>> {
  const shown = timedPhases.filter((phase) => tally.times[phase] !== undefined);
  return Object.fromEntries(
    shown.map((phase) => {
      const histogram = tally.times[phase];
      return [
        phase,
        {
          count: countOf(histogram),
          p50Ms: percentile(histogram, 0.5),
          p90Ms: percentile(histogram, 0.9),
          p99Ms: percentile(histogram, 0.99),
        },
      ];
    }),
  );
}

function causesOf(tally: Tally): readonly CauseCount[] {
  return Object.entries(tally.causes)
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .slice(0, maxCausesShown)
    .map(([cause, count]) => ({ cause, count, ...explainCause(cause) }));
}

/** The last so many hours or days, the oldest first. */
function slices(
  rows: readonly TallyRow[],
  now: Date,
  lengthMs: number,
  count: number,
): readonly Slice[] {
  const last = Math.floor(now.getTime() / lengthMs) * lengthMs;
  const bySlice = new Map<number, TallyRow[]>();
  for (const row of rows) {
    if (row.span === 'day' && lengthMs < dayMs) continue;
    const at = Math.floor(row.since.getTime() / lengthMs) * lengthMs;
    const slice = bySlice.get(at);
    if (slice === undefined) bySlice.set(at, [row]);
    else slice.push(row);
  }
  return Array.from({ length: count }, (_, i) => {
    const since = last - (count - 1 - i) * lengthMs;
    const inSlice = bySlice.get(since) ?? [];
    const { share } = availabilityOf(byTime(inSlice));
    const { answers, times } = merged(inSlice.map(({ tally }) => tally));
    return {
      since: new Date(since).toISOString(),
      share: share === null ? null : roundShare(share),
      asks: Object.values(answers).reduce((sum, n) => sum + n, 0),
      p50Ms: percentile(times.total, 0.5),
    };
  });
}
