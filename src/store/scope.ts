import { sql, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * On whose behalf a transaction works. Row security of the tables reads it, as a second wall behind
 * the checks in code: a query that forgets its `where` still sees only what the actor may see.
 * It is no defence against SQL that an attacker writes: settings can be set by SQL.
 */
export interface Scope {
  readonly kind: 'reader' | 'staff';
  readonly id: string;
  /** Libraries whose rows may be seen; 'all' for the federation's own people. */
  readonly libraries: readonly string[] | 'all';
}

/** The role without privileges of its own that scoped transactions take on. */
export const scopedRole = 'guanji_scoped';

/** Confines the rest of the transaction to the scope; ends with the transaction. */
export async function enterScope(tx: Transaction<Schema>, scope: Scope): Promise<void> {
  const libraries = scope.libraries === 'all' ? '*' : scope.libraries.join(',');
  await sql`select set_config('guanji.kind', ${scope.kind}, true),
    set_config('guanji.id', ${scope.id}, true),
    set_config('guanji.libraries', ${libraries}, true),
    set_config('role', ${scopedRole}, true)`.execute(tx);
}

/**
 * Ends the scope before its transaction does, for a last step that is the gateway's own: writing
 * to an account, which no scope reaches.
 */
export async function leaveScope(tx: Transaction<Schema>): Promise<void> {
  await sql`select set_config('role', 'none', true)`.execute(tx);
}
