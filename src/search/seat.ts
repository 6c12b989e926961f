import type { Connector, SortWish, SourceRecord } from '../members/types.ts';
import type { Simplification } from '../query/types.ts';
import {
  answeredVerdict,
  failedVerdict,
  isFinal,
  isRetryable,
  notAskedVerdict,
  sentenceOf,
  type Verdict,
} from './answer.ts';
import type { CachedAnswer } from './cache.ts';
import type { Answer } from './flights.ts';
import { sameBytes } from './records.ts';
import { noTimes, roundMs, type TimedTrace } from './trace.ts';
import type { LibraryAnswer, SortOrder } from './types.ts';

/** One chosen library's place in a search: everything heard from it so far. */
export interface Seat {
  readonly id: string;
  readonly connector: Connector | null;
  /** Key of the question in the cache; empty without a connector. */
  readonly question: string;
  verdict: Verdict;
  hits: number | null;
  exact: boolean;
  fetched: number;
  unreadable: number;
  sorted: boolean;
  simplified: readonly Simplification[];
  /** The next place of the library's list that was not asked for. */
  next: number;
  /** The list ends here, whatever the count says. */
  ended: boolean;
  cachedAgeMs: number | null;
  startedAt: number;
  elapsedMs: number | null;
  firstRecordMs: number | null;
  trace: TimedTrace | null;
  /** Stamps of the whole answers its records came from; null once some came from none. */
  stamps: readonly number[] | null;
  /** The parts of the list that whole answers gave; null once some records came otherwise. */
  parts: readonly ListPart[] | null;
  /** Event id of the last change. */
  version: number;
  /** Numbers of the records of the last ask, to find a library that sends one page for every place. */
  lastPage: string;
  /** Records that came, by number in the library, so that a repeated one counts once. */
  readonly seen: Map<string, SourceRecord>;
}

export function createSeat(
  id: string,
  connector: Connector | undefined,
  question: string,
  now: number,
): Seat {
  return {
    id,
    connector: connector ?? null,
    question,
    verdict: connector === undefined ? notAskedVerdict('unknown_library') : { state: 'asking' },
    hits: null,
    exact: true,
    fetched: 0,
    unreadable: 0,
    sorted: true,
    simplified: [],
    next: 1,
    ended: false,
    cachedAgeMs: null,
    startedAt: now,
    elapsedMs: connector === undefined ? 0 : null,
    firstRecordMs: null,
    trace: null,
    stamps: [],
    parts: [],
    version: 0,
    lastPage: '',
    seen: new Map(),
  };
}

/** The seat's time begins again; a new round of asks. */
export function beginSeat(seat: Seat, now: number): void {
  seat.startedAt = now;
  seat.elapsedMs = null;
  seat.firstRecordMs = null;
  seat.trace = null;
  seat.cachedAgeMs = null;
}

/** Takes back records that it had; what was counted of them is counted. */
export function takeBack(seats: readonly Seat[], records: readonly SourceRecord[]): void {
  const byId = new Map(seats.map((seat) => [seat.id, seat]));
  for (const record of records) byId.get(record.library)?.seen.set(record.localId, record);
}

/** Takes records that arrived and returns those that are new. */
export function takeRecords(
  seat: Seat,
  chunk: Chunk,
  records: readonly SourceRecord[],
  hits: number | null,
  now: number,
): readonly SourceRecord[] {
  if (hits !== null) seat.hits = hits;
  if (records.length === 0) return records;
  seat.firstRecordMs ??= roundMs(now - seat.startedAt);
  const fresh: SourceRecord[] = [];
  for (const record of records) {
    const known = seat.seen.get(record.localId);
    chunk.received.push(record.localId);
    // Handed over again by a retry: the very same place of the list.
    if (known?.position === record.position) continue;
    seat.fetched++;
    // The same record at two places of the list is one record, with one holding.
    if (known !== undefined && sameBytes(known, record)) continue;
    seat.seen.set(record.localId, record);
    fresh.push(record);
  }
  return fresh;
}

/** A part of a library's list. */
export interface ListPart {
  readonly start: number;
  readonly limit: number;
}

/** The part of the library's list that an ask was for, and what came of it. */
export interface Chunk extends ListPart {
  /** Numbers of the records that came, in order. */
  readonly received: string[];
}

export function chunkOf(start: number, limit: number): Chunk {
  return { start, limit, received: [] };
}

