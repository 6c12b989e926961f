import { once } from 'node:events';

/** Writes to standard output and waits when a pipe behind it is full. */
export async function print(chunk: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}

/** An answer for programs, and nothing else beside it. */
export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Ends quietly when the reader of a pipe has seen enough (`| head`). */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

/** A progress bar on standard error, only when that is a terminal. */
export function progressBar(total: number): { at(done: number): void; end(): void } {
  const out = process.stderr;
  if (!out.isTTY || total < 4_000_000) return { at: () => {}, end: () => {} };
  let shown = -1;
  return {
    at(done) {
      const percent = Math.floor((done / total) * 100);
      if (percent === shown) return;
      shown = percent;
      const filled = Math.floor(percent / 4);
      out.write(
        `\r[${'#'.repeat(filled)}${'.'.repeat(25 - filled)}] ${String(percent).padStart(3)}%`,
      );
    },
    end() {
      out.write(`\r${' '.repeat(34)}\r`);
    },
  };
}
