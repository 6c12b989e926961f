import type { Item, ItemStatus, RecordType } from '../marc/record.ts';
import type { AnswerState, Phase, SourceRecord } from '../members/types.ts';
import type { Query, Simplification } from '../query/types.ts';
import type { BrowseAnswer, BrowseRequest } from './browse.ts';
import type { HoldingsWish, LiveHolding } from './holdings.ts';

/** The public objects of a search, exactly as the API, the streams and the command line give them. */

export interface LibraryAnswer {
  readonly id: string;
  readonly state: AnswerState;
  /** Only in answered, answered_estimate, empty, partial and stopped (where it was given). */
  readonly hits?: number;
  readonly fetched: number;
  readonly elapsedMs: number;
  readonly cached: boolean;
  /** Age of a cached answer; only with `cached: true`. */
  readonly ageMs?: number;
  /** Closed vocabulary of causes (`connect_refused`, `bib1_114` …), or null. */
  readonly cause: string | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly sorted: boolean;
  readonly simplified: readonly Simplification[];
  /** Records that came but could not be read; only when there were some. */
  readonly unreadable?: number;
  readonly message: { readonly zh: string; readonly en: string };
  /** With `timings=1`. */
  readonly phases?: Readonly<Record<Phase, number>>;
  readonly roundTrips?: number;
  readonly firstRecordMs?: number | null;
}

export interface Holding {
  readonly library: string;
  readonly localId: string;
  readonly campus: string | null;
  readonly callNumber: string | null;
  readonly volume: string | null;
  readonly location: string | null;
  readonly barcode: string | null;
  readonly status: ItemStatus;
  readonly dueDate: string | null;
  readonly lendable: boolean | null;
  readonly lendableWhy: string | null;
  /** When the status was asked, ISO 8601, or null. */
  readonly asOf: string | null;
  readonly items: readonly Item[];
}

export interface MergedRecord {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly parallelTitle: string | null;
  readonly partNumber: string | null;
  readonly partName: string | null;
  readonly responsibility: string | null;
  readonly authors: readonly string[];
  readonly edition: string | null;
  readonly publisher: string | null;
  readonly place: string | null;
  readonly year: number | null;
  readonly date: string | null;
  readonly extent: string | null;
  readonly series: string | null;
  readonly isbn: readonly string[];
  readonly isbnAsWritten: readonly string[];
  readonly issn: readonly string[];
  readonly language: string | null;
  readonly type: RecordType;
  readonly subjects: readonly string[];
  readonly classes: Readonly<Record<string, string>>;
  /** Why the source records are one line; empty for a single record. */
  readonly mergedBecause: readonly string[];
  readonly holdings: readonly Holding[];
  readonly score: number;
}

export const facetNames = ['library', 'year', 'language', 'type', 'author', 'subject'] as const;
export type FacetName = (typeof facetNames)[number];
export type Facets = Readonly<
  Record<FacetName, readonly { readonly value: string; readonly count: number }[]>
>;

export type SearchState = 'running' | 'complete' | 'closed';

export interface SearchAnswer {
  readonly id: string;
  readonly query: { readonly cql: string; readonly libraries: readonly string[] };
  readonly state: SearchState;
  readonly elapsedMs: number;
  readonly libraries: readonly LibraryAnswer[];
  readonly total: number;
  readonly hitsSum: number;
  readonly moreAtLibraries: boolean;
  readonly page: number;
  readonly size: number;
  readonly records: readonly MergedRecord[];
  readonly facets: Facets;
  /** With `timings=1`. */
  readonly mergeMs?: number;
}

