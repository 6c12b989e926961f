import ipaddr from 'ipaddr.js';
import { type Address, isPublic, normaliseHost, parseAddress, within } from './addresses.ts';

/** One `host-or-CIDR:port-or-range` of the allow list. */
interface Allowance {
  /** A host name; its addresses are allowed whatever they are. */
  readonly name: string | null;
  readonly range: [Address, number] | null;
  readonly firstPort: number;
  readonly lastPort: number;
}

/** `public` needs no setting, `allowed` has one, `forbidden` is neither. */
export type Verdict = 'public' | 'allowed' | 'forbidden';

export interface Policy {
  judge(name: string, address: Address, port: number): Verdict;
}

/** Reads the allow list; throws RangeError naming the entry that cannot be read. */
export function createPolicy(entries: readonly string[]): Policy {
  const allowances = entries.map(readAllowance);
  return {
    judge(name, address, port) {
      const allowed = allowances.some(
        (entry) =>
          port >= entry.firstPort &&
          port <= entry.lastPort &&
          (entry.range === null ? entry.name === name : within(address, entry.range)),
      );
      if (allowed) return 'allowed';
      return isPublic(address) ? 'public' : 'forbidden';
    },
  };
}

function readAllowance(entry: string): Allowance {
  const match = /^\s*(.+):(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(entry);
  const firstPort = Number(match?.[2]);
  const lastPort = Number(match?.[3] ?? match?.[2]);
  if (match === null || firstPort < 1 || lastPort > 65535 || firstPort > lastPort) {
    throw new RangeError(`"${entry}" is not host-or-CIDR:port or host-or-CIDR:first-last`);
  }
  const place = (match[1] ?? '').replace(/^\[(.*)\]$/, '$1').replace(/^\[(.*)\](\/\d+)$/, '$1$2');
  return { ...readPlace(place, entry), firstPort, lastPort };
}

function readPlace(place: string, entry: string): Pick<Allowance, 'name' | 'range'> {
  const address = parseAddress(place);
  if (address !== null) {
    return { name: null, range: [address, address.kind() === 'ipv4' ? 32 : 128] };
  }
  try {
    if (place.includes('/')) return { name: null, range: ipaddr.parseCIDR(place) };
    const name = normaliseHost(place);
    if (parseAddress(name) === null) return { name, range: null };
  } catch (cause) {
    throw new RangeError(`"${entry}" names no host, address or CIDR range`, { cause });
  }
  throw new RangeError(`"${entry}" writes its address in an unusual way`);
}
