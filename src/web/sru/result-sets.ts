import { LRUCache } from 'lru-cache';
import type { Clock } from '../../members/guards/clock.ts';
import type { Search, SearchEngine, SearchRequest } from '../../search/types.ts';
import { createResultSet, type ResultPage, type ResultSet } from './result-set.ts';

/** Seconds without a request after which a result set is forgotten, as answers say. */
export const idleSeconds = 300;
/** As long a query asked again from its first record is given the set that was made for it. */
const freshMs = 60_000;
/** Sets that are kept, counted by the places their records were given from. */
const maxPlaces = 500_000;
/** What a set costs beside its places, in places. */
const ownCost = 50;

export interface OpenSet {
  readonly search: Search;
  readonly id: string;
  page(start: number, count: number): Promise<ResultPage>;
}

/**
 * Searches by what was asked. Most clients never name a result set and send their query with every
 * page; they get the set that is there, so that the libraries are asked once.
 */
export interface ResultSets {
  /**
   * The set of the same question, or that of a new search, for which `pay` is called first; throws
   * OverloadedError.
   */
  open(request: SearchRequest, start: number, pay?: () => void): OpenSet;
  /** The set of a search, also of one that another gateway or another door of this one began. */
  find(id: string): Promise<OpenSet | undefined>;
}

/** The search itself is the engine's to keep or to let go of. */
interface Kept {
  readonly set: ResultSet;
  readonly madeAt: number;
}

export function createResultSets(engine: SearchEngine, clock: Clock): ResultSets {
  const time = { ttl: idleSeconds * 1000, ttlResolution: 0, perf: { now: () => clock.now() } };
  const byId = new LRUCache<string, Kept>({
    ...time,
    maxSize: maxPlaces,
    sizeCalculation: ({ set }) => ownCost + set.given,
  });
  const newest = new LRUCache<string, string>({ ...time, max: maxPlaces / ownCost });

  const openSet = (search: Search, kept: Kept): OpenSet => ({
    search,
    id: search.id,
    async page(start, count) {
      const page = await kept.set.page(search, start, count);
      // Its cost has grown, and its time begins again.
      byId.set(search.id, kept);
      return page;
    },
  });

  const openNew = (search: Search): OpenSet => {
    const kept = { set: createResultSet(engine), madeAt: clock.now() };
    byId.set(search.id, kept);
    return openSet(search, kept);
  };

  const known = (id: string): { search: Search; kept: Kept } | undefined => {
    const kept = byId.get(id);
    const search = kept && engine.get(id);
    return kept && search && { search, kept };
  };

  return {
    open(request, start, pay) {
      const key = JSON.stringify([request.cql, request.libraries, request.sort]);
      const found = known(newest.get(key) ?? '');
      if (found && !request.refresh && isFor(start, found, clock.now())) {
        newest.set(key, found.search.id);
        return openSet(found.search, found.kept);
      }
      pay?.();
      const search = engine.start(request);
      newest.set(key, search.id);
      return openNew(search);
    },
    async find(id) {
      const found = known(id);
      if (found !== undefined) return openSet(found.search, found.kept);
      const search = await engine.find(id);
      return search && openNew(search);
    },
  };
}

/** Who goes on stays in the set that was begun, however old; who begins anew may have a new one. */
function isFor(start: number, { search, kept }: { search: Search; kept: Kept }, now: number) {
  return (start > 1 || now - kept.madeAt < freshMs) && !wasStopped(search);
}

/** A search whose clients all went away was cancelled: its list says nothing of the libraries. */
function wasStopped(search: Search): boolean {
  if (search.state === 'running') return false;
  const { sort } = search.request;
  const { libraries } = search.answer({ page: 1, size: 0, sort, filters: [], timings: false });
  return libraries.some(({ state }) => state === 'stopped');
}
