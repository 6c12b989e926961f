import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { EgressCall } from '../types.ts';
import { boundBy } from './bounds.ts';
import { EgressError, sentences } from './errors.ts';

/** One kept connection: an HTTP client over exactly one socket that is never replaced. */
export interface Connection {
  readonly client: Client;
  readonly socket: Socket;
  /** True when an earlier call used it: the server may have closed it since. */
  readonly reused: boolean;
}

/** Closed before a library's server or a firewall on the way is likely to have forgotten it. */
const idleMs = 55_000;
const maxWaiting = 256;
const maxHeaderBytes = 32 * 1024;

/** The connections to one origin, at most as many as the library allows. */
export interface OriginPool {
  acquire(call: EgressCall, connections: number, fresh: boolean): Promise<Connection>;
  /** Gives a connection back; `usable` when its answer was read to the end. */
  release(connection: Connection, usable: boolean): void;
  /** True while nobody asks anything over it; what it keeps idle may be closed then. */
  readonly isUnused: boolean;
  close(): Promise<void>;
}

export function createOriginPool(
  origin: string,
  open: (call: EgressCall) => Promise<Socket>,
): OriginPool {
  const idle: Connection[] = [];
  const live = new Set<Client>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let closed = false;

  function takeIdle(): Connection | null {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (isOpen(connection)) return connection;
      discard(connection);
    }
    return null;
  }

  function discard(connection: Connection): void {
    live.delete(connection.client);
    connection.socket.destroy();
    connection.client.destroy().catch(() => undefined);
  }

  /** Waits for a free place, in order of arrival. */
  async function place(call: EgressCall, connections: number): Promise<void> {
    if (busy < connections && waiting.length === 0) {
      busy += 1;
      return;
    }
    if (waiting.length >= maxWaiting) throw new EgressError('queue_full', sentences.queue_full);
    call.trace?.enter('queue');
    const bound = boundBy(call);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    try {
      await bound.race(promise);
    } catch (error) {
      const at = waiting.indexOf(resolve);
      if (at >= 0) waiting.splice(at, 1);
      else leave();
      throw error;
    } finally {
      bound.release();
    }
  }

  /** Hands the place to the next in line, or frees it. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  }

  return {
    async acquire(call, connections, fresh) {
      await place(call, connections);
      try {
        if (closed) throw new EgressError('closed', sentences.closed);
        const kept = fresh ? null : takeIdle();
        if (kept !== null) return kept;
        const socket = await open(call);
        const client = clientOver(origin, socket);
        live.add(client);
        client.once('disconnect', () => live.delete(client));
        return { client, socket, reused: false };
      } catch (error) {
        leave();
        throw error;
      }
    },
    release(connection, usable) {
      if (usable && !closed && isOpen(connection)) idle.push({ ...connection, reused: true });
      else discard(connection);
      leave();
    },
    get isUnused() {
      return busy === 0 && waiting.length === 0;
    },
    async close() {
      closed = true;
      idle.length = 0;
      await Promise.all([...live].map((client) => client.destroy().catch(() => undefined)));
      live.clear();
    },
  };
}

function isOpen({ client, socket }: Connection): boolean {
  return !socket.destroyed && socket.readable && socket.writable && !client.destroyed;
}

/** A client that takes the one socket it is given; when that is gone its next request fails. */
function clientOver(origin: string, socket: Socket): Client {
  let given = false;
  return new Client(origin, {
    connect: (_options, answer) => {
      const first = !given;
      given = true;
      // The client does not go on when it is answered within the call.
      queueMicrotask(() => {
        if (first) answer(null, socket);
        else answer(new EgressError('connect_reset', sentences.connect_reset), null);
      });
    },
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    // Deadlines are the egress' own; undici's coarse clocks would only add a second opinion.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
