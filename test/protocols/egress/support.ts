import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { Phase } from '../../../src/members/types.ts';
import { EgressError } from '../../../src/protocols/egress.ts';
import type { EgressCall, HttpAnswer, HttpRequest } from '../../../src/protocols/types.ts';

/** Tells the egress that these tests' own servers may be asked. */
export const loopback = ['127.0.0.0/8:1-65535'];

/** Skip option for tests that use more of 127.0.0.0/8 than one address. */
export const withoutWholeLoopback: string | false =
  process.platform === 'linux' ? false : 'only Linux has all of 127.0.0.0/8';

interface Closable {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

function closable(server: ReturnType<typeof createTcpServer>, sockets: Set<Socket>): Closable {
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An HTTP server of the test on a free loopback port. */
export async function serveHttp(
  listener: RequestListener,
): Promise<Closable & { sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer(listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ...closable(server, sockets), sockets };
}

/** A TCP server of the test that speaks whatever `onSocket` writes. */
export async function serveTcp(
  onSocket: (socket: Socket) => void,
  host = '127.0.0.1',
  port = 0,
): Promise<Closable> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return closable(server, sockets);
}

export interface Recorded extends EgressCall {
  readonly phases: Phase[];
  readonly counts: { roundTrips: number };
  readonly controller: AbortController;
}

/** A call with a generous deadline whose trace can be looked at. */
export function call(deadlineMs = 10_000): Recorded {
  const controller = new AbortController();
  const phases: Phase[] = [];
  const counts = { roundTrips: 0 };
  return {
    controller,
    signal: controller.signal,
    deadline: performance.now() + deadlineMs,
    phases,
    counts,
    trace: {
      enter: (phase) => phases.push(phase),
      roundTrip: () => {
        counts.roundTrips += 1;
      },
    },
  };
}

export function get(url: string | URL, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    url: new URL(url),
    method: 'GET',
    headers: {},
    body: null,
    connections: 2,
    ...more,
  };
}

export async function bodyOf(answer: HttpAnswer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The reason a call was refused for; fails where it was not. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof EgressError ? error.reason : String(error);
  }
  return 'nothing went wrong';
}
