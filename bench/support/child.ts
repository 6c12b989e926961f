import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { GatewayWish, Usage } from './gateway-main.ts';
import type { ReplayWish } from './replay-main.ts';

/** A part of a bench that runs in a process of its own, so that its work is counted apart. */
export interface Child<Hello> {
  readonly hello: Hello;
  /** Sends a message and waits for the next one that comes back. */
  ask<Answer>(message: unknown): Promise<Answer>;
  close(): Promise<void>;
}

export async function startChild<Hello>(
  file: string,
  wish: unknown,
  flags: readonly string[] = [],
): Promise<Child<Hello>> {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(wish)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
  });
  const hello = await next<Hello>(child, file);
  return {
    hello,
    ask<Answer>(message: unknown) {
      const answer = next<Answer>(child, file);
      child.send(message as string);
      return answer;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

function next<T>(child: ChildProcess, file: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${file} ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.removeListener('exit', ended);
      resolve(message as T);
    });
  });
}

export function startReplay(wish: ReplayWish): Promise<Child<{ readonly ports: number[] }>> {
  return startChild('replay-main.ts', wish);
}

/** Ten libraries on the loopback, 100 different records each, no delay. */
export function startTenReplays(): Promise<Child<{ readonly ports: number[] }>> {
  return startReplay({
    records: 100,
    libraries: Array.from({ length: 10 }, () => ({ roundTripMs: 0 })),
  });
}

export interface GatewayChild {
  readonly address: string;
  /** What it used since it was last asked. */
  usage(): Promise<Usage>;
  /** Until it is asked what it used, it tells the turns of its event loop apart. */
  watchTurns(): Promise<Usage>;
  close(): Promise<void>;
}

export async function startGatewayChild(wish: GatewayWish): Promise<GatewayChild> {
  const child = await startChild<{ readonly port: number }>('gateway-main.ts', wish);
  return {
    address: `http://127.0.0.1:${child.hello.port}`,
    usage: () => child.ask<Usage>('usage'),
    watchTurns: () => child.ask<Usage>('watch turns'),
    close: child.close,
  };
}
