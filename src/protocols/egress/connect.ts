import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { EgressCall, EgressTarget } from '../types.ts';
import { type Address, liesWithin, normaliseHost, parseAddress, spell } from './addresses.ts';
import type { Policy } from './allow.ts';
import { type Bound, boundBy } from './bounds.ts';
import { EgressError, sentences, toEgressError } from './errors.ts';
import type { Resolver } from './resolve.ts';

export interface ConnectTarget extends EgressTarget {
  /** Application protocol offered in the TLS handshake. */
  readonly alpn?: string;
}

export interface ConnectSettings {
  readonly policy: Policy;
  readonly resolver: Resolver;
  readonly connectTimeoutMs: number;
  /** PEM certificates trusted instead of the system's. */
  readonly certificateAuthorities: string | undefined;
}

/** Milliseconds before the next address of a name is tried beside the first (RFC 8305 section 5). */
const attemptDelayMs = 250;

/**
 * Resolves once, checks every address, connects to a checked one and makes sure that it is the one.
 * The socket comes back connected (and through its TLS handshake) with nothing read from it; it has an
 * error listener so that an error in a quiet moment cannot end the process: watch `close`.
 */
export async function connectChecked(
  settings: ConnectSettings,
  target: ConnectTarget,
  call: EgressCall,
): Promise<Socket> {
  const { port } = target;
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new EgressError('forbidden_address', 'The port is not a number from 1 to 65535.');
  }
  const host = normaliseHost(target.host);
  const bound = boundBy(call, settings.connectTimeoutMs, 'connect_timeout');
  try {
    bound.signal.throwIfAborted();
    if (isIP(host) === 0) call.trace?.enter('dns');
    const resolved = await bound.race(settings.resolver.addresses(host));
    const addresses = permitted(settings.policy, host, resolved, port);
    refuseOutside(target.within, addresses);
    call.trace?.enter('connect');
    call.trace?.roundTrip();
    const socket = await openTcp(host, addresses, port, bound);
    return target.tls ? await shakeHands(socket, host, target.alpn, settings, call, bound) : socket;
  } catch (error) {
    const failure = toEgressError(error, 'connect_reset');
    if (failure.reason !== 'stopped') settings.resolver.forget(host);
    throw failure;
  } finally {
    bound.release();
  }
}

/** TLS over a socket that is connected and in the clear; destroys it where that fails. */
export async function upgradeChecked(
  settings: ConnectSettings,
  socket: Socket,
  host: string,
  call: EgressCall,
): Promise<Socket> {
  const bound = boundBy(call, settings.connectTimeoutMs, 'connect_timeout');
  try {
    bound.signal.throwIfAborted();
    if (socket.readableLength > 0) {
      throw new EgressError('tls', 'The server sent something before the TLS handshake.');
    }
    return await shakeHands(socket, normaliseHost(host), undefined, settings, call, bound);
  } catch (error) {
    socket.destroy();
    throw toEgressError(error, 'connect_reset');
  } finally {
    bound.release();
  }
}

async function shakeHands(
  socket: Socket,
  host: string,
  alpn: string | undefined,
  settings: ConnectSettings,
  call: EgressCall,
  bound: Bound,
): Promise<Socket> {
  call.trace?.enter('tls');
  call.trace?.roundTrip();
  const secured = await secure(socket, host, alpn, settings, bound);
  // TLS 1.2 needs a second exchange before the first byte of ours (RFC 5246 section 7.3).
  if (secured.getProtocol() === 'TLSv1.2') call.trace?.roundTrip();
  return secured;
}

/**
 * The addresses that may be connected to. One forbidden address beside a public one makes the whole
 * answer suspect (DNS rebinding); beside allowed ones it is only left out (`localhost` is ::1 too).
 */
function permitted(policy: Policy, host: string, addresses: readonly Address[], port: number) {
  const judged = addresses.map((address) => ({
    address,
    verdict: policy.judge(host, address, port),
  }));
  const usable = judged.filter(({ verdict }) => verdict !== 'forbidden');
  const mixed = usable.length < judged.length && usable.some((one) => one.verdict === 'public');
  if (usable.length === 0 || mixed) {
    throw new EgressError('forbidden_address', sentences.forbidden_address);
  }
  return usable.map(({ address }) => spell(address));
}

/** One address outside of what was approved makes the whole answer suspect. */
function refuseOutside(ranges: readonly string[] | undefined, addresses: readonly string[]): void {
  if (ranges === undefined || addresses.every((address) => liesWithin(address, ranges))) return;
  throw new EgressError('forbidden_address', 'The host has an address that was not approved.');
}

/** The addresses of a host that may be connected to, without connecting. */
export async function resolveChecked(
  { policy, resolver, connectTimeoutMs }: ConnectSettings,
  host: string,
  port: number,
  call: EgressCall,
): Promise<readonly string[]> {
  const name = normaliseHost(host);
  const bound = boundBy(call, connectTimeoutMs, 'connect_timeout');
  try {
    return permitted(policy, name, await bound.race(resolver.addresses(name)), port);
  } finally {
    bound.release();
  }
}

async function openTcp(host: string, addresses: readonly string[], port: number, bound: Bound) {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    autoSelectFamily: found.length > 1,
    autoSelectFamilyAttemptTimeout: attemptDelayMs,
    // Hands over the checked addresses only; a numeric host is connected to without asking.
    lookup: (_name, options, answer) => {
      const first = found[0] as { address: string; family: number };
      if (options.all) answer(null, found);
      else answer(null, first.address, first.family);
    },
  });
  socket.on('error', () => undefined);
  await settled(socket, 'connect', bound);
  const peer = parseAddress(socket.remoteAddress ?? '');
  if (peer === null || !addresses.includes(spell(peer))) {
    socket.destroy();
    throw new EgressError('forbidden_address', 'The connection went to another address.');
  }
  return socket;
}

async function secure(
  socket: Socket,
  host: string,
  alpn: string | undefined,
  settings: ConnectSettings,
  bound: Bound,
): Promise<TLSSocket> {
  const secured = connectTls({
    socket,
    host,
    minVersion: 'TLSv1.2',
    // RFC 6066 section 3: an address is not a server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    ...(settings.certificateAuthorities === undefined
      ? {}
      : { ca: settings.certificateAuthorities }),
  });
  secured.on('error', () => undefined);
  try {
    await settled(secured, 'secureConnect', bound);
  } catch (error) {
    socket.destroy();
    if (bound.signal.aborted) throw error;
    throw new EgressError('tls', sentences.tls, error);
  }
  return secured;
}

/** Waits for a socket's event, its error or the bound; destroys the socket unless the event came. */
async function settled(socket: Socket, event: 'connect' | 'secureConnect', bound: Bound) {
  try {
    await once(socket, event, { signal: bound.signal });
  } catch (error) {
    socket.destroy();
    throw bound.signal.aborted ? bound.signal.reason : error;
  }
}
