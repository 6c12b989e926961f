import type { Connector, SourceRecord } from '../members/types.ts';
import { isFinal, isRetryable, isWhole } from './answer.ts';
import { questionKey } from './cache.ts';
import { fanOut, type Round, type Task } from './fan-out.ts';
import type { Errand } from './flights.ts';
import {
  beginSeat,
  type Chunk,
  chunkOf,
  createSeat,
  hasMore,
  libraryAnswer,
  type Seat,
  sortWishOf,
  takeAnswer,
  takeCached,
  takeRecords,
} from './seat.ts';
import type { SearchServices, Sequence } from './services.ts';
import type { KeptState } from './shared-searches.ts';
import type { RecordsOf } from './sharing.ts';
import { roundMs } from './trace.ts';
import type { SearchRequest } from './types.ts';

/** What a search is told while its libraries are asked. */
export interface AskingHooks {
  began(): void;
  /** New records; `cached` ones come before anything is asked. */
  records(records: readonly SourceRecord[], cached: boolean): void;
  /** Something readers wait for has changed. */
  changed(): void;
  ended(): void;
}

/** One library, and the part of its list that it is to be asked for. */
interface Want {
  readonly seat: Seat;
  readonly connector: Connector;
  readonly chunk: Chunk;
  readonly probe: boolean;
}

/** Two timers for one deadline fire within this. */
const sameMomentMs = 20;
/** A search with less time than this has what is put away at once. */
const leastWakingMs = 100;

/**
 * The libraries of one search and the rounds in which they are asked: the first, deeper ones, and
 * retries. Each round reads the cache, then asks what is left under one deadline.
 */
export class Asking {
  readonly seats: readonly Seat[];
  readonly #request: SearchRequest;
  readonly #services: SearchServices;
  readonly #sequence: Sequence;
  readonly #hooks: AskingHooks;
  #round: Round | null = null;
  #cut = false;
  /** The state taken over was cut, which asking for its lost records again does not change. */
  #wasCut = false;
  #begunAt: number;
  #elapsedMs: number | null = null;

