import { createHash, randomBytes } from 'node:crypto';
import { createClient, RESP_TYPES } from 'redis';

/** A reply of the store: bulk strings come as bytes. */
export type Reply = number | Buffer | string | null | readonly Reply[];

/** The store gave no answer in time, is away, or said no. Nothing ever depends on it. */
export class SharedStoreError extends Error {
  readonly reason: 'away' | 'timeout' | 'refused' | 'unreadable';

  constructor(reason: SharedStoreError['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SharedStoreError';
    this.reason = reason;
  }
}

export interface ConnectionOptions {
  /** `redis://` or `rediss://` address of a Redis 7 or Valkey server. */
  readonly url: string;
  /** Begins every key and the channel, so that several federations may share a server. */
  readonly prefix: string;
  /** Longest wait for one answer of the store. */
  readonly timeoutMs: number;
  /** After a failure the store is left alone for this long. */
  readonly restMs: number;
  /** Told once when the store goes away and once when it is back. */
  readonly onChange: (state: 'away' | 'back', cause: string | null) => void;
}

export interface StoreCounts {
  readonly calls: number;
  readonly failures: number;
}

/** One gateway's way to the shared store: every call ends in bounded time. */
export interface SharedConnection {
  /** Different for every gateway process. */
  readonly gateway: string;
  key(...parts: readonly string[]): string;
  send(args: readonly (string | Buffer)[]): Promise<Reply>;
  /** Runs a script on keys of one hash slot; it is sent whole only when the store does not know it. */
  run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | Buffer | number)[],
  ): Promise<Reply>;
  /** Name of the channel that scripts publish words of news to. */
  readonly channel: string;
  /** Calls the listener for each word of one kind (`kind rest`); the returned function ends that. */
  onNews(kind: string, listener: (rest: string) => void): () => void;
  tell(kind: string, rest: string): Promise<void>;
  readonly isAway: boolean;
  readonly counts: StoreCounts;
  /** Settles when the store has answered for the first time, or after so many milliseconds. */
  ready(limitMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface Script {
  readonly text: string;
  readonly digest: string;
}

export function script(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/** Commands that may wait for the socket; more are refused, so a stuck store cannot fill the memory. */
const maxQueuedCommands = 5000;
const maxReconnectMs = 2000;

export function openConnection(options: ConnectionOptions): SharedConnection {
  const { prefix, timeoutMs } = options;
  const channel = `${prefix}:news`;
  const listeners = new Map<string, Set<(rest: string) => void>>();
  let calls = 0;
  let failures = 0;
  let restUntil = 0;
  let isAway = false;
  let closed = false;

  const settings = {
    url: options.url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: maxQueuedCommands,
    socket: {
      connectTimeout: 2000,
      keepAlive: true,
      reconnectStrategy: (retries: number) =>
        Math.min(maxReconnectMs, 50 * 2 ** Math.min(retries, 10)) * (0.75 + Math.random() / 2),
    },
  };
  const client = createClient(settings);
  const commands = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const subscriber = createClient(settings);

  const away = (cause: unknown) => {
    failures++;
    restUntil = performance.now() + options.restMs;
    if (isAway || closed) return;
    isAway = true;
    options.onChange('away', cause instanceof Error ? (causeOf(cause) ?? cause.message) : null);
  };
  const back = () => {
    if (!isAway) return;
    isAway = false;
    options.onChange('back', null);
  };
  client.on('error', away);
  // The subscriber shares the other's fate and its log line.
  subscriber.on('error', () => {});
  const connected = client.connect().then(back, away);
  const heard = (message: string) => {
    const at = message.indexOf(' ');
    const rest = message.slice(at + 1);
    for (const listener of [...(listeners.get(message.slice(0, at)) ?? [])]) listener(rest);
  };
  const subscribed = subscriber
    .connect()
    .then(() => subscriber.subscribe(channel, heard))
    .catch(() => {});

  async function bounded(work: () => Promise<unknown>): Promise<Reply> {
    calls++;
    if (closed || performance.now() < restUntil) {
      throw new SharedStoreError('away', 'The shared store is left alone for a moment.');
    }
    if (!client.isReady) {
      away(null);
      throw new SharedStoreError('away', 'The shared store is not connected.');
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new SharedStoreError('timeout', 'The shared store did not answer in time.');
      // What arrived while this process was busy is read before the wait is called over.
      timer = setTimeout(() => setImmediate(() => reject(error)), timeoutMs);
    });
    try {
      const reply = (await Promise.race([work(), late])) as Reply;
      back();
      return reply;
    } catch (error) {
      if (isRefusal(error)) {
        failures++;
        throw new SharedStoreError('refused', 'The shared store refused a command.', error);
      }
      away(error);
      if (error instanceof SharedStoreError) throw error;
      throw new SharedStoreError('away', 'The connection to the shared store broke.', error);
    } finally {
      clearTimeout(timer);
    }
  }

  const send = (args: readonly (string | Buffer)[]) =>
    bounded(() => commands.sendCommand([...args]));

  return {
    gateway: randomBytes(9).toString('base64url'),
    channel,
    key: (...parts) => [prefix, ...parts].join(':'),
    send,
    run: (known, keys, args) =>
      bounded(async () => {
        const rest = [String(keys.length), ...keys, ...args.map(written)];
        try {
          return await commands.sendCommand(['EVALSHA', known.digest, ...rest]);
        } catch (error) {
          if (!/^NOSCRIPT/.test((error as Error).message)) throw error;
          return await commands.sendCommand(['EVAL', known.text, ...rest]);
        }
      }),
    onNews(kind, listener) {
      const known = listeners.get(kind) ?? new Set();
      listeners.set(kind, known.add(listener));
      return () => {
        known.delete(listener);
      };
    },
    async tell(kind, rest) {
      await send(['PUBLISH', channel, `${kind} ${rest}`]);
    },
    get isAway() {
      return isAway;
    },
    get counts() {
      return { calls, failures };
    },
    async ready(limitMs) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([Promise.all([connected, subscribed]), limit]);
      clearTimeout(timer);
      if (!client.isReady) away(null);
    },
    async close() {
      closed = true;
      for (const one of [client, subscriber]) if (one.isOpen) one.destroy();
    },
  };
}

function written(value: string | Buffer | number): string | Buffer {
  return typeof value === 'number' ? String(value) : value;
}

/** Errors that the server itself sent: `WRONGTYPE …`, `ERR …`, `OOM …`. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]{2,20} /.test(error.message);
}

function causeOf(error: Error): string | null {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : null;
}
