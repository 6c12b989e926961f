import { LRUCache } from 'lru-cache';
import type { Clock } from '../../members/guards/clock.ts';
import type { Search, SearchEngine, SearchRequest } from '../../search/types.ts';
import { createResultSet, type ResultSet } from './result-set.ts';

/** Seconds without a request after which a result set is forgotten, as answers say. */
export const idleSeconds = 300;
/** As long a query asked again from its first record is given the set that was made for it. */
const freshMs = 60_000;
const maxSets = 2000;

export interface OpenSet {
  readonly set: ResultSet;
  readonly search: Search;
}

/**
 * Searches by what was asked. Most clients never name a result set and send their query with every
 * page; they get the set that is there, so that the libraries are asked once.
 */
export interface ResultSets {
  /** The set of the same question, or that of a new search; throws OverloadedError. */
  open(request: SearchRequest, start: number): OpenSet;
  get(id: string): OpenSet | undefined;
}

interface Kept {
  readonly set: ResultSet;
  readonly madeAt: number;
}

export function createResultSets(engine: SearchEngine, clock: Clock): ResultSets {
  const byId = keptFor<Kept>(clock);
  const newest = keptFor<string>(clock);

  const get = (id: string): (OpenSet & Kept) | undefined => {
    const kept = byId.get(id);
    const search = kept && engine.get(id);
    return kept && search && { ...kept, search };
  };

  return {
    get,
    open(request, start) {
      const key = JSON.stringify([request.cql, request.libraries, request.sort]);
      const id = newest.get(key);
      const known = id === undefined ? undefined : get(id);
      // Who goes on stays in the set that was begun, however old; who begins anew may have a new one.
      const isFresh = known !== undefined && clock.now() - known.madeAt < freshMs;
      if (known && !request.refresh && (start > 1 || isFresh) && !wasStopped(known.search)) {
        return known;
      }
      const search = engine.start(request);
      const set = createResultSet(search, engine);
      byId.set(search.id, { set, madeAt: clock.now() });
      newest.set(key, search.id);
      return { set, search };
    },
  };
}

function keptFor<T extends object | string>(clock: Clock): LRUCache<string, T> {
  return new LRUCache<string, T>({
    max: maxSets,
    ttl: idleSeconds * 1000,
    ttlResolution: 0,
    updateAgeOnGet: true,
    perf: { now: () => clock.now() },
  });
}

/** A search whose clients all went away was cancelled: its list says nothing of the libraries. */
function wasStopped(search: Search): boolean {
  if (search.state === 'running') return false;
  const view = { page: 1, size: 0, sort: search.request.sort, filters: [], timings: false };
  return search.answer(view).libraries.some(({ state }) => state === 'stopped');
}
