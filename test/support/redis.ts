import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { freePorts, type Running, startProgram } from './processes.ts';
import { skipUnless } from './requirements.ts';

/** The Redis or Valkey that tests may use, each under a prefix of its own. */
export const cacheUrl = process.env.GUANJI_TEST_CACHE_URL ?? 'redis://127.0.0.1:6379/9';

/** Skip option for a test that needs a Redis to be running. */
export async function withoutRedis(): Promise<string | false> {
  const client = createClient({ url: cacheUrl, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  const isThere = await client.connect().then(
    () => true,
    () => false,
  );
  if (client.isOpen) client.destroy();
  return skipUnless(isThere, `no Redis answers at ${cacheUrl} (set GUANJI_TEST_CACHE_URL)`);
}

export function newPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

/** Removes every key of a prefix. */
export async function flushPrefix(prefix: string): Promise<void> {
  const client = createClient({ url: cacheUrl });
  await client.connect();
  for await (const keys of client.scanIterator({ MATCH: `${prefix}:*`, COUNT: 500 })) {
    if (keys.length > 0) await client.del(keys);
  }
  client.destroy();
}

export interface PrivateRedis extends Running {
  readonly url: string;
  readonly port: number;
}

/** A Redis of the test's own, to be stopped and started as it likes. */
export async function startRedis(port?: number): Promise<PrivateRedis> {
  const [free = 0] = port === undefined ? await freePorts(1) : [port];
  const args = ['--port', String(free), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const running = await startProgram('redis-server', args, { ports: [free] });
  return { ...running, url: `redis://127.0.0.1:${free}`, port: free };
}
