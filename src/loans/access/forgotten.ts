import { type JobHandler, schedule } from '../../store/jobs.ts';
import { LoanError } from '../errors.ts';
import type { PeopleContext, Tx } from '../people/context.ts';
import { writeMail } from '../people/mails.ts';
import { keyOf } from '../people/text.ts';
import { hashSecret } from './secrets.ts';
import { ownerOf, setPassword } from './sign-in.ts';
import { forgetTries, networkOf, takeTry } from './throttle.ts';
import { issueToken, peekToken, useToken } from './tokens.ts';

/** Kind of the job that looks an account up and mails the link. */
export const resetJob = 'password.reset';

/** Accounts of one e-mail address that get a link, such as a reader's and a clerk's. */
const maxAccounts = 5;

/**
 * Asks for a link to set a new password, by login or e-mail address. The answer and the work are
 * the same whether there is such an account or not: looking it up is left to a job.
 */
export async function requestPasswordReset(
  context: PeopleContext,
  input: { readonly who: string },
  origin: { readonly address: string },
): Promise<void> {
  const { database, clock } = context;
  const who = keyOf(String(input.who ?? '').trim()).slice(0, 254);
  await takeTry(database, 'resetByNetwork', networkOf(origin.address), clock.now());
  const asked = await takeTry(database, 'resetByAccount', who, clock.now()).then(
    () => true,
    (error: unknown) => {
      // Whether a name was tried too often is not told either; its mail simply is not sent again.
      if (error instanceof LoanError && error.code === 'throttled') return false;
      throw error;
    },
  );
  if (!asked || who === '') return;
  await database.transaction(async (tx) => {
    const job = { kind: resetJob, key: who, payload: { who }, runAt: clock.now() };
    await schedule(tx, job, clock.now());
  });
}

/** The handler of `resetJob`. Who asked is forgotten with the job. */
export function createResetHandler(context: PeopleContext): JobHandler {
  return async (job, finish) => {
    const { who = '' } = job.payload as { readonly who?: string };
    await context.database.transaction(async (tx) => {
      for (const id of await accountsOf(tx, who)) await mailLink(context, tx, id);
      await finish(tx);
      await tx
        .updateTable('jobs')
        .set({ payload: '{}', key: null })
        .where('id', '=', job.id)
        .execute();
    });
  };
}

async function accountsOf(tx: Tx, who: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('accounts')
    .leftJoin('readers', 'readers.id', 'accounts.id')
    .leftJoin('reader_profiles', 'reader_profiles.reader_id', 'accounts.id')
    .leftJoin('staff', 'staff.id', 'accounts.id')
    .select('accounts.id')
    .where((where) =>
      where.or([
        where('accounts.login_key', '=', who),
        where('reader_profiles.email_key', '=', who),
        where('staff.email_key', '=', who),
      ]),
    )
    .where((where) =>
      where.or([
        where('readers.state', 'in', ['approved', 'suspended']),
        where('staff.state', '=', 'active'),
      ]),
    )
    .orderBy('accounts.created_at')
    .limit(maxAccounts)
    .execute();
  return rows.map((row) => row.id);
}

async function mailLink(context: PeopleContext, tx: Tx, accountId: string): Promise<void> {
  const now = context.clock.now();
  const owner = await ownerOf(tx, accountId);
  if (owner === null || owner.email === null) return;
  const purpose = 'reset_password';
  const token = await issueToken(tx, { purpose, accountId }, now);
  await writeMail(
    tx,
    {
      name: 'reset',
      to: owner.email,
      locale: owner.locale,
      // Behind the hash, so that the token is in no server's log.
      values: { login: owner.login, link: `${context.site}/password/new#${token}` },
      occasion: hashSecret(token).toString('hex'),
      secret: true,
    },
    now,
  );
}

/** Sets a new password by the link of the mail; all sessions end. Throws LoanError refused. */
export async function resetPassword(
  context: PeopleContext,
  input: { readonly token: string; readonly password: string },
): Promise<void> {
  const now = context.clock.now();
  // A password that breaks the rules must not use the link up, so the owner is looked at first.
  const accountId = await context.database.transaction((tx) =>
    peekToken(tx, 'reset_password', input.token, now),
  );
  await setPassword(context, accountId, input.password, null, async (tx) => {
    await useToken(tx, 'reset_password', input.token, now);
  });
  const account = await context.database.db
    .selectFrom('accounts')
    .select('login_key')
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (account !== undefined) {
    await forgetTries(context.database, 'signInByAccount', account.login_key);
  }
}
