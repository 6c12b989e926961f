import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { type Clock, secondsAfter, systemClock } from './clock.ts';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import type { Schema } from './schema.ts';
import { afterCommit } from './transactions.ts';
import { asJson, type Json } from './values.ts';

/** A worker that does not end a job within this time loses it to the next one. */
const leaseSeconds = 300;

/** The longest wait before a failed job is tried again. */
const maxBackOffSeconds = 3600;

/** Jobs taken with one claim. */
const claimed = 16;

const maxErrorLength = 500;

/** Attempts after which one call of `runDue` ends, whatever is due then. */
const maxAttemptsAtOnce = 100_000;

export interface NewJob {
  readonly kind: string;
  /** At most one open job has this kind and key. */
  readonly key?: string | null;
  readonly payload?: Json;
  readonly runAt: Date;
  /** What becomes of an open job with the same key: it stays (default), or is planned anew. */
  readonly ifThere?: 'keep' | 'replace';
}

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly key: string | null;
  readonly payload: Json;
  readonly runAt: Date;
  /** This attempt counted. */
  readonly attempts: number;
}

export interface JobAgain {
  readonly againAt: Date;
}

/**
 * Ends the job, or plans it anew, inside the handler's own transaction, so that both happen or
 * neither. Throws StoreError lease_lost if the job was planned anew or taken over meanwhile.
 */
export type FinishJob = (tx: Transaction<Schema>, again?: JobAgain) => Promise<void>;

/**
 * Does one job. Effects in the database belong into one transaction that also calls `finish`; a
 * handler that does not call it must bear being run again. `againAt` plans the same job anew.
 */
export type JobHandler = (
  job: Job,
  finish: FinishJob,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler may simply end.
) => Promise<JobAgain | void>;

const wakers = new Set<() => void>();

/** Plans a job in the caller's transaction; null if one with its key is open and was kept. */
export async function schedule(
  tx: Transaction<Schema>,
  job: NewJob,
  now: Date,
): Promise<number | null> {
  const planned = { run_at: job.runAt, payload: asJson(job.payload ?? {}) };
  const row = await tx
    .insertInto('jobs')
    .values({ ...planned, kind: job.kind, key: job.key ?? null, created_at: now })
    .onConflict((conflict) => {
      const open = conflict.columns(['kind', 'key']).where('done_at', 'is', null);
      if (job.ifThere !== 'replace') return open.doNothing();
      const fresh = { attempts: 0, lease: null, locked_until: null, last_error: null };
      return open.doUpdateSet({ ...planned, ...fresh });
    })
    .returning('id')
    .executeTakeFirst();
  if (job.runAt <= now) afterCommit(wakeAll);
  return row?.id ?? null;
}

