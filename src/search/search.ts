import type { SourceRecord } from '../members/types.ts';
import { Asking } from './asking.ts';
import type { Line } from './line.ts';
import { type Composer, createComposer, lineIds, type MergedList } from './list.ts';
import { ownPage } from './own-list.ts';
import { rankTerms } from './rank-terms.ts';
import { createRest, type Rest } from './rest.ts';
import { libraryAnswer, type Seat } from './seat.ts';
import type { SearchServices, Sequence } from './services.ts';
import type { KeptState, SharedRound } from './shared-searches.ts';
import type { RecordsOf, ShareableSearch } from './sharing.ts';
import { Stream } from './stream.ts';
import { roundMs } from './trace.ts';
import type {
  LibraryList,
  MergedRecord,
  SearchAnswer,
  SearchEvent,
  SearchRequest,
  SearchState,
  View,
} from './types.ts';
import { type Selection, select } from './view.ts';
import { type Bell, createBell, createWatchers, type Watchers } from './watchers.ts';

/** How much longer than the other gateway a search is followed. */
const followGraceMs = 200;

/**
 * One search, from question to list. Asking: the cache is read and the libraries that are left are
 * asked (asking.ts, fan-out.ts, flights.ts). List: what comes is grouped, merged and ranked (list.ts).
 * Reading: any number of readers look at it, filtered and sorted (view.ts) or as a stream (stream.ts),
 * while it runs and afterwards.
 */
export class LiveSearch implements ShareableSearch {
  readonly id: string;
  readonly request: SearchRequest;
  readonly #services: SearchServices;
  readonly #sequence: Sequence;
  readonly #bell: Bell = createBell();
  readonly #asking: Asking;
  readonly #composer: Composer;
  readonly #stream: Stream;
  readonly #watchers: Watchers;
  readonly #shown = new WeakSet<MergedRecord>();
  #preparing = false;
  #mergeMs = 0;
  readonly #rest: Rest;
  #isDeserted = false;
  #isRestoring = false;
  sharedVersion = 0;

