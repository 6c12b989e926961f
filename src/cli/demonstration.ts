import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LibraryInput } from '../members/document.ts';
import { InputError } from './errors.ts';

export interface RunningDemonstration {
  readonly documents: readonly LibraryInput[];
  readonly defaultLibraries: readonly string[];
  close(): Promise<void>;
}

export interface DemonstrationOptions {
  readonly faults?: Readonly<Record<string, string>>;
  /** Port of the first library, the others follow; free ports without it. */
  readonly port?: number;
}

const startLimitMs = 20_000;

/**
 * Starts the demonstration libraries in a process of their own, so that their work is not counted as the
 * gateway's. They end with this process, whichever way it ends.
 */
export async function startDemonstration(
  options: DemonstrationOptions = {},
): Promise<RunningDemonstration> {
  const child = fork(join(import.meta.dirname, '../sandbox/main.ts'), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  const message = await new Promise<Omit<RunningDemonstration, 'close'>>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('the demonstration libraries did not start in time')),
      startLimitMs,
    );
    child.once('message', (value) => {
      clearTimeout(timer);
      resolve(value as Omit<RunningDemonstration, 'close'>);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      // Code 2: it said on standard error which wish it cannot grant.
      reject(
        code === 2
          ? new InputError('the demonstration libraries did not start')
          : new Error(`the demonstration libraries ended with code ${code}`),
      );
    });
  });
  child.removeAllListeners('exit');
  child.unref();
  child.channel?.unref();
  return {
    ...message,
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || !child.connected) return resolve();
        child.ref();
        child.once('exit', () => resolve());
        child.disconnect();
        return undefined;
      }),
  };
}
