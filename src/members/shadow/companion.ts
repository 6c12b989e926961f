import { ConnectorError } from '../errors.ts';
import type { Clock } from '../guards/clock.ts';
import { startStopwatch } from '../health/stopwatch.ts';
import type { Ask, Connector, Library, SourceRecord } from '../types.ts';
import type { Companion, LiveAnswer } from '../watched.ts';
import { type Comparison, compareAnswers, emptyComparison } from './compare.ts';

export interface CompanionOptions {
  readonly candidate: Connector;
  /** The document in use. */
  readonly live: () => Library | undefined;
  /** Asks a minute that may go to the candidate. */
  readonly perMinute: number;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

export interface RunningCompanion extends Companion {
  /** What was counted since the last time; begins anew. */
  take(): Comparison;
  giveBack(comparison: Comparison): void;
  close(): Promise<void>;
}

const minuteMs = 60_000;

/** Records compared of one ask; more would be kept only for this. */
const maxRecords = 200;

/**
 * Asks a candidate what the library in use was just asked, one ask at a time and only where there is room:
 * never more than a tenth of the library's rate, nothing while readers use half of it, and no connection
 * that a reader's search could want. What there is no room for is counted as skipped.
 */
export function createCompanion(options: CompanionOptions): RunningCompanion {
  const { candidate, clock } = options;
  let counted = emptyComparison();
  let liveNow = 0;
  let asking: AbortController | null = null;
  let work: Promise<void> = Promise.resolve();
  let closed = false;
  const liveAsks: number[] = [];
  const ownAsks: number[] = [];

  const lastMinute = (times: number[]): number => {
    const from = clock.now() - minuteMs;
    while (times[0] !== undefined && times[0] <= from) times.shift();
    return times.length;
  };

  /** Two documents of one server share its limits; another server has its own. */
  const sharesServer = (library: Library) => addressOf(library) === addressOf(candidate.library);

  const hasRoom = (library: Library): boolean => {
    if (closed || asking !== null) return false;
    const { perMinute, connections } = library.connector.limits;
    const own = Math.max(1, Math.min(options.perMinute, Math.floor(perMinute / 10)));
    if (lastMinute(ownAsks) >= own) return false;
    if (!sharesServer(library)) return true;
    return liveNow < connections && lastMinute(liveAsks) <= perMinute / 2;
  };

  async function compare(ask: Ask, live: LiveAnswer, signal: AbortSignal): Promise<void> {
    try {
      const answer = signal.aborted ? null : await askCandidate(candidate, ask, signal, clock);
      if (signal.aborted || answer === null) counted.cut += 1;
      else compareAnswers(counted, live, answer);
    } catch (error) {
      options.onFault(error);
    } finally {
      asking = null;
      // A connection that only waits would count against the library in use.
      candidate.rest?.();
    }
  }

  return {
    began() {
      liveNow += 1;
      liveAsks.push(clock.now());
      const library = options.live();
      if (library === undefined || asking === null || !sharesServer(library)) return;
      if (liveNow + 1 > library.connector.limits.connections) asking.abort();
    },
    ended(ask, live) {
      liveNow -= 1;
      if (live === null) return;
      const library = options.live();
      if (library === undefined || live.records.length > maxRecords || !hasRoom(library)) {
        counted.skipped += 1;
        return;
      }
      ownAsks.push(clock.now());
      // Marked at once, so that no second ask begins before this one does.
      const controller = new AbortController();
      asking = controller;
      work = new Promise((resolve) => {
        clock.soon(() => void compare(ask, live, controller.signal).then(resolve));
      });
    },
    take() {
      const taken = counted;
      counted = emptyComparison();
      return taken;
    },
    giveBack(comparison) {
      counted = comparison;
    },
    async close() {
      closed = true;
      asking?.abort();
      await candidate.close();
      await work;
    },
  };
}

async function askCandidate(
  candidate: Connector,
  ask: Ask,
  signal: AbortSignal,
  clock: Clock,
): Promise<LiveAnswer> {
  const watch = startStopwatch(clock);
  const records: SourceRecord[] = [];
  const { query, start, limit, sort } = ask;
  const deadline = clock.now() + candidate.library.connector.limits.timeoutMs;
  let hits: number | null = null;
  let failure: string | null = null;
  try {
    const outcome = await candidate.search(
      { query, start, limit, sort, deadline, trace: watch.trace },
      signal,
      (some) => records.push(...some),
    );
    hits = outcome.hits;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    hits = error.hits;
    failure = error.reason;
  }
  return { hits, records, failure, ...watch.stop() };
}

function addressOf({ connector }: Library): string {
  return connector.protocol === 'z3950'
    ? `${connector.host}:${connector.port}`
    : new URL(connector.url).host;
}
