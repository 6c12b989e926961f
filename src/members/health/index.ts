import type { Clock } from '../../store/clock.ts';
import type { Database } from '../../store/database.ts';
import { createJobRunner, type JobRunner } from '../../store/jobs.ts';
import type { Directory } from '../directory.ts';
import { type Clock as Monotonic, systemClock as monotonicClock } from '../guards/clock.ts';
import { createMaintenancePlan, type MaintenancePlan, maintenanceError } from '../maintenance.ts';
import { createShadows, type ShadowParts, type Shadows } from '../shadow/index.ts';
import type { Connector } from '../types.ts';
import type { Watch } from '../watched.ts';
import { type CheckParts, type CheckSettings, checkHandlers, planChecks } from './checks.ts';
import {
  type Condition,
  type HealthState,
  type SustainedRules,
  unknownCondition,
} from './condition.ts';
import { itemOf, type KnownItem, wantsItem, withItem } from './known-items.ts';
import { createPending, type Heard, type Pending } from './pending.ts';
import { createHealthReader, type HealthReader } from './read.ts';
import { conditionOf, type WriteOptions, writeHeard } from './write.ts';

export interface HealthSettings extends CheckSettings {
  readonly tell: SustainedRules;
  readonly askedFrom: string | null;
  readonly timezone: string;
  readonly shadowPerMinute: number;
}

export interface HealthParts extends Pick<ShadowParts, 'makeConnector' | 'checkDocument'> {
  readonly settings: HealthSettings;
  readonly directory: Directory;
  /** A library's guarded connector with nobody looking on; undefined for one that is not asked. */
  readonly connectorFor: (id: string) => Connector | undefined;
  /** Address of the gateway's pages, for links in mails. */
  readonly site: () => string;
  readonly clock: Clock;
  readonly monotonic?: Monotonic;
  readonly random?: () => number;
  readonly onError: (error: unknown, what: string) => void;
}

/** Everything the gateway knows of how its members do. */
export interface Health {
  /** What looks on while libraries are asked. */
  readonly watch: Watch;
  readonly maintenance: MaintenancePlan;
  readonly shadows: Shadows;
  readonly reader: HealthReader;
  /** The condition of a library as last read; never asks the database. */
  condition(library: string): Condition;
  /** The states of the libraries that readers may ask. */
  states(): Iterable<readonly [string, HealthState]>;
  readonly now: () => Date;
  /** Whether a database is open: before that nothing is written and nothing can be planned. */
  readonly isOpen: boolean;
  /** Reads what there is and plans the checks; with `start` it goes on by itself. */
  open(database: Database): Promise<void>;
  start(): void;
  /** Writes what was heard, and reads what others wrote. */
  flush(): Promise<void>;
  /** Runs the checks that are due; the number of them. */
  runDue(): Promise<number>;
  close(): Promise<void>;
}

/** What searches tell is written at most once in this time. */
const flushMs = 60_000;

/** Checks are minutes apart; looking for one that is due this often is enough. */
const pollMs = 5000;

/** At most one record an hour is taken from a library's answers to ask for later. */
const learnEveryMs = 3_600_000;

interface Inside extends HealthParts {
  readonly monotonic: Monotonic;
  readonly random: () => number;
  readonly pending: Pending;
  readonly maintenance: MaintenancePlan;
  readonly shadows: Shadows;
}

