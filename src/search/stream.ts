import type { Clock } from '../members/guards/clock.ts';
import { eventsSince } from './events.ts';
import type { Line } from './line.ts';
import { createLineLog } from './line-log.ts';
import type { MergedList } from './list.ts';
import type { Sequence } from './services.ts';
import type { Facets, LibraryAnswer, SearchAnswer, SearchEvent } from './types.ts';

/** The search as a stream reads it. */
export interface StreamSource {
  list(): MergedList;
  /** Told of the lines before anybody gets them. */
  show(lines: readonly Line[]): void;
  /** Sees to what can be done of the list while nobody looks at it. */
  prepare(): void;
  /** Settles when the list of what has come is made. */
  listed(): Promise<void>;
  /** Wakes the readers. */
  ring(): void;
}

/** What one reader's view makes of the list that was last looked at. */
export interface StreamView {
  readonly libraries: readonly { readonly version: number; readonly answer: () => LibraryAnswer }[];
  readonly linesOf: (list: MergedList) => readonly Line[];
  readonly facetsOf: (list: MergedList) => Facets;
  readonly doneOf: (list: MergedList) => Omit<SearchAnswer, 'records'>;
}

const nothing: MergedList = { lines: [] };
/** Facets are counted over all lines; while lines come in they are told at most this often. */
const facetsEveryMs = 250;

/**
 * Looks at a growing list for its streams: at once when the first records came, then at most every so
 * often, and less often the more a look costs, so that one event carries what several libraries sent. Without a stream the list is only prepared.
 */
export class Stream {
  readonly #source: StreamSource;
  readonly #sequence: Sequence;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #log = createLineLog();
  #readers = 0;
  #seen: MergedList = nothing;
  #facetsVersion = 0;
  #facetsAt = Number.NEGATIVE_INFINITY;
  #facetsChanged = false;
  #doneVersion = 0;
  #lookCostMs = 0;
  #cancelLook: (() => void) | null = null;
  #looking = false;

  constructor(source: StreamSource, sequence: Sequence, clock: Clock, everyMs: number) {
    this.#source = source;
    this.#sequence = sequence;
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Counts a reader; the returned function ends it. */
  open(): () => void {
    this.#readers++;
    this.look();
    return () => {
      this.#readers--;
    };
  }

  /** Whether anybody has read the search as a stream. */
  get used(): boolean {
    return this.#seen !== nothing;
  }

  /** New work is under way: what was done is not any more. */
  began(): void {
    this.#doneVersion = 0;
  }

  /** Records came. */
  arrived(): void {
    if (this.#readers === 0) {
      this.#source.prepare();
      return;
    }
    if (this.#cancelLook !== null || this.#looking) return;
    if (this.#seen.lines.length === 0) this.#lookSoon();
    const pauseMs = Math.max(this.#everyMs, 10 * this.#lookCostMs);
    this.#cancelLook = this.#clock.after(pauseMs, () => {
      this.#cancelLook = null;
      this.#lookSoon();
    });
  }

  /** Looks when the list is made; what comes meanwhile is looked at with it. */
  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#source.listed().then(() => {
      this.#looking = false;
      if (this.#readers > 0 && this.look()) this.#source.ring();
    });
  }

  /** Nothing more comes for now. A reader looks once more before it is told. */
  ended(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    if (this.#readers > 0) this.#lookSoon();
    this.#doneVersion = ++this.#sequence.value;
  }

  /** Numbers what is new in the list since the last look; false when nothing is. */
  look(): boolean {
    const began = this.#clock.now();
    const list = this.#source.list();
    this.#lookCostMs = this.#clock.now() - began;
    const isNew = list !== this.#seen && this.#log.log(list.lines, () => ++this.#sequence.value);
    this.#seen = list;
    if (isNew) {
      this.#source.show(list.lines);
      this.#facetsChanged = true;
    }
    const tellsFacets = this.#tellFacets();
    if ((isNew || tellsFacets) && this.#doneVersion > 0) {
      this.#doneVersion = ++this.#sequence.value;
    }
    return isNew || tellsFacets;
  }

  /** Numbers the facets anew where it is time to tell them: now and then, and at the end. */
  #tellFacets(): boolean {
    const now = this.#clock.now();
    const isTime = this.#doneVersion > 0 || now - this.#facetsAt >= facetsEveryMs;
    if (!this.#facetsChanged || !isTime) return false;
    this.#facetsChanged = false;
    this.#facetsAt = now;
    this.#facetsVersion = ++this.#sequence.value;
    return true;
  }

  /** What changed after an event id, as one reader sees it. */
  since(afterId: number, view: StreamView): readonly SearchEvent[] {
    if (this.#readers === 0) this.look();
    const seen = this.#seen;
    return eventsSince(
      {
        libraries: view.libraries,
        lines: () => view.linesOf(seen),
        log: this.#log,
        facets: { version: this.#facetsVersion, value: () => view.facetsOf(seen) },
        done: { version: this.#doneVersion, answer: () => view.doneOf(seen) },
      },
      afterId,
    );
  }

  /** Lets go of the lines; whoever comes back gets them all again under new numbers. */
  forget(): void {
    this.#seen = nothing;
    this.#log.forget();
  }
}
