import { checkLibrary } from '../members/check.ts';
import type { ConnectorInput, LibraryDocument, LibraryInput } from '../members/document.ts';
import { ConnectorError } from '../members/errors.ts';
import { systemClock } from '../members/guards/clock.ts';
import { startStopwatch } from '../members/health/stopwatch.ts';
import type { Connector, Outcome, Phase, SortWish, SourceRecord } from '../members/types.ts';
import { createConnector } from '../protocols/index.ts';
import { escapeTerm } from '../query/index.ts';
import type { IndexName, Query } from '../query/types.ts';
import type { ProbeContext } from './context.ts';

/** What one search through a connector came to; a failure is a value. */
export interface Answer {
  readonly hits: number;
  readonly outcome: Outcome | null;
  readonly records: readonly SourceRecord[];
  readonly error: ConnectorError | null;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  readonly elapsedMs: number;
}

export interface Wish {
  readonly start?: number;
  readonly limit?: number;
  readonly sort?: SortWish | null;
}

/** Searches with a document as the gateway would, one library and one search at a time. */
export interface Asker {
  readonly library: LibraryDocument;
  search(query: Query, wish?: Wish): Promise<Answer>;
  close(): Promise<void>;
}

/** Null where the document does not hold; a probe's own drafts always do. */
export function createAsker(context: ProbeContext, input: LibraryInput): Asker | null {
  const checked = checkLibrary(input, process.env);
  if ('faults' in checked) return null;
  const connector = createConnector(checked.library, context.dependencies);
  const paced = checked.library.connector.protocol === 'z3950';
  return {
    library: checked.library,
    async search(query, wish = {}) {
      if (paced) await context.footprint.turn();
      const answer = await searchOnce(context, connector, query, wish);
      if (answer.error?.code !== 'unreachable') return answer;
      // A server that breaks off now and then is asked again, as a reader's search would be.
      if (paced) {
        context.footprint.noteBroken();
        await context.footprint.turn();
      }
      return searchOnce(context, connector, query, wish);
    },
    close: () => connector.close(),
  };
}

async function searchOnce(
  { signal, answerMs }: ProbeContext,
  connector: Connector,
  query: Query,
  { start = 1, limit = 5, sort = null }: Wish,
): Promise<Answer> {
  const records: SourceRecord[] = [];
  const began = performance.now();
  const watch = startStopwatch(systemClock);
  const bound = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const ask = { query, start, limit, sort, deadline: began + answerMs, trace: watch.trace };
  let outcome: Outcome | null = null;
  let error: ConnectorError | null = null;
  try {
    outcome = await connector.search(ask, bound, (some) => records.push(...some));
  } catch (caught) {
    if (!(caught instanceof ConnectorError)) throw caught;
    error = caught;
  }
  const { elapsedMs, phases } = watch.stop();
  const hits = outcome?.hits ?? error?.hits ?? 0;
  const times = { phases: shownPhases(phases), elapsedMs: Math.round(elapsedMs) };
  return { hits, outcome, records, error, ...times };
}

/** Milliseconds by phase, to a tenth; nobody waits for a turn in a probe's connector. */
function shownPhases({ queue: _queue, ...spent }: Answer['phases']): Answer['phases'] {
  const shown = Object.entries(spent).map(([phase, ms]) => [phase, Math.round(ms * 10) / 10]);
  return Object.fromEntries(shown);
}

/** A query of one clause, as a reader's words in one index would be. */
export function clause(index: IndexName, term: string, relation = '='): Query {
  return { node: clauseNode(index, term, relation), sort: [], prefixes: [] };
}

/** Two clauses joined. */
export function joined(
  operator: 'and' | 'or' | 'not',
  left: readonly [IndexName, string],
  right: readonly [IndexName, string],
): Query {
  return {
    node: {
      type: 'boolean',
      operator,
      modifiers: [],
      left: clauseNode(left[0], left[1], '='),
      right: clauseNode(right[0], right[1], '='),
    },
    sort: [],
    prefixes: [],
  };
}

function clauseNode(index: IndexName, term: string, relation: string) {
  return {
    type: 'clause',
    index,
    relation: { name: relation, modifiers: [] },
    term: escapeTerm(term),
  } as const;
}

/** The same document with another connector. */
export function withConnector(input: LibraryInput, connector: ConnectorInput): LibraryInput {
  return { ...input, connector };
}
