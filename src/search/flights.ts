import type { LimitFunction } from 'p-limit';
import { ConnectorError } from '../members/errors.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { Connector, Outcome, SortWish, SourceRecord } from '../members/types.ts';
import type { Query } from '../query/types.ts';
import { type AnswerCache, type PageKey, pageKey } from './cache.ts';
import {
  askShared,
  type SharedAnswers,
  type SharedTurn,
  type WholeAnswer,
} from './shared-answers.ts';
import { createTrace, type TimedTrace } from './trace.ts';

/** One question to one library, for one part of its answer. */
export interface Errand {
  readonly connector: Connector;
  readonly key: PageKey;
  readonly query: Query;
  readonly sort: SortWish | null;
  readonly probe: boolean;
  /** The library itself is to be asked, whatever another gateway knows. */
  readonly fresh: boolean;
}

/** How an ask ended. A failure is a value, never a rejection. */
export type Answer =
  | {
      readonly status: 'answered';
      readonly outcome: Outcome;
      /** The cache's stamp of a whole answer; null for one that is not kept. */
      readonly stamp: number | null;
      /** Set where another gateway had asked: how long ago. */
      readonly ageMs?: number;
    }
  | { readonly status: 'failed'; readonly error: ConnectorError };

/** A search (or a revalidation) that waits for an ask's answer. */
export interface Passenger {
  readonly deadline: number;
  /** Told whose time the answer took; again when another ask takes over. */
  boarded(trace: TimedTrace): void;
  records(records: readonly SourceRecord[], hits: number | null): void;
  answer(answer: Answer): void;
}

export interface Flights {
  /** Joins the same ask already on its way, or sends one. The returned function leaves it. */
  board(errand: Errand, passenger: Passenger): (why: ConnectorError) => void;
  readonly inFlight: number;
  /** Settles when what was answered by now can be read by other gateways, or never will. */
  published(): Promise<void>;
  /** Ends every ask. */
  stop(): void;
}

interface Flight {
  readonly errand: Errand;
  readonly deadline: number;
  readonly controller: AbortController;
  readonly trace: TimedTrace;
  readonly passengers: Set<Passenger>;
  readonly records: SourceRecord[];
  hits: number | null;
}

export interface FlightOptions {
  readonly limit: LimitFunction;
  readonly clock: Clock;
  readonly cache: AnswerCache;
  readonly shared: SharedAnswers | null;
  readonly keep: (record: SourceRecord) => SourceRecord;
  /** Told of errors no connector may reject with: bugs. */
  readonly onFault: (error: unknown, libraryId: string) => void;
  /** Asks again behind a stale answer. */
  readonly revalidate: (errand: Errand) => void;
}

/** Less time than this is not worth a second ask after another search's ask ran out of time. */
const worthAskingMs = 100;

/**
 * Sends asks to libraries, each once however many searches want the same answer at the same time
 * (single flight). An ask is aborted when the last search waiting for it has left.
 */
