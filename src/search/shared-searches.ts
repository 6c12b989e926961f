import type { SourceRecord } from '../members/types.ts';
import type { LinePlaces, RecordPlace } from './records.ts';
import type { Seat } from './seat.ts';
import type { SearchRequest } from './types.ts';

/** What other gateways need of one library's place in a search. */
export type KeptSeat = Pick<
  Seat,
  | 'id'
  | 'verdict'
  | 'hits'
  | 'exact'
  | 'fetched'
  | 'unreadable'
  | 'sorted'
  | 'simplified'
  | 'next'
  | 'ended'
  | 'cachedAgeMs'
  | 'elapsedMs'
  | 'firstRecordMs'
  | 'parts'
>;

/** A search that has come to an end, as far as it cannot be read from shared answers. */
export interface KeptState {
  readonly cut: boolean;
  readonly elapsedMs: number;
  readonly seats: readonly KeptSeat[];
  /** Records that came without a whole answer. */
  readonly records: readonly SourceRecord[];
}

/** Work on a search that is under way at some gateway. */
export interface SharedRound {
  /** Different for every round. */
  readonly token: string;
  /** The libraries asked again, or null for all in the first round. */
  readonly libraries: readonly string[] | null;
  /** Milliseconds of its time left, by the clock of the store. */
  readonly leftMs: number;
}

export interface SharedSearch {
  /** Grows with everything kept; 0 while nothing is. */
  readonly version: number;
  readonly request: SearchRequest;
  /** Null where nothing newer than the version known is kept. */
  readonly state: KeptState | null;
  readonly round: SharedRound | null;
  readonly cancelled: boolean;
  /** How often the search was handed to a gateway by now. */
  readonly epoch: number;
}

/**
 * Searches by id, for gateways behind a balancer that knows no sessions. What is kept last is the search;
 * a gateway that kept something older takes it over when it is asked next.
 */
export interface SharedSearches {
  announce(
    id: string,
    request: SearchRequest,
    round: { readonly token: string; readonly libraries: readonly string[] | null },
  ): Promise<void>;
  /** Keeps a state made from `version`; null where somebody has kept a newer one. */
  keep(
    id: string,
    request: SearchRequest,
    state: KeptState,
    version: number,
  ): Promise<number | null>;
  /** `version` is the one the gateway has, -1 for none. */
  read(id: string, version: number): Promise<SharedSearch | undefined>;
  /** Tells every gateway to end the work; false for an id nobody knows. */
  cancel(id: string): Promise<boolean>;
  onCancel(listener: (id: string) => void): void;
}

/** Where the records of lines are, so that every gateway can answer for a line's id. */
export interface SharedLines {
  keep(
    lines: readonly { readonly id: string; readonly places: LinePlaces }[],
    sources: readonly { readonly place: RecordPlace; readonly query: LinePlaces['query'] }[],
  ): Promise<void>;
  line(id: string): Promise<LinePlaces | undefined>;
  /** The place of one record whose library cannot be asked for it by number. */
  source(
    library: string,
    localId: string,
  ): Promise<{ readonly place: RecordPlace; readonly query: LinePlaces['query'] } | undefined>;
}
