import { recordChange } from '../trail.ts';
import { type Account, type Accounts, operationsOf } from './accounts.ts';
import type { RegistrationContext, Tx } from './context.ts';
import { conflict, RegistrationError } from './errors.ts';
import type { Caller } from './lifecycle.ts';
import { type Condition, documentOf, lockEntry, writeEntry } from './rows.ts';
import { seal, unseal } from './seal.ts';

/** That an account is set, and nothing of it. */
export interface KnownAccount {
  readonly operation: string;
  readonly setAt: string;
  readonly setBy: { readonly kind: string; readonly id: string };
}

export interface NewAccounts {
  readonly id: string;
  readonly condition: Condition;
  /** Takes the place of all that were set before; none removes them. */
  readonly accounts: Accounts;
}

/** Sets or removes the accounts of a library at its own server. They are read by connectors only. */
export async function setAccounts(
  context: RegistrationContext,
  caller: Caller,
  { id, condition, accounts }: NewAccounts,
): Promise<void> {
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    const { state, newest } = await lockEntry(tx, id, condition, now);
    const operations = Object.keys(accounts);
    refuseUnusable(documentOf(newest).connector.protocol, operations);
    await tx.deleteFrom('library_credentials').where('library_id', '=', id).execute();
    for (const [operation, account] of Object.entries(accounts)) {
      await insertAccount(tx, context.key, { id, operation, account }, caller, now);
    }
    await writeEntry(tx, id, state, state, now);
    await recordChange(tx, caller, 'library.credentials', id, { after: { operations } }, now);
  });
  await context.changed();
}

async function insertAccount(
  tx: Tx,
  key: Uint8Array,
  { id, operation, account }: { id: string; operation: string; account: Account },
  caller: Caller,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('library_credentials')
    .values({
      library_id: id,
      operation,
      sealed: seal(key, placeOf(id, operation), JSON.stringify(account)),
      set_at: now,
      set_by_kind: caller.kind,
      set_by_id: caller.id,
    })
    .execute();
}

/** What was sealed for one library and operation opens for no other. */
function placeOf(id: string, operation: string): string {
  return `${id}\n${operation}`;
}

/** An account of a row; null where the gateway's key is not the one it was sealed with. */
export function openAccount(
  key: Uint8Array,
  row: { readonly library_id: string; readonly operation: string; readonly sealed: Buffer },
): Account | null {
  const text = unseal(key, placeOf(row.library_id, row.operation), Buffer.from(row.sealed));
  return text === null ? null : (JSON.parse(text) as Account);
}

export async function knownAccounts(
  { database }: RegistrationContext,
  id: string,
): Promise<readonly KnownAccount[]> {
  const rows = await database.db
    .selectFrom('library_credentials')
    .select(['operation', 'set_at', 'set_by_kind', 'set_by_id'])
    .where('library_id', '=', id)
    .orderBy('operation')
    .execute();
  return rows.map((row) => ({
    operation: row.operation,
    setAt: row.set_at.toISOString(),
    setBy: { kind: row.set_by_kind, id: row.set_by_id },
  }));
}

function refuseUnusable(protocol: string, operations: readonly string[]): void {
  if (operations.length === 0) return;
  const usable = operationsOf(protocol);
  if (usable === null) {
    throw conflict(
      `${protocol} 协议不使用账号。`,
      `Libraries over ${protocol} are asked without an account.`,
    );
  }
  const wrong = usable === 'one' ? operations.filter((one) => one !== 'default') : [];
  if (wrong.length === 0) return;
  const sentence = {
    zh: `${protocol} 协议只有一个账号（default）。`,
    en: `Libraries over ${protocol} have one account, the default.`,
  };
  const problems = wrong.map((one) => ({ pointer: `/operations/${one}`, message: sentence.en }));
  throw new RegistrationError('invalid', sentence, problems);
}
