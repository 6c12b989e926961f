import { createHash, randomBytes } from 'node:crypto';
import { type Author, recordChange } from '../trail.ts';
import type { RegistrationContext, Tx } from './context.ts';
import type { Caller } from './lifecycle.ts';
import { type Condition, lockEntry, writeEntry } from './rows.ts';

/** What is shown once and kept as its digest: 256 random bits need no slow hash. */
export interface Shown {
  readonly text: string;
  readonly hash: Buffer;
}

/** A secret of this kind; the prefix lets people and scanners of leaked secrets tell it. */
export function newShown(prefix: 'lib' | 'inv'): Shown {
  const text = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { text, hash: hashOf(text) };
}

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function isShown(text: string, prefix: 'lib' | 'inv'): boolean {
  return new RegExp(`^${prefix}_[A-Za-z0-9_-]{43}$`).test(text);
}

/** Longest time that a token goes on after another has taken its place. */
export const maxGraceSeconds = 7 * 86_400;

/** Gives the library its first or another token, in the caller's transaction. */
export async function issueToken(
  tx: Tx,
  library: string,
  by: Author,
  now: Date,
  graceSeconds = 0,
): Promise<string> {
  const token = newShown('lib');
  await endTokens(tx, library, new Date(now.getTime() + graceSeconds * 1000));
  await tx
    .insertInto('library_tokens')
    .values({
      token_hash: token.hash,
      library_id: library,
      made_at: now,
      made_by_kind: by.kind,
      made_by_id: by.id,
      ends_at: null,
    })
    .execute();
  return token.text;
}

/** Ends every token of a library that would be good for longer. */
export async function endTokens(tx: Tx, library: string, at: Date): Promise<void> {
  await tx
    .updateTable('library_tokens')
    .set({ ends_at: at })
    .where('library_id', '=', library)
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', at)]))
    .execute();
}

/** Gives the library a new token, shown this once; the one before ends at once or after the grace. */
export async function rotateToken(
  context: RegistrationContext,
  caller: Caller,
  { id, condition, graceSeconds }: { id: string; condition: Condition; graceSeconds: number },
): Promise<string> {
  const now = context.clock.now();
  const token = await context.database.transaction(async (tx) => {
    const { state } = await lockEntry(tx, id, condition, now);
    const text = await issueToken(tx, id, caller, now, graceSeconds);
    await writeEntry(tx, id, state, state, now);
    await recordChange(tx, caller, 'library.token', id, { after: { graceSeconds } }, now);
    return text;
  });
  await context.changed();
  return token;
}

/** The library that a token stands for, or null for a token of nobody. */
export async function ownerOfToken(
  { database, clock }: Pick<RegistrationContext, 'database' | 'clock'>,
  text: string,
): Promise<string | null> {
  if (!isShown(text, 'lib')) return null;
  const row = await database.db
    .selectFrom('library_tokens')
    .select(['library_id', 'ends_at'])
    .where('token_hash', '=', hashOf(text))
    .executeTakeFirst();
  if (row === undefined || (row.ends_at !== null && row.ends_at <= clock.now())) return null;
  return row.library_id;
}
