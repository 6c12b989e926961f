import type { SourceRecord } from '../members/types.ts';
import type { Composer } from './list.ts';
import type { KeptSearch } from './search-table.ts';
import { type Seat, takeBack } from './seat.ts';
import type { SearchServices } from './services.ts';
import { type Parcel, portionsOf, putAway } from './stacks.ts';

/** What becomes of a search when nobody reads it: its list goes, and its records are put away. */
export interface Rest {
  /** Begins some time from now, counted anew each time. */
  later(): void;
  /** Not now; what is put away stays so. */
  cancel(): void;
  /** Has the records back, in turns with everybody else's work. */
  wake(): Promise<void>;
  /** The same at once. */
  wakeNow(): void;
  readonly asleep: boolean;
  /** What is held of records that are put away. */
  readonly bytes: number;
}

export interface RestOptions {
  readonly search: KeptSearch;
  readonly composer: Composer;
  readonly seats: () => readonly Seat[];
  /** While it is, nothing is let go. */
  readonly isBusy: () => boolean;
  /** Lets go of whatever else can be made again. */
  readonly forget: () => void;
}

export function createRest(services: SearchServices, options: RestOptions): Rest {
  const { search, composer, seats, isBusy, forget } = options;
  const { clock, settings, turns, lists } = services;
  let cancelTimer = () => {};
  /** The rest under way; what was begun in an earlier one packs records that may not be all any more. */
  let nap: object | null = null;
  let parcels: readonly Parcel[] | null = null;

  const cancel = () => {
    cancelTimer();
    nap = null;
  };

  const later = () => {
    cancel();
    const { idleMs, crowdedIdleMs } = settings;
    cancelTimer = clock.later(services.crowded() ? crowdedIdleMs : idleMs, begin);
  };

  const begin = () => {
    if (isBusy()) return;
    const own = {};
    nap = own;
    composer.release();
    forget();
    lists.purgeStale();
    if (composer.sources.length > 0) turns.take(sleeping(own));
  };

  const sleeping = (own: object) => {
    const portions = portionsByLibrary(composer.sources);
    const packed: Parcel[] = [];
    return () => {
      if (nap !== own || isBusy()) return false;
      const portion = portions[packed.length];
      if (portion !== undefined) packed.push(putAway(portion));
      if (packed.length < portions.length) return true;
      services.reweigh(search, () => {
        parcels = packed;
        composer.empty();
        for (const { seen } of seats()) seen.clear();
      });
      return false;
    };
  };

  /** Opens one parcel each time; the records are the search's again when all are open. */
  const waking = () => {
    const before = parcels;
    const records: SourceRecord[] = [];
    let next = 0;
    return () => {
      if (before === null || parcels !== before) return false;
      for (const record of before[next]?.open() ?? []) records.push(services.records.keep(record));
      next += 1;
      if (next < before.length) return true;
      services.reweigh(search, () => {
        parcels = null;
        composer.add(records);
        takeBack(seats(), records);
      });
      // Whoever wanted it may not read it after all.
      later();
      return false;
    };
  };

  return {
    cancel,
    later,
    async wake() {
      if (nap !== null) later();
      if (parcels !== null) await turns.run(waking());
    },
    wakeNow() {
      if (nap !== null) later();
      const piece = waking();
      while (piece());
    },
    get asleep() {
      return parcels !== null;
    },
    get bytes() {
      return (parcels ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
    },
  };
}

/** Each library's records in the order they came; the order among libraries says nothing. */
function portionsByLibrary(sources: readonly SourceRecord[]): (readonly SourceRecord[])[] {
  const byLibrary = Map.groupBy(sources, ({ library }) => library);
  return [...byLibrary.values()].flatMap((records) => [...portionsOf(records)]);
}
