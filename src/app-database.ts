import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Settings, settingsFault } from './config.ts';
import { type Database, openDatabase } from './store/database.ts';
import { StoreError } from './store/errors.ts';
import { migrate } from './store/migrations/index.ts';

/** The one database of a gateway, opened by whoever needs it first. */
export interface DatabaseAccess {
  /**
   * The open, migrated database. Rejects with SettingsError where it cannot be opened, and with the
   * signal's reason for a caller who waits no longer.
   */
  open(signal?: AbortSignal): Promise<Database>;
  /** Whether it is wanted at the start: it is there already, or several gateways may share it. */
  readonly isThere: boolean;
  /** Closes it, if it was opened; those who work with it have ended before. */
  close(): Promise<void>;
}

/** The access of those who only want the database where somebody else needs it. */
export interface OpeningDatabase extends DatabaseAccess {
  /** Calls once the database is open, whoever had it opened. */
  onOpen(listener: (database: Database) => void): void;
}

export function accessDatabase(settings: Settings): OpeningDatabase {
  const { databaseUrl, data } = settings;
  const stop = new AbortController();
  const listeners: ((database: Database) => void)[] = [];
  let opening: Promise<Database> | null = null;
  let opened: Database | null = null;
  const openAndTell = async () => {
    const database = await openWhole(settings, stop.signal);
    opened = database;
    for (const listener of listeners) listener(database);
    return database;
  };
  return {
    isThere: databaseUrl !== null || existsSync(clusterOf(data)),
    async open(signal) {
      signal?.throwIfAborted();
      opening ??= openAndTell();
      if (signal === undefined) return await opening;
      const { promise: left, reject } = Promise.withResolvers<never>();
      const leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([opening, left]);
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    onOpen(listener) {
      listeners.push(listener);
      if (opened !== null) listener(opened);
    },
    async close() {
      stop.abort();
      const database = await opening?.catch(() => null);
      await database?.close();
    },
  };
}

function clusterOf(data: string): string {
  return join(resolve(data), 'database');
}

async function openWhole(settings: Settings, signal: AbortSignal): Promise<Database> {
  await prepareDatabase(settings, signal);
  signal.throwIfAborted();
  return await openConfigured(settings);
}

/**
 * Has the embedded database made where there is none yet; resolves when that has ended, well or not:
 * what is wrong shows when it is opened.
 */
function prepareDatabase({ databaseUrl, data }: Settings, signal: AbortSignal): Promise<void> {
  if (databaseUrl !== null || existsSync(clusterOf(data))) return Promise.resolve();
  return new Promise((done) => {
    const child = fork(join(import.meta.dirname, 'make-database.ts'), [resolve(data)], {
      stdio: 'ignore',
    });
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const end = () => {
      signal.removeEventListener('abort', kill);
      done();
    };
    child.once('error', end);
    child.once('exit', end);
  });
}

/** Opens the database of the settings; one that cannot be opened stops the start with a sentence. */
async function openConfigured(settings: Settings): Promise<Database> {
  const { databaseUrl, data } = settings;
  try {
    const url = databaseUrl === null ? {} : { url: databaseUrl };
    const database = await openDatabase({ ...url, folder: resolve(data) });
    await migrate(database).catch(async (error) => {
      await database.close();
      throw error;
    });
    return database;
  } catch (error) {
    const where = databaseUrl === null ? `in ${resolve(data)}` : 'of DATABASE_URL';
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof StoreError || databaseUrl !== null || isFileError(error)) {
      throw settingsFault(`the database ${where} cannot be opened: ${why}`);
    }
    throw error;
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
