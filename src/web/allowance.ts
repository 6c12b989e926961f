import { LRUCache } from 'lru-cache';
import { ProblemError } from './problem.ts';

/** How many library questions a client may still cause; every library of a search is one. */
export interface Allowance {
  /** Takes the cost of a search; returns 0, or the milliseconds after which it could be paid. */
  take(client: string, libraries: number): number;
}

declare module 'fastify' {
  interface FastifyInstance {
    allowance: Allowance;
  }
}

const minuteMs = 60_000;
/** Clients remembered; one that is forgotten starts with a full purse. */
const maxClients = 50_000;

/**
 * A purse per client address that fills up evenly to `perMinute`. A search that alone costs more than a
 * whole purse is paid by a full one, so that no search is impossible. Without a limit everything is free.
 */
export function createAllowance(
  perMinute: number | null,
  now: () => number = () => performance.now(),
): Allowance {
  if (perMinute === null) return { take: () => 0 };
  const purses = new LRUCache<string, { left: number; at: number }>({ max: maxClients });
  return {
    take(client, libraries) {
      const at = now();
      const purse = purses.get(client) ?? { left: perMinute, at };
      const left = Math.min(perMinute, purse.left + ((at - purse.at) / minuteMs) * perMinute);
      const cost = Math.min(libraries, perMinute);
      const enough = left >= cost;
      purses.set(client, { left: enough ? left - cost : left, at });
      return enough ? 0 : Math.ceil(((cost - left) / perMinute) * minuteMs);
    },
  };
}

/** Throws the 429 of a client that asks too much; `Retry-After` says when it may come back. */
export function payFor(allowance: Allowance, client: string, libraries: number): void {
  const waitMs = allowance.take(client, libraries);
  if (waitMs === 0) return;
  throw new ProblemError(429, 'rate-limited', 'too many searches a minute from this address', {
    headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
  });
}
