import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { StoreError, sqlStateOf } from './errors.ts';
import { isStalePlan } from './prepared.ts';
import type { Schema } from './schema.ts';
import { enterScope, type Scope } from './scope.ts';

/** Attempts at one transaction, the first included, before a conflict is given to the caller. */
const maxAttempts = 5;

/** Serialization failure and deadlock. */
const retried: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Whether the same work may succeed when it is run again. */
function maySucceed(error: unknown): boolean {
  return retried.has(sqlStateOf(error) ?? '') || isStalePlan(error);
}

interface Open {
  open: boolean;
  readonly afterCommit: (() => void)[];
}

const current = new AsyncLocalStorage<Open>();

/**
 * Refuses a second connection from inside a transaction. The embedded engine has one connection,
 * so code that does this would wait for itself for ever; on a server it would see other data than
 * its own transaction. Both engines refuse it alike, so that no test passes on one only.
 */
export function refuseNested(): void {
  if (current.getStore()?.open) {
    throw new StoreError(
      'nested_transaction',
      'a transaction is open here: pass it down instead of using the database again',
    );
  }
}

/**
 * Calls back once the transaction that is open here is committed, and never if it is rolled back.
 * Outside a transaction it calls at once. For hints such as waking a worker, not for effects: a
 * crash after the commit loses them.
 */
export function afterCommit(act: () => void): void {
  const open = current.getStore();
  if (open?.open) open.afterCommit.push(act);
  else act();
}

/** READ COMMITTED; repeated at most four times, with jitter, after a deadlock or conflict. */
export async function runTransaction<T>(
  db: Kysely<Schema>,
  work: (tx: Transaction<Schema>) => Promise<T>,
  scope: Scope | null,
): Promise<T> {
  refuseNested();
  for (let attempt = 1; ; attempt++) {
    const open: Open = { open: false, afterCommit: [] };
    try {
      const result = await db
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (tx) => {
          open.open = true;
          return await current.run(open, async () => {
            if (scope !== null) await enterScope(tx, scope);
            return await work(tx);
          });
        });
      open.open = false;
      for (const act of open.afterCommit) act();
      return result;
    } catch (error) {
      open.open = false;
      if (attempt >= maxAttempts || !maySucceed(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
    }
  }
}
