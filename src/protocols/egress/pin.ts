import type { Egress } from '../types.ts';
import { normaliseHost } from './addresses.ts';
import { EgressError } from './errors.ts';

/** A host and port that may be connected to, and the ranges its addresses have to lie in. */
export interface Pin {
  readonly host: string;
  readonly port: number;
  /** CIDR ranges; null for wherever the egress may go. */
  readonly ranges: readonly string[] | null;
}

/**
 * The egress for one library: only hosts and ports that were approved for it, at addresses in the ranges
 * approved with them. Connections are made and kept by the egress behind it, which is not closed with it.
 */
export function pinEgress(egress: Egress, pins: readonly Pin[]): Egress {
  const known = new Map(pins.map((pin) => [`${normaliseHost(pin.host)} ${pin.port}`, pin]));
  const pinned = (host: string, port: number) => {
    const pin = known.get(`${normaliseHost(host)} ${port}`);
    if (pin === undefined) {
      throw new EgressError('forbidden_address', 'The address was not approved for this library.');
    }
    return pin.ranges === null ? {} : { within: pin.ranges };
  };
  return {
    async connect(target, call) {
      return await egress.connect({ ...target, ...pinned(target.host, target.port) }, call);
    },
    upgrade: (socket, host, call) => egress.upgrade(socket, host, call),
    async request(request, call) {
      const { hostname, port, protocol } = request.url;
      const number = Number(port || (protocol === 'https:' ? 443 : 80));
      return await egress.request({ ...request, ...pinned(hostname, number) }, call);
    },
    async close() {},
  };
}
