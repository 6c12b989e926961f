import type { MergedRecord, Search, SearchAnswer, SearchEngine, View } from '../../search/types.ts';

/** Records from one place of a result set, and what is known of the set by then. */
export interface ResultPage {
  /** In the order of their places; undefined for one that the gateway no longer has. */
  readonly records: readonly (MergedRecord | undefined)[];
  /** Places known so far. */
  readonly total: number;
  /** Where to go on; null at the end of the list. */
  readonly next: number | null;
  /** The search as it stands: its libraries and their states. */
  readonly answer: SearchAnswer;
  /** True when `start` is a place that does not exist. */
  readonly outOfRange: boolean;
}

/** A merged list with places that do not change once a record was given from them. */
export interface ResultSet {
  readonly id: string;
  /** Up to `count` records from `start`, asking libraries that have more where the list is too short. */
  page(start: number, count: number): Promise<ResultPage>;
}

/** Times that one request for a far page may ask the libraries for their next records. */
const maxDeepenings = 2;

/**
 * SRU clients page by place, and a merged list grows in the middle when libraries are asked deeper. So
 * each record keeps the place it was given from, and the others fill the free places in the list's
 * order: a client that goes through all places sees every record once.
 */
export function createResultSet(search: Search, engine: SearchEngine): ResultSet {
  const { sort } = search.request;
  /** Ids by place, of records that were given. */
  const given = new Map<number, string>();
  /** The place an answer called the next one, so that it is no fault to ask for it. */
  let offered = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const look = (page: number, size: number): SearchAnswer => {
    const view: View = { page, size, sort, filters: [], timings: false };
    return search.answer(view);
  };

  /** Records that were given and have since become part of another line keep their places. */
  const goneOf = (lines: ReadonlySet<string>): number => {
    let gone = 0;
    for (const id of given.values()) if (!lines.has(id)) gone += 1;
    return gone;
  };

  async function deepen(end: number): Promise<SearchAnswer> {
    let answer = look(1, 0);
    for (let round = 0; round < maxDeepenings; round += 1) {
      if (answer.total >= end || !answer.moreAtLibraries) break;
      await search.deepen({ page: 1, size: end, sort, filters: [], timings: false });
      const before = answer.total;
      answer = look(1, 0);
      if (answer.total === before) break;
    }
    return answer;
  }

  async function page(start: number, count: number): Promise<ResultPage> {
    await search.wait('complete');
    const first = look(1, 0);
    const canExist = start <= Math.max(1, first.hitsSum, first.total) || isEstimated(first);
    const answer = count > 0 && canExist ? await deepen(start - 1 + count) : first;
    const lines = look(1, answer.total).records;
    const ids = new Set(lines.map(({ id }) => id));
    const total = answer.total + goneOf(ids);
    const outOfRange = start > Math.max(1, total) && start !== offered;
    const end = Math.min(start - 1 + count, total);
    const records = placed(lines, start, end);
    const hasNext = count > 0 && records.length > 0 && (end < total || answer.moreAtLibraries);
    if (hasNext) offered = end + 1;
    return { records, total, next: hasNext ? end + 1 : null, answer, outOfRange };
  }

  function placed(lines: readonly MergedRecord[], start: number, end: number) {
    const records: (MergedRecord | undefined)[] = [];
    const byId = new Map(lines.map((line) => [line.id, line]));
    const taken = new Set(given.values());
    const free = lines.filter(({ id }) => !taken.has(id));
    let used = 0;
    for (let place = 1; place <= end; place += 1) {
      const id = given.get(place) ?? free[used++]?.id;
      if (id === undefined || place < start) continue;
      given.set(place, id);
      records.push(byId.get(id) ?? engine.record(id)?.record);
    }
    return records;
  }

  return {
    id: search.id,
    page(start, count) {
      // One after the other: a search that is being deepened cannot be deepened further meanwhile.
      const result = turn.then(() => page(start, count));
      turn = result.catch(() => {});
      return result;
    },
  };
}

function isEstimated({ libraries }: SearchAnswer): boolean {
  return libraries.some(({ state }) => state === 'answered_estimate');
}
