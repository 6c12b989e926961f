import cluster from 'node:cluster';
import { pino } from 'pino';
import { createGateway, type Gateway, listeningAt } from '../app.ts';
import { readSettings, type Settings, SettingsError } from '../config.ts';
import { printFault } from '../members/faults.ts';
import { ordersOfPrimary, reportToPrimary, runPrimary } from './cluster.ts';
import { startDemonstration } from './demonstration.ts';
import { numbersOfOthers, tellNumbers } from './numbers.ts';

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
  if (cluster.isWorker) return runWorker(settings, environment);
  if (settings.processes > 1) return runPrimary(settings);
  const logger = pino({ level: settings.log.level });
  const demonstration = settings.connectors === null ? await startDemonstration() : null;
  const gateway = await createGateway(settings, environment, demonstration, logger);
  const stop = stopSignal();
  const { address } = await listen(gateway, settings);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(`Guanji listens on ${address}`);
  if (demonstration) say(`${demonstration.documents.length} demonstration libraries are running`);
  if (gateway.madeToken) say(`Administrator's token, shown this once: ${gateway.madeToken}`);
  await Promise.race([whenReady(gateway), stop]);
  await stop;
  await gateway.close();
  await demonstration?.close();
  return 0;
}

/** One of several processes: the primary has the demonstration libraries and speaks for all. */
async function runWorker(settings: Settings, environment: Environment): Promise<number> {
  const logger = pino({ level: settings.log.level });
  const { demonstration } = await ordersOfPrimary();
  const gateway = await createGateway(settings, environment, demonstration, logger, {
    others: numbersOfOthers,
  });
  tellNumbers(() => gateway.report());
  const listening = await listen(gateway, settings);
  // A primary that is gone cannot hand over connections any more.
  const stop = Promise.race([
    stopSignal(),
    new Promise((resolve) => process.once('disconnect', resolve)),
  ]);
  await Promise.race([whenReady(gateway), stop]);
  reportToPrimary(listening);
  await stop;
  await gateway.close();
  if (process.connected) process.disconnect();
  return 0;
}

/** Searching goes on while the database opens; one that does not open ends the gateway. */
async function whenReady(gateway: Gateway): Promise<void> {
  try {
    await gateway.ready;
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

async function listen({ server }: Gateway, { host, port }: Settings): Promise<{ address: string }> {
  await server.listen({ host, port });
  return { address: `${listeningAt(server)}/` };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