export const sortOrders = ['relevance', 'year', '-year', 'title', 'author'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** What of a search's merged list to show. */
export interface View {
  readonly page: number;
  readonly size: number;
  readonly sort: SortOrder;
  readonly filters: readonly { readonly name: FacetName; readonly value: string }[];
  readonly timings: boolean;
}

/** A checked request for a search. */
export interface SearchRequest {
  readonly query: Query;
  /** Canonical CQL of the query, as answers print it. */
  readonly cql: string;
  /** Ids in the order chosen; already checked against the directory and the policy. */
  readonly libraries: readonly string[];
  readonly sort: SortOrder;
  readonly waitMs: number;
  /** `Cache-Control: no-cache`: ask the libraries again. */
  readonly refresh: boolean;
}

export type SearchEvent =
  | { readonly id: number; readonly event: 'library'; readonly data: LibraryAnswer }
  | {
      readonly id: number;
      readonly event: 'records';
      readonly data: {
        readonly records: readonly MergedRecord[];
        readonly total: number;
        /** Ids of lines sent before that are now part of another line; only when there are some. */
        readonly gone?: readonly string[];
      };
    }
  | { readonly id: number; readonly event: 'facets'; readonly data: Facets }
  | { readonly id: number; readonly event: 'done'; readonly data: Omit<SearchAnswer, 'records'> };

/** One library's own list within a search: its order, its numbering, its count. */
export interface LibraryList {
  /** How the library answered for this page. */
  readonly library: LibraryAnswer;
  readonly hits: number | null;
  /** How many of them can be fetched, where the library or the gateway caps it. */
  readonly reachable: number | null;
  readonly page: number;
  readonly size: number;
  readonly pages: number | null;
  readonly records: readonly MergedRecord[];
}

/** A search that runs or has ended; kept for a bounded time so that it can be read again. */
export interface Search {
  readonly id: string;
  readonly state: SearchState;
  readonly request: SearchRequest;
  /** Id of the newest event; it grows with everything that changes (an ETag, `since`). */
  readonly sequence: number;
  /** The answer as it stands; never asks a library. */
  answer(view: View): SearchAnswer;
  /**
   * Lines of the list as it stands, chosen among the ids of all pages of a view; never asks a library.
   * Only those chosen count as seen, which is what keeps their ids.
   */
  choose(
    view: Pick<View, 'sort' | 'filters'>,
    ids: (all: readonly string[]) => readonly string[],
  ): readonly MergedRecord[];
  /** Settles when the search has come to `until` or ended. */
  wait(until: 'complete' | 'enough' | 'first'): Promise<void>;
  /**
   * Every event after `afterId`, then the new ones as they come; ends after `done`.
   * Holding the iterator open counts as watching.
   */
  events(afterId: number, view: View, signal: AbortSignal): AsyncIterable<SearchEvent>;
  /** What changed after `afterId`, as events; empty when nothing did. */
  since(afterId: number, view: View): readonly SearchEvent[];
  /** Settles when something changed after `afterId`, or the signal aborts. */
  changed(afterId: number, signal?: AbortSignal): Promise<void>;
  /**
   * Counts a watcher; the returned function ends it. When the last one ends, work is cancelled after
   * the grace; a search that never was watched runs until its deadline.
   */
  watch(): () => void;
  /**
   * Fetches the next records of each library that has more, when `page` lies past what was fetched.
   * Does nothing while the search runs.
   */
  deepen(view: View): Promise<void>;
  /** One page of a library's own list, asked for where it was not fetched; undefined for one not chosen. */
  libraryList(library: string, page: number, size?: number): Promise<LibraryList | undefined>;
  /**
   * Asks libraries again: the named ones that have not wholly answered, or every one whose state is
   * worth a retry. Returns the ids that are asked; does nothing while the search runs.
   */
  retry(libraries?: readonly string[]): readonly string[];
  /** Ends the work at the libraries within 100 ms. */
  cancel(): void;
  /** Settles when other gateways can answer for the search as it was last shown; soon in any case. */
  settled(): Promise<void>;
}

export interface EngineLoad {
  /** Searches with work at libraries. */
  readonly running: number;
  readonly maxRunning: number;
  /** Searches that can still be read. */
  readonly kept: number;
  /** Those of them whose records are put away, to be described again when somebody reads them. */
  readonly asleep: number;
  /** Asks in flight at libraries, each counted once however many searches share it. */
  readonly asksInFlight: number;
  readonly cachedPages: number;
  readonly cacheBytes: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

export interface SearchEngine {
  /** Throws OverloadedError above the configured number of searches in progress. */
  start(request: SearchRequest): Search;
  get(id: string): Search | undefined;
  /** The same, also where another gateway began it. */
  find(id: string): Promise<Search | undefined>;
  /** Ends the work of a search at every gateway; false for an id that nobody knows. */
  cancel(id: string): Promise<boolean>;
  /** The merged record and its source records, while remembered (24 h at least). */
  record(id: string): { record: MergedRecord; sources: readonly SourceRecord[] } | undefined;
  /** One library's record seen in some search. */
  sourceRecord(library: string, localId: string): SourceRecord | undefined;
  /** The same, asking the libraries where the records themselves are no longer remembered. */
  recall(
    id: string,
  ): Promise<{ record: MergedRecord; sources: readonly SourceRecord[] } | undefined>;
  /**
   * One library's record by its permanent address, asked for where it is not remembered; undefined
   * when the library has no such record or cannot look it up. Rejects with ConnectorError.
   */
  fetchSource(library: string, localId: string): Promise<SourceRecord | undefined>;
  /** Terms of an index around a term, of all libraries that have it to browse. */
  browse(request: BrowseRequest, signal: AbortSignal): Promise<BrowseAnswer>;
  /** Asks the libraries of these records for their copies now; see LiveHoldings. */
  holdings(records: readonly SourceRecord[], wish: HoldingsWish): Promise<readonly LiveHolding[]>;
  /** Numbers for metrics and health. */
  load(): EngineLoad;
  close(): Promise<void>;
}
