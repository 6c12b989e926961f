import type { MergedRecord, Search, SearchAnswer, SearchEngine } from '../../search/types.ts';

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

/** The places of one search's list, which do not change once a record was given from them. */
export interface ResultSet {
  /** Places from which a record was given; what the set costs in memory. */
  readonly given: number;
  /** Up to `count` records from `start`, asking libraries that have more where the list is too short. */
  page(search: Search, start: number, count: number): Promise<ResultPage>;
}

/** Times that one request for a far page may ask the libraries for their next records. */
const maxDeepenings = 2;

/**
 * SRU clients page by place, and a merged list grows in the middle when libraries are asked deeper. So
 * each record keeps the place it was given from, and the others fill the free places in the list's
 * order: a client that goes through all places sees every record once.
 */
export function createResultSet(engine: SearchEngine): ResultSet {
  /** Ids by place. */
  const given = new Map<number, string>();
  /** The place an answer called the next one, so that it is no fault to ask for it. */
  let offered = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function page(search: Search, start: number, count: number): Promise<ResultPage> {
    await search.wait('complete');
    const first = look(search);
    const canExist = start <= Math.max(1, first.hitsSum, first.total) || isEstimated(first);
    const answer = count > 0 && canExist ? await deepen(search, start - 1 + count) : first;
    const { ids, total, records } = take(search, start, count);
    const end = start - 1 + ids.length;
    const hasNext = ids.length > 0 && (end < total || answer.moreAtLibraries);
    const outOfRange = start > Math.max(1, total) && start !== offered;
    if (hasNext) offered = end + 1;
    return { records, total, next: hasNext ? end + 1 : null, answer, outOfRange };
  }

  /** Gives the places from `start` their records, where they have none yet. */
  function take(search: Search, start: number, count: number) {
    let total = 0;
    let ids: readonly string[] = [];
    const { sort } = search.request;
    const chosen = search.choose({ sort, filters: [] }, (all) => {
      total = all.length + goneFrom(all);
      ids = placed(all, start, Math.min(start - 1 + count, total));
      return ids;
    });
    const byId = new Map(chosen.map((record) => [record.id, record]));
    const records = ids.map((id) => byId.get(id) ?? engine.record(id)?.record);
    return { ids, total, records };
  }

  /** Records that were given and have since become part of another line keep their places. */
  function goneFrom(all: readonly string[]): number {
    const there = new Set(all);
    let gone = 0;
    for (const id of given.values()) if (!there.has(id)) gone += 1;
    return gone;
  }

  function placed(all: readonly string[], start: number, end: number): readonly string[] {
    const taken = new Set(given.values());
    const free = all.filter((id) => !taken.has(id));
    const ids: string[] = [];
    let used = 0;
    for (let place = 1; place <= end; place += 1) {
      const id = given.get(place) ?? free[used++];
      if (id === undefined || place < start) continue;
      given.set(place, id);
      ids.push(id);
    }
    return ids;
  }

  return {
    get given() {
      return given.size;
    },
    page(search, start, count) {
      // One after the other: a search that is being deepened cannot be deepened further meanwhile.
      const result = turn.then(() => page(search, start, count));
      turn = result.then(
        () => {},
        () => {},
      );
      return result;
    },
  };
}

/** The answer without records. */
function look(search: Search): SearchAnswer {
  const { sort } = search.request;
  return search.answer({ page: 1, size: 0, sort, filters: [], timings: false });
}

async function deepen(search: Search, end: number): Promise<SearchAnswer> {
  const { sort } = search.request;
  let answer = look(search);
  for (let round = 0; round < maxDeepenings; round += 1) {
    if (answer.total >= end || !answer.moreAtLibraries) break;
    await search.deepen({ page: 1, size: end, sort, filters: [], timings: false });
    const before = answer.total;
    answer = look(search);
    if (answer.total === before) break;
  }
  return answer;
}

function isEstimated({ libraries }: SearchAnswer): boolean {
  return libraries.some(({ state }) => state === 'answered_estimate');
}
