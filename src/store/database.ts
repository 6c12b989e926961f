import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Kysely, PostgresDialect, type PostgresPool, type Transaction } from 'kysely';
import pg from 'pg';
import { openEmbedded } from './embedded.ts';
import { createStatementNames, keepStatements } from './prepared.ts';
import type { Schema } from './schema.ts';
import type { Scope } from './scope.ts';
import { refuseNested, runTransaction } from './transactions.ts';
import { valueTypes } from './values.ts';

export interface TransactionOptions {
  /** Confines the transaction to what this reader or staff member may see; see scope.ts. */
  readonly scope?: Scope | null;
}

export interface Database {
  readonly engine: 'embedded' | 'postgresql';
  /** For single statements outside a transaction; inside one, only the transaction may be used. */
  readonly db: Kysely<Schema>;
  /** READ COMMITTED, repeated a few times after a deadlock: the work must have no other effects. */
  transaction<T>(
    work: (tx: Transaction<Schema>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Address of a PostgreSQL server, 15 or newer; without one the embedded engine is used. */
  readonly url?: string;
  /** Folder of the embedded engine's cluster. */
  readonly folder: string;
  /** Connections to a server; the embedded engine has one. */
  readonly connections?: number;
}

/** Of every server session; nothing the gateway does takes as long as these limits. */
const sessionSettings = {
  timezone: 'UTC',
  synchronous_commit: 'on',
  statement_timeout: '60s',
  lock_timeout: '20s',
  idle_in_transaction_session_timeout: '60s',
};

/** Opens the database; migrations are the caller's (`migrate`). */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url !== undefined && options.url !== '') {
    const pool = serverPool(options.url, options.connections ?? 10);
    return assemble('postgresql', pool, async () => {});
  }
  const { engine, close } = await openEmbedded(options.folder);
  const pool = new pg.Pool({
    ...(createPgConfig(engine) as unknown as pg.PoolConfig),
    max: 1,
    idleTimeoutMillis: 0,
    types: valueTypes,
  });
  return assemble('embedded', pool, close);
}

/** A connection knows its statements and functions by now; a new one has to learn them again. */
const idleConnectionMs = 300_000;

function serverPool(url: string, connections: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: idleConnectionMs,
    allowExitOnIdle: true,
    keepAlive: true,
    application_name: 'guanji',
    types: valueTypes,
    options: Object.entries(sessionSettings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  const names = createStatementNames();
  pool.on('connect', (client) => keepStatements(client, names));
  return pool;
}

function assemble(
  engine: Database['engine'],
  pool: pg.Pool,
  closeEngine: () => Promise<void>,
): Database {
  // A connection that breaks is replaced at its next use, and a query on it fails; the same error
  // is also an event, of the pool or of the connection, which without a listener ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const guarded: PostgresPool = {
    connect: () => {
      refuseNested();
      return pool.connect();
    },
    end: () => pool.end(),
    options: pool.options,
  };
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: guarded }) });
  return {
    engine,
    db,
    transaction: (work, { scope = null } = {}) => runTransaction(db, work, scope),
    async close() {
      await db.destroy();
      await closeEngine();
    },
  };
}
