import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { EgressError } from './errors.ts';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Ranges beyond ipaddr.js' special ones that lead inside: IPv4-compatible (RFC 4291 2.5.5.1), site-local
 * (RFC 3879), RFC 8215 NAT64, dummy prefix (RFC 9780), and 6to4 relays (RFC 7526).
 */
const extraSpecialRanges = [
  '::/96',
  'fec0::/10',
  '64:ff9b:1::/48',
  '100:0:0:1::/64',
  '192.88.99.0/24',
].map((text) => ipaddr.parseCIDR(text));

/** Only 2000::/3 is handed out as global unicast (IANA IPv6 address space registry). */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** A cloud host's wire server, reachable from inside only although its number is public. */
const wireServer = ipaddr.parse('168.63.129.16');

/** True for an address anybody on the Internet may be reached at, and nothing else. */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (extraSpecialRanges.some((range) => within(address, range))) return false;
  if (address.kind() === 'ipv4') return address.toString() !== wireServer.toString();
  return within(address, globalUnicast) && !isIsatap(address as ipaddr.IPv6);
}

/** True when `address` lies in the range; false across families. */
export function within(address: Address, [network, bits]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** ISATAP (RFC 5214) carries an IPv4 address behind 0000:5efe or 0200:5efe under any prefix. */
function isIsatap(address: ipaddr.IPv6): boolean {
  const parts = address.parts;
  return ((parts[4] ?? 0) & 0xfdff) === 0 && parts[5] === 0x5efe;
}

/** A numeric address in its canonical spelling, or null for a name. */
export function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.parse(text);
  if (!text.includes(':')) return null;
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? ipaddr.parse(text) : null;
}

/** True for a CIDR range as `liesWithin` reads them. */
export function isRange(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/** True when an address lies in one of the CIDR ranges. Throws where one of them cannot be read. */
export function liesWithin(address: string, ranges: readonly string[]): boolean {
  const parsed = parseAddress(address);
  return (
    parsed !== null &&
    ranges.some((range) => within(parsed, ipaddr.parseCIDR(range) as [Address, number]))
  );
}

/** One spelling for an address: `127.0.0.1`, `2001:db8::1`. */
export function spell(address: Address): string {
  return address.toString();
}

/**
 * The one spelling of a host that is resolved, checked and connected to. Full-width digits, octal,
 * hexadecimal and integer spellings become the dotted address they mean (WHATWG URL, host parsing), so
 * that the check sees what the resolver would make of them. Zone ids are refused: they name a link.
 */
export function normaliseHost(host: string): string {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare.includes(':')) {
    const address = parseAddress(bare);
    if (address === null) throw forbiddenHost();
    return spell(address);
  }
  // What would end a host inside a URL is cut off silently by the conversion below.
  if (/[\s/\\?#@%]/.test(bare)) throw forbiddenHost();
  const name = domainToASCII(bare).replace(/\.$/, '');
  if (name === '' || name.length > 253 || !/^[a-z0-9._-]+$/.test(name)) throw forbiddenHost();
  const last = name.slice(name.lastIndexOf('.') + 1);
  const numeric = /^(\d+|0x[0-9a-f]*)$/.test(last);
  if (numeric && parseAddress(name) === null) throw forbiddenHost();
  return name;
}

function forbiddenHost(): EgressError {
  return new EgressError('forbidden_address', 'The host is not written as a name or an address.');
}