  /** `firstEvent` begins its event ids, so that those of another gateway are told from its own. */
  constructor(id: string, request: SearchRequest, services: SearchServices, firstEvent = 0) {
    this.id = id;
    this.request = request;
    this.#services = services;
    this.#sequence = { value: firstEvent };
    const { clock, settings } = services;
    this.#asking = new Asking(request, services, this.#sequence, {
      began: () => {
        this.#rest.cancel();
        this.#stream.began();
        services.began(this);
      },
      records: (records, cached) => {
        this.#composer.add(records);
        if (cached) return;
        this.#stream.arrived();
        this.#bell.ring();
      },
      changed: () => this.#bell.ring(),
      ended: () => {
        this.#stream.ended();
        services.ended(this);
        // Whoever watched may be reading on at another gateway: what nobody wanted here is not the end.
        if (!this.#isDeserted && !this.#isRestoring) services.sharing()?.ended(this);
        this.#isDeserted = false;
        this.#bell.ring();
        this.#rest.later();
      },
    });
    this.#composer = createComposer(rankTerms(request.query), services.lists, () => {
      const { stamps } = this.#asking;
      return stamps === null ? null : `${stamps}\u0000${request.cql}`;
    });
    this.#stream = new Stream(
      {
        list: () => this.#list(),
        show: (lines) => this.#show(lines),
        prepare: () => this.#prepareSoon(),
        listed: () => this.#listed(),
        ring: () => this.#bell.ring(),
      },
      this.#sequence,
      clock,
      settings.streamEveryMs,
    );
    this.#watchers = createWatchers(clock, settings.unwatchedGraceMs, () => {
      this.#isDeserted = this.#asking.running;
      this.cancel();
    });
    this.#rest = createRest(services, {
      search: this,
      composer: this.#composer,
      seats: () => this.#asking.seats,
      isBusy: () => this.#asking.running || this.#watchers.count > 0,
      forget: () => this.#stream.forget(),
    });
  }

  /** Throws OverloadedError before any library is asked. */
  begin(): void {
    this.#asking.first();
    if (this.#asking.running) this.#services.sharing()?.began(this, null);
  }

  follow(round: SharedRound | null): void {
    this.#rest.wakeNow();
    // A little longer than the other gateway, so that its last words still arrive.
    const leftMs = round === null ? this.request.waitMs : Math.max(0, round.leftMs) + followGraceMs;
    this.#asking.along(round?.libraries ?? null, leftMs);
  }

  restore(state: KeptState, recordsOf: RecordsOf): void {
    this.#isRestoring = true;
    this.#asking.restore(state, (seat, kept) => {
      return recordsOf(seat, kept)?.map((record) => this.#services.records.keep(record)) ?? null;
    });
    this.#isRestoring = false;
  }

  keptState(): KeptState {
    const { kept, seats } = this.#asking;
    const apart = new Set(seats.filter(({ parts }) => parts === null).map(({ id }) => id));
    return { ...kept, records: this.sources.filter(({ library }) => apart.has(library)) };
  }

  get seats(): readonly Seat[] {
    return this.#asking.seats;
  }

  wake(): Promise<void> {
    return this.#rest.wake();
  }

  async settled(): Promise<void> {
    await this.#services.sharing()?.settled(this);
  }

  get state(): SearchState {
    if (this.#asking.running) return 'running';
    return this.#asking.cut ? 'closed' : 'complete';
  }

  get sequence(): number {
    return this.#sequence.value;
  }

  /** What the search holds in memory beside its records, estimated. */
  get bytes(): number {
    return 2000 + 200 * this.#composer.sources.length + this.#rest.bytes;
  }

  get asleep(): boolean {
    return this.#rest.asleep;
  }

  get held(): readonly SourceRecord[] {
    return this.#composer.sources;
  }

  get sources(): readonly SourceRecord[] {
    this.#rest.wakeNow();
    return this.#composer.sources;
  }

  answer(view: View): SearchAnswer {
    const list = this.#list();
    const { lines, facets } = this.#timed(() => {
      const selection = this.#select(list, view);
      return { lines: selection.lines, facets: selection.facets };
    });
    const shown = lines.slice((view.page - 1) * view.size, view.page * view.size);
    this.#show(shown);
    const records = shown.map((line) => line.record);
    return { ...this.#head(view, lines.length), records, facets, ...this.#tail(view) };
  }

  choose(
    view: Pick<View, 'sort' | 'filters'>,
    ids: (all: readonly string[]) => readonly string[],
  ): readonly MergedRecord[] {
    const { lines } = select(this.#list(), view, this.#services.settings.facetValues);
    const wanted = new Set(ids(lines.map(({ id }) => id)));
    const chosen = lines.filter(({ id }) => wanted.has(id));
    this.#show(chosen);
    return chosen.map(({ record }) => record);
  }

  async wait(until: 'complete' | 'enough' | 'first'): Promise<void> {
    if (!this.#asking.running) return;
    const { clock, settings } = this.#services;
    const enoughAt = this.#asking.begunAt + settings.enoughAfterMs;
    const cancelTimer =
      until === 'enough' ? clock.after(enoughAt - clock.now(), () => this.#bell.ring()) : null;
    const reached = {
      complete: () => false,
      first: () => this.#composer.sources.length > 0,
      enough: () => clock.now() >= enoughAt && this.#asking.endedShare >= settings.enoughShare,
    }[until];
    while (this.#asking.running && !reached()) await this.#bell.next();
    cancelTimer?.();
    // Searches that end together are read one by one, so that the network is served between them.
    if (this.#composer.made) await this.#services.turns.next();
    else await this.#listed();
  }

  async *events(afterId: number, view: View, signal: AbortSignal): AsyncGenerator<SearchEvent> {
    const unwatch = this.watch();
    await this.#listed();
    const close = this.#stream.open();
    try {
      for (let after = this.#own(afterId); !signal.aborted; ) {
        if (!this.#asking.running) {
          await this.#listed();
          this.#stream.look();
        }
        const events = this.since(after, view);
        for (const event of events) {
          yield event;
          after = event.id;
          if (signal.aborted) return;
        }
        if (events.length > 0) continue;
        if (!this.#asking.running) return;
        await this.#bell.next(signal);
      }
    } finally {
      close();
      unwatch();
      if (!this.#asking.running) this.#rest.later();
    }
  }

  since(afterId: number, view: View): readonly SearchEvent[] {
    const answerView = this.#answerView(view);
    return this.#stream.since(this.#own(afterId), {
      libraries: this.#asking.seats.map((seat) => ({
        version: seat.version,
        answer: () => libraryAnswer(seat, answerView, this.#services.clock.now()),
      })),
      linesOf: (list) => this.#select(list, view).lines,
      facetsOf: (list) => this.#timed(() => this.#select(list, view).facets),
      doneOf: (list) => {
        const { lines, facets } = this.#select(list, view);
        return { ...this.#head(view, lines.length), facets, ...this.#tail(view) };
      },
    });
  }

  async changed(afterId: number, signal?: AbortSignal): Promise<void> {
    const known = this.#own(afterId);
    while (this.sequence <= known && this.#asking.running && !signal?.aborted) {
      await this.#bell.next(signal);
    }
  }

  watch(): () => void {
    return this.#watchers.watch();
  }

  async deepen(view: View): Promise<void> {
    const { settings, clock } = this.#services;
    const deadline = clock.now() + this.request.waitMs;
    await this.#listed();
    for (let round = 0; round < settings.maxDeepenRounds; round++) {
      if (this.#asking.running || clock.now() >= deadline) return;
      const missing = view.page * view.size - this.#select(this.#list(), view).lines.length;
      if (missing <= 0 || !this.#asking.further(missing, deadline)) return;
      await this.wait('complete');
    }
  }

  async libraryList(library: string, page: number, size = 20): Promise<LibraryList | undefined> {
    const seat = this.#asking.seats.find(({ id }) => id === library);
    await this.#listed();
    return seat && ownPage(this, seat, this.#services, { page, size });
  }

  retry(libraries?: readonly string[]): readonly string[] {
    this.#rest.wakeNow();
    const asked = this.#asking.again(libraries);
    if (this.#asking.running) this.#services.sharing()?.began(this, asked);
    return asked;
  }

  cancel(): void {
    this.#asking.stop();
  }

  /** Ends everything, also what would be done later. */
  close(): void {
    this.cancel();
    this.#rest.cancel();
    this.#watchers.stop();
  }

  /** The ids of the lines that source records of this search are part of. */
  lineIds(): ReadonlyMap<SourceRecord, string> {
    return lineIds(this.#list());
  }

  /** An id that is not of this gateway's events says nothing about them: everything is new. */
  #own(afterId: number): number {
    return afterId > this.sequence ? 0 : afterId;
  }

  #list(): MergedList {
    this.#rest.wakeNow();
    const list = this.#timed(() => this.#composer.list());
    if (!this.#asking.running) {
      // A stream goes on comparing lines; for everybody else the list is made.
      if (!this.#stream.used) this.#composer.trim();
      this.#rest.later();
    }
    return list;
  }

  #select(list: MergedList, view: View): Selection {
    return select(list, view, this.#services.settings.facetValues);
  }

  #timed<T>(work: () => T): T {
    const began = this.#services.clock.now();
    const made = work();
    this.#mergeMs += this.#services.clock.now() - began;
    return made;
  }

  /**
   * Makes the list of what has come in turns with all other searches, so that reading it costs nothing and
   * the network is served between.
   */
  async #listed(): Promise<void> {
    await this.#rest.wake();
    if (this.#composer.made) return;
    await this.#services.turns.run(() => this.#timed(() => this.#composer.step()));
  }

  /** Groups and ranks what has come, a piece at a time, while other libraries are on the wire. */
  #prepareSoon(): void {
    if (this.#preparing) return;
    this.#preparing = true;
    this.#services.turns.take(() => {
      this.#preparing = this.#asking.running && this.#timed(() => this.#composer.prepare());
      return this.#preparing;
    });
  }

  /** Lines that somebody sees keep their ids in this search, and answer to them everywhere. */
  #show(lines: readonly Line[]): void {
    if (this.#asking.running || this.#asking.canGrow) this.#composer.show(lines);
    for (const { record, group } of lines) {
      if (this.#shown.has(record)) continue;
      this.#shown.add(record);
      this.#services.records.keepLine({ record, sources: group.members }, this.request.query);
    }
  }

  #answerView(view: View) {
    return { sort: view.sort, asked: this.request.sort, timings: view.timings };
  }

  #head(view: View, total: number) {
    const now = this.#services.clock.now();
    const libraries = this.#asking.seats.map((seat) =>
      libraryAnswer(seat, this.#answerView(view), now),
    );
    return {
      id: this.id,
      query: { cql: this.request.cql, libraries: this.request.libraries },
      state: this.state,
      elapsedMs: this.#asking.elapsedMs,
      libraries,
      total,
      hitsSum: libraries.reduce((sum, { hits }) => sum + (hits ?? 0), 0),
      moreAtLibraries: this.#asking.moreAtLibraries,
      page: view.page,
      size: view.size,
    };
  }

  #tail(view: View) {
    return view.timings ? { mergeMs: roundMs(this.#mergeMs) } : {};
  }
}
