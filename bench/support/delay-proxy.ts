import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy on loopback that behaves like a network with a round-trip time: the handshake is charged as
 * one round trip, every byte takes half a round trip each way, and nothing is reordered.
 */
export interface DelayProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  close(): Promise<void>;
}

export async function startDelayProxy(
  target: { host: string; port: number },
  roundTripMs: number,
): Promise<DelayProxy> {
  let accepted = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (client) => {
    accepted += 1;
    const openAt = performance.now() + roundTripMs;
    const upstream = connect({ ...target, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    relay(client, upstream, (now) => Math.max(now, openAt) + roundTripMs / 2);
    relay(upstream, client, (now) => now + roundTripMs / 2);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted: () => accepted,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Passes bytes on when they are due; one timer per burst, in order. */
function relay(from: Socket, to: Socket, dueAt: (now: number) => number): void {
  const waiting: { due: number; chunk: Buffer | null }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    while (waiting[0] && waiting[0].due <= performance.now() + 0.2) {
      const { chunk } = waiting.shift() as { chunk: Buffer | null };
      if (chunk === null) to.end();
      else if (!to.destroyed) to.write(chunk);
    }
    schedule();
  };
  const schedule = () => {
    const next = waiting[0];
    if (next && timer === undefined) {
      timer = setTimeout(flush, Math.max(0, next.due - performance.now()));
    }
  };
  const push = (chunk: Buffer | null) => {
    waiting.push({ due: dueAt(performance.now()), chunk });
    schedule();
  };
  from.on('data', (chunk: Buffer) => push(chunk));
  from.on('end', () => push(null));
  from.on('close', () => push(null));
}
