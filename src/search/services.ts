import type { Clock } from '../members/guards/clock.ts';
import type { Turns } from '../members/guards/turns.ts';
import type { Connector } from '../members/types.ts';
import type { AnswerCache } from './cache.ts';
import type { Errand, Flights } from './flights.ts';
import type { SharedLists } from './list.ts';
import type { RecordStore } from './records.ts';
import type { KeptSearch } from './search-table.ts';
import type { SearchSettings } from './settings.ts';
import type { Sharing } from './sharing.ts';
import type { LibraryAnswer, SearchRequest } from './types.ts';

/** What searches share: made once by the engine. */
export interface SearchServices {
  readonly settings: SearchSettings;
  readonly clock: Clock;
  readonly cache: AnswerCache;
  readonly flights: Flights;
  readonly records: RecordStore;
  readonly lists: SharedLists & { purgeStale(): void };
  readonly turns: Turns;
  readonly connectorFor: (id: string) => Connector | undefined;
  /** Asks again behind a stale answer; nobody waits for it. */
  readonly revalidate: (errand: Errand) => void;
  /** Throws OverloadedError when no more searches may begin work at libraries. */
  readonly admit: () => void;
  readonly began: (search: KeptSearch) => void;
  /** Told before and after a search changes what it holds in memory by other means than an ask. */
  readonly reweigh: (search: KeptSearch, change: () => void) => void;
  /** Whether searches that nobody reads just now hold so much that they should put it away soon. */
  readonly crowded: () => boolean;
  readonly ended: (search: KeptSearch) => void;
  /** Keeps searches for other gateways; null where there are none. */
  readonly sharing: () => Sharing | null;
  /** Told of every library that came to its end in a search, with its timings. */
  readonly onAnswer: (answer: LibraryAnswer, request: SearchRequest) => void;
}

/** The number of the last change of a search: event ids. */
export interface Sequence {
  value: number;
}
