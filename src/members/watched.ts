import { ConnectorError } from './errors.ts';
import type { Clock } from './guards/clock.ts';
import type { GuardedConnector } from './guards/index.ts';
import { stateOfError, stateOfOutcome } from './health/outcome.ts';
import { startStopwatch } from './health/stopwatch.ts';
import { type Sample, standingOf } from './health/tally.ts';
import type { Ask, Library, Phase, SourceRecord } from './types.ts';

/** How the library in use answered one ask, for a candidate that is asked the same. */
export interface LiveAnswer {
  readonly hits: number | null;
  readonly records: readonly SourceRecord[];
  /** Why it failed, or null. */
  readonly failure: string | null;
  readonly elapsedMs: number;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
}

/** A candidate document that answers beside the one in use. */
export interface Companion {
  /** An ask at the library begins: what the candidate does meanwhile must not stand in its way. */
  began(): void;
  /** It ended: the same ask may now go to the candidate, unless there is nothing to compare. */
  ended(ask: Ask, live: LiveAnswer | null): void;
}

/** What looks on while a library is asked; none of it may slow an ask or make it fail. */
export interface Watch {
  /** Why the library is not asked just now, as readers are told; or null. */
  closed(library: string): ConnectorError | null;
  /** Told of every ask that readers' searches send to a library. */
  asked(sample: Sample): void;
  /** Whether a record of this library is wanted, to ask it for later. */
  wantsRecord(library: string): boolean;
  learn(library: Library, record: SourceRecord): void;
  companion(library: string): Companion | null;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly random: () => number;
}

export interface WatchedConnector extends GuardedConnector {
  /** The same library without anybody looking on, for the gateway's own checks. */
  readonly unwatched: GuardedConnector;
}

/**
 * A silence that was broken off sooner says more about the reader's patience than about the library; one
 * that lasted for the library's own time limit is fair however short that is.
 */
const fairMs = 2000;

/**
 * Outermost around a library's guards: refuses asks while the library has declared maintenance, and tells
 * what became of the others. What comes out of a cache or joins an ask under way never gets here, so a
 * library's history counts what it was really asked.
 */
export function watched(guarded: GuardedConnector, watch: Watch): WatchedConnector {
  const { library } = guarded;
  const { id } = library;
  const { timeoutMs } = library.connector.limits;
  const admit = () => {
    const closed = watch.closed(id);
    if (closed !== null) throw closed;
  };
  return {
    ...guarded,
    unwatched: guarded,
    ...(guarded.holdings === undefined
      ? {}
      : {
          async holdings(localId, ask, signal) {
            admit();
            return (await guarded.holdings?.(localId, ask, signal)) ?? null;
          },
        }),
    async search(ask, signal, onRecords) {
      admit();
      const begunAt = watch.clock.now();
      const companion = watch.companion(id);
      companion?.began();
      const watchTime = startStopwatch(watch.clock, ask.trace);
      const records: SourceRecord[] = [];
      let picked: SourceRecord | undefined;
      let fetched = 0;
      let hits: number | null = null;
      const tell = (ended: Pick<Sample, 'state' | 'cause'>, failure: string | null) => {
        const { elapsedMs, phases } = watchTime.stop();
        const sample = { library: id, source: 'search' as const, at: watch.wallClock() };
        watch.asked({ ...sample, ...ended, elapsedMs, phases });
        const isAsked = standingOf(ended.state) !== 'unasked';
        companion?.ended(ask, isAsked ? { hits, records, failure, elapsedMs, phases } : null);
      };
      try {
        const outcome = await guarded.search(
          { ...ask, trace: watchTime.trace },
          signal,
          (some, count) => {
            fetched += some.length;
            if (companion !== null) records.push(...some);
            picked ??= some[Math.floor(watch.random() * some.length)];
            onRecords(some, count);
          },
        );
        hits = outcome.hits;
        const { state, cause } = stateOfOutcome(outcome);
        tell({ state, cause }, null);
        if (picked !== undefined && watch.wantsRecord(id)) watch.learn(library, picked);
        return outcome;
      } catch (error) {
        if (error instanceof ConnectorError) {
          hits = error.hits;
          const ended = stateOfError(error, fetched);
          const isFair = watch.clock.now() - begunAt >= Math.min(fairMs, timeoutMs * 0.95);
          const isCutShort = ended.state === 'timed_out' && !isFair;
          tell(isCutShort ? { ...ended, state: 'stopped' } : ended, error.reason);
        } else {
          companion?.ended(ask, null);
        }
        throw error;
      }
    },
  };
}
