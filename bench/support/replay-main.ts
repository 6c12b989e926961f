import { startDelayProxy } from './delay-proxy.ts';
import { type ReplayFault, startReplayServer } from './replay-server.ts';

/** The replaying libraries in a process of their own; tells the parent the ports, ends with the channel. */
export interface ReplayWish {
  readonly records: number;
  /** One library each; `fault` as the server knows them, `refuse` for a port nobody listens on. */
  readonly libraries: readonly {
    readonly roundTripMs: number;
    readonly fault?: ReplayFault | 'refuse';
  }[];
}

const wish = JSON.parse(process.argv[2] ?? '{}') as ReplayWish;
const closers: (() => Promise<void>)[] = [];
const ports: number[] = [];
for (const [at, { roundTripMs, fault }] of wish.libraries.entries()) {
  const server = await startReplayServer(at, wish.records, fault === 'refuse' ? null : fault);
  if (fault === 'refuse') {
    await server.close();
    ports.push(server.port);
    continue;
  }
  closers.push(server.close);
  if (roundTripMs === 0) {
    ports.push(server.port);
    continue;
  }
  const proxy = await startDelayProxy({ host: '127.0.0.1', port: server.port }, roundTripMs);
  closers.push(proxy.close);
  ports.push(proxy.port);
}

process.on('disconnect', async () => {
  await Promise.all(closers.map((close) => close()));
  process.exit(0);
});
process.send?.({ ports });
