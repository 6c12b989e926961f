import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../members/guards/clock.ts';
import type { Connector } from '../members/types.ts';
import { createAnswerCache } from './cache.ts';
import { OverloadedError } from './errors.ts';
import { createFlights, type Errand } from './flights.ts';
import type { MergedList } from './list.ts';
import { recallLine, recallSource } from './recall.ts';
import { createRecordStore } from './records.ts';
import { LiveSearch } from './search.ts';
import type { SearchServices } from './services.ts';
import { fillSettings, type PartialSettings } from './settings.ts';
import type { SharedAnswers } from './shared-answers.ts';
import { createTurns } from './turns.ts';
import type { LibraryAnswer, Search, SearchEngine, SearchRequest } from './types.ts';

export { OverloadedError } from './errors.ts';
export { defaultSearchSettings, type PartialSettings, type SearchSettings } from './settings.ts';
export type { SharedAnswers, StoredAnswer } from './shared-answers.ts';

export interface SearchEngineOptions {
  /** The guarded connector of a library; undefined for one that is not there any more. */
  readonly connectorFor: (id: string) => Connector | undefined;
  readonly settings?: PartialSettings;
  readonly clock?: Clock;
  /** Answers shared with other gateways. */
  readonly shared?: SharedAnswers;
  /** Told of every library's final answer in every search, with its timings. */
  readonly onAnswer?: (answer: LibraryAnswer, request: SearchRequest) => void;
  /** Told of errors no connector may reject with: bugs. */
  readonly onFault?: (error: unknown, libraryId: string) => void;
}

const sweepEveryMs = 30_000;
/** Lines of merged lists kept for the next search with the very same answers. */
const maxSharedLines = 20_000;

/** Makes the engine: what searches share, and the table of those that can still be read. */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  const settings = fillSettings(options.settings ?? {});
  const clock = options.clock ?? systemClock;
  const running = new Set<Search>();
  let revalidations = 0;

  const cache = createAnswerCache(settings.cache, clock);
  const records = createRecordStore(
    {
      maxBytes: settings.maxRecordBytes,
      keepMs: settings.keepRecordsSeconds * 1000,
      maxPlaces: settings.maxRecordPlaces,
    },
    clock,
  );
  const lists = new LRUCache<string, MergedList>({
    maxSize: maxSharedLines,
    sizeCalculation: (list) => Math.max(1, list.lines.length),
  });
  const flights = createFlights({
    limit: pLimit(settings.maxAsks),
    clock,
    cache,
    shared: options.shared ?? null,
    wallClock: () => Date.now(),
    keep: (record) => records.keep(record),
    onFault: options.onFault ?? (() => {}),
  });
  const kept = new LRUCache<string, LiveSearch>({
    max: settings.maxKeptSearches,
    maxSize: settings.maxSearchBytes,
    ttl: settings.keepSearchesSeconds * 1000,
    ttlResolution: 0,
    updateAgeOnGet: true,
    perf: { now: () => clock.now() },
    dispose: (search) => search.close(),
    noDisposeOnSet: true,
  });
  const bytesOf = (search: LiveSearch) => Math.min(search.bytes, settings.maxSearchBytes);

  let cancelSweep: (() => void) | null = null;
  /** Lets go of searches nobody can read any more, also when no new one comes. */
  const sweepLater = () => {
    cancelSweep ??= clock.later(sweepEveryMs, () => {
      cancelSweep = null;
      kept.purgeStale();
      if (kept.size > 0) sweepLater();
    });
  };

  const revalidate = (errand: Errand) => {
    if (revalidations >= settings.cache.maxRevalidations) return;
    revalidations++;
    flights.board(errand, {
      deadline: clock.now() + errand.connector.library.connector.limits.timeoutMs,
      boarded: () => {},
      records: () => {},
      answer: () => {
        revalidations--;
      },
    });
  };

  const services: SearchServices = {
    settings,
    clock,
    cache,
    flights,
    records,
    lists,
    turns: createTurns(clock),
    connectorFor: options.connectorFor,
    revalidate,
    admit() {
      if (running.size >= settings.maxSearches) throw new OverloadedError(running.size);
    },
    began: (search) => running.add(search),
    ended(search) {
      running.delete(search);
      const live = kept.peek(search.id);
      if (live) kept.set(search.id, live, { size: bytesOf(live) });
    },
    onAnswer: options.onAnswer ?? (() => {}),
  };
  const recall = { records, clock, connectorFor: options.connectorFor };

  return {
    start(request) {
      const id = `s_${randomBytes(15).toString('base64url')}`;
      const search = new LiveSearch(id, request, services);
      search.begin();
      kept.set(id, search, { size: bytesOf(search) });
      sweepLater();
      return search;
    },
    get: (id) => kept.get(id),
    record: (id) => records.line(id),
    sourceRecord: (library, localId) => records.source(library, localId),
    recall: (id) => recallLine(id, recall),
    fetchSource: (library, localId) => recallSource(library, localId, recall),
    load: () => ({
      running: running.size,
      maxRunning: settings.maxSearches,
      kept: kept.size,
      asksInFlight: flights.inFlight,
      cachedPages: cache.pages,
      cacheBytes: cache.bytes,
      cacheHits: cache.counts.hits,
      cacheMisses: cache.counts.misses,
    }),
    async close() {
      cancelSweep?.();
      for (const search of [...kept.values()]) search.close();
      flights.stop();
      kept.clear();
    },
  };
}
