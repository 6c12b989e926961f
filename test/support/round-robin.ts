import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly address: string;
  /** Where the next requests go, in turn. */
  targets: readonly string[];
  close(): Promise<void>;
}

/** A balancer that knows no sessions: every request goes to the next gateway. */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
  const balancer = { targets };
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const target = balancer.targets[turn++ % balancer.targets.length] ?? '';
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', target), { method, headers, agent: false });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    onward.on('error', () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    get targets() {
      return balancer.targets;
    },
    set targets(next) {
      balancer.targets = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
