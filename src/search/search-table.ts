import { LRUCache } from 'lru-cache';
import type { BibRecord } from '../marc/record.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { SourceRecord } from '../members/types.ts';
import { sourceBytes } from './records.ts';
import type { SearchSettings } from './settings.ts';
import type { Search } from './types.ts';

/** A search as the table holds it. */
export interface KeptSearch extends Search {
  /** What it holds in memory beside its records, estimated. */
  readonly bytes: number;
  /** Its records that are not put away; more may follow, in the same list. Many are held by other searches too. */
  readonly held: readonly SourceRecord[];
  readonly asleep: boolean;
  /** Has its records back, in turns with other work, so that whoever reads it need not wait for all at once. */
  wake(): Promise<void>;
  close(): void;
}

/**
 * Searches that can be read: those at work, always; those that ended, for their time and within bounds
 * of number and bytes.
 */
export interface SearchTable {
  keep(search: KeptSearch): void;
  get(id: string): KeptSearch | undefined;
  began(search: KeptSearch): void;
  ended(search: KeptSearch): void;
  /** Tells the table what `change` does to what a search holds. */
  reweigh(search: KeptSearch, change: () => void): void;
  readonly running: number;
  readonly kept: number;
  readonly asleep: number;
  /** Estimated bytes of the records that are not put away. */
  readonly awakeBytes: number;
  close(): void;
}

const sweepEveryMs = 30_000;
/** Times the bound of what searches hold that all of it may come to while their records are not put away. */
const awakeShare = 2;

export function createSearchTable(settings: SearchSettings, clock: Clock): SearchTable {
  const atWork = new Map<string, KeptSearch>();
  const holdings = createHoldings();
  const asleep = new Set<KeptSearch>();
  let closed = false;
  let cancelSweep: (() => void) | null = null;
  const readable = new LRUCache<string, KeptSearch>({
    max: settings.maxKeptSearches,
    ttl: settings.keepSearchesSeconds * 1000,
    ttlResolution: 0,
    updateAgeOnGet: true,
    perf: { now: () => clock.now() },
    noDisposeOnSet: true,
    // One at work is pushed out only for a while: it comes back when it ends.
    dispose: (search) => {
      holdings.release(search);
      asleep.delete(search);
      if (!atWork.has(search.id)) search.close();
    },
  });

  /** Lets go of searches nobody can read any more, also when no new one comes. */
  const sweepLater = () => {
    cancelSweep ??= clock.later(sweepEveryMs, () => {
      cancelSweep = null;
      readable.purgeStale();
      if (readable.size > 0) sweepLater();
    });
  };

  /** Records that are not put away yet soon will be: only many of them cost other searches their place. */
  const isOverfull = () =>
    holdings.bytes > settings.maxSearchBytes ||
    holdings.bytes + holdings.recordBytes > awakeShare * settings.maxSearchBytes;

  const keep = (search: KeptSearch) => {
    if (closed) return;
    readable.set(search.id, search);
    holdings.charge(search);
    while (isOverfull() && readable.size > 1) readable.pop();
    sweepLater();
  };

  return {
    keep,
    get: (id) => readable.get(id) ?? atWork.get(id),
    began: (search) => atWork.set(search.id, search),
    ended(search) {
      if (atWork.delete(search.id)) keep(search);
    },
    reweigh(search, change) {
      const isCharged = holdings.release(search);
      change();
      if (isCharged) holdings.charge(search);
      if (isCharged && search.asleep) asleep.add(search);
      else asleep.delete(search);
    },
    get asleep() {
      return asleep.size;
    },
    get awakeBytes() {
      return holdings.recordBytes;
    },
    get running() {
      return atWork.size;
    },
    get kept() {
      return readable.size;
    },
    close() {
      closed = true;
      cancelSweep?.();
      for (const search of [...atWork.values(), ...readable.values()]) search.close();
      readable.clear();
    },
  };
}

/** What the searches of a table hold together; a record that several of them found counts once. */
function createHoldings() {
  const holders = new Map<BibRecord, number>();
  const charged = new Map<string, Charge>();
  let bytes = 0;
  let recordBytes = 0;
  const release = (search: KeptSearch): boolean => {
    const charge = charged.get(search.id);
    if (charge?.search !== search) return false;
    charged.delete(search.id);
    bytes -= charge.bytes;
    for (let at = 0; at < charge.records; at++) {
      const source = search.held[at] as SourceRecord;
      const others = (holders.get(source.record) ?? 1) - 1;
      if (others > 0) holders.set(source.record, others);
      else {
        holders.delete(source.record);
        recordBytes -= sourceBytes(source);
      }
    }
    return true;
  };

  return {
    /** Beside the records that are not put away. */
    get bytes() {
      return bytes;
    },
    get recordBytes() {
      return recordBytes;
    },
    /** Takes a search off the count; false where it was not on it. */
    release,
    /** Counts a search, or what it has come to hold since it was counted. */
    charge(search: KeptSearch): void {
      const before = charged.get(search.id);
      // A search of another gateway is made anew under its id when there is news of it.
      if (before !== undefined && before.search !== search) release(before.search);
      const known = before?.search === search ? before : { bytes: 0, records: 0 };
      for (let at = known.records; at < search.held.length; at++) {
        const source = search.held[at] as SourceRecord;
        const others = holders.get(source.record) ?? 0;
        holders.set(source.record, others + 1);
        if (others === 0) recordBytes += sourceBytes(source);
      }
      bytes += search.bytes - known.bytes;
      charged.set(search.id, { search, bytes: search.bytes, records: search.held.length });
    },
  };
}

/** What was counted of a search. */
interface Charge {
  readonly search: KeptSearch;
  readonly bytes: number;
  readonly records: number;
}
