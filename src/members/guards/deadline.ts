import { ConnectorError } from '../errors.ts';
import type { Ask, Connector, OnRecords, Outcome } from '../types.ts';
import type { Clock } from './clock.ts';

/**
 * A connector is told its deadline and knows better what it was waiting for; only when it has not
 * settled so many milliseconds later does the guard speak for it.
 */
const graceMs = 10;

/**
 * Settles at the ask's deadline, at the library's own time limit, or when the signal aborts,
 * whichever is first, whether or not the connector listens. What comes later is dropped.
 */
export function withDeadline(connector: Connector, clock: Clock): Connector {
  const { library } = connector;
  return {
    library,
    close: () => connector.close(),
    search: (ask, signal, onRecords) => {
      const deadline = Math.min(ask.deadline, clock.now() + library.connector.limits.timeoutMs);
      return searchUntil(connector, { ...ask, deadline }, signal, onRecords, clock);
    },
  };
}

function searchUntil(
  connector: Connector,
  ask: Ask,
  signal: AbortSignal,
  onRecords: OnRecords,
  clock: Clock,
): Promise<Outcome> {
  const { id } = connector.library;
  const work = new AbortController();
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = () => {
      settled = true;
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
    };
    const stop = (error: ConnectorError) => {
      if (settled) return;
      settle();
      reject(error);
      work.abort(error);
    };
    const onAbort = () => stop(abortError(id, signal));
    const cancelTimer = clock.after(ask.deadline + graceMs - clock.now(), () =>
      stop(new ConnectorError(id, 'timeout', 'No answer came before the deadline.')),
    );
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    connector
      .search(ask, work.signal, (records, hits) => {
        if (!settled) onRecords(records, hits);
      })
      .then(
        (outcome) => {
          if (settled) return;
          settle();
          resolve(outcome);
        },
        (error: unknown) => {
          if (settled) return;
          settle();
          reject(error);
        },
      );
  });
}

/** Why an ask was taken back: the signal's own ConnectorError, or `stopped`. */
export function abortError(libraryId: string, signal: AbortSignal): ConnectorError {
  return signal.reason instanceof ConnectorError
    ? signal.reason
    : new ConnectorError(libraryId, 'stopped', 'The search was taken back.');
}
