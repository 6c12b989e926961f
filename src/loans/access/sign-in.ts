import { recordAudit } from '../../store/audit.ts';
import type { Actor } from '../actor.ts';
import { LoanError, refuseFaults, type Sentence } from '../errors.ts';
import type { PeopleContext, Tx } from '../people/context.ts';
import { writeMail } from '../people/mails.ts';
import { newPasswordFaults } from '../people/registration.ts';
import { keyOf } from '../people/text.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { everywhere, trailOf, visitor } from './roles.ts';
import {
  actorOf,
  endSessions,
  type OpenedSession,
  openSession,
  resumeSession,
} from './sessions.ts';
import { forgetTries, networkOf, takeTry } from './throttle.ts';
import { endTokens } from './tokens.ts';

export interface SignInInput {
  readonly login: string;
  readonly password: string;
  /** Of the libraries a staff member works at, the one to act for. */
  readonly libraryId?: string | null;
}

/** Where a request comes from. */
export interface Origin {
  readonly address: string;
  readonly device: string | null;
}

const maxPasswordLength = 1000;

/**
 * Signs in by login and password. Wrong names and wrong passwords get the same answer after the
 * same work; only who knows the password learns how the account stands.
 */
export async function signIn(
  context: PeopleContext,
  input: SignInInput,
  origin: Origin,
): Promise<OpenedSession> {
  const { database, clock } = context;
  const key = keyOf(String(input.login ?? '').trim()).slice(0, 200);
  const password = String(input.password ?? '').slice(0, maxPasswordLength);
  await takeTry(database, 'signInByNetwork', networkOf(origin.address), clock.now());
  await takeTry(database, 'signInByAccount', key, clock.now());
  const account = await database.db
    .selectFrom('accounts')
    .select(['id', 'kind', 'password'])
    .where('login_key', '=', key)
    .executeTakeFirst();
  const verdict = await verifyPassword(password, account?.password ?? null);
  if (account === undefined || !verdict.right) {
    await noteFailure(context, account?.id ?? 'unknown');
    throw wrongLogin();
  }
  await forgetTries(database, 'signInByAccount', key);
  const better = verdict.outdated ? await hashPassword(password) : null;
  return await database.transaction(async (tx) => {
    if (better !== null) {
      await tx
        .updateTable('accounts')
        .set({ password: better })
        .where('id', '=', account.id)
        .where('password', '=', account.password)
        .execute();
    }
    return await admit(context, tx, account, {
      method: 'password',
      libraryId: input.libraryId ?? null,
      device: origin.device,
    });
  });
}

export interface Admission {
  readonly method: string;
  readonly libraryId: string | null;
  readonly device: string | null;
}

/** Opens a session for an account whose owner has proved to be that; refuses who may not yet. */
export async function admit(
  context: PeopleContext,
  tx: Tx,
  account: { readonly id: string; readonly kind: 'reader' | 'staff' },
  { method, libraryId, device }: Admission,
): Promise<OpenedSession> {
  const now = context.clock.now();
  const library = account.kind === 'staff' ? await workplace(tx, account.id, libraryId) : null;
  const actor = await actorOf(tx, { account_id: account.id, library_id: library });
  if (actor === null) throw await notAdmitted(tx, account);
  const { id: accountId, kind } = account;
  const { token, endsAt } = await openSession(
    tx,
    { accountId, kind, method, libraryId: library, device },
    now,
  );
  await tx
    .updateTable('accounts')
    .set({ last_sign_in_at: now })
    .where('id', '=', accountId)
    .execute();
  await recordAudit(tx, signInEntry(actor, accountId, 'account.signed_in', method), now);
  return { token, actor, endsAt };
}

/** The library asked for, or the first one; null for the federation. */
async function workplace(tx: Tx, staffId: string, wanted: string | null): Promise<string | null> {
  const grants = await tx
    .selectFrom('staff_roles')
    .select('library_id')
    .distinct()
    .where('staff_id', '=', staffId)
    .orderBy('library_id')
    .execute();
  const libraries = grants.map((grant) => grant.library_id);
  const chosen = libraries.find((id) => id === wanted) ?? libraries[0] ?? everywhere;
  return chosen === everywhere ? null : chosen;
}

function signInEntry(actor: Actor, accountId: string, action: string, method: string) {
  return {
    trail: trailOf(actor),
    actor,
    action,
    subject: { kind: 'account', id: accountId },
    after: { method },
  };
}

/** Written for names that no account has as well: the time must not tell them apart. */
async function noteFailure(context: PeopleContext, accountId: string): Promise<void> {
  await context.database.transaction((tx) =>
    recordAudit(
      tx,
      signInEntry(visitor, accountId, 'account.sign_in_failed', 'password'),
      context.clock.now(),
    ),
  );
}

