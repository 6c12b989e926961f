import { ConnectorError } from '../errors.ts';
import type { Connector } from '../types.ts';
import type { Clock } from './clock.ts';
import type { Rates } from './rates.ts';

export interface PaceOptions {
  readonly perMinute: number;
  /** The longest a library's own Retry-After is obeyed. */
  readonly maxHoldMs: number;
  readonly clock: Clock;
  /** Asks counted over several gateways. */
  readonly rates?: Rates;
}

const minuteMs = 60_000;

/**
 * Keeps to the library's rate per minute, counted over a sliding minute, and to its own word: a
 * `busy` with a time to wait holds every ask until then. What may not be asked is `busy` at once. Several
 * gateways count together, and each for itself by its share while they cannot.
 */
export function withPace(connector: Connector, options: PaceOptions): Connector {
  const { library } = connector;
  const { clock, perMinute, rates } = options;
  let windowStart = clock.now();
  let before = 0;
  let inWindow = 0;
  let heldUntil = Number.NEGATIVE_INFINITY;

  /** Milliseconds until one more ask fits, or 0. The minute before counts by the part still in view. */
  const waitMs = (now: number, perMinute: number): number => {
    const passed = Math.floor((now - windowStart) / minuteMs);
    if (passed > 0) {
      before = passed === 1 ? inWindow : 0;
      inWindow = 0;
      windowStart += passed * minuteMs;
    }
    const share = 1 - (now - windowStart) / minuteMs;
    if (inWindow + before * share + 1 <= perMinute) return 0;
    if (inWindow + 1 > perMinute) return minuteMs - (now - windowStart);
    return (share - (perMinute - 1 - inWindow) / before) * minuteMs;
  };

  const held = (forMs: number) =>
    busy(library.id, 'held', 'The library asked to be left alone.', forMs);

  /** Throws `busy` where the library is to be left alone. */
  const mayAsk = async (now: number): Promise<void> => {
    const told = (await rates?.take(library.id, perMinute)) ?? null;
    if (told?.held) throw held(told.waitMs);
    const own = waitMs(now, rates?.share(perMinute) ?? perMinute);
    const wait = told === null ? own : told.waitMs;
    if (wait === 0) return;
    throw busy(library.id, 'rate_limited', 'The rate agreed with the library is used up.', wait);
  };

  return {
    library,
    close: () => connector.close(),
    async search(ask, signal, onRecords) {
      const now = clock.now();
      if (now < heldUntil) throw held(heldUntil - now);
      await mayAsk(now);
      inWindow++;
      try {
        return await connector.search(ask, signal, onRecords);
      } catch (error) {
        if (error instanceof ConnectorError && error.code === 'busy' && error.retryAfterMs) {
          const holdMs = Math.min(error.retryAfterMs, options.maxHoldMs);
          heldUntil = clock.now() + holdMs;
          rates?.hold(library.id, holdMs);
        }
        throw error;
      }
    },
  };
}

function busy(libraryId: string, reason: string, message: string, waitMs: number): ConnectorError {
  return new ConnectorError(libraryId, 'busy', message, {
    reason,
    retryAfterMs: Math.max(1, Math.ceil(waitMs)),
  });
}
