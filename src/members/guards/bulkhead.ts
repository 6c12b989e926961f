import { ConnectorError } from '../errors.ts';
import type { Ask, Connector } from '../types.ts';
import type { Clock } from './clock.ts';
import { abortError } from './deadline.ts';

export interface BulkheadOptions {
  /** Asks that may be at the library at once just now; read again whenever one ends. */
  readonly width: () => number;
  /** Asks that may wait for their turn. */
  readonly maxQueued: number;
  readonly clock: Clock;
}

export interface Bulkhead extends Connector {
  readonly inFlight: number;
  readonly queued: number;
}

interface Waiting {
  readonly enter: () => void;
}

/**
 * Lets so many asks at a library run at once and so many wait in order; the rest are `busy` at once.
 * A library that is overrun or stuck holds up nobody else, and never more than this.
 *
 * The width halves when the library is busy or silent and grows back by one for each width's worth of
 * answers (additive increase, multiplicative decrease).
 */
export function withBulkhead(connector: Connector, options: BulkheadOptions): Bulkhead {
  const { library } = connector;
  const waiting = new Set<Waiting>();
  let inFlight = 0;
  let allowance = Number.POSITIVE_INFINITY;

  const width = () => Math.max(1, Math.min(options.width(), Math.floor(allowance)));

  const admit = () => {
    for (const next of waiting) {
      if (inFlight >= width()) return;
      waiting.delete(next);
      next.enter();
    }
  };

  const learn = (error: unknown) => {
    if (error === null) {
      allowance = Math.min(allowance + 1 / allowance, options.width());
    } else if (isOverrun(error)) {
      allowance = Math.max(1, Math.min(allowance, options.width()) / 2);
    }
  };

  return {
    library,
    close: () => connector.close(),
    get inFlight() {
      return inFlight;
    },
    get queued() {
      return waiting.size;
    },
    async search(ask, signal, onRecords) {
      if (inFlight >= width()) {
        if (waiting.size >= options.maxQueued) throw queueFull(library.id);
        ask.trace.enter('queue');
        await turn(ask, signal);
      } else {
        inFlight++;
      }
      try {
        const outcome = await connector.search(ask, signal, onRecords);
        learn(null);
        return outcome;
      } catch (error) {
        learn(error);
        throw error;
      } finally {
        inFlight--;
        admit();
      }
    },
  };

  /** Waits for a place; it is taken when this resolves. */
  function turn(ask: Ask, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (error: ConnectorError) => {
        waiting.delete(place);
        settle();
        reject(error);
      };
      const onAbort = () => leave(abortError(library.id, signal));
      const cancelTimer = options.clock.after(ask.deadline - options.clock.now(), () =>
        leave(waitedInVain(library.id)),
      );
      const settle = () => {
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
      };
      const place: Waiting = {
        enter: () => {
          settle();
          inFlight++;
          resolve();
        },
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      waiting.add(place);
    });
  }
}

function isOverrun(error: unknown): boolean {
  return error instanceof ConnectorError && (error.code === 'busy' || error.code === 'timeout');
}

function queueFull(libraryId: string): ConnectorError {
  return new ConnectorError(libraryId, 'busy', 'Too many searches wait for this library here.', {
    reason: 'queue_full',
    retryAfterMs: 1000,
  });
}

function waitedInVain(libraryId: string): ConnectorError {
  return new ConnectorError(libraryId, 'busy', 'The turn for this library never came.', {
    reason: 'queue_deadline',
    retryAfterMs: 1000,
  });
}
