import type { Ask, Connector } from '../types.ts';
import { type BreakerOptions, type BreakerStatus, createBreaker, withBreaker } from './breaker.ts';
import { withBulkhead } from './bulkhead.ts';
import { type Clock, systemClock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { withPace } from './pace.ts';
import type { Rates } from './rates.ts';
import { withRepeat } from './repeat.ts';
import { type Slots, withSlots } from './slots.ts';

export { type Clock, systemClock } from './clock.ts';
export type { Rates } from './rates.ts';
export type { Slot, Slots } from './slots.ts';

export interface GuardSettings {
  /** Asks that may wait for a library's connections. */
  readonly maxQueued: number;
  /** The longest a library's own Retry-After is obeyed. */
  readonly maxHoldMs: number;
  readonly repeat: {
    readonly percent: number;
    readonly least: number;
    readonly pauseMs: readonly [number, number];
    readonly timeLeft: number;
  };
  readonly breaker: Omit<BreakerOptions, 'clock' | 'random'>;
}

export const defaultGuardSettings: GuardSettings = {
  maxQueued: 64,
  maxHoldMs: 600_000,
  repeat: { percent: 10, least: 3, pauseMs: [50, 250], timeLeft: 0.4 },
  breaker: {
    threshold: 5,
    costMs: 500,
    failingShare: 0.5,
    failingOf: 20,
    firstPauseMs: 15_000,
    longestPauseMs: 300_000,
    jitter: 0.2,
    rampMs: 60_000,
    fairMs: 500,
  },
};

export interface GuardOptions {
  readonly settings?: GuardSettings;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Connections counted over several gateways. */
  readonly slots?: Slots;
  /** Asks in a minute counted over several gateways. */
  readonly rates?: Rates;
}

export interface GuardStatus {
  readonly breaker: BreakerStatus;
  readonly inFlight: number;
  readonly queued: number;
}

export interface GuardedConnector extends Connector {
  status(): GuardStatus;
}

/**
 * The one stack of guards around a library's connector. From the inside: an ask ends on time; it keeps
 * to the library's rate; a broken connection is tried once more; all gateways together keep to its
 * connections; so many run and so many wait; and a library that keeps failing is not asked at all.
 */
export function guard(connector: Connector, options: GuardOptions = {}): GuardedConnector {
  const { settings = defaultGuardSettings, clock = systemClock, random = Math.random } = options;
  const { connections, perMinute } = connector.library.connector.limits;
  const breaker = createBreaker({ ...settings.breaker, clock, random });
  const timely = withDeadline(withHoldings(connector), clock);
  const paced = withPace(timely, {
    perMinute,
    maxHoldMs: settings.maxHoldMs,
    clock,
    ...(options.rates === undefined ? {} : { rates: options.rates }),
  });
  const repeated = withRepeat(paced, { ...settings.repeat, clock, random });
  const { slots } = options;
  const counted =
    slots === undefined ? repeated : withSlots(repeated, slots, () => connector.rest?.());
  const bounded = withBulkhead(counted, {
    width: () => (slots?.width(connections) ?? connections) * breaker.width(),
    maxQueued: settings.maxQueued,
    clock,
  });
  const whole = withBreaker(bounded, breaker);
  return {
    ...whole,
    ...holdingsThrough(whole, connector),
    ...(connector.rest === undefined ? {} : { rest: () => connector.rest?.() }),
    status: () => ({
      breaker: breaker.status(),
      inFlight: bounded.inFlight,
      queued: bounded.queued,
    }),
  };
}

/** An ask that does something else at the library than search; guards hand it on like any other. */
interface OtherAsk extends Ask {
  readonly instead?: (ask: Ask, signal: AbortSignal) => Promise<void>;
}

const nothingFound = {
  hits: 0,
  exact: true,
  fetched: 0,
  unreadable: 0,
  sorted: true,
  simplified: [],
  incomplete: null,
};

/** Innermost: what is no search is done here, under every guard outside. */
function withHoldings(connector: Connector): Connector {
  return {
    library: connector.library,
    close: () => connector.close(),
    async search(ask: OtherAsk, signal, onRecords) {
      if (ask.instead === undefined) return connector.search(ask, signal, onRecords);
      await ask.instead(ask, signal);
      return nothingFound;
    },
  };
}

const noQuery = {
  node: {
    type: 'clause',
    index: null,
    relation: { name: '=', modifiers: [] },
    term: '',
  },
  sort: [],
  prefixes: [],
} as const;

/** Asking for copies costs a library the same as a search, so it passes the same guards. */
function holdingsThrough(guarded: Connector, connector: Connector): Pick<Connector, 'holdings'> {
  if (connector.holdings === undefined) return {};
  return {
    async holdings(localId, ask, signal) {
      let copies: Awaited<ReturnType<NonNullable<Connector['holdings']>>> = null;
      const other: OtherAsk = {
        ...ask,
        query: noQuery,
        start: 1,
        limit: 0,
        sort: null,
        instead: async (inner, innerSignal) => {
          copies = (await connector.holdings?.(localId, inner, innerSignal)) ?? null;
        },
      };
      await guarded.search(other, signal, () => {});
      return copies;
    },
  };
}
