import type { SourceRecord } from '../members/types.ts';
import { fanOut } from './fan-out.ts';
import { mergeGroup, recordId } from './merge.ts';
import { contentKey } from './records.ts';
import type { LiveSearch } from './search.ts';
import {
  chunkOf,
  createSeat,
  libraryAnswer,
  type Seat,
  sortWishOf,
  takeAnswer,
  takeCached,
  takeRecords,
} from './seat.ts';
import type { SearchServices } from './services.ts';
import type { LibraryList, MergedRecord } from './types.ts';

export interface OwnPage {
  readonly page: number;
  readonly size: number;
}

/**
 * One page of a library's own list, with its own numbering. What the search has fetched is not asked
 * again; another page is asked for by itself and does not join the merged list, which has no gaps.
 */
export async function ownPage(
  search: LiveSearch,
  seat: Seat,
  services: SearchServices,
  { page, size }: OwnPage,
): Promise<LibraryList> {
  const start = (page - 1) * size + 1;
  const loaded = search.sources.filter((source) => source.library === seat.id);
  const reach = reachOf(seat, services.settings.maxOwnPosition);
  const end = Math.min(start + size - 1, reach ?? Number.POSITIVE_INFINITY);
  const answer = { sort: search.request.sort, asked: search.request.sort, timings: false };
  const listOf = (from: Seat, records: readonly SourceRecord[]): LibraryList => {
    const reachable = reachOf(from, services.settings.maxOwnPosition) ?? reach;
    return {
      library: libraryAnswer(from, answer, services.clock.now()),
      hits: from.hits ?? seat.hits,
      reachable,
      page,
      size,
      pages: reachable === null ? null : Math.ceil(reachable / size),
      records: linesOf(search, records),
    };
  };
  const within = loaded.filter(({ position }) => position >= start && position <= end);
  if (end < seat.next || start > end) return listOf(seat, within);
  const fetched = await fetchPart(search, seat, services, start, size);
  return listOf(fetched.seat, fetched.records);
}

/** How far into its list a library can be read, as far as is known. */
function reachOf(seat: Seat, maxPosition: number): number | null {
  if (seat.hits === null) return null;
  return Math.min(seat.hits, maxPosition, seat.ended ? seat.next - 1 : seat.hits);
}

/** Asks for a part of the list apart from the search, under a seat of its own. */
async function fetchPart(
  search: LiveSearch,
  { id, connector, question }: Seat,
  services: SearchServices,
  start: number,
  size: number,
): Promise<{ seat: Seat; records: readonly SourceRecord[] }> {
  const { clock, cache, flights } = services;
  const { request } = search;
  const seat = createSeat(id, connector ?? undefined, question, clock.now());
  if (connector === null) return { seat, records: [] };
  const chunk = chunkOf(start, size);
  const key = { question, start, limit: size };
  const records: SourceRecord[] = [];
  const cached = cache.read(key);
  if (cached !== undefined && !cached.stale) {
    records.push(...takeCached(seat, chunk, cached, clock.now()));
    return { seat, records };
  }
  const unwatch = search.watch();
  await new Promise<void>((resolve) => {
    const deadline = clock.now() + request.waitMs;
    const errand = { connector, key, query: request.query, sort: sortWishOf(request.sort) };
    const task = {
      errand: { ...errand, probe: false, fresh: false },
      boarded: () => {},
      records: (batch: readonly SourceRecord[], hits: number | null) => {
        records.push(...takeRecords(seat, chunk, batch, hits, clock.now()));
      },
      answer: (answer: Parameters<typeof takeAnswer>[2]) =>
        takeAnswer(seat, chunk, answer, clock.now()),
    };
    fanOut(deadline, flights, clock).send([task], resolve);
  });
  unwatch();
  return { seat, records };
}

/** Each record as a line; one that is part of a merged line has that line's id. */
function linesOf(search: LiveSearch, records: readonly SourceRecord[]): readonly MergedRecord[] {
  const ids = search.lineIds();
  return records.map((record) => {
    const group = { key: contentKey(record), members: [record], reasons: [] };
    const id = ids.get(record) ?? recordId(group.key);
    return { ...mergeGroup(group), id, score: 0 };
  });
}
