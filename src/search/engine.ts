import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { foldForMatching } from '../marc/text.ts';
import { type Clock, systemClock } from '../members/guards/clock.ts';
import { turnsOf } from '../members/guards/turns.ts';
import type { Connector } from '../members/types.ts';
import { browseLibraries } from './browse.ts';
import { createAnswerCache } from './cache.ts';
import { OverloadedError } from './errors.ts';
import { createFlights, type Errand, type Flights } from './flights.ts';
import { createLiveHoldings, type LiveHoldings } from './holdings.ts';
import { type LineSharing, shareLines } from './line-sharing.ts';
import type { MergedList } from './list.ts';
import { type RecallServices, recallLine, recallSource, refetch } from './recall.ts';
import { createRecordStore } from './records.ts';
import { LiveSearch } from './search.ts';
import { createSearchTable, type KeptSearch, type SearchTable } from './search-table.ts';
import type { SearchServices } from './services.ts';
import { fillSettings, type PartialSettings, type SearchSettings } from './settings.ts';
import type { SharedAnswers } from './shared-answers.ts';
import type { SharedLines, SharedSearches } from './shared-searches.ts';
import { createSharing, type Sharing } from './sharing.ts';
import type { LibraryAnswer, SearchEngine, SearchRequest } from './types.ts';

export { OverloadedError } from './errors.ts';
export { defaultSearchSettings, type PartialSettings, type SearchSettings } from './settings.ts';
export type { SharedAnswers, SharedWord, StoredAnswer } from './shared-answers.ts';

export interface SearchEngineOptions {
  /** The guarded connector of a library; undefined for one that is not there any more. */
  readonly connectorFor: (id: string) => Connector | undefined;
  readonly settings?: PartialSettings;
  readonly clock?: Clock;
  /** Answers shared with other gateways. */
  readonly shared?: SharedAnswers;
  /** Searches and record ids that other gateways can answer for too. */
  readonly sharedSearches?: SharedSearches;
  readonly sharedLines?: SharedLines;
  /** Told of every library's final answer in every search, with its timings. */
  readonly onAnswer?: (answer: LibraryAnswer, request: SearchRequest) => void;
  /** Told of errors no connector may reject with: bugs. */
  readonly onFault?: (error: unknown, libraryId: string) => void;
}

/** Lines of merged lists kept for the next search with the very same answers. */
const maxSharedLines = 20_000;

/** Makes the engine: what searches share, and the table of those that can still be read. */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  const settings = fillSettings(options.settings ?? {});
  const clock = options.clock ?? systemClock;
  const searches = createSearchTable(settings, clock);
  const services = createServices(options, settings, clock, searches);
  const { records, flights, cache } = services;
  const sharing = services.sharing();
  // The folding tables take some 25 ms to read; no search should be the one that waits for them.
  clock.later(0, () => foldForMatching('繁體 Latin'));
  const recall: RecallServices = {
    records,
    clock,
    connectorFor: options.connectorFor,
    ...(services.lineSharing === null ? {} : { elsewhere: services.lineSharing }),
  };

  const live = liveHoldings(options.connectorFor, clock, recall);

  return {
    start(request) {
      const search = new LiveSearch(
        `s_${randomBytes(15).toString('base64url')}`,
        request,
        services,
      );
      search.begin();
      searches.keep(search);
      return search;
    },
    get: (id) => searches.get(id),
    async find(id) {
      const search = sharing === null ? searches.get(id) : await sharing.find(id);
      await search?.wake();
      return search;
    },
    async cancel(id) {
      if (sharing !== null) return sharing.cancel(id);
      const search = searches.get(id);
      search?.cancel();
      return search !== undefined;
    },
    record: (id) => records.line(id),
    sourceRecord: (library, localId) => records.source(library, localId),
    recall: (id) => recallLine(id, recall),
    fetchSource: (library, localId) => recallSource(library, localId, recall),
    browse: (request, signal) => browseLibraries(request, options.connectorFor, clock, signal),
    holdings: (sources, wish) => live.ask(sources, wish),
    load: () => ({
      running: searches.running,
      maxRunning: settings.maxSearches,
      kept: searches.kept,
      asleep: searches.asleep,
      asksInFlight: flights.inFlight,
      cachedPages: cache.pages,
      cacheBytes: cache.bytes,
      cacheHits: cache.counts.hits,
      cacheMisses: cache.counts.misses,
    }),
    async close() {
      sharing?.stop();
      searches.close();
      flights.stop();
      cache.close();
    },
  };
}

