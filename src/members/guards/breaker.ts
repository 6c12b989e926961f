import { ConnectorError } from '../errors.ts';
import type { Connector } from '../types.ts';
import type { Clock } from './clock.ts';
import { lagOf } from './lag.ts';
import { turnsOf } from './turns.ts';

export interface BreakerOptions {
  /** Opens when failures in a row weigh this much. */
  readonly threshold: number;
  /** A failure weighs one for each so many milliseconds it cost, one at least. */
  readonly costMs: number;
  /** Opens also when at least this share of at least so many asks of the last minute failed. */
  readonly failingShare: number;
  readonly failingOf: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Each pause is longer or shorter by up to this share. */
  readonly jitter: number;
  /** After a pause the library gets back its width in four steps over this time. */
  readonly rampMs: number;
  /** A silence counts only when the library was given this long and thrice its usual time. */
  readonly fairMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

export type BreakerState = 'closed' | 'open' | 'half_open' | 'ramping';

export interface BreakerStatus {
  readonly state: BreakerState;
  /** Milliseconds until the next probe, when open; else null. */
  readonly retryAfterMs: number | null;
  /** Why the last failure failed, or null. */
  readonly lastFailure: string | null;
  /** Smoothed time of answers, or null before the first. */
  readonly usualMs: number | null;
}

export interface Breaker {
  /** Lets an ask pass and returns its ticket, or throws `suspended`. */
  admit(libraryId: string, forced: boolean): Ticket;
  /** The share of the library's width that may be used just now. */
  width(): number;
  status(): BreakerStatus;
}

export interface Ticket {
  /** Tells how the ask ended; `heard` when any part of an answer came. */
  settle(error: unknown, heard: boolean): void;
}

const bucketMs = 10_000;
const bucketCount = 6;

interface Bucket {
  readonly index: number;
  asks: number;
  failures: number;
}

/**
 * Pauses a library that keeps failing: at first for 15 s, twice as long after each failed probe up to
 * 300 s, each time with some jitter. After a pause one ask goes through as the probe; when it succeeds
 * the library comes back by quarters. A reader may force one probe at a time before the pause is over.
 *
 * A library that hangs costs every reader its whole wait, so a failure weighs by the time it cost: one
 * silence of 2.5 s opens as surely as five refused connections. Being cut short by an impatient
 * reader is no failure, nor is a diagnostic, a polite `busy`, or a refusal of our own guards. Time in
 * which this process stood still or was behind with its work was not given to the library, which may have answered in it.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { clock } = options;
  let state: 'closed' | 'open' | 'half_open' = 'closed';
  let weight = 0;
  let openings = 0;
  let openUntil = 0;
  let closedAt = Number.NEGATIVE_INFINITY;
  let probing = false;
  let usualMs: number | null = null;
  let lastFailure: string | null = null;
  let buckets: Bucket[] = [];

  const bucket = (): Bucket => {
    const index = Math.floor(clock.now() / bucketMs);
    const last = buckets.at(-1);
    if (last?.index === index) return last;
    const next = { index, asks: 0, failures: 0 };
    buckets = [...buckets.filter((old) => old.index > index - bucketCount), next];
    return next;
  };

  const mostlyFailing = (): boolean => {
    const asks = buckets.reduce((sum, one) => sum + one.asks, 0);
    const failures = buckets.reduce((sum, one) => sum + one.failures, 0);
    return asks >= options.failingOf && failures >= asks * options.failingShare;
  };

  const open = () => {
    state = 'open';
    const base = Math.min(options.longestPauseMs, options.firstPauseMs * 2 ** openings);
    openUntil = clock.now() + base * (1 + options.jitter * (2 * options.random() - 1));
    openings = Math.min(openings + 1, 30);
    weight = 0;
    buckets = [];
  };

  const succeed = (elapsedMs: number, probe: boolean) => {
    usualMs = usualMs === null ? elapsedMs : 0.8 * usualMs + 0.2 * elapsedMs;
    weight = 0;
    bucket().asks++;
    if (probe) {
      state = 'closed';
      closedAt = clock.now();
    } else if (state === 'closed' && clock.now() - closedAt > options.rampMs) {
      openings = 0;
    }
  };

  const fail = (error: unknown, elapsedMs: number, heard: boolean, probe: boolean) => {
    lastFailure = error instanceof ConnectorError ? error.reason : 'internal_error';
    const window = bucket();
    window.asks++;
    window.failures++;
    // While it is paused only the probe of a pause that is over may lengthen the pause.
    if (state === 'open' || (state === 'half_open' && !probe)) return;
    weight += heard ? 1 : Math.max(1, Math.round(elapsedMs / options.costMs));
    if (probe || weight >= options.threshold || mostlyFailing()) open();
  };

  const ticket = (probe: boolean): Ticket => {
    const lag = lagOf(clock);
    const unwatch = lag.watch();
    const begun = clock.now();
    const turns = turnsOf(clock);
    const lostBefore = lag.lostMs();
    const behindBefore = turns.behindMs();
    let settled = false;
    return {
      settle(error, heard) {
        if (settled) return;
        settled = true;
        if (probe) probing = false;
        // Records that wait here to be described are as good as unheard.
        const lostMs = Math.max(lag.lostMs() - lostBefore, turns.behindMs() - behindBefore);
        const elapsedMs = Math.max(0, clock.now() - begun - lostMs);
        unwatch();
        if (error === null) return succeed(elapsedMs, probe);
        const fairMs = Math.max(options.fairMs, 3 * (usualMs ?? 0));
        if (isAlive(error)) return probe ? succeed(elapsedMs, true) : undefined;
        if (isFailure(error, elapsedMs >= fairMs)) fail(error, elapsedMs, heard, probe);
      },
    };
  };

  return {
    admit(libraryId, forced) {
      if (state === 'closed') return ticket(false);
      const due = clock.now() >= openUntil;
      if (due) state = 'half_open';
      if (probing || !(due || forced)) throw suspended(libraryId, openUntil - clock.now());
      probing = true;
      return ticket(true);
    },
    width() {
      if (state !== 'closed') return 0;
      const passed = (clock.now() - closedAt) / options.rampMs;
      return passed >= 1 ? 1 : (Math.floor(passed * 4) + 1) / 4;
    },
    status() {
      const now = clock.now();
      const waiting = state === 'open' && now < openUntil;
      const settled = now - closedAt >= options.rampMs ? 'closed' : 'ramping';
      return {
        state: state === 'closed' ? settled : waiting ? 'open' : 'half_open',
        retryAfterMs: waiting ? Math.ceil(openUntil - now) : null,
        lastFailure,
        usualMs,
      };
    },
  };
}

/** The library speaks, though not as wished. */
function isAlive(error: unknown): boolean {
  return (
    error instanceof ConnectorError &&
    (error.code === 'unsupported' || (error.code === 'busy' && !ours.has(error.reason)))
  );
}

/** Reasons of our own guards: the library was not asked. */
const ours: ReadonlySet<string> = new Set(['queue_full', 'queue_deadline', 'rate_limited', 'held']);

function isFailure(error: unknown, fair: boolean): boolean {
  if (!(error instanceof ConnectorError)) return true;
  switch (error.code) {
    case 'timeout':
      return fair;
    case 'unreachable':
    case 'refused':
    case 'malformed':
      return true;
    case 'busy':
    case 'unsupported':
    case 'suspended':
    case 'maintenance':
    case 'stopped':
      return false;
  }
}

function suspended(libraryId: string, waitMs: number): ConnectorError {
  return new ConnectorError(libraryId, 'suspended', 'Paused after failures.', {
    reason: 'breaker_open',
    retryAfterMs: Math.max(1, Math.ceil(waitMs)),
  });
}

/** Asks only when the breaker lets it, and tells the breaker how it went. */
export function withBreaker(connector: Connector, breaker: Breaker): Connector {
  const { library } = connector;
  return {
    library,
    close: () => connector.close(),
    async search(ask, signal, onRecords) {
      const ticket = breaker.admit(library.id, ask.probe === true);
      let heard = false;
      try {
        const outcome = await connector.search(ask, signal, (records, hits) => {
          heard = true;
          onRecords(records, hits);
        });
        ticket.settle(null, heard);
        return outcome;
      } catch (error) {
        ticket.settle(error, heard);
        throw error;
      }
    },
  };
}
