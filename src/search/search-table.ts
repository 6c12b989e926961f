import { LRUCache } from 'lru-cache';
import type { Clock } from '../members/guards/clock.ts';
import type { SearchSettings } from './settings.ts';
import type { Search } from './types.ts';

/** A search as the table holds it. */
export interface KeptSearch extends Search {
  /** What it holds in memory, estimated. */
  readonly bytes: number;
  close(): void;
}

/**
 * Searches that can be read: those at work, always; those that ended, for their time and within bounds
 * of number and bytes.
 */
export interface SearchTable {
  keep(search: KeptSearch): void;
  get(id: string): KeptSearch | undefined;
  began(search: KeptSearch): void;
  ended(search: KeptSearch): void;
  readonly running: number;
  readonly kept: number;
  close(): void;
}

const sweepEveryMs = 30_000;

export function createSearchTable(settings: SearchSettings, clock: Clock): SearchTable {
  const atWork = new Map<string, KeptSearch>();
  let closed = false;
  let cancelSweep: (() => void) | null = null;
  const readable = new LRUCache<string, KeptSearch>({
    max: settings.maxKeptSearches,
    maxSize: settings.maxSearchBytes,
    sizeCalculation: (search) => Math.min(search.bytes, settings.maxSearchBytes),
    ttl: settings.keepSearchesSeconds * 1000,
    ttlResolution: 0,
    updateAgeOnGet: true,
    perf: { now: () => clock.now() },
    noDisposeOnSet: true,
    // One at work is pushed out only for a while: it comes back when it ends.
    dispose: (search) => {
      if (!atWork.has(search.id)) search.close();
    },
  });

  /** Lets go of searches nobody can read any more, also when no new one comes. */
  const sweepLater = () => {
    cancelSweep ??= clock.later(sweepEveryMs, () => {
      cancelSweep = null;
      readable.purgeStale();
      if (readable.size > 0) sweepLater();
    });
  };

  const keep = (search: KeptSearch) => {
    if (closed) return;
    readable.set(search.id, search);
    sweepLater();
  };

  return {
    keep,
    get: (id) => readable.get(id) ?? atWork.get(id),
    began: (search) => atWork.set(search.id, search),
    ended(search) {
      if (atWork.delete(search.id)) keep(search);
    },
    get running() {
      return atWork.size;
    },
    get kept() {
      return readable.size;
    },
    close() {
      closed = true;
      cancelSweep?.();
      for (const search of [...atWork.values(), ...readable.values()]) search.close();
      readable.clear();
    },
  };
}
