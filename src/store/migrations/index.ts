import { readdir } from 'node:fs/promises';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import type { Database } from '../database.ts';
import { StoreError } from '../errors.ts';

/** A migration is a file `0001-what.ts` in this folder that exports `up`; there is no way back. */
const fileName = /^(\d{4}-[a-z-]+)\.ts$/;

/** The migrations of this version, in order of their numbers. */
export const migrationFiles: MigrationProvider = {
  async getMigrations() {
    const migrations: Record<string, Migration> = {};
    for (const file of (await readdir(import.meta.dirname)).sort()) {
      const name = fileName.exec(file)?.[1];
      if (name !== undefined) migrations[name] = await import(`./${file}`);
    }
    return migrations;
  },
};

/**
 * Brings the schema to this version, in one transaction; several processes may try at once. Returns
 * what was applied. Throws StoreError wrong_schema if a newer version has worked on the database.
 */
export async function migrate(
  database: Database,
  provider: MigrationProvider = migrationFiles,
): Promise<readonly string[]> {
  const known = Object.keys(await provider.getMigrations());
  const migrator = new Migrator({ db: database.db, provider });
  const unknown = (await appliedNames(database)).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const names = unknown.join(', ');
    throw new StoreError('wrong_schema', `a newer version has changed the database: ${names}`);
  }
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return results.map((result) => result.migrationName);
}

/** Names of the migrations that the database has had. */
export async function appliedNames(database: Database): Promise<readonly string[]> {
  const tables = await database.db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const rows = await database.db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name);
}
