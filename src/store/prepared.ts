import type { PoolClient, QueryResult } from 'pg';
import { sqlStateOf } from './errors.ts';

/** Texts with a name, each kept by every connection that used it. */
const maxNamed = 300;

/** Texts that are counted towards a name. */
const maxCounted = 2000;

/** Reading and checking a text costs a server more than running it; from this use on it is kept. */
const namedFromUse = 3;

/** Longer ones are bulk inserts, whose text differs every time. */
const maxTextLength = 8000;

/** The names of one pool's statements. */
export interface StatementNames {
  /** The name under which a text is kept, or null where it is sent as it is. */
  nameOf(text: string): string | null;
  /** Gives new names from now on, so that every connection reads the texts anew. */
  forget(): void;
}

export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  const uses = new Map<string, number>();
  let given = 0;
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined) return known;
      if (text.length > maxTextLength || names.size >= maxNamed) return null;
      const used = (uses.get(text) ?? 0) + 1;
      if (used < namedFromUse) {
        if (uses.size >= maxCounted) uses.clear();
        uses.set(text, used);
        return null;
      }
      uses.delete(text);
      given += 1;
      const name = `guanji_${given}`;
      names.set(text, name);
      return name;
    },
    forget() {
      names.clear();
      uses.clear();
    },
  };
}

type Query = (text: string, values: readonly unknown[]) => Promise<QueryResult>;
type NamedQuery = (config: {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}) => Promise<QueryResult>;

/**
 * Lets a server connection keep the statements that come again and again, which takes a third off
 * what a write costs the server. For servers only: the embedded engine gathers no statistics by
 * itself, so a plan that it kept from an empty table would stay for good.
 */
export function keepStatements(client: PoolClient, names: StatementNames): void {
  const plain = client.query.bind(client) as unknown as Query & NamedQuery;
  const query: Query = async (text, values) => {
    const several = typeof text !== 'string' || !Array.isArray(values) || values.length === 0;
    const name = several ? null : names.nameOf(text);
    if (name === null) return await plain(text, values);
    try {
      return await plain({ name, text, values: [...values] });
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      names.forget();
      // Inside a transaction nothing more can be asked; the transaction is run again.
      if (client.getTransactionStatus() !== 'I') throw error;
      return await plain(text, values);
    }
  };
  client.query = query as unknown as typeof client.query;
}

/**
 * Whether a kept statement no longer fits its table, which a newer version of the gateway has
 * changed meanwhile. The same work succeeds when it is run again.
 */
export function isStalePlan(error: unknown): boolean {
  if (sqlStateOf(error) !== '0A000') return false;
  return (error as { readonly routine?: unknown }).routine === 'RevalidateCachedQuery';
}
