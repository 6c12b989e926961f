import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { migrate } from '../../../src/store/migrations/index.ts';

/** Where a heavy run works: `--engine embedded` (the default) or `--engine postgresql`. */
export interface HeavyPlace {
  readonly engine: 'embedded' | 'postgresql';
  readonly url: string;
  readonly folder: string;
  open(): Promise<Database>;
  remove(): Promise<void>;
}

const server =
  process.env.GUANJI_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** The value of `--name` on the command line. */
export function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return (at === -1 ? undefined : process.argv[at + 1]) ?? otherwise;
}

export function count(name: string, otherwise: number): number {
  const value = Number(option(name, String(otherwise)));
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number`);
  return value;
}

/** A fresh, migrated database of its own. */
export async function makePlace(engine = option('engine', 'embedded')): Promise<HeavyPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-heavy-'));
  if (engine !== 'postgresql') {
    const place: HeavyPlace = {
      engine: 'embedded',
      url: '',
      folder,
      open: () => openDatabase({ folder }),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
    const database = await place.open();
    await migrate(database);
    await database.close();
    return place;
  }
  const name = `guanji_heavy_${randomUUID().slice(0, 8)}`;
  await onServer(`create database ${name}`);
  const url = new URL(server);
  url.pathname = name;
  const place: HeavyPlace = {
    engine,
    url: url.href,
    folder,
    open: () => openDatabase({ url: url.href, folder, connections: 20 }),
    remove: async () => {
      await onServer(`drop database ${name} with (force)`);
      await rm(folder, { recursive: true, force: true });
    },
  };
  const database = await place.open();
  await migrate(database);
  await database.close();
  return place;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(0);
}

/** Does the work for every entry, so many at a time, each lane taking the next one that is left. */
export async function inLanes<T>(
  lanes: number,
  entries: Iterable<T>,
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const left = entries[Symbol.iterator]();
  const lane = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The value below which so many hundredths of the sorted list lie. */
export function percentile(values: readonly number[], hundredths: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor((sorted.length * hundredths) / 100));
  return sorted[index] ?? Number.NaN;
}
