import { ConnectorError } from '../errors.ts';
import type { Ask, Connector } from '../types.ts';
import type { Clock } from './clock.ts';
import { abortError } from './deadline.ts';

export interface RepeatOptions {
  /** Repeats allowed for each hundred asks of the last minute, and in any case `least` a minute. */
  readonly percent: number;
  readonly least: number;
  readonly pauseMs: readonly [number, number];
  /** Share of the ask's time that must be left. */
  readonly timeLeft: number;
  readonly clock: Clock;
  readonly random: () => number;
}

const minuteMs = 60_000;

/**
 * Asks once more after a short pause when the connection failed before a record was handed over.
 * A search changes nothing at the library, so repeating it is safe; the budget keeps repeats from
 * doubling the load of a library that is going down.
 */
export function withRepeat(connector: Connector, options: RepeatOptions): Connector {
  const { library } = connector;
  const { clock } = options;
  let windowStart = clock.now();
  let asks = 0;
  let repeats = 0;

  const mayRepeat = (): boolean => {
    if (repeats >= Math.max(options.least, (asks * options.percent) / 100)) return false;
    repeats++;
    return true;
  };

  return {
    library,
    close: () => connector.close(),
    async search(ask, signal, onRecords) {
      const begun = clock.now();
      if (begun - windowStart >= minuteMs) {
        windowStart = begun;
        asks = 0;
        repeats = 0;
      }
      asks++;
      let heard = false;
      try {
        return await connector.search(ask, signal, (records, hits) => {
          heard = true;
          onRecords(records, hits);
        });
      } catch (error) {
        if (heard || !isBrokenConnection(error) || signal.aborted) throw error;
        const left = ask.deadline - clock.now();
        if (left < (ask.deadline - begun) * options.timeLeft || !mayRepeat()) throw error;
        await pause(ask, signal);
        return await connector.search(ask, signal, onRecords);
      }
    },
  };

  function pause(ask: Ask, signal: AbortSignal): Promise<void> {
    const [least, most] = options.pauseMs;
    ask.trace.enter('queue');
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        cancelTimer();
        reject(abortError(library.id, signal));
      };
      const cancelTimer = clock.after(least + (most - least) * options.random(), () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === 'unreachable';
}
