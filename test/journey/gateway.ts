import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createGateway } from '../../src/app.ts';
import { startDemonstration } from '../../src/cli/demonstration.ts';
import { readSettings } from '../../src/config.ts';

/**
 * A gateway as `npm start` makes it, in a process of its own, whose clock can be set ahead: a loan
 * takes a month, and a journey should not. It says its address and obeys by messages.
 */
export type Order = { readonly aheadMs: number } | 'stop';

let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };

const settings = await readSettings(process.env);
const demonstration = await startDemonstration();
const logger = pino({ level: settings.log.level }, process.stderr);
const gateway = await createGateway(settings, process.env, demonstration, logger, { clock });
await gateway.server.listen({ host: settings.host, port: settings.port });
await gateway.ready;
const { port } = gateway.server.server.address() as AddressInfo;
process.send?.({ address: `http://127.0.0.1:${port}` });

process.on('message', (order: Order) => {
  if (order === 'stop') void stop();
  else {
    aheadMs += order.aheadMs;
    process.send?.({ now: clock.now().toISOString() });
  }
});
process.on('disconnect', () => void stop());

async function stop(): Promise<void> {
  await gateway.close();
  await demonstration.close();
  process.exit(0);
}
