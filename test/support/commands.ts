import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ended } from './command-line.ts';

export interface Commands {
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
  close(): void;
}

/**
 * Runs commands of the command line, one at a time, in one process: starting one for each takes longer than what
 * they do. That a command is a program with an exit code is tested in cli/gateway and cli/database.
 */
export function startCommands(): Commands {
  const child = fork(join(import.meta.dirname, 'command-loop.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the commands ended with ${code}`);
  });
  ended.catch(() => {});
  return {
    async run(args, environment = {}) {
      child.send({ args, environment });
      const [told] = (await Promise.race([once(child, 'message'), ended])) as [Ended];
      return told;
    },
    close: () => child.disconnect(),
  };
}
