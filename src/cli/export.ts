import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sql, type Transaction } from 'kysely';
import { readSettings } from '../config.ts';
import type { Database } from '../store/database.ts';
import { appliedNames } from '../store/migrations/index.ts';
import type { Schema } from '../store/schema.ts';
import { InputError } from './errors.ts';
import { placeOf, withDatabase } from './migrate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Of no use to anybody a moment later, or secrets that open an account, at a library's server too, even
 * where they are digests or encrypted.
 */
const passing: ReadonlySet<string> = new Set([
  'outbox',
  'sessions',
  'single_use_tokens',
  'throttles',
  'external_logins',
  'idempotency_keys',
  'library_tokens',
  'library_invitations',
  'library_credentials',
]);

const rowsAtOnce = 1000;

/**
 * Writes every table into an empty folder, a JSON object a line, as the database stood at one
 * moment; bytes as base64. `manifest.json` says how many rows each has, so that a copy can be checked.
 */
export async function exportCommand(folder: string, environment: Environment): Promise<number> {
  const settings = await readSettings(environment);
  const target = resolve(folder);
  await mkdir(target, { recursive: true, mode: 0o700 });
  if ((await readdir(target)).length > 0) throw new InputError(`${target} is not empty`);
  const counts = await withDatabase(settings, (database) => exportTables(database, target));
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const tables = Object.keys(counts).length;
  process.stderr.write(`${rows} rows of ${tables} tables, from ${placeOf(settings)}\n`);
  return 0;
}

export async function exportTables(
  database: Database,
  target: string,
): Promise<Readonly<Record<string, number>>> {
  const migrations = await appliedNames(database);
  const names = (await database.db.introspection.getTables())
    .filter((table) => !table.isView && !passing.has(table.name))
    .map((table) => table.name)
    .sort();
  const counts = await database.transaction(async (tx) => {
    await sql`set transaction isolation level repeatable read`.execute(tx);
    const counted: Record<string, number> = {};
    for (const name of names) counted[name] = await exportTable(tx, name, target);
    return counted;
  });
  const manifest = { format: 1, engine: database.engine, migrations, rows: counts };
  const options = { mode: 0o600 };
  await writeFile(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, options);
  return counts;
}

/** By a cursor, so that a table of any size needs little memory. */
async function exportTable(tx: Transaction<Schema>, name: string, target: string): Promise<number> {
  const file = createWriteStream(join(target, `${name}.jsonl`), { mode: 0o600 });
  await sql`declare exported no scroll cursor for select * from ${sql.table(name)}`.execute(tx);
  let count = 0;
  for (;;) {
    const fetched = sql.raw<Record<string, unknown>>(`fetch ${rowsAtOnce} from exported`);
    const { rows } = await fetched.execute(tx);
    if (rows.length === 0) break;
    count += rows.length;
    const text = rows.map((row) => `${JSON.stringify(plain(row))}\n`).join('');
    if (!file.write(text)) await once(file, 'drain');
  }
  await sql`close exported`.execute(tx);
  file.end();
  await once(file, 'finish');
  return count;
}

function plain(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]),
  );
}
