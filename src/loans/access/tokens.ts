import { secondsAfter } from '../../store/clock.ts';
import { asJson, type Json } from '../../store/values.ts';
import { LoanError } from '../errors.ts';
import type { Tx } from '../people/context.ts';
import { hashSecret, isSecret, newSecret } from './secrets.ts';

/** What a link in a mail may be used for, and for how long. */
const lifetimes = {
  reset_password: 3600,
  correct_registration: 14 * 86_400,
  accept_invitation: 7 * 86_400,
  link_card: 1800,
} as const;
export type TokenPurpose = keyof typeof lifetimes;

export interface NewToken {
  readonly purpose: TokenPurpose;
  readonly accountId: string | null;
  readonly payload?: Json;
}

/** Makes a token that can be used once; an account's earlier ones for the same purpose end. */
export async function issueToken(tx: Tx, token: NewToken, now: Date): Promise<string> {
  const secret = newSecret();
  if (token.accountId !== null) await endTokens(tx, token.accountId, [token.purpose], now);
  await tx
    .insertInto('single_use_tokens')
    .values({
      token_hash: secret.hash,
      purpose: token.purpose,
      account_id: token.accountId,
      payload: asJson(token.payload ?? {}),
      created_at: now,
      expires_at: secondsAfter(now, lifetimes[token.purpose]),
      used_at: null,
    })
    .execute();
  return secret.text;
}

export interface UsedToken {
  readonly accountId: string | null;
  readonly payload: Json;
}

/** Uses a token up; of two uses at the same moment one wins. Throws LoanError refused. */
export async function useToken(
  tx: Tx,
  purpose: TokenPurpose,
  text: string,
  now: Date,
): Promise<UsedToken> {
  const row = isSecret(text)
    ? await tx
        .updateTable('single_use_tokens')
        .set({ used_at: now })
        .where('token_hash', '=', hashSecret(text))
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .returning(['account_id', 'payload'])
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw spent(purpose);
  return { accountId: row.account_id, payload: row.payload };
}

/** Whose token it is; throws as its use would, and leaves it unused. */
export async function peekToken(
  tx: Tx,
  purpose: TokenPurpose,
  text: string,
  now: Date,
): Promise<string> {
  const row = isSecret(text)
    ? await tx
        .selectFrom('single_use_tokens')
        .select('account_id')
        .where('token_hash', '=', hashSecret(text))
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw spent(purpose);
  return row.account_id ?? '';
}

function spent(purpose: TokenPurpose): LoanError {
  const sentence = {
    zh: '链接已失效或已使用过，请重新申请。',
    en: 'This link has expired or was used already; ask for a new one.',
  };
  return new LoanError('refused', sentence, { rule: `token.${purpose}` });
}

/** Ends an account's open tokens, all of them or those for some purposes. */
export async function endTokens(
  tx: Tx,
  accountId: string,
  purposes: readonly TokenPurpose[],
  now: Date,
): Promise<void> {
  await tx
    .updateTable('single_use_tokens')
    .set({ used_at: now })
    .where('account_id', '=', accountId)
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .execute();
}