/** Takes the end of an ask. */
export function takeAnswer(seat: Seat, chunk: Chunk, answer: Answer, now: number): void {
  // What the first part took is what the library took; deeper parts are asked for one by one.
  seat.elapsedMs ??= roundMs(now - seat.startedAt);
  if (answer.status === 'failed') {
    seat.next = chunk.start + chunk.received.length;
    if (chunk.received.length > 0) {
      seat.stamps = null;
      seat.parts = null;
    }
    seat.verdict = failedVerdict(answer.error, seat);
    return;
  }
  const { outcome, stamp, ageMs } = answer;
  if (ageMs !== undefined && chunk.start === 1) seat.cachedAgeMs = roundMs(ageMs);
  const came = Math.max(outcome.fetched, chunk.received.length) + outcome.unreadable;
  const due = Math.min(chunk.limit, Math.max(0, outcome.hits - chunk.start + 1));
  const short = came < due && outcome.incomplete === null;
  const page = chunk.received.join('\n');
  const repeated =
    page !== '' &&
    seat.lastPage !== '' &&
    (page.startsWith(seat.lastPage) || seat.lastPage.startsWith(page));
  seat.lastPage = page;
  // A list that ends early, or a count that changes from page to page, was an estimate.
  seat.exact = outcome.exact && !short && (seat.hits === null || seat.hits === outcome.hits);
  seat.hits = outcome.hits;
  seat.unreadable += outcome.unreadable;
  seat.sorted = chunk.start === 1 ? outcome.sorted : seat.sorted && outcome.sorted;
  seat.simplified = outcome.simplified;
  seat.next = chunk.start + came;
  seat.ended = short || repeated || came === 0;
  if (page !== '') {
    seat.stamps = stamp === null || seat.stamps === null ? null : [...seat.stamps, stamp];
    const { start, limit } = chunk;
    seat.parts = stamp === null || seat.parts === null ? null : [...seat.parts, { start, limit }];
  }
  seat.verdict = repeated
    ? { state: 'partial', hits: seat.hits, cause: 'repeated_page', retryAfterMs: null }
    : answeredVerdict({ ...outcome, exact: seat.exact }, seat);
}

/** Takes an answer out of the cache; returns its records that are new. */
export function takeCached(
  seat: Seat,
  chunk: Chunk,
  cached: CachedAnswer,
  now: number,
): readonly SourceRecord[] {
  if (seat.elapsedMs === null) seat.cachedAgeMs = roundMs(cached.ageMs);
  if ('error' in cached) {
    takeAnswer(seat, chunk, { status: 'failed', error: cached.error }, now);
    return [];
  }
  const fresh = takeRecords(seat, chunk, cached.records, null, now);
  const { outcome, stamp } = cached;
  takeAnswer(seat, chunk, { status: 'answered', outcome, stamp }, now);
  return fresh;
}

/** Whether the library has more that this gateway may fetch, as far as it has said. */
export function hasMore(seat: Seat, maxPosition: number): boolean {
  const { state } = seat.verdict;
  const heard = state === 'answered' || state === 'answered_estimate' || state === 'partial';
  return (
    heard && !seat.ended && seat.hits !== null && seat.next <= Math.min(seat.hits, maxPosition)
  );
}

export interface AnswerView {
  /** The order of the list shown, and the one the libraries were asked for. */
  readonly sort: SortOrder;
  readonly asked: SortOrder;
  readonly timings: boolean;
}

/** The public object of one library's answer. */
export function libraryAnswer(seat: Seat, view: AnswerView, now: number): LibraryAnswer {
  const { verdict } = seat;
  const failure = 'cause' in verdict ? verdict : null;
  const hits = 'hits' in verdict ? verdict.hits : null;
  return {
    id: seat.id,
    state: verdict.state,
    ...(hits === null ? {} : { hits }),
    fetched: seat.fetched,
    elapsedMs: seat.elapsedMs ?? roundMs(now - seat.startedAt),
    cached: seat.cachedAgeMs !== null,
    ...(seat.cachedAgeMs === null ? {} : { ageMs: seat.cachedAgeMs }),
    cause: failure?.cause ?? null,
    retryable: isRetryable(verdict.state),
    retryAfterMs: failure?.retryAfterMs ?? null,
    sorted: isSorted(seat, view),
    simplified: seat.simplified,
    ...(seat.unreadable > 0 ? { unreadable: seat.unreadable } : {}),
    message: sentenceOf(verdict, seat, seat.connector?.library ?? null),
    ...(view.timings ? timingsOf(seat) : {}),
  };
}

function timingsOf(seat: Seat) {
  return {
    phases: seat.trace?.times() ?? noTimes(),
    roundTrips: seat.trace?.roundTrips ?? 0,
    firstRecordMs: seat.firstRecordMs,
  };
}

/**
 * Whether the lines of this library stand in the order shown as they would among all it has: when it
 * has given everything, or when it was asked for this order and could do it.
 */
function isSorted(seat: Seat, view: AnswerView): boolean {
  if (!isFinal(seat.verdict.state)) return view.sort === 'relevance';
  const everything =
    seat.exact && seat.hits !== null && seat.fetched + seat.unreadable >= seat.hits;
  return (
    everything || (view.sort === 'relevance' || view.sort === view.asked ? seat.sorted : false)
  );
}

/** What a library is asked to sort by. */
export function sortWishOf(order: SortOrder): SortWish | null {
  switch (order) {
    case 'relevance':
      return null;
    case 'year':
      return { key: 'year', descending: true };
    case '-year':
      return { key: 'year', descending: false };
    case 'title':
    case 'author':
      return { key: order, descending: false };
  }
}
