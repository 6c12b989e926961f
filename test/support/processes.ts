import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A program that runs beside a test. */
export interface Running {
  readonly pid: number;
  /** Ends the program at once and waits until it is gone; calling it again does nothing. */
  stop(): Promise<void>;
}

/** Free TCP ports on the loopback, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * Starts a server and waits until it takes connections on every one of its ports. Throws with its last words
 * when it ends before. What it writes goes to `hear`, all of it before `stop` settles.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly ports: readonly number[];
    readonly hear?: (chunk: Buffer) => void;
  },
): Promise<Running> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk: Buffer) => {
    options.hear?.(chunk);
    printed = (printed + chunk.toString('latin1')).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${printed}`)));
  });
  ended.catch(() => undefined);
  // A program's children may keep its pipes open for ever, so they are waited for only where they are heard.
  const last = options.hear === undefined ? 'exit' : 'close';
  try {
    await Promise.race([ended, Promise.all(options.ports.map(listening))]);
  } catch (error) {
    await stop(child, last);
    throw error;
  }
  return { pid: child.pid ?? 0, stop: () => stop(child, last) };
}

/** Servers say that they listen before they do: only a connection proves it. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (connected) return;
    await delay(10);
  }
  throw new Error(`Nothing listens on port ${port}.`);
}

/** Test servers keep nothing worth a farewell, and Zebra takes seconds over one. */
async function stop(child: ChildProcess, last: 'exit' | 'close'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once(last, resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Runs a program to its end; throws with what it printed where it fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  // A program may end before it has read anything, and its exit code says all there is to say.
  child.stdin.on('error', () => {});
  const out: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.stdin.end(options.input ?? '');
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`${command} ended with ${code}: ${Buffer.concat(said).toString('latin1')}`);
  }
  return Buffer.concat(out).toString('utf8');
}
