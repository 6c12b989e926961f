import { resolve } from 'node:path';
import { readSettings, type Settings } from '../config.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { StoreError } from '../store/errors.ts';
import { migrate } from '../store/migrations/index.ts';
import { InputError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Brings the database of the settings to this version; prints what was applied. */
export async function migrateCommand(environment: Environment): Promise<number> {
  const settings = await readSettings(environment);
  const applied = await withDatabase(settings, migrate);
  for (const name of applied) process.stdout.write(`${name}\n`);
  const said = applied.length === 0 ? 'nothing to do' : `${applied.length} applied`;
  process.stderr.write(`migrations: ${said}, in ${placeOf(settings)}\n`);
  return 0;
}

/** Works on the database of the settings; a gateway that has the embedded one open is in the way. */
export async function withDatabase<T>(
  settings: Settings,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { databaseUrl, data } = settings;
  const url = databaseUrl === null ? {} : { url: databaseUrl };
  try {
    const database = await openDatabase({ ...url, folder: resolve(data) });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const isOurs = error instanceof StoreError || (error instanceof Error && 'code' in error);
    if (!isOurs) throw error;
    throw new InputError(`the database in ${placeOf(settings)} cannot be used: ${why}`);
  }
}

/** Where the database is, without the password of its address. */
export function placeOf({ databaseUrl, data }: Settings): string {
  if (databaseUrl === null) return resolve(data);
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
