import { randomBytes } from 'node:crypto';
import type { Clock } from '../members/guards/clock.ts';
import type { SourceRecord } from '../members/types.ts';
import { pageKey } from './cache.ts';
import type { KeptSearch, SearchTable } from './search-table.ts';
import type { Seat } from './seat.ts';
import { type SharedAnswers, within } from './shared-answers.ts';
import type {
  KeptSeat,
  KeptState,
  SharedRound,
  SharedSearch,
  SharedSearches,
} from './shared-searches.ts';
import type { Search } from './types.ts';

/** A search as sharing sees it. */
export interface ShareableSearch extends KeptSearch {
  /** Version of the kept state it agrees with; 0 before the first. */
  sharedVersion: number;
  keptState(): KeptState;
  readonly seats: readonly Seat[];
  readonly sources: readonly SourceRecord[];
  restore(state: KeptState, recordsOf: RecordsOf): void;
  /** Does the work that another gateway does, with its answers where they come in time. */
  follow(round: SharedRound | null): void;
}

/** The records of a seat in a kept state; null where they are not to be had any more. */
export type RecordsOf = (seat: Seat, kept: KeptSeat) => readonly SourceRecord[] | null;

export interface Sharing {
  /** Work begins here: on all libraries, or on some again. */
  began(search: ShareableSearch, libraries: readonly string[] | null): void;
  /** Work has ended here. */
  ended(search: ShareableSearch): void;
  /** Settles when other gateways know of the search as it stands, or soon if they cannot be told. */
  settled(search: Search): Promise<void>;
  /** The search as it was last kept anywhere. */
  find(id: string): Promise<KeptSearch | undefined>;
  /** Ends the work everywhere; false for an id that nobody knows. */
  cancel(id: string): Promise<boolean>;
  stop(): void;
}

export interface SharingOptions {
  readonly searches: SharedSearches;
  readonly answers: SharedAnswers | null;
  readonly table: SearchTable;
  readonly clock: Clock;
  readonly make: (id: string, shared: SharedSearch) => ShareableSearch;
  /** Settles when answers and lines of this gateway can be read by others. */
  readonly published: () => Promise<void>;
}

/** Reading a search of another gateway is worth this much waiting. */
const findMs = 1000;
/** An answer is held back this long at most for a slow store, since its id may be read elsewhere at once. */
const tellMs = 500;
/** Less, where this gateway has the search itself and only asks for news of it. */
const refreshMs = 250;
/** A search that was just cancelled elsewhere is about to be kept: looked for so often, so far apart. */
const cancelledLooks = 5;
const cancelledPauseMs = 20;

/** Keeps searches where other gateways find them, and takes over those of others. */
export function createSharing(options: SharingOptions): Sharing {
  const { searches, answers, table, clock } = options;
  const telling = new WeakMap<Search, Promise<void>>();
  const finding = new Map<string, Promise<KeptSearch | undefined>>();
  const followed = new Map<string, string>();
  let stopped = false;
  searches.onCancel((id) => table.get(id)?.cancel());

  const tell = (search: Search, work: () => Promise<void>) => {
    const before = telling.get(search) ?? Promise.resolve();
    telling.set(
      search,
      before.then(() => work().catch(() => {})),
    );
  };

  async function findShared(id: string): Promise<KeptSearch | undefined> {
    const local = table.get(id) as ShareableSearch | undefined;
    const patience = local === undefined ? findMs : refreshMs;
    const told = await within(readSettled(id, local?.sharedVersion ?? -1), patience, clock);
    if (told === undefined) return local;
    let search = local;
    if (told.state !== null) {
      search = options.make(id, told);
      search.sharedVersion = told.version;
      search.restore(told.state, await recordsFor(search, told.state));
      local?.close();
      table.keep(search);
    }
    if (search === undefined) {
      search = options.make(id, told);
      table.keep(search);
      search.follow(told.round?.libraries === null ? told.round : null);
      if (told.cancelled) search.cancel();
    } else if (told.round !== null && followed.get(id) !== told.round.token) {
      followed.set(id, told.round.token);
      search.follow(told.round);
    }
    return search;
  }

  /** A cancelled search is kept a moment later by the gateway that worked on it. */
  async function readSettled(id: string, version: number): Promise<SharedSearch | undefined> {
    for (let look = 1; ; look++) {
      const told = await searches.read(id, version);
      const isComing = told?.cancelled === true && told.state === null && version < 0;
      if (!isComing || look >= cancelledLooks) return told;
      await new Promise<void>((resolve) => {
        clock.after(cancelledPauseMs, resolve);
      });
    }
  }

  async function recordsFor(search: ShareableSearch, state: KeptState): Promise<RecordsOf> {
    const found = new Map<string, readonly SourceRecord[]>();
    const read = async (key: string) => {
      const answer = await within(answers?.read(key) ?? Promise.resolve(undefined), findMs, clock);
      if (answer !== undefined) found.set(key, answer.records);
    };
    const keysOf = (seat: Seat, kept: KeptSeat) =>
      (kept.parts ?? []).map((part) => pageKey({ question: seat.question, ...part }));
    await Promise.all(
      search.seats.flatMap((seat) => {
        const kept = state.seats.find(({ id }) => id === seat.id);
        return kept === undefined ? [] : keysOf(seat, kept).map(read);
      }),
    );
    return (seat, kept) => {
      if (kept.parts === null) return state.records.filter(({ library }) => library === seat.id);
      const parts = keysOf(seat, kept).map((key) => found.get(key));
      return parts.every((part) => part !== undefined) ? parts.flat() : null;
    };
  }

  return {
    began(search, libraries) {
      if (stopped) return;
      const token = randomBytes(9).toString('base64url');
      followed.set(search.id, token);
      if (followed.size > 5000) followed.clear();
      tell(search, () => searches.announce(search.id, search.request, { token, libraries }));
    },
    ended(search) {
      if (stopped) return;
      tell(search, async () => {
        const { id, request, sharedVersion } = search;
        const kept = await searches.keep(id, request, search.keptState(), sharedVersion);
        if (kept !== null) search.sharedVersion = kept;
      });
    },
    async settled(search) {
      const all = Promise.all([telling.get(search), options.published()]);
      await within(all, tellMs, clock);
    },
    find(id) {
      const local = table.get(id);
      if (local?.state === 'running') return Promise.resolve(local);
      const known = finding.get(id);
      if (known !== undefined) return known;
      const work = findShared(id).finally(() => finding.delete(id));
      finding.set(id, work);
      return work;
    },
    async cancel(id) {
      const local = table.get(id);
      local?.cancel();
      const told = await within(searches.cancel(id), findMs, clock);
      return local !== undefined || told === true;
    },
    stop() {
      stopped = true;
    },
  };
}
