/*
 * A process that runs commands one after another as they are sent, each as a process of its own would: the program
 * is evaluated anew, with the arguments, the environment and the exit code of that command.
 */
interface Order {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const usual = { ...process.env };
const program = new URL('../../src/cli/main.ts', import.meta.url).href;
const said = { out: '', err: '' };
process.stdout.write = (chunk: string | Uint8Array) => keep('out', chunk);
process.stderr.write = (chunk: string | Uint8Array) => keep('err', chunk);
let number = 0;

function keep(where: keyof typeof said, chunk: string | Uint8Array): boolean {
  said[where] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  return true;
}

process.on('message', async ({ args, environment }: Order) => {
  Object.assign(said, { out: '', err: '' });
  process.argv.splice(2, Infinity, ...args);
  process.env = { ...usual, ...environment };
  process.exitCode = 0;
  await import(`${program}?${number++}`);
  process.stdout.removeAllListeners('error');
  process.send?.({ code: process.exitCode, ...said });
  process.exitCode = 0;
});