function liveHoldings(
  connectorFor: SearchEngineOptions['connectorFor'],
  clock: Clock,
  recall: RecallServices,
): LiveHoldings {
  const { records, elsewhere } = recall;
  return createLiveHoldings({
    clock,
    wallClock: () => Date.now(),
    connectorFor,
    refetch: async (source, line, ask, signal) => {
      const known =
        line === null ? undefined : (records.places(line) ?? (await elsewhere?.line(line)));
      const place = known?.places.find(
        ({ library, localId }) => library === source.library && localId === source.localId,
      );
      const found =
        known !== undefined && place !== undefined
          ? { place, query: known.query }
          : await elsewhere?.source(source.library, source.localId);
      return refetch(source, found, ask, signal, recall);
    },
  });
}

function createServices(
  options: SearchEngineOptions,
  settings: SearchSettings,
  clock: Clock,
  searches: SearchTable,
): SearchServices & { readonly lineSharing: LineSharing | null } {
  const cache = createAnswerCache(settings.cache, clock, settings.idleMs);
  const keepMs = settings.keepRecordsSeconds * 1000;
  const ownRecords = createRecordStore(
    {
      maxBytes: settings.maxRecordBytes,
      keepMs,
      maxPlaces: settings.maxRecordPlaces,
    },
    clock,
  );
  const { sharedLines, sharedSearches, connectorFor } = options;
  const lineSharing =
    sharedLines === undefined ? null : shareLines(ownRecords, sharedLines, { clock, connectorFor });
  const records = lineSharing?.records ?? ownRecords;
  const flights = createFlights({
    limit: pLimit(settings.maxAsks),
    clock,
    cache,
    shared: options.shared ?? null,
    keep: (record) => records.keep(record),
    onFault: options.onFault ?? (() => {}),
    revalidate: (errand) => services.revalidate(errand),
  });
  let sharing: Sharing | null = null;
  const services = {
    settings,
    clock,
    cache,
    flights,
    records,
    lineSharing,
    sharing: () => sharing,
    lists: new LRUCache<string, MergedList>({
      maxSize: maxSharedLines,
      ttl: settings.idleMs,
      ttlResolution: 0,
      updateAgeOnGet: true,
      perf: { now: () => clock.now() },
      sizeCalculation: (list) => Math.max(1, list.lines.length),
    }),
    turns: turnsOf(clock),
    connectorFor,
    revalidate: createRevalidation(flights, settings, clock),
    admit() {
      if (searches.running >= settings.maxSearches) throw new OverloadedError(searches.running);
    },
    began: (search: KeptSearch) => searches.began(search),
    reweigh: (search: KeptSearch, change: () => void) => searches.reweigh(search, change),
    crowded: () => searches.awakeBytes > settings.maxAwakeBytes,
    ended: (search: KeptSearch) => searches.ended(search),
    onAnswer: options.onAnswer ?? (() => {}),
  };
  if (sharedSearches !== undefined) {
    sharing = createSharing({
      searches: sharedSearches,
      answers: options.shared ?? null,
      table: searches,
      clock,
      make: (id, { request, epoch }) =>
        new LiveSearch(id, { ...request, refresh: false }, services, firstEventOf(epoch)),
      published: async () => {
        await Promise.all([flights.published(), lineSharing?.told()]);
      },
    });
  }
  return services;
}

/** Event ids of a search begin anew, far from the others', each time a gateway takes it over. */
function firstEventOf(epoch: number): number {
  return ((epoch % 900) + 1) * 1_000_000;
}

/** Asks libraries behind stale answers: so many at once, and nobody waits for them. */
function createRevalidation(
  flights: Flights,
  settings: SearchSettings,
  clock: Clock,
): (errand: Errand) => void {
  let running = 0;
  return (errand) => {
    if (running >= settings.cache.maxRevalidations) return;
    running++;
    flights.board(errand, {
      deadline: clock.now() + errand.connector.library.connector.limits.timeoutMs,
      boarded: () => {},
      records: () => {},
      answer: () => {
        running--;
      },
    });
  };
}