export function createFlights(options: FlightOptions): Flights {
  const { clock, cache } = options;
  const flights = new Map<string, Flight>();
  const publishing = new Set<Promise<void>>();

  return {
    board,
    async published() {
      await Promise.all(publishing);
    },
    get inFlight() {
      return flights.size;
    },
    stop() {
      for (const flight of [...flights.values()]) {
        leaveAll(flight, new ConnectorError(idOf(flight), 'stopped', 'The gateway is stopping.'));
      }
    },
  };

  function board(errand: Errand, passenger: Passenger): (why: ConnectorError) => void {
    const flight = flights.get(nameOf(errand)) ?? begin(errand, passenger.deadline);
    flight.passengers.add(passenger);
    passenger.boarded(flight.trace);
    if (flight.hits !== null || flight.records.length > 0) {
      passenger.records([...flight.records], flight.hits);
    }
    return (why) => {
      for (const current of [flight, flights.get(nameOf(errand))]) {
        if (current?.passengers.delete(passenger) && current.passengers.size === 0) {
          leaveAll(current, why);
        }
      }
    };
  }

  function leaveAll(flight: Flight, why: ConnectorError): void {
    forget(flight);
    flight.trace.end();
    flight.controller.abort(why);
  }

  function forget(flight: Flight): void {
    const key = nameOf(flight.errand);
    if (flights.get(key) === flight) flights.delete(key);
  }

  function begin(errand: Errand, deadline: number): Flight {
    const flight: Flight = {
      errand,
      deadline,
      controller: new AbortController(),
      trace: createTrace(clock),
      passengers: new Set(),
      records: [],
      hits: null,
    };
    flights.set(nameOf(errand), flight);
    void options.limit(() => fly(flight));
    return flight;
  }

  async function fly(flight: Flight): Promise<void> {
    if (flight.controller.signal.aborted) return;
    const answer = await ask(flight);
    flight.trace.end();
    forget(flight);
    if (flight.controller.signal.aborted) return;
    if (answer.status === 'failed' && answer.error.code === 'unsupported') {
      cache.writeUnsupported(flight.errand.key, answer.error);
    }
    for (const passenger of flight.passengers) {
      if (worthAnother(flight, answer, passenger)) board(flight.errand, passenger);
      else passenger.answer(answer);
    }
  }

  async function ask(flight: Flight): Promise<Answer> {
    const { connector, key, query, sort, probe } = flight.errand;
    const { deadline, trace, controller } = flight;
    const { start, limit } = key;
    const woken = await wake(flight);
    if (woken !== null) return woken;
    const { known, turn } = await takeTurn(flight);
    if (known !== null) return known;
    let stamp: number | null = null;
    try {
      const outcome = await connector.search(
        { query, start, limit, sort, deadline, trace, ...(probe ? { probe } : {}) },
        controller.signal,
        (records, hits) => arrive(flight, records, hits),
      );
      if (!controller.signal.aborted) stamp = cache.write(key, outcome, flight.records);
      if (stamp !== null && turn !== null) {
        publish(turn, { outcome, records: [...flight.records] });
      }
      return { status: 'answered', outcome, stamp };
    } catch (error) {
      if (error instanceof ConnectorError) return { status: 'failed', error };
      options.onFault(error, connector.library.id);
      return {
        status: 'failed',
        error: new ConnectorError(connector.library.id, 'malformed', 'The connector failed.', {
          cause: error,
          reason: 'internal_error',
        }),
      };
    } finally {
      if (stamp === null) turn?.release();
    }
  }

  /** An answer of before whose records were put away. */
  async function wake(flight: Flight): Promise<Answer | null> {
    const { key, fresh, probe } = flight.errand;
    const cached = fresh || probe ? undefined : await cache.wake(key);
    if (cached === undefined || 'error' in cached) return null;
    const { outcome, records, stamp, ageMs, stale } = cached;
    arrive(flight, records, outcome.hits);
    if (stale) options.revalidate({ ...flight.errand, fresh: true });
    return { status: 'answered', outcome, stamp, ageMs };
  }

  /**
   * What another gateway was answered, where that can still be shown; else the turn to ask the library.
   * While another gateway has the turn its answer is waited for; without a store nobody waits.
   */
  async function takeTurn(
    flight: Flight,
  ): Promise<{ known: Answer | null; turn: SharedTurn | null }> {
    const { shared } = options;
    const { key, fresh, probe } = flight.errand;
    const { signal } = flight.controller;
    const nothing = { known: null, turn: null };
    if (shared === null) return nothing;
    while (!signal.aborted) {
      const word = await askShared(shared, pageKey(key), fresh || probe, clock);
      if (word === undefined) return nothing;
      if ('turn' in word) return { known: null, turn: word.turn };
      if ('changed' in word) {
        await word.changed(signal);
        continue;
      }
      if (signal.aborted) break;
      const { outcome, records, ageMs } = word.answer;
      arrive(flight, records, outcome.hits);
      const stamp = cache.write(key, outcome, flight.records, ageMs);
      return { known: { status: 'answered', outcome, stamp, ageMs }, turn: null };
    }
    return nothing;
  }

  /** A store that fails costs the next gateway a question, nothing else. */
  function publish(turn: SharedTurn, answer: WholeAnswer): void {
    const work = turn
      .publish(answer)
      .catch(() => turn.release())
      .finally(() => publishing.delete(work));
    publishing.add(work);
  }

  function arrive(flight: Flight, records: readonly SourceRecord[], hits: number | null): void {
    if (flight.controller.signal.aborted) return;
    const room = flight.errand.key.limit - flight.records.length;
    const kept = records.slice(0, room).map(options.keep);
    flight.records.push(...kept);
    flight.hits = hits ?? flight.hits;
    for (const passenger of [...flight.passengers]) passenger.records(kept, flight.hits);
  }

  /** A search that joined late has time left when the ask it joined ran out of its own. */
  function worthAnother(flight: Flight, answer: Answer, passenger: Passenger): boolean {
    return (
      answer.status === 'failed' &&
      answer.error.code === 'timeout' &&
      flight.records.length === 0 &&
      passenger.deadline > flight.deadline &&
      passenger.deadline - clock.now() > worthAskingMs
    );
  }
}

/** Asks that may share one answer; who wants the library itself joins nobody who does not. */
function nameOf({ key, fresh }: Errand): string {
  return `${fresh ? 'fresh' : 'any'} ${pageKey(key)}`;
}

function idOf(flight: Flight): string {
  return flight.errand.connector.library.id;
}
