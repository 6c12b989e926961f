import { lookup } from 'node:dns/promises';
import { LRUCache } from 'lru-cache';
import { type Address, parseAddress } from './addresses.ts';
import { EgressError, sentences, toEgressError } from './errors.ts';

/** The addresses of a host name, in the order to try them. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const maxAddresses = 16;
const maxNames = 1000;
/** How long an answer of the resolver is taken as fresh. */
const freshMs = 30_000;
/** How long an older answer still serves while the resolver fails. */
const staleMs = 600_000;

export interface Resolver {
  /** Numeric hosts are returned as they are; the answer is never empty. */
  addresses(host: string): Promise<readonly Address[]>;
  /** Forgets a name whose addresses could not be reached. */
  forget(host: string): void;
}

/**
 * Asks the resolver once for callers that come together, and remembers for a short time. Whoever takes an
 * address from here checks it again before connecting: nothing about permission is remembered.
 */
export function createResolver(resolve: Resolve = systemResolve): Resolver {
  const known = new LRUCache<string, { at: number; addresses: readonly Address[] }>({
    max: maxNames,
    ttl: staleMs,
  });
  const asking = new Map<string, Promise<readonly Address[]>>();

  async function ask(name: string): Promise<readonly Address[]> {
    try {
      const texts = await resolve(name);
      const addresses = texts.slice(0, maxAddresses).map(parseAddress);
      const usable = addresses.filter((address) => address !== null);
      // A scoped or malformed address spoils the answer: it cannot be checked.
      if (usable.length === 0 || usable.length < addresses.length) {
        throw new EgressError('dns', sentences.dns);
      }
      known.set(name, { at: performance.now(), addresses: usable });
      return usable;
    } catch (error) {
      const old = known.get(name);
      if (old !== undefined) return old.addresses;
      throw toEgressError(error, 'dns');
    } finally {
      asking.delete(name);
    }
  }

  return {
    async addresses(host) {
      const numeric = parseAddress(host);
      if (numeric !== null) return [numeric];
      const fresh = known.get(host);
      if (fresh !== undefined && performance.now() - fresh.at < freshMs) return fresh.addresses;
      const current = asking.get(host) ?? ask(host);
      asking.set(host, current);
      return current;
    },
    forget(host) {
      known.delete(host);
    },
  };
}

async function systemResolve(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' });
  return found.map((entry) => entry.address);
}
