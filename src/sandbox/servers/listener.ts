import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A listening server on loopback that can be made to refuse, and closed with all it holds open. */
export interface Listener {
  readonly port: number;
  /** Ends with every wait of this server when it closes. */
  readonly closing: AbortSignal;
  refuse(refusing: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Binds the server to 127.0.0.1; port 0 takes a free one. */
export async function listen(server: Server, port: number): Promise<Listener> {
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  await bind(server, port);
  const bound = (server.address() as AddressInfo).port;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port: bound,
    closing: closing.signal,
    refuse: async (refusing) => {
      if (refusing) await stop();
      else if (!server.listening && !closing.signal.aborted) await bind(server, bound);
    },
    close: async () => {
      closing.abort();
      await stop();
    },
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Waits; false when the server closed meanwhile. */
export async function pause(milliseconds: number, closing: AbortSignal): Promise<boolean> {
  if (milliseconds <= 0) return !closing.aborted;
  try {
    await delay(milliseconds, undefined, { signal: closing, ref: false });
    return true;
  } catch {
    return false;
  }
}
