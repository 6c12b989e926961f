import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrations/index.ts';
import { skipUnless } from './requirements.ts';

/** Where a test's database is, for a test that opens it again or from another process. */
export interface DatabasePlace {
  readonly engine: 'embedded' | 'postgresql';
  readonly url?: string;
  readonly folder: string;
}

export type DatabaseTest = (
  t: Test,
  database: Database,
  place: DatabasePlace,
) => Promise<unknown> | unknown;

const server =
  process.env.GUANJI_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const skipServer = skipUnless(
  await onServer('select 1').then(
    () => true,
    () => false,
  ),
  'no PostgreSQL server on 127.0.0.1:5432',
);

/**
 * Runs one test on the embedded engine and on a PostgreSQL server, each with a migrated database of
 * its own that is gone afterwards.
 */
export function eachDatabase(name: string, work: DatabaseTest): void {
  t.test(`${name} (embedded)`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'guanji-'));
    await cp(await embeddedTemplate(), folder, { recursive: true });
    const database = await openDatabase({ folder });
    t.teardown(async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    });
    await work(t, database, { engine: 'embedded', folder });
  });
  t.test(`${name} (postgresql)`, { skip: skipServer }, async (t) => {
    const name = `guanji_test_${randomUUID().slice(0, 8)}`;
    await onServer(`create database ${name} template ${await serverTemplate()}`);
    const url = new URL(server);
    url.pathname = name;
    const folder = tmpdir();
    const database = await openDatabase({ url: url.href, folder });
    t.teardown(async () => {
      await database.close();
      await onServer(`drop database ${name} with (force)`);
    });
    await work(t, database, { engine: 'postgresql', url: url.href, folder });
  });
}

/** What the schema depends on: a change of it makes new templates. */
async function schemaDigest(): Promise<string> {
  const digest = createHash('sha256').update('1');
  const store = resolve(import.meta.dirname, '../../src/store');
  const files = [
    ...(await readdir(join(store, 'migrations'))).map((file) => join(store, 'migrations', file)),
    join(store, 'embedded.ts'),
    resolve(import.meta.dirname, '../../node_modules/@electric-sql/pglite/package.json'),
  ];
  for (const file of files.sort()) digest.update(await readFile(file));
  return digest.digest('hex').slice(0, 16);
}

let embedded: Promise<string> | undefined;

/** A migrated, closed cluster to copy: making one takes ten times as long as opening a copy. */
function embeddedTemplate(): Promise<string> {
  embedded ??= (async () => {
    const template = join(tmpdir(), `guanji-template-${await schemaDigest()}`);
    if (await isThere(template)) return template;
    const making = await mkdtemp(join(tmpdir(), 'guanji-making-'));
    const database = await openDatabase({ folder: making });
    await migrate(database);
    await database.close();
    try {
      await rename(making, template);
    } catch (error) {
      // Another test file was faster.
      if (!(await isThere(template))) throw error;
      await rm(making, { recursive: true, force: true });
    }
    return template;
  })();
  return embedded;
}

async function isThere(folder: string): Promise<boolean> {
  return await readdir(folder).then(
    () => true,
    () => false,
  );
}

let templateOnServer: Promise<string> | undefined;

function serverTemplate(): Promise<string> {
  templateOnServer ??= (async () => {
    const template = `guanji_template_${await schemaDigest()}`;
    const making = `guanji_making_${randomUUID().slice(0, 8)}`;
    const [there] = await onServer(`select from pg_database where datname = '${template}'`);
    if (there !== undefined) return template;
    await onServer(`create database ${making}`);
    const url = new URL(server);
    url.pathname = making;
    const database = await openDatabase({ url: url.href, folder: tmpdir() });
    await migrate(database);
    await database.close();
    await onServer(`alter database ${making} rename to ${template}`).catch(async (error) => {
      await onServer(`drop database ${making}`);
      // Another test file was faster.
      if (error.code !== '42P04') throw error;
    });
    return template;
  })();
  return templateOnServer;
}

async function onServer(statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
