import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../store/database.ts';
import type { Registry } from './registry.ts';

/** Word between gateways that have one registry. */
export interface GatewayNews {
  tell(kind: string, rest: string): Promise<void>;
  onNews(kind: string, listener: (rest: string) => void): () => void;
}

const kind = 'libraries';

/** How often the database is asked for changes that nobody told of. */
const pollMs = 3000;

export interface SharedRegistry {
  /** Takes over a change that was written here, and tells the other gateways of it. */
  changed(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A registry that several gateways have in one database: each tells the others that something changed,
 * and reads what. Word can get lost, and there may be no store to pass it, so that the database is asked
 * now and then as well; an embedded one has no other gateway.
 */
export function shareRegistry(
  registry: Registry,
  database: Pick<Database, 'engine'>,
  news: GatewayNews | null,
  onError: (error: unknown) => void,
  everyMs = pollMs,
): SharedRegistry {
  const stop = new AbortController();
  const read = () => registry.read().catch(onError);
  const leave = news?.onNews(kind, () => void read());
  const polling = database.engine === 'postgresql' ? poll(read, everyMs, stop.signal) : null;
  return {
    async changed() {
      await registry.read();
      // A store that is away costs the others a few seconds, nothing else.
      await news?.tell(kind, 'changed').catch(() => {});
    },
    async close() {
      stop.abort();
      leave?.();
      registry.close();
      await polling;
    },
  };
}

async function poll(
  read: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await delay(everyMs, undefined, { signal, ref: false });
    } catch {
      return;
    }
    await read();
  }
}
