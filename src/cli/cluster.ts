import cluster, { type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../config.ts';
import { createAdministrator } from '../web/administrator.ts';
import { type RunningDemonstration, startDemonstration } from './demonstration.ts';
import { passNumbers } from './numbers.ts';

/** What a worker is told before it starts. */
export interface WorkerOrders {
  readonly demonstration: Pick<RunningDemonstration, 'documents' | 'defaultLibraries'> | null;
}

/** What a worker says once it listens. */
interface WorkerReport {
  readonly address: string;
}

const askForOrders = 'orders';

/** A worker that ends by itself is replaced, but not faster than this. */
const replaceAfterMs = 1000;
const startLimitMs = 60_000;

/**
 * Runs the gateway as several processes on one port: SIGTERM ends them all once what is in flight is
 * done; SIGHUP or SIGUSR2 replaces them one after another, each new one listening before an old one
 * goes. The demonstration libraries and the administrator's token are made once, here.
 */
export async function runPrimary(settings: Settings): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const demonstration = settings.connectors === null ? await startDemonstration() : null;
  const { made } = await createAdministrator(settings.adminToken, settings.data);
  const orders: WorkerOrders = {
    demonstration: demonstration && {
      documents: demonstration.documents,
      defaultLibraries: demonstration.defaultLibraries,
    },
  };
  let stopping = false;
  const workers = new Set<Worker>();
  const listening = new Set<Worker>();

  const start = (): Promise<WorkerReport> => {
    // The same port for all, also where any free one was asked for: node:cluster shares it by its name.
    const worker = cluster.fork();
    workers.add(worker);
    worker.once('exit', () => {
      const wasWorking = workers.delete(worker);
      if (!wasWorking || stopping) return;
      say(`process ${worker.process.pid} ended by itself and is replaced`);
      void delay(replaceAfterMs).then(() => (stopping ? undefined : start().catch(failed)));
    });
    return reportOf(worker, orders).then((report) => {
      listening.add(worker);
      worker.once('exit', () => listening.delete(worker));
      passNumbers(worker, () => [...listening].filter((one) => one !== worker));
      return report;
    });
  };
  const failed = (error: unknown) => say(`a process did not start: ${(error as Error).message}`);

  try {
    const { address } = await start();
    const rest = Array.from({ length: settings.processes - 1 }, () => start());
    await Promise.all(rest);
    say(`Guanji listens on ${address} with ${settings.processes} processes`);
    if (demonstration) say(`${demonstration.documents.length} demonstration libraries are running`);
    if (made) say(`Administrator's token, shown this once: ${made}`);
    await untilStopped(() => restartAll(workers, start, failed, say));
  } catch (error) {
    failed(error);
    return 1;
  } finally {
    stopping = true;
    await Promise.all([...workers].map(end));
    await demonstration?.close();
  }
  return 0;
}

/** Settles at SIGTERM or SIGINT; until then each SIGHUP or SIGUSR2 begins a restart, one at a time. */
async function untilStopped(restart: () => Promise<void>): Promise<void> {
  let isRestarting = false;
  const onRestart = () => {
    if (isRestarting) return;
    isRestarting = true;
    void restart().finally(() => {
      isRestarting = false;
    });
  };
  process.on('SIGHUP', onRestart);
  process.on('SIGUSR2', onRestart);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

async function restartAll(
  workers: Set<Worker>,
  start: () => Promise<unknown>,
  failed: (error: unknown) => void,
  say: (line: string) => void,
): Promise<void> {
  for (const old of [...workers]) {
    try {
      await start();
    } catch (error) {
      // Settings that no new process starts with leave the old ones at work.
      failed(error);
      return;
    }
    workers.delete(old);
    await end(old);
  }
  say('every process was replaced');
}

async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  worker.process.kill('SIGTERM');
  await gone;
}

/** Sends a worker its orders and waits until it listens. */
function reportOf(worker: Worker, orders: WorkerOrders): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      worker.process.kill('SIGKILL');
      reject(new Error('it did not listen in time'));
    }, startLimitMs);
    const onMessage = (message: WorkerReport | typeof askForOrders) => {
      if (message === askForOrders) {
        worker.send(orders);
        return;
      }
      clearTimeout(limit);
      worker.off('message', onMessage);
      resolve(message);
    };
    worker.on('message', onMessage);
    worker.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`it ended with code ${code}`));
    });
  });
}

/** A worker's side: it asks for its orders once it can hear them. */
export function ordersOfPrimary(): Promise<WorkerOrders> {
  return new Promise((resolve) => {
    process.once('message', (orders) => resolve(orders as WorkerOrders));
    process.send?.(askForOrders);
  });
}

export function reportToPrimary(report: WorkerReport): void {
  process.send?.(report);
}
