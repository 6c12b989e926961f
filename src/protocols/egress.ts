import type { Socket } from 'node:net';
import { createPolicy } from './egress/allow.ts';
import {
  type ConnectTarget,
  connectChecked,
  resolveChecked,
  upgradeChecked,
} from './egress/connect.ts';
import { EgressError, sentences } from './egress/errors.ts';
import { createOriginPool, type OriginPool } from './egress/pool.ts';
import { askFollowing, checkUrl } from './egress/request.ts';
import { createResolver, type Resolve } from './egress/resolve.ts';
import type { EgressCall, EgressLimits, ResolvingEgress } from './types.ts';

export { isRange } from './egress/addresses.ts';
export { EgressError, type EgressReason, egressReasons } from './egress/errors.ts';
export { pinEgress } from './egress/pin.ts';
export { redirectTarget } from './egress/request.ts';

export interface EgressSettings {
  /** `host-or-CIDR:port-or-range` that may be connected to although private or loopback. */
  readonly allow: readonly string[];
  readonly limits?: Partial<EgressLimits>;
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
  /** PEM certificates trusted instead of the system's. */
  readonly certificateAuthorities?: string;
}

/**
 * A connection may take one lost SYN (repeated after 1 s, RFC 6298) on a far line. Whole answers stay
 * below 8 MB: a thousand full records of an ordinary catalogue have some 4 MB.
 */
export const defaultLimits: EgressLimits = {
  maxDecodedBytes: 8 * 1024 * 1024,
  maxRatio: 100,
  minBytesPerSecond: 256,
  connectTimeoutMs: 3000,
};

const maxOrigins = 1000;

/**
 * The one way out of the process. Throws RangeError for an allow list that cannot be read; connections are
 * made by the first call that needs them and kept for less than a minute.
 */
export function createEgress(settings: EgressSettings): ResolvingEgress {
  const limits = { ...defaultLimits, ...settings.limits };
  const connectSettings = {
    policy: createPolicy(settings.allow),
    resolver: createResolver(settings.resolve),
    connectTimeoutMs: limits.connectTimeoutMs,
    certificateAuthorities: settings.certificateAuthorities,
  };
  const pools = new Map<string, OriginPool>();
  const held = new Set<{ destroy(): unknown }>();
  let closed = false;

  async function connect(target: ConnectTarget, call: EgressCall) {
    if (closed) throw new EgressError('closed', sentences.closed);
    return hold(await connectChecked(connectSettings, target, call));
  }

  /** Only what this egress connected to a checked address may go on under another guise. */
  async function upgrade(socket: Socket, host: string, call: EgressCall) {
    if (socket.destroyed) throw new EgressError('connect_reset', sentences.connect_reset);
    if (!held.has(socket)) {
      socket.destroy();
      throw new EgressError('forbidden_address', 'The connection was not made by this egress.');
    }
    return hold(await upgradeChecked(connectSettings, socket, host, call));
  }

  function hold(socket: Socket): Socket {
    if (closed) {
      socket.destroy();
      throw new EgressError('closed', sentences.closed);
    }
    held.add(socket);
    socket.once('close', () => held.delete(socket));
    return socket;
  }

  /** Lets go of the origin unused for longest; probes of many addresses must not lock anybody out. */
  function makeRoom(): void {
    const oldest = [...pools].find(([, pool]) => pool.isUnused);
    if (oldest === undefined) throw new EgressError('queue_full', sentences.queue_full);
    pools.delete(oldest[0]);
    oldest[1].close().catch(() => undefined);
  }

  /** Libraries with other approved addresses share no connections, though they name one host. */
  function poolOf(url: URL, within: readonly string[] | undefined): OriginPool {
    const key = within === undefined ? url.origin : `${url.origin} ${within.join(' ')}`;
    const known = pools.get(key);
    if (known !== undefined) {
      // The order of the map is that of the last use.
      pools.delete(key);
      pools.set(key, known);
      return known;
    }
    if (pools.size >= maxOrigins) makeRoom();
    const tls = url.protocol === 'https:';
    const port = Number(url.port || (tls ? 443 : 80));
    const pool = createOriginPool(url.origin, (call) =>
      connect(
        {
          host: url.hostname,
          port,
          tls,
          alpn: 'http/1.1',
          ...(within === undefined ? {} : { within }),
        },
        call,
      ),
    );
    pools.set(key, pool);
    return pool;
  }

  return {
    connect,
    upgrade,
    async resolve(host, port, call) {
      return await resolveChecked(connectSettings, host, port, call);
    },
    async request(request, call) {
      checkUrl(request.url);
      if (closed) throw new EgressError('closed', sentences.closed);
      return await askFollowing(poolOf(request.url, request.within), request, call, limits);
    },
    async close() {
      closed = true;
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      for (const socket of held) socket.destroy();
      held.clear();
      pools.clear();
    },
  };
}
