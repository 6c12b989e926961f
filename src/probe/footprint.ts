import { setTimeout as delay } from 'node:timers/promises';
import type { Egress } from '../protocols/types.ts';

/** What a probe leaves at a library: counted, and never more than so many requests a minute. */
export interface Footprint {
  readonly egress: Egress;
  readonly perMinute: number;
  readonly requests: number;
  readonly connections: number;
  /** The most connections that were open at once. */
  readonly atOnce: number;
  readonly askedFrom: string | null;
  /** Requests that broke off without an answer. */
  readonly broken: number;
  noteBroken(): void;
  /** Waits until the next request is polite, and counts it. */
  turn(): Promise<void>;
}

/**
 * An egress whose connections are counted, with a pace for what goes over it. Requests over HTTP take their
 * turn by themselves; those of other protocols take it with `turn`.
 */
export function createFootprint(egress: Egress, perMinute: number): Footprint {
  const intervalMs = 60_000 / perMinute;
  let next = 0;
  let requests = 0;
  let connections = 0;
  let open = 0;
  let atOnce = 0;
  let broken = 0;
  let askedFrom: string | null = null;
  const turn = async () => {
    const now = performance.now();
    const at = Math.max(now, next);
    next = at + intervalMs;
    requests += 1;
    if (at > now) await delay(at - now);
  };
  const counted: Egress = {
    async connect(target, call) {
      const socket = await egress.connect(target, call);
      connections += 1;
      open += 1;
      atOnce = Math.max(atOnce, open);
      askedFrom ??= socket.localAddress ?? null;
      socket.once('close', () => {
        open -= 1;
      });
      return socket;
    },
    upgrade: (socket, host, call) => egress.upgrade(socket, host, call),
    async request(request, call) {
      await turn();
      try {
        return await egress.request(request, call);
      } catch (error) {
        broken += 1;
        throw error;
      }
    },
    close: () => egress.close(),
  };
  return {
    egress: counted,
    perMinute,
    turn,
    noteBroken() {
      broken += 1;
    },
    get broken() {
      return broken;
    },
    get requests() {
      return requests;
    },
    get connections() {
      return connections;
    },
    get atOnce() {
      return atOnce;
    },
    get askedFrom() {
      return askedFrom;
    },
  };
}
