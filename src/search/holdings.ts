import { LRUCache } from 'lru-cache';
import type { Item } from '../marc/record.ts';
import { ConnectorError } from '../members/errors.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { Connector, HoldingsAsk, SourceRecord } from '../members/types.ts';
import { failedVerdict, isRetryable, type Sentence, sentenceOf, type Verdict } from './answer.ts';
import { holdingOf } from './merge/holding.ts';
import { createTrace, roundMs } from './trace.ts';
import type { Holding, LibraryAnswer } from './types.ts';

/** How a library answered about one record's copies just now. */
export type HoldingsAnswer = Pick<
  LibraryAnswer,
  'state' | 'elapsedMs' | 'cached' | 'ageMs' | 'cause' | 'retryable' | 'retryAfterMs' | 'message'
>;

/** A holding as its library knows it now, or as far as it is known where the library gave no answer. */
export interface LiveHolding extends Holding {
  readonly answer: HoldingsAnswer;
}

export interface LiveHoldings {
  /**
   * Asks the library of each record for its copies, all at once and until the deadline; one holding for
   * each record, in their order. A library that gives no answer leaves its copies `unknown`.
   */
  ask(records: readonly SourceRecord[], wish: HoldingsWish): Promise<readonly LiveHolding[]>;
}

export interface HoldingsWish {
  /** The line that the records are part of, which remembers where they were found; or null. */
  readonly line: string | null;
  readonly waitMs: number;
  /** The libraries themselves are to be asked, whatever was heard a moment ago. */
  readonly refresh: boolean;
}

export interface LiveHoldingsOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly connectorFor: (id: string) => Connector | undefined;
  /** The record asked for again at its library, for those that can be asked in no other way. */
  readonly refetch: (
    source: SourceRecord,
    line: string | null,
    ask: HoldingsAsk,
    signal: AbortSignal,
  ) => Promise<SourceRecord | undefined>;
}

/** Copies as one library gave them; null when it has no such record any more. */
interface Copies {
  readonly items: readonly Item[] | null;
  readonly asOf: number;
}

type Flight = Promise<Copies>;

/** An answer is shown to others this long: who looks at a list asks for the same lines again. */
const freshMs = 30_000;
const maxKept = 10_000;

export function createLiveHoldings(options: LiveHoldingsOptions): LiveHoldings {
  const { clock, wallClock, connectorFor } = options;
  const kept = new LRUCache<string, { copies: Copies; at: number }>({
    max: maxKept,
    ttl: freshMs,
    ttlResolution: 0,
    perf: { now: () => clock.now() },
  });
  const flights = new Map<string, Flight>();

  /** One ask for a record however many want it; it runs to the library's own time limit. */
  function fly(source: SourceRecord, connector: Connector, line: string | null): Flight {
    const key = keyOf(source);
    const known = flights.get(key);
    if (known !== undefined) return known;
    const deadline = clock.now() + connector.library.connector.limits.timeoutMs;
    const ask = { deadline, trace: createTrace(clock) };
    const flight = copiesOf(source, connector, line, ask)
      .then((items) => {
        const copies = { items, asOf: wallClock() };
        kept.set(key, { copies, at: clock.now() });
        return copies;
      })
      .finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  }

  async function copiesOf(
    source: SourceRecord,
    connector: Connector,
    line: string | null,
    ask: HoldingsAsk,
  ): Promise<readonly Item[] | null> {
    const { signal } = new AbortController();
    try {
      const items = await connector.holdings?.(source.localId, ask, signal);
      // Null may only mean that the library does not find records by the number it prints in them.
      if (items) return items;
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'unsupported') throw error;
    }
    const again = await options.refetch(source, line, ask, signal);
    return again?.record.items ?? null;
  }

  async function one(
    source: SourceRecord,
    { line, waitMs, refresh }: HoldingsWish,
  ): Promise<LiveHolding> {
    const begun = clock.now();
    const connector = connectorFor(source.library);
    const library = connector?.library ?? null;
    const found = refresh ? undefined : kept.get(keyOf(source));
    const age = found === undefined ? {} : { ageMs: roundMs(begun - found.at) };
    const head = (verdict: Verdict, message: Sentence): HoldingsAnswer => ({
      state: verdict.state,
      elapsedMs: roundMs(clock.now() - begun),
      cached: found !== undefined,
      ...age,
      cause: 'cause' in verdict ? verdict.cause : null,
      retryable: isRetryable(verdict.state),
      retryAfterMs: 'retryAfterMs' in verdict ? verdict.retryAfterMs : null,
      message,
    });
    try {
      if (connector === undefined) {
        const verdict = { state: 'not_asked', hits: null, cause: 'unknown_library' } as const;
        const said = { ...verdict, retryAfterMs: null };
        return { ...unknown(source), answer: head(said, sentenceOf(said, nothingHeard, null)) };
      }
      const copies =
        found?.copies ?? (await until(fly(source, connector, line), waitMs, connector, clock));
      const asOf = new Date(copies.asOf).toISOString();
      if (copies.items === null) {
        const verdict = { state: 'empty', hits: 0 } as const;
        const answer = head(verdict, { zh: '该馆已无此记录', en: 'No longer in this catalogue' });
        return { ...holdingOf(withItems(source, [])), asOf, answer };
      }
      const holding = { ...holdingOf(withItems(source, copies.items)), asOf };
      const verdict = { state: 'answered', hits: copies.items.length } as const;
      return { ...holding, answer: head(verdict, wordsFor(holding)) };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      const verdict = failedVerdict(error, nothingHeard);
      return {
        ...unknown(source),
        answer: head(verdict, sentenceOf(verdict, nothingHeard, library)),
      };
    }
  }

  return {
    ask: (records, wish) => Promise.all(records.map((source) => one(source, wish))),
  };
}

const nothingHeard = { hits: null, fetched: 0 };

function keyOf({ library, localId }: SourceRecord): string {
  return `${library}\u0000${localId}`;
}

function withItems({ library, localId }: SourceRecord, items: readonly Item[]) {
  return { library, localId, record: { items } };
}

/** What the catalogue said of the copies' places still holds; where they are now nobody knows. */
function unknown(source: SourceRecord): Holding {
  const items = source.record.items.map((item) => ({
    ...item,
    status: 'unknown' as const,
    dueDate: null,
  }));
  return holdingOf(withItems(source, items));
}

/** The answer, or a timeout at the reader's own deadline; the ask runs on for whoever comes next. */
function until<T>(
  work: Promise<T>,
  waitMs: number,
  { library }: Connector,
  clock: Clock,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(waitMs, () =>
      reject(
        new ConnectorError(library.id, 'timeout', 'The deadline ended the wait.', {
          reason: 'deadline',
        }),
      ),
    );
    work.finally(cancel).then(resolve, reject);
  });
}

const statusWords = {
  available: { zh: '在架', en: 'On the shelf' },
  on_loan: { zh: '已借出', en: 'On loan' },
  library_use: { zh: '馆内阅览', en: 'For use in the library' },
  on_order: { zh: '订购中', en: 'On order' },
  unavailable: { zh: '暂不可用', en: 'Not available' },
  unknown: { zh: '该馆未说明在架情况', en: 'The library does not say where it is' },
} as const;

function wordsFor({ status, dueDate }: Holding): Sentence {
  const words = statusWords[status];
  if (dueDate === null) return words;
  return { zh: `${words.zh}，应还日期 ${dueDate}`, en: `${words.en}, due ${dueDate}` };
}
