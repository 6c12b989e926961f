import type { Simplification } from '../../query/types.ts';
import { mostHits } from './answer.ts';
import type { Association } from './association.ts';
import { AssociationEndedError } from './errors.ts';
import { fetchRest, handOverBrought, needsMore } from './fetch.ts';
import { find } from './find.ts';
import { type DatabaseTask, lowerChunk, newProgress, type Progress } from './progress.ts';

/** How a search in one database ended. */
export interface DatabaseOutcome {
  readonly hits: number;
  readonly exact: boolean;
  readonly sorted: boolean;
  readonly simplified: readonly Simplification[];
  readonly incomplete: string | null;
}

/** A search in one database, and the count known so far while it runs. */
export interface DatabaseSearch {
  readonly done: Promise<DatabaseOutcome>;
  readonly hits: () => number | null;
}

export function searchDatabase(task: DatabaseTask): DatabaseSearch {
  const progress = newProgress(task);
  return { done: run(task, progress), hits: () => progress.hits };
}

async function run(task: DatabaseTask, progress: Progress): Promise<DatabaseOutcome> {
  const { turn } = task;
  if (turn === null) await attempt(task, progress, work);
  else {
    // No association is kept while others are waited for: they may need it.
    await attempt(task, progress, findOnly);
    await task.call.bound.race(turn);
    handOverBrought(task, progress);
    if (needsMore(task, progress)) await attempt(task, progress, work);
  }
  const { exact, sorted, simplified, incomplete } = progress;
  return { hits: progress.hits ?? 0, exact, sorted, simplified, incomplete };
}

type Step = (association: Association, task: DatabaseTask, progress: Progress) => Promise<void>;

async function findOnly(association: Association, task: DatabaseTask, progress: Progress) {
  await findOrReuse(association, task, progress);
}

async function work(association: Association, task: DatabaseTask, progress: Progress) {
  const set = await findOrReuse(association, task, progress);
  if (task.wantsRecords) {
    handOverBrought(task, progress);
    await fetchRest(association, task, progress, set);
  }
}

/** A set that the association still holds spares the search of a later page. */
async function findOrReuse(association: Association, task: DatabaseTask, progress: Progress) {
  const isNew = task.fresh && progress.hits === null;
  const held = isNew ? undefined : association.resultSets.find(progress.key, performance.now());
  if (held === undefined) return await find(association, task, progress);
  progress.hits ??= held.hits;
  progress.exact &&= held.exact;
  progress.sorted = held.sorted;
  return held.name;
}

/**
 * Does a step on an association; once more on another one where the first proved stale, could not take
 * pipelined requests, or broke off over too many records at once. Nothing else is repeated.
 */
async function attempt(task: DatabaseTask, progress: Progress, step: Step): Promise<void> {
  const { pool, call } = task;
  for (let attempts = 1; ; attempts += 1) {
    const association = await pool.acquire(call, (one) => holds(one, progress));
    const warm = association.granted !== null;
    const { answers } = association;
    const stop = () => {
      if (association.pending) association.destroy(call.bound.signal.reason as Error);
    };
    call.bound.signal.addEventListener('abort', stop, { once: true });
    try {
      call.bound.signal.throwIfAborted();
      await step(association, task, progress);
      return;
    } catch (error) {
      keepSalvage(association, task, progress);
      const untouched = association.answers === answers;
      if (!mayRepeat(error, task, progress, { warm, untouched, attempts })) throw error;
    } finally {
      call.bound.signal.removeEventListener('abort', stop);
      pool.release(association);
    }
  }
}

const holds = (association: Association, progress: Progress): boolean =>
  association.resultSets.find(progress.key, performance.now()) !== undefined;

interface Attempt {
  /** The association was open before. */
  readonly warm: boolean;
  /** Nothing was answered in this attempt. */
  readonly untouched: boolean;
  readonly attempts: number;
}

function mayRepeat(
  error: unknown,
  task: DatabaseTask,
  progress: Progress,
  { warm, untouched, attempts }: Attempt,
): boolean {
  const { learned, connector, call } = task;
  if (!(error instanceof AssociationEndedError) || call.bound.signal.aborted) return false;
  const { presenting, pipelining } = progress;
  progress.presenting = 0;
  progress.pipelining = false;
  if (pipelining && !warm) {
    learned.pipelineBroken = true;
    return attempts <= connector.limits.connections + 1;
  }
  // Every idle association may have gone stale at once.
  if (warm && untouched) return attempts <= connector.limits.connections;
  if (presenting > 1 && error.reason !== 'connect_reset' && attempts === 1) {
    lowerChunk(learned, presenting);
    return true;
  }
  return false;
}

/** Whole records of an answer that was cut off are handed over like any others. */
function keepSalvage(association: Association, task: DatabaseTask, progress: Progress): void {
  const { hits, records } = association.salvage;
  if (hits !== null) progress.hits ??= Math.min(Math.max(0, hits), mostHits);
  if (task.turn !== null || records.length === 0 || progress.hits === null || !task.wantsRecords)
    return;
  const window = task.window(progress.hits);
  if (progress.next === 0) progress.next = window.start;
  const wanted = records.slice(0, window.start + window.count - progress.next);
  if (wanted.length === 0) return;
  task.onRecords(wanted, progress.next, progress.hits);
  progress.next += wanted.length;
}
