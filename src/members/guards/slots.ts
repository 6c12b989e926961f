import { ConnectorError } from '../errors.ts';
import type { Connector } from '../types.ts';
import { abortError } from './deadline.ts';

/** A place among the connections that all gateways together may have to one library. */
export interface Slot {
  /** The ask is over; the place may be kept for the next one of this gateway. */
  release(): void;
}

/** Connections to libraries, counted over all gateways. */
export interface Slots {
  /**
   * A place for one ask; waits while all are taken. Where the gateways cannot be asked it is null: then
   * `width` bounds this gateway by itself. Rejects only when the signal aborts.
   */
  acquire(library: string, connections: number, signal: AbortSignal): Promise<Slot | null>;
  /** How many asks this gateway may have at a library just now. */
  width(connections: number): number;
  /** Told when another gateway waits for a place that this one only keeps: let idle connections go. */
  onWanted(library: string, letGo: () => void): () => void;
}

/**
 * Has a place among all gateways' connections before it asks, so that a library sees no more of them than
 * its document allows, however many gateways there are.
 */
export function withSlots(connector: Connector, slots: Slots, letGo: () => void): Connector {
  const { library } = connector;
  const { connections } = library.connector.limits;
  const forget = slots.onWanted(library.id, letGo);
  return {
    library,
    async close() {
      forget();
      await connector.close();
    },
    async search(ask, signal, onRecords) {
      const until = AbortSignal.any([signal, AbortSignal.timeout(timeLeft(ask.deadline))]);
      let slot: Slot | null;
      try {
        slot = await slots.acquire(library.id, connections, until);
      } catch (error) {
        if (signal.aborted) throw abortError(library.id, signal);
        if (!until.aborted) throw error;
        throw new ConnectorError(
          library.id,
          'busy',
          'All connections to this library are in use by other gateways.',
          { reason: 'queue_deadline', retryAfterMs: 1000 },
        );
      }
      try {
        return await connector.search(ask, signal, onRecords);
      } finally {
        slot?.release();
      }
    },
  };
}

function timeLeft(deadline: number): number {
  return Math.max(0, Math.min(2_147_483_647, Math.ceil(deadline - performance.now())));
}
