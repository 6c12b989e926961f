import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createGateway } from '../app.ts';
import { readSettings, SettingsError } from '../config.ts';
import { printFault } from '../members/faults.ts';
import { startDemonstration } from './demonstration.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs the gateway until SIGTERM or SIGINT; resolves to the exit code. */
export async function serve(environment: Environment): Promise<number> {
  try {
    return await run(environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const fault of error.faults) process.stderr.write(`${printFault(fault)}\n`);
    process.stderr.write(`guanji does not start: ${error.message}\n`);
    return 2;
  }
}

async function run(environment: Environment): Promise<number> {
  const settings = await readSettings(environment);
  const logger = pino({ level: settings.log.level });
  const demonstration = settings.connectors === null ? await startDemonstration() : null;
  const gateway = await createGateway(settings, environment, demonstration, logger);
  await gateway.server.listen({ host: settings.host, port: settings.port });
  const address = gateway.server.server.address() as AddressInfo;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(`Guanji listens on http://${host}:${address.port}/`);
  if (demonstration) say(`${demonstration.documents.length} demonstration libraries are running`);
  if (gateway.madeToken) say(`Administrator's token, shown this once: ${gateway.madeToken}`);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await gateway.close();
  await demonstration?.close();
  return 0;
}