function wrongLogin(): LoanError {
  const sentence = { zh: '登录名或密码不对。', en: 'The login or the password is wrong.' };
  return new LoanError('not_signed_in', sentence, { rule: 'sign_in' });
}

const standings: Readonly<Record<string, Sentence>> = {
  awaiting_review: {
    zh: '您的注册正在等待本馆审核，通过后方可登录。',
    en: 'Your registration awaits review; you can sign in once it is approved.',
  },
  returned: {
    zh: '本馆请您补充注册信息，请查看邮件中的链接。',
    en: 'Your library asks for a correction; see the link in your mail.',
  },
  refused: { zh: '您的注册未通过审核。', en: 'Your registration was refused.' },
  closed: { zh: '账号已注销。', en: 'This account is closed.' },
};

async function notAdmitted(
  tx: Tx,
  account: { readonly id: string; readonly kind: string },
): Promise<LoanError> {
  const reader = await tx
    .selectFrom('readers')
    .select('state')
    .where('id', '=', account.id)
    .executeTakeFirst();
  const state = reader?.state ?? 'disabled';
  const sentence = standings[state] ?? { zh: '账号已停用。', en: 'This account is disabled.' };
  return new LoanError('forbidden', sentence, { rule: `sign_in.${state}` });
}

/** Signs out of this session, or everywhere. The number of sessions ended. */
export async function signOut(
  context: PeopleContext,
  token: string,
  where: 'here' | 'everywhere' = 'here',
): Promise<number> {
  const session = await resumeSession(context, token);
  if (session === null) return 0;
  const only = where === 'here' ? { only: session.sessionId } : {};
  return await context.database.transaction((tx) => endSessions(tx, session.actor.id, only));
}

/** Changes one's own password; every other session ends. */
export async function changePassword(
  context: PeopleContext,
  actor: Actor,
  input: { readonly current: string; readonly password: string; readonly sessionId?: string },
): Promise<void> {
  const { database, clock } = context;
  await takeTry(database, 'signInByAccount', `change:${actor.id}`, clock.now());
  const account = await database.db
    .selectFrom('accounts')
    .select(['id', 'password'])
    .where('id', '=', actor.id)
    .executeTakeFirst();
  const current = String(input.current ?? '').slice(0, maxPasswordLength);
  const { right } = await verifyPassword(current, account?.password ?? null);
  if (!right) throw wrongLogin();
  await setPassword(context, actor.id, input.password, input.sessionId ?? null);
  await forgetTries(database, 'signInByAccount', `change:${actor.id}`);
}

/** Checks and stores a new password, ends sessions and links in mails, and tells the owner. */
export async function setPassword(
  context: PeopleContext,
  accountId: string,
  password: string,
  exceptSession: string | null,
  before: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
  const owner = await context.database.transaction((tx) => ownerOf(tx, accountId));
  if (owner === null) throw wrongLogin();
  const mailName = owner.email?.split('@')[0] ?? '';
  refuseFaults(
    newPasswordFaults(password, [owner.login, owner.name ?? '', owner.card ?? '', mailName]),
  );
  const phc = await hashPassword(password);
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    await before(tx);
    await tx
      .updateTable('accounts')
      .set({ password: phc, password_changed_at: now })
      .where('id', '=', accountId)
      .execute();
    await endSessions(tx, accountId, exceptSession === null ? {} : { except: exceptSession });
    await endTokens(tx, accountId, ['reset_password'], now);
    if (owner.email !== null) {
      await writeMail(
        tx,
        {
          name: 'password_changed',
          to: owner.email,
          locale: owner.locale,
          values: { login: owner.login },
          occasion: `${accountId}:${now.getTime()}`,
        },
        now,
      );
    }
    const entry = { ...visitor, id: accountId };
    await recordAudit(tx, signInEntry(entry, accountId, 'account.password_set', 'password'), now);
  });
}

export interface Owner {
  readonly login: string;
  readonly locale: 'zh' | 'en';
  readonly name: string | null;
  readonly email: string | null;
  readonly card: string | null;
}

/** What is known of an account's owner; null if there is no such account. */
export async function ownerOf(tx: Tx, accountId: string): Promise<Owner | null> {
  const row = await tx
    .selectFrom('accounts')
    .leftJoin('reader_profiles', 'reader_profiles.reader_id', 'accounts.id')
    .leftJoin('staff', 'staff.id', 'accounts.id')
    .select((column) => [
      'accounts.login',
      'accounts.locale',
      'reader_profiles.card_number as card',
      column.fn.coalesce('reader_profiles.name', 'staff.name').as('name'),
      column.fn.coalesce('reader_profiles.email', 'staff.email').as('email'),
    ])
    .where('accounts.id', '=', accountId)
    .executeTakeFirst();
  return row ?? null;
}
