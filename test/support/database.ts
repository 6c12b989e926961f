import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrations/index.ts';
import { skipUnless } from './requirements.ts';
import { scratchFolder } from './scratch.ts';

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

const address =
  process.env.GUANJI_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const skipServer = skipUnless(
  await onServer('select 1').then(
    () => true,
    () => false,
  ),
  'no PostgreSQL server on 127.0.0.1:5432',
);

export interface EachDatabaseOptions {
  /** A database that no test before has used; otherwise one that was emptied. */
  readonly own?: boolean;
}

/**
 * Runs one test on the embedded engine and on a PostgreSQL server, each with a migrated database
 * that holds nothing but what migrations put there.
 */
export function eachDatabase(
  name: string,
  work: DatabaseTest,
  options: EachDatabaseOptions = {},
): void {
  embedded.add(name, work, options);
  server.add(name, work, options);
}

interface Opened {
  readonly database: Database;
  readonly place: DatabasePlace;
  /** Tables that migrations filled; they are not emptied. */
  readonly filled: readonly string[];
  remove(): Promise<void>;
}

/** Opening takes longer than most tests, so the tests of a file share a database, emptied between. */
class Engine {
  readonly #name: string;
  readonly #skip: string | false;
  readonly #open: () => Promise<Omit<Opened, 'filled'>>;
  #waiting = 0;
  #shared: Opened | null = null;

  constructor(name: string, skip: string | false, open: () => Promise<Omit<Opened, 'filled'>>) {
    this.#name = name;
    this.#skip = skip;
    this.#open = open;
  }

  add(name: string, work: DatabaseTest, { own = false }: EachDatabaseOptions): void {
    this.#waiting++;
    t.test(`${name} (${this.#name})`, { skip: this.#skip }, async (t) => {
      t.teardown(() => this.#done(own));
      if (own) await this.#close();
      const { database, place } = await this.#emptied();
      await work(t, database, place);
    });
  }

  async #emptied(): Promise<Opened> {
    if (this.#shared !== null && (await empties(this.#shared))) return this.#shared;
    await this.#close();
    const opened = await this.#open();
    this.#shared = { ...opened, filled: await filledTables(opened.database) };
    return this.#shared;
  }

  async #done(own: boolean): Promise<void> {
    this.#waiting--;
    if (own || this.#waiting === 0) await this.#close();
  }

  async #close(): Promise<void> {
    const shared = this.#shared;
    this.#shared = null;
    await shared?.remove();
  }
}

/** A folder with a migrated embedded database that nobody has open; the caller removes it. */
export async function embeddedFolder(): Promise<string> {
  const folder = await scratchFolder('test');
  await cp(await embeddedTemplate(), folder, { recursive: true });
  return folder;
}

const embedded = new Engine('embedded', false, async () => {
  const folder = await embeddedFolder();
  const database = await openDatabase({ folder });
  const remove = async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { database, place: { engine: 'embedded', folder }, remove };
});

const server = new Engine('postgresql', skipServer, async () => {
  const name = `guanji_test_${randomUUID().slice(0, 8)}`;
  await onServer(`create database ${name} template ${await serverTemplate()}`);
  const url = new URL(address);
  url.pathname = name;
  const folder = tmpdir();
  const database = await openDatabase({ url: url.href, folder });
  const remove = async () => {
    await database.close();
    await onServer(`drop database ${name} with (force)`);
  };
  return { database, place: { engine: 'postgresql', url: url.href, folder }, remove };
});

async function filledTables(database: Database): Promise<readonly string[]> {
  const filled: string[] = [];
  for (const { name } of await database.db.introspection.getTables()) {
    const { rows } = await sql`select from ${sql.table(name)} limit 1`.execute(database.db);
    if (rows.length > 0) filled.push(name);
  }
  return filled;
}

/**
 * Empties the tables that a test filled, without their triggers and foreign keys, and begins their
 * numbers anew; false if the database cannot be used any more.
 */
async function empties({ database, filled }: Opened): Promise<boolean> {
  const kept = sql.join(filled.map((name) => sql.lit(name)));
  try {
    await sql`do $$ declare name text; used boolean; begin
      set local session_replication_role = replica;
      for name in select tablename from pg_tables where schemaname = 'public'
        and tablename not like 'kysely%' and tablename not in (${kept}) loop
        execute format('select exists (select from %I)', name) into used;
        if used then execute format('delete from %I', name); end if;
      end loop;
      for name in select sequencename from pg_sequences where last_value is not null loop
        execute format('alter sequence %I restart', name);
      end loop;
    end $$`.execute(database.db);
    return true;
  } catch {
    return false;
  }
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

let templateFolder: Promise<string> | undefined;

/** A migrated, closed cluster to copy: making one takes ten times as long as opening a copy. */
function embeddedTemplate(): Promise<string> {
  templateFolder ??= (async () => {
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
  return templateFolder;
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
    const url = new URL(address);
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
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
