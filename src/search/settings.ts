/** Bounds and times of the search engine; `config/gateway.yaml` has the same names. */
export interface SearchSettings {
  /** Searches with work at libraries; above it OverloadedError. */
  readonly maxSearches: number;
  /** Asks at all libraries together; more wait for their turn. */
  readonly maxAsks: number;
  /** A library still silent after this is called slow. */
  readonly slowAfterMs: number;
  /** Good enough: this long, and this share of the libraries has ended. */
  readonly enoughAfterMs: number;
  readonly enoughShare: number;
  /** Work nobody watches any more is cancelled after this. */
  readonly unwatchedGraceMs: number;
  /** Between two looks of a stream at what came; the first goes out at once. */
  readonly streamEveryMs: number;
  /** Time without a reader after which a search that ended keeps its records only, put away. */
  readonly idleMs: number;
  /** Estimated bytes of records not put away above which searches wait for their reader less long. */
  readonly maxAwakeBytes: number;
  readonly crowdedIdleMs: number;
  readonly keepSearchesSeconds: number;
  readonly maxKeptSearches: number;
  /** Estimated bytes of what kept searches hold at rest; twice that with the records that are not put away yet. */
  readonly maxSearchBytes: number;
  readonly keepRecordsSeconds: number;
  readonly maxRecordBytes: number;
  /** Records whose place is remembered for asking again, once the record itself was let go. */
  readonly maxRecordPlaces: number;
  /** How far into one library's list the merged list and the library's own list reach. */
  readonly maxMergedPosition: number;
  readonly maxOwnPosition: number;
  /** Rounds of asks one reading of a deep page may cost, and records one ask of them may want. */
  readonly maxDeepenRounds: number;
  readonly maxDeepenChunk: number;
  readonly facetValues: number;
  readonly cache: CacheSettings;
}

export interface CacheSettings {
  readonly maxBytes: number;
  /** Served without asking the library. */
  readonly freshSeconds: number;
  /** Served at once while the library is asked behind it. */
  readonly staleSeconds: number;
  /** How long an empty answer or an unsupported query is believed. */
  readonly negativeSeconds: number;
  /** Asks behind stale answers that may run at once. */
  readonly maxRevalidations: number;
}

export const defaultSearchSettings: SearchSettings = {
  maxSearches: 200,
  maxAsks: 2000,
  slowAfterMs: 2000,
  enoughAfterMs: 2000,
  enoughShare: 0.7,
  unwatchedGraceMs: 2000,
  streamEveryMs: 100,
  idleMs: 10_000,
  maxAwakeBytes: 134_217_728,
  crowdedIdleMs: 1000,
  keepSearchesSeconds: 900,
  maxKeptSearches: 2000,
  maxSearchBytes: 268_435_456,
  keepRecordsSeconds: 93_600,
  maxRecordBytes: 67_108_864,
  maxRecordPlaces: 200_000,
  maxMergedPosition: 1000,
  maxOwnPosition: 10_000,
  maxDeepenRounds: 5,
  maxDeepenChunk: 100,
  facetValues: 50,
  cache: {
    maxBytes: 134_217_728,
    freshSeconds: 120,
    staleSeconds: 600,
    negativeSeconds: 60,
    maxRevalidations: 32,
  },
};

export type PartialSettings = Partial<Omit<SearchSettings, 'cache'>> & {
  readonly cache?: Partial<CacheSettings>;
};

/** The settings given over the defaults. */
export function fillSettings(given: PartialSettings): SearchSettings {
  return {
    ...defaultSearchSettings,
    ...given,
    cache: { ...defaultSearchSettings.cache, ...given.cache },
  };
}