/** Ends an open job without running it; false if there is none. A run in progress is undone. */
export async function cancelJob(
  tx: Transaction<Schema>,
  kind: string,
  key: string,
  now: Date,
): Promise<boolean> {
  const row = await tx
    .updateTable('jobs')
    .set({ done_at: now, lease: null, locked_until: null, last_error: 'cancelled' })
    .where('kind', '=', kind)
    .where('key', '=', key)
    .where('done_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

function wakeAll(): void {
  for (const wake of wakers) wake();
}

export interface JobRunnerOptions {
  readonly database: Database;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly clock?: Clock;
  /** Jobs at a time: by default 1 on the embedded engine and 4 on a server. */
  readonly concurrency?: number;
  readonly pollMs?: number;
  /** Told of every failed attempt and failed claim; the job itself is tried again. */
  readonly onError?: (error: unknown, job: Job | null) => void;
}

export interface JobRunner {
  /** Starts polling; jobs planned by this process for now are run at once. */
  start(): void;
  wake(): void;
  /** Runs what is due by the clock until nothing is; the number of attempts made. */
  runDue(): Promise<number>;
  /** Resolves when the jobs in progress have ended. */
  stop(): Promise<void>;
}

export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { database, handlers, clock = systemClock, pollMs = 1000, onError = () => {} } = options;
  const concurrency = options.concurrency ?? (database.engine === 'embedded' ? 1 : 4);
  const kinds = Object.keys(handlers);
  let running: Promise<number> | null = null;
  let again = false;
  let started = false;
  let timer: NodeJS.Timeout | null = null;

  async function drain(): Promise<number> {
    let attempts = 0;
    while (attempts < maxAttemptsAtOnce) {
      again = false;
      const jobs = kinds.length === 0 ? [] : await claim(database, kinds, clock.now());
      if (jobs.length === 0 && !again) break;
      attempts += jobs.length;
      const queue = jobs.values();
      const workers = Array.from({ length: concurrency }, async () => {
        for (const job of queue) await attempt(database, handlers, job, clock, onError);
      });
      await Promise.all(workers);
    }
    return attempts;
  }

  function runDue(): Promise<number> {
    again = true;
    running ??= drain().finally(() => {
      running = null;
    });
    return running;
  }

  function wake(): void {
    if (!started) return;
    runDue().catch((error) => onError(error, null));
  }

  return {
    runDue,
    wake,
    start() {
      if (started) return;
      started = true;
      wakers.add(wake);
      timer = setInterval(wake, pollMs);
      wake();
    },
    async stop() {
      started = false;
      wakers.delete(wake);
      if (timer !== null) clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}

interface Claimed extends Job {
  readonly lease: string;
}

/**
 * Takes due jobs for this worker. A lease instead of a held transaction: a handler may do I/O, and
 * the embedded engine has one connection. A lease beyond what one can be comes from a clock that
 * was ahead, and holds nobody off.
 */
async function claim(
  database: Database,
  kinds: readonly string[],
  now: Date,
): Promise<readonly Claimed[]> {
  const lease = randomUUID();
  const until = secondsAfter(now, leaseSeconds);
  const { rows } = await sql<Claimed>`
    update jobs set locked_until = ${until}, lease = ${lease}, attempts = attempts + 1
    where id in (
      select id from jobs
      where done_at is null and run_at <= ${now} and kind = any(${kinds}::text[])
        and (locked_until is null or locked_until <= ${now} or locked_until > ${until})
      order by run_at, id limit ${claimed} for update skip locked
    )
    returning id, kind, key, payload, run_at as "runAt", attempts, lease`.execute(database.db);
  return rows.toSorted((a, b) => a.runAt.getTime() - b.runAt.getTime() || a.id - b.id);
}

async function attempt(
  database: Database,
  handlers: Readonly<Record<string, JobHandler>>,
  job: Claimed,
  clock: Clock,
  onError: (error: unknown, job: Job | null) => void,
): Promise<void> {
  let finished = false;
  const finish: FinishJob = async (tx, again) => {
    await end(tx, job, again ?? null, clock.now());
    finished = true;
  };
  try {
    const again = (await handlers[job.kind]?.(job, finish)) ?? null;
    if (!finished) await end(database.db, job, again, clock.now());
  } catch (error) {
    onError(error, job);
    await giveBack(database, job, error, clock).catch((failure) => onError(failure, job));
  }
}

/** Ends this worker's hold on the job; refused if the job was planned anew or taken meanwhile. */
async function end(
  db: Database['db'] | Transaction<Schema>,
  job: Claimed,
  again: JobAgain | null,
  now: Date,
): Promise<void> {
  const after = again === null ? { done_at: now } : { run_at: again.againAt, attempts: 0 };
  const row = await db
    .updateTable('jobs')
    .set({ ...after, lease: null, locked_until: null, last_error: null })
    .where('id', '=', job.id)
    .where('lease', '=', job.lease)
    .where('done_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) {
    throw new StoreError(
      'lease_lost',
      `job ${job.id} (${job.kind}) was planned anew or taken over`,
    );
  }
}

async function giveBack(
  database: Database,
  job: Claimed,
  error: unknown,
  clock: Clock,
): Promise<void> {
  const wait = Math.min(maxBackOffSeconds, 2 ** Math.min(job.attempts, 20));
  const message = error instanceof Error ? error.message : String(error);
  await database.db
    .updateTable('jobs')
    .set({
      lease: null,
      locked_until: null,
      run_at: secondsAfter(clock.now(), wait),
      last_error: message.slice(0, maxErrorLength),
    })
    .where('id', '=', job.id)
    .where('lease', '=', job.lease)
    .execute();
}

/** Removes jobs that were done before this moment; the number removed. */
export async function removeDoneJobs(database: Database, before: Date): Promise<number> {
  const result = await database.db
    .deleteFrom('jobs')
    .where('done_at', '<', before)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
