import { foldForMatching } from '../marc/text.ts';
import { ConnectorError } from '../members/errors.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { AnswerState, Connector, IndexTerm } from '../members/types.ts';
import type { IndexName, Query } from '../query/types.ts';
import {
  failedVerdict,
  notAskedVerdict,
  type Sentence,
  sentenceOf,
  type Verdict,
} from './answer.ts';
import { createTrace } from './trace.ts';

/** Terms of an index around a term, wanted of several libraries. */
export interface BrowseRequest {
  readonly index: IndexName;
  readonly term: string;
  readonly count: number;
  /** Place of the term among those wanted, from 0 (the list begins behind it) to one behind the last. */
  readonly position: number;
  readonly libraries: readonly string[];
  readonly waitMs: number;
}

/** How one library answered; `terms` is the number it gave. */
export interface BrowsedLibrary {
  readonly id: string;
  readonly state: AnswerState;
  readonly cause: string | null;
  readonly terms: number;
  readonly message: Sentence;
}

export interface BrowseAnswer {
  /** `records` is the sum over the libraries that have the term, or null where one did not say. */
  readonly terms: readonly IndexTerm[];
  readonly libraries: readonly BrowsedLibrary[];
}

interface Heard extends BrowsedLibrary {
  readonly list: readonly IndexTerm[];
}

/** Asks each library for its terms at once and merges what comes in time. Never rejects. */
export async function browseLibraries(
  request: BrowseRequest,
  connectorFor: (id: string) => Connector | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<BrowseAnswer> {
  const deadline = clock.now() + request.waitMs;
  const heard = await Promise.all(
    request.libraries.map((id) =>
      browseOne(id, connectorFor(id), request, deadline, clock, signal),
    ),
  );
  const lists = heard.flatMap(({ list }) => (list.length > 0 ? [list] : []));
  return {
    terms: mergeLists(lists, request),
    libraries: heard.map(({ id, state, cause, terms, message }) => ({
      id,
      state,
      cause,
      terms,
      message,
    })),
  };
}

async function browseOne(
  id: string,
  connector: Connector | undefined,
  { index, term, count, position }: BrowseRequest,
  deadline: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Heard> {
  const failed = (verdict: Verdict): Heard => ({
    id,
    state: verdict.state,
    cause: 'cause' in verdict ? verdict.cause : null,
    terms: 0,
    message: sentenceOf(verdict, { hits: null, fetched: 0 }, connector?.library ?? null),
    list: [],
  });
  if (connector === undefined) return failed(notAskedVerdict('unknown_library'));
  let told: readonly IndexTerm[] | null = null;
  // The term itself is always asked for, and the one behind the last, to know where the list goes on.
  const browse = {
    index,
    term,
    count: count + 1,
    position: Math.max(1, position),
    onTerms: (terms: readonly IndexTerm[]) => {
      told = terms;
    },
  };
  const trace = createTrace(clock);
  const query: Query = { node: clauseOf(index, term), sort: [], prefixes: [] };
  try {
    const ask = { query, start: 1, limit: 0, sort: null, deadline, trace, browse };
    await connector.search(ask, signal, () => {});
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return failed(failedVerdict(error, { hits: null, fetched: 0 }));
  }
  const list = told as readonly IndexTerm[] | null;
  if (list === null)
    return failed({ state: 'unsupported', hits: null, cause: 'browse', retryAfterMs: null });
  const terms = list.length;
  const message =
    terms === 0
      ? { zh: '该馆没有相近的词', en: 'No terms here' }
      : { zh: `已返回 ${terms} 个词`, en: `${terms} terms` };
  return { id, state: terms === 0 ? 'empty' : 'answered', cause: null, terms, message, list };
}

function clauseOf(index: IndexName, term: string): Query['node'] {
  return { type: 'clause', index, relation: { name: '=', modifiers: [] }, term };
}

interface MergedTerm {
  readonly key: string;
  readonly text: string;
  records: number | null;
}

/**
 * One list of several, in the order of the folded words. What a library has behind its last term is not
 * known, so a list of several ends where the first of them does; the same at its beginning. One library's own
 * list stays in its own order.
 */
export function mergeLists(
  lists: readonly (readonly IndexTerm[])[],
  { term, count, position }: Pick<BrowseRequest, 'term' | 'count' | 'position'>,
): readonly IndexTerm[] {
  const start = foldForMatching(term);
  const ordered = lists.map((list) =>
    list.map((one) => ({ ...one, key: foldForMatching(one.text) })),
  );
  const [only] = ordered;
  if (only === undefined) return [];
  const all = ordered.length === 1 ? only : mergeSorted(ordered, { count, position });
  const at = all.findIndex(({ key }) => key >= start);
  const from = (at < 0 ? all.length : at) + (position === 0 && all[at]?.key === start ? 1 : 0);
  const first = Math.max(0, from - Math.max(0, position - 1));
  return all.slice(first, first + count).map(({ text, records }) => ({ text, records }));
}

function mergeSorted(
  lists: readonly (readonly (IndexTerm & { readonly key: string })[])[],
  { count, position }: Pick<BrowseRequest, 'count' | 'position'>,
): readonly MergedTerm[] {
  const terms = new Map<string, MergedTerm>();
  let low = '';
  let high: string | null = null;
  for (const list of lists) {
    for (const { key, text, records } of list) {
      const known = terms.get(key);
      if (known === undefined) terms.set(key, { key, text, records });
      else
        known.records = known.records === null || records === null ? null : known.records + records;
    }
    const [first, last] = [list[0]?.key ?? '', list.at(-1)?.key ?? ''];
    // A list that is shorter than was asked for has come to its end.
    if (list.length > count && (high === null || last < high)) high = last;
    if (position > 1 && list.length > count && first > low) low = first;
  }
  return [...terms.values()]
    .filter(({ key }) => key >= low && (high === null || key <= high))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
