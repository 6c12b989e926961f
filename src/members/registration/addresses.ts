import type { ConnectorSettings, LibraryInput } from '../document.ts';
import type { Problem } from '../faults.ts';

/** Where a connector goes: a host name or address in its one spelling, and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address that somebody approved for a library, and where it may lead. */
export interface ApprovedAddress extends Address {
  /** CIDR ranges that the host's addresses have to lie in; null for wherever the egress may go. */
  readonly ranges: readonly string[] | null;
}

/** Every address that the connector of a document goes to, each once; none where it stays unset. */
export function addressesOf(connector: ConnectorSettings): readonly Address[] {
  if (connector.protocol === 'z3950') {
    return connector.host === '' ? [] : [{ host: oneHost(connector.host), port: connector.port }];
  }
  const urls = [connector.url];
  if (connector.protocol === 'http') {
    const { session, detail, holdings } = connector;
    urls.push(session?.url ?? '', detail?.url ?? '', holdings?.url ?? '');
  }
  const found = new Map<string, Address>();
  for (const text of urls) {
    const address = addressOfUrl(text);
    if (address !== null) found.set(printAddress(address), address);
  }
  return [...found.values()];
}

/** Null for what is no URL. */
export function addressOfUrl(text: string): Address | null {
  if (!URL.canParse(text)) return null;
  const { hostname, port, protocol } = new URL(text);
  return { host: oneHost(hostname), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** One spelling for a host, as an address written in hexadecimal or full-width digits is still that address. */
export function oneHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const written = `http://${bare.includes(':') ? `[${bare}]` : bare}/`;
  const known = URL.canParse(written) ? new URL(written).hostname : bare.toLowerCase();
  return known.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

export function printAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The addresses that nobody has approved yet. */
export function unapproved(
  addresses: readonly Address[],
  approved: readonly Address[],
): readonly Address[] {
  const known = new Set(approved.map(printAddress));
  return addresses.filter((address) => !known.has(printAddress(address)));
}

/**
 * Where a document names environment variables of the gateway. A library that could name any of them
 * would have the gateway send it the gateway's own secrets; what the administrator wrote may stay.
 */
export function foreignVariables(
  input: LibraryInput,
  before: LibraryInput | null,
): readonly Problem[] {
  const known = before === null ? new Map<string, string>() : variablesIn(before.connector);
  const message = 'only an administrator may name an environment variable; set credentials instead';
  return [...variablesIn(input.connector)]
    .filter(([pointer, name]) => known.get(pointer) !== name)
    .map(([pointer]) => ({ pointer: `/connector${pointer}`, message }));
}

function variablesIn(node: unknown, at = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (node === null || typeof node !== 'object') return found;
  for (const [key, value] of Object.entries(node)) {
    const pointer = `${at}/${key}`;
    if (/Env$/.test(key) && typeof value === 'string') found.set(pointer, value);
    else for (const [inner, name] of variablesIn(value, pointer)) found.set(inner, name);
  }
  return found;
}