  constructor(
    request: SearchRequest,
    services: SearchServices,
    sequence: Sequence,
    hooks: AskingHooks,
  ) {
    this.#request = request;
    this.#services = services;
    this.#sequence = sequence;
    this.#hooks = hooks;
    this.#begunAt = services.clock.now();
    this.seats = request.libraries.map((id) => {
      const connector = services.connectorFor(id);
      const question = connector
        ? questionKey({
            library: connector.library,
            cql: request.cql,
            sort: sortWishOf(request.sort),
          })
        : '';
      const seat = createSeat(id, connector, question, this.#begunAt);
      seat.version = ++sequence.value;
      return seat;
    });
  }

  get running(): boolean {
    return this.#round !== null;
  }

  /** Whether the last round was ended by its deadline or by a reader. */
  get cut(): boolean {
    return this.#cut;
  }

  /** When the search, or the last retry of it, began. */
  get begunAt(): number {
    return this.#begunAt;
  }

  get elapsedMs(): number {
    return this.#elapsedMs ?? roundMs(this.#services.clock.now() - this.#begunAt);
  }

  /** Asks every library for its first part; throws OverloadedError before it asks any. */
  first(): void {
    const wants = this.seats.flatMap((seat) => this.#wantsOf(seat, 0, false));
    this.#run(wants, this.#begunAt + this.#request.waitMs, this.#services.admit);
  }

  /**
   * Asks what another gateway asks, within the time it has left: all libraries, or the named ones again.
   * The search was let in there; here it is not turned away.
   */
  along(libraries: readonly string[] | null, leftMs: number): void {
    if (this.running) return;
    const deadline = this.#services.clock.now() + leftMs;
    const seats = this.seats.filter(
      ({ id, verdict: { state } }) =>
        libraries === null || (libraries.includes(id) && isFinal(state) && !isWhole(state)),
    );
    if (libraries !== null) this.#askAgain(seats);
    const wants = seats.flatMap((seat) => this.#wantsOf(seat, 0, false));
    if (wants.length > 0 || libraries === null) this.#run(wants, deadline);
  }

  /** What other gateways need to show the search as it stands. */
  get kept(): Pick<KeptState, 'cut' | 'elapsedMs' | 'seats'> {
    const seats = this.seats.map((seat) => {
      const { id, verdict, hits, exact, fetched, unreadable, sorted, simplified } = seat;
      const { next, ended, cachedAgeMs, elapsedMs, firstRecordMs, parts } = seat;
      const counts = { hits, exact, fetched, unreadable, sorted, simplified };
      return { id, verdict, ...counts, next, ended, cachedAgeMs, elapsedMs, firstRecordMs, parts };
    });
    return { cut: this.#cut, elapsedMs: this.elapsedMs, seats };
  }

  /** Takes a state over that another gateway kept; libraries whose records are gone are asked again. */
  restore(state: KeptState, recordsOf: RecordsOf): void {
    const { clock } = this.#services;
    const missing: Seat[] = [];
    for (const seat of this.seats) {
      const kept = state.seats.find(({ id }) => id === seat.id);
      if (seat.connector === null || kept === undefined) continue;
      const records = recordsOf(seat, kept);
      if (records === null) {
        missing.push(seat);
        continue;
      }
      const fresh = takeRecords(seat, chunkOf(1, records.length), records, null, clock.now());
      this.#hooks.records(fresh, true);
      Object.assign(seat, kept, { stamps: null });
    }
    this.#begunAt = clock.now() - state.elapsedMs;
    this.#elapsedMs = state.elapsedMs;
    this.#cut = state.cut;
    this.#wasCut = state.cut;
    const wants = missing.flatMap((seat) => this.#wantsOf(seat, 0, false));
    if (wants.length > 0) this.#run(wants, clock.now() + this.#request.waitMs);
    else this.#hooks.ended();
  }

  /**
   * Asks each library that has more for its next part, about `missing` records in all. A search that
   * was let in once is not turned away for a page of it.
   */
  further(missing: number, deadline: number): boolean {
    const seats = this.seats.filter((seat) => this.#mayGoOn(seat));
    if (this.running || seats.length === 0) return false;
    const { maxDeepenChunk } = this.#services.settings;
    const share = Math.min(maxDeepenChunk, Math.ceil(missing / seats.length));
    const wants = seats.flatMap((seat) => this.#wantsOf(seat, share, false));
    this.#run(wants, deadline);
    return true;
  }

  /** Asks the named libraries again, or all that are worth it; returns those that are asked. */
  again(libraries: readonly string[] | undefined): readonly string[] {
    if (this.running) return [];
    const wants = this.seats
      .filter(({ id, verdict: { state } }) =>
        libraries === undefined
          ? isRetryable(state)
          : libraries.includes(id) && isFinal(state) && !isWhole(state),
      )
      .flatMap((seat) => this.#wantsOf(seat, 0, true));
    if (wants.length === 0) return [];
    this.#services.admit();
    this.#askAgain(wants.map(({ seat }) => seat));
    this.#run(wants, this.#begunAt + this.#request.waitMs);
    return wants.map(({ seat }) => seat.id);
  }

  stop(): void {
    this.#round?.stop();
  }

  /** Whether records may still come, by going deeper or by a retry. */
  get canGrow(): boolean {
    return this.seats.some((seat) => !isWhole(seat.verdict.state) || this.#mayGoOn(seat));
  }

  get moreAtLibraries(): boolean {
    const { maxMergedPosition } = this.#services.settings;
    return this.seats.some((seat) => hasMore(seat, maxMergedPosition));
  }

  /** Names the whole answers all records came from; null when some came from none. */
  get stamps(): string | null {
    const stamps: number[] = [];
    for (const seat of this.seats) {
      if (seat.stamps === null) return null;
      stamps.push(...seat.stamps);
    }
    return this.running ? null : stamps.sort((a, b) => a - b).join(',');
  }

  /** The share of libraries that have come to their end. */
  get endedShare(): number {
    const ended = this.seats.filter((seat) => isFinal(seat.verdict.state)).length;
    return this.seats.length === 0 ? 1 : ended / this.seats.length;
  }

  #askAgain(seats: readonly Seat[]): void {
    this.#begunAt = this.#services.clock.now();
    this.#elapsedMs = null;
    for (const seat of seats) {
      beginSeat(seat, this.#begunAt);
      seat.verdict = { state: 'asking' };
      seat.version = ++this.#sequence.value;
    }
  }

  #mayGoOn(seat: Seat): boolean {
    return isWhole(seat.verdict.state) && hasMore(seat, this.#services.settings.maxMergedPosition);
  }

  /** The next part of a library's list, at least so long; nothing for one that cannot be asked. */
  #wantsOf(seat: Seat, least: number, probe: boolean): Want[] {
    const { connector } = seat;
    if (connector === null) return [];
    const { pageSize } = connector.library.connector.limits;
    // A retry fetches the rest of the part that failed.
    const rest = pageSize - ((seat.next - 1) % pageSize);
    const chunk = chunkOf(seat.next, Math.max(probe ? rest : pageSize, least));
    return [{ seat, connector, chunk, probe }];
  }

  #run(wants: readonly Want[], deadline: number, admit = () => {}): void {
    const { clock, flights, settings } = this.#services;
    const asked = wants.filter((want) => !this.#fromCache(want));
    if (asked.length === 0) {
      this.#finish(false);
      return;
    }
    admit();
    this.#hooks.began();
    const round = fanOut(deadline, flights, clock);
    this.#round = round;
    const cancelSlow = clock.after(settings.slowAfterMs, () => this.#markSlow());
    round.send(
      asked.map((want) => this.#taskOf(want)),
      () => {
        cancelSlow();
        this.#round = null;
        this.#finish(round.cut || this.#endedByDeadline(deadline));
      },
    );
  }

  /** A library's own time limit may fire a moment before ours: the deadline ended it all the same. */
  #endedByDeadline(deadline: number): boolean {
    if (this.#services.clock.now() < deadline - sameMomentMs) return false;
    return this.seats.some(({ verdict }) => /^(?:timed_out|partial)$/.test(verdict.state));
  }

  #finish(cut: boolean): void {
    this.#cut = cut || this.#wasCut;
    this.#wasCut = false;
    this.#elapsedMs ??= roundMs(this.#services.clock.now() - this.#begunAt);
    this.#hooks.ended();
  }

  #fromCache(want: Want): boolean {
    const { seat, chunk, probe } = want;
    if (this.#request.refresh || probe) return false;
    const { cache, clock, revalidate } = this.#services;
    const key = { question: seat.question, start: chunk.start, limit: chunk.limit };
    // What is put away comes back in turns, as an answer of the library would; without time, at once.
    const cached = cache.read(key, this.#request.waitMs < leastWakingMs);
    if (cached === undefined) return false;
    if (cached.stale) revalidate({ ...this.#errandOf(want), fresh: true });
    this.#hooks.records(takeCached(seat, chunk, cached, clock.now()), true);
    this.#settled(seat);
    return true;
  }

  #errandOf({ seat, connector, chunk, probe }: Want): Errand {
    return {
      connector,
      key: { question: seat.question, start: chunk.start, limit: chunk.limit },
      query: this.#request.query,
      sort: sortWishOf(this.#request.sort),
      probe,
      fresh: this.#request.refresh,
    };
  }

  #taskOf(want: Want): Task {
    const { seat, chunk } = want;
    const { clock } = this.#services;
    return {
      errand: this.#errandOf(want),
      boarded: (trace) => {
        if (seat.elapsedMs === null) seat.trace = trace;
      },
      records: (records, hits) => {
        const fresh = takeRecords(seat, chunk, records, hits, clock.now());
        if (fresh.length > 0) this.#hooks.records(fresh, false);
      },
      answer: (answer) => {
        takeAnswer(seat, chunk, answer, clock.now());
        this.#settled(seat);
        this.#hooks.changed();
      },
    };
  }

  #settled(seat: Seat): void {
    seat.version = ++this.#sequence.value;
    const { sort } = this.#request;
    const view = { sort, asked: sort, timings: true };
    this.#services.onAnswer(libraryAnswer(seat, view, this.#services.clock.now()), this.#request);
  }

  #markSlow(): void {
    for (const seat of this.seats) {
      if (seat.verdict.state !== 'asking') continue;
      seat.verdict = { state: 'slow' };
      seat.version = ++this.#sequence.value;
    }
    this.#hooks.changed();
  }
}
