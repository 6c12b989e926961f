import { fork } from 'node:child_process';
import { join } from 'node:path';

export interface BenchTarget {
  readonly port: number;
  readonly database: string;
  readonly syntax: 'usmarc' | 'unimarc';
}

export interface BenchTargets {
  readonly kind: string;
  /** Words that every record of every target carries. */
  readonly query: string;
  readonly targets: readonly BenchTarget[];
  close(): Promise<void>;
}

/** Starts one target behind each round-trip time. */
export async function startTargets(
  roundTrips: readonly number[],
  records: number,
): Promise<BenchTargets> {
  const child = fork(
    join(import.meta.dirname, 'targets-main.ts'),
    [JSON.stringify({ roundTrips, records })],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const started = await new Promise<Omit<BenchTargets, 'close'>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Omit<BenchTargets, 'close'>));
    child.once('exit', (code) => reject(new Error(`the bench's targets ended with code ${code}`)));
  });
  return {
    ...started,
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
