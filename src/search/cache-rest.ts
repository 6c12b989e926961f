import type { Clock } from '../members/guards/clock.ts';
import { turnsOf } from '../members/guards/turns.ts';
import type { SourceRecord } from '../members/types.ts';
import { type Parcel, portionsOf, putAway } from './stacks.ts';

/** Puts the records of pages away that nobody has asked for in a while, in turns with all other work. */
export interface PageRest {
  /** The page is used now; its time begins anew. */
  used(name: string): void;
  /** Lets everything be as it is. */
  stop(): void;
}

export interface PageRestOptions {
  readonly clock: Clock;
  readonly idleMs: number;
  /** The records of a page; undefined for one that is gone or put away. */
  readonly records: (name: string) => readonly SourceRecord[] | undefined;
  /** Takes the parcels of a page's records in their place. */
  readonly putAway: (name: string, parcels: readonly Parcel[]) => void;
}

export function createPageRest(options: PageRestOptions): PageRest {
  const { clock, idleMs } = options;
  const usedAt = new Map<string, number>();
  let isLooking = false;
  let cancelLook = () => {};

  const lookLater = () => {
    if (isLooking) return;
    isLooking = true;
    cancelLook = clock.later(idleMs, () => {
      isLooking = false;
      const work = sleeping();
      turnsOf(clock).take(() => work.next().done !== true);
      if (usedAt.size > 0) lookLater();
    });
  };

  /** One parcel is one piece. */
  function* sleeping(): Generator<void> {
    for (const [name, at] of [...usedAt]) {
      if (clock.now() - at < idleMs) continue;
      const records = options.records(name);
      usedAt.delete(name);
      if (records === undefined) continue;
      const parcels: Parcel[] = [];
      for (const portion of portionsOf(records)) {
        parcels.push(putAway(portion));
        yield;
      }
      if (!usedAt.has(name) && options.records(name) === records) options.putAway(name, parcels);
    }
  }

  return {
    used(name) {
      usedAt.delete(name);
      usedAt.set(name, clock.now());
      lookLater();
    },
    stop() {
      cancelLook();
      usedAt.clear();
    },
  };
}

/** Has the records of parcels back, a parcel in each turn. */
export async function openInTurns(
  parcels: readonly Parcel[],
  clock: Clock,
): Promise<readonly SourceRecord[]> {
  const records: SourceRecord[] = [];
  let next = 0;
  await turnsOf(clock).run(() => {
    records.push(...(parcels[next]?.open() ?? []));
    next += 1;
    return next < parcels.length;
  });
  return records;
}