export function createHealth(parts: HealthParts): Health {
  const { clock, directory, settings, monotonic = monotonicClock, random = Math.random } = parts;
  const conditions = new Map<string, Condition>();
  const stop = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let database: Database | null = null;
  let runner: JobRunner | null = null;
  let flushing: Promise<void> = Promise.resolve();

  const opened = (): Database => {
    if (database === null) throw new Error('the database is not open yet');
    return database;
  };
  const maintenance = createMaintenancePlan(opened);
  const shadows = createShadows({
    ...parts,
    monotonic,
    database: opened,
    perMinute: settings.shadowPerMinute,
  });
  const pending = createPending();
  const inside: Inside = { ...parts, monotonic, random, pending, maintenance, shadows };
  const write = writeOptions(parts);

  const refresh = async () => {
    for (const [id, condition] of await readConditions(opened())) conditions.set(id, condition);
    await maintenance.refresh(clock.now());
    await shadows.refresh();
  };
  const writeDown = async () => {
    const heard = pending.take();
    await writeAll(opened(), heard, write, clock.now()).catch((error) => {
      pending.giveBack(heard);
      throw error;
    });
    await shadows.flush();
    await refresh();
  };
  const guarded = (work: Promise<unknown>, what: string) =>
    work.then(
      () => {},
      (error: unknown) => parts.onError(error, what),
    );
  const flush = (): Promise<void> => {
    flushing = flushing.then(() =>
      database === null ? undefined : guarded(writeDown(), 'health was not written'),
    );
    return flushing;
  };

  return {
    watch: createWatch(inside),
    maintenance,
    shadows,
    reader: createHealthReader({ database: opened, clock, maintenance, directory }),
    condition: (library) => conditions.get(library) ?? unknownCondition,
    states: function* () {
      for (const { library } of directory.list()) {
        if (library.status !== 'live') continue;
        yield [library.id, (conditions.get(library.id) ?? unknownCondition).state] as const;
      }
    },
    now: () => clock.now(),
    get isOpen() {
      return database !== null;
    },
    async open(given) {
      database = given;
      await refresh();
      const { signal } = stop;
      const checks: CheckParts = { ...inside, database: given, write, signal };
      await planChecks(checks);
      directory.onChange((id, entry) => {
        if (entry === undefined || signal.aborted) return;
        void guarded(planChecks(checks, [id]), 'a check was not planned');
      });
      runner = createJobRunner({
        database: given,
        clock,
        handlers: checkHandlers(checks),
        concurrency: 2,
        onError: (error, job) => parts.onError(error, `${job?.kind ?? 'a check'} failed`),
      });
    },
    start() {
      // Not by the runner's own start, which would wake it with every job anybody plans.
      const due = () => void guarded(runner?.runDue() ?? Promise.resolve(), 'checks were not run');
      timers.push(setInterval(due, pollMs).unref());
      timers.push(setInterval(() => void flush(), flushMs).unref());
    },
    flush,
    runDue: async () => (await runner?.runDue()) ?? 0,
    async close() {
      stop.abort();
      for (const timer of timers) clearInterval(timer);
      await runner?.stop();
      await shadows.close();
      await flush();
      database = null;
    },
  };
}

function createWatch(inside: Inside): Watch {
  const { clock, monotonic, random, pending, maintenance, shadows, settings } = inside;
  const learnedAt = new Map<string, number>();
  return {
    clock: monotonic,
    random,
    wallClock: () => clock.now().getTime(),
    closed(library) {
      const now = clock.now();
      const window = maintenance.current(library, now);
      return window === null ? null : maintenanceError(window, now, settings.timezone);
    },
    asked(sample) {
      // What was under way when a planned window began is not held against the library.
      if (maintenance.current(sample.library, new Date(sample.at)) === null) pending.add(sample);
    },
    wantsRecord(library) {
      const last = learnedAt.get(library) ?? Number.NEGATIVE_INFINITY;
      return monotonic.now() - last >= learnEveryMs;
    },
    learn(library, record) {
      const item = itemOf(record, library, clock.now().toISOString().slice(0, 10));
      if (item === null) return;
      learnedAt.set(library.id, monotonic.now());
      pending.learn(library.id, item);
    },
    companion: (library) => shadows.companion(library),
  };
}

function writeOptions({ settings, directory, site }: HealthParts): WriteOptions {
  return {
    rules: settings.tell,
    askedFrom: settings.askedFrom,
    timezone: settings.timezone,
    pageOf: (library) => `${site()}/health/${library}`,
    deskOf(id) {
      const library = directory.get(id)?.library;
      const email = library?.contact.email ?? '';
      return library === undefined || email === '' ? null : { name: library.name, email };
    },
  };
}

/** One commit for all libraries, in the order of their ids, so that two gateways never wait in a ring. */
async function writeAll(
  database: Database,
  heard: ReadonlyMap<string, Heard>,
  write: WriteOptions,
  now: Date,
): Promise<void> {
  if (heard.size === 0) return;
  const day = now.toISOString().slice(0, 10);
  const learn = (learned: KnownItem) => (known: readonly KnownItem[]) =>
    wantsItem(known, day) ? withItem(known, learned, day) : known;
  await database.transaction(async (tx) => {
    for (const [library, one] of [...heard].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const { hours, evidence, learned } = one;
      const items = learned === null ? {} : { items: learn(learned) };
      await writeHeard(tx, { library, source: 'search', hours, evidence, ...items }, write, now);
    }
  });
}

async function readConditions({
  db,
}: Database): Promise<readonly (readonly [string, Condition])[]> {
  const rows = await db
    .selectFrom('library_health')
    .select(['library', 'state', 'cause', 'since', 'last_good_at', 'last_checked_at'])
    .select(['last_asked_at', 'failed_searches', 'failed_checks'])
    .execute();
  return rows.map((row) => [row.library, conditionOf(row)] as const);
}
