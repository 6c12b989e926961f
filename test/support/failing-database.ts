import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely';
import type { Database } from '../../src/store/database.ts';
import { runTransaction } from '../../src/store/transactions.ts';

/** Thrown in place of the n-th statement, or after it was carried out. */
export class FailedOnPurpose extends Error {}

class FailNth implements KyselyPlugin {
  readonly #nth: number;
  readonly #when: 'before' | 'after';
  statements = 0;

  constructor(nth: number, when: 'before' | 'after') {
    this.#nth = nth;
    this.#when = when;
  }

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    this.statements++;
    if (this.#when === 'before' && this.statements === this.#nth) throw new FailedOnPurpose();
    return args.node;
  }

  async transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    if (this.#when === 'after' && this.statements === this.#nth) throw new FailedOnPurpose();
    return args.result;
  }
}

/** The same database, whose n-th statement from now on fails; later ones do not. */
export function failNth(
  database: Database,
  nth: number,
  when: 'before' | 'after',
): Database & { readonly statements: () => number } {
  const plugin = new FailNth(nth, when);
  const db = database.db.withPlugin(plugin);
  return {
    ...database,
    db,
    transaction: (work, { scope = null } = {}) => runTransaction(db, work, scope),
    statements: () => plugin.statements,
  };
}

class FailWith implements KyselyPlugin {
  error: Error | null = null;

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    if (this.error !== null) throw this.error;
    return args.node;
  }

  async transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return args.result;
  }
}

/** The same database, every statement of which fails with `error` while that is set. */
export function failWith(database: Database): Database & { error: Error | null } {
  const plugin = new FailWith();
  const db = database.db.withPlugin(plugin);
  return {
    ...database,
    db,
    transaction: (work, { scope = null } = {}) => runTransaction(db, work, scope),
    get error() {
      return plugin.error;
    },
    set error(error) {
      plugin.error = error;
    },
  };
}
