import { randomBytes } from 'node:crypto';
import { secondsAfter } from '../../../store/clock.ts';
import { hashSecret, isSecret, newSecret } from '../../access/secrets.ts';
import type { OpenedSession } from '../../access/sessions.ts';
import { admit, type Origin } from '../../access/sign-in.ts';
import { issueToken } from '../../access/tokens.ts';
import { LoanError, notFound, type Sentence } from '../../errors.ts';
import type { PeopleContext } from '../context.ts';
import type { ExternalIdentity, IdentityProvider, Journey } from './provider.ts';

/** How long somebody may take at the provider's pages. */
const journeySeconds = 600;

export interface ExternalLogins {
  readonly providers: readonly IdentityProvider[];
  /** Where each provider sends browsers back to. */
  readonly redirectUri: (providerId: string) => string;
}

/** The choices to show on the sign-in page. */
export function listProviders(logins: ExternalLogins): readonly {
  readonly id: string;
  readonly name: Sentence;
}[] {
  return logins.providers.map(({ id, name }) => ({ id, name }));
}

/**
 * Begins a sign-in at a provider. `browserSecret` is to be kept in a cookie of this browser, so
 * that nobody can have somebody else finish what they began.
 */
export async function beginExternalLogin(
  context: PeopleContext,
  logins: ExternalLogins,
  providerId: string,
): Promise<{ readonly url: URL; readonly browserSecret: string }> {
  const provider = providerOf(logins, providerId);
  const [state, browser] = [newSecret(), newSecret()];
  const journey: Journey = {
    redirectUri: logins.redirectUri(provider.id),
    state: state.text,
    nonce: randomBytes(32).toString('base64url'),
    verifier: randomBytes(32).toString('base64url'),
  };
  const url = await provider.begin(journey);
  const now = context.clock.now();
  await context.database.db
    .insertInto('external_logins')
    .values({
      state_hash: state.hash,
      provider: provider.id,
      browser_hash: browser.hash,
      verifier: journey.verifier,
      nonce: journey.nonce,
      created_at: now,
      expires_at: secondsAfter(now, journeySeconds),
    })
    .execute();
  return { url, browserSecret: browser.text };
}

export type ExternalOutcome =
  | { readonly kind: 'signed_in'; readonly session: OpenedSession }
  /** Nobody's yet: the ticket goes with the form that links a library card. */
  | { readonly kind: 'link_card'; readonly ticket: string; readonly domain: string | null }
  | { readonly kind: 'awaiting_review' };

/**
 * Finishes a sign-in. A provider says who somebody is; whether they may borrow, and as what, is
 * their library's to say, so an identity leads to a session only once the library has approved it.
 */
export async function finishExternalLogin(
  context: PeopleContext,
  logins: ExternalLogins,
  back: {
    readonly providerId: string;
    readonly currentUrl: URL;
    readonly browserSecret: string;
  },
  origin: Origin,
): Promise<ExternalOutcome> {
  const provider = providerOf(logins, back.providerId);
  const state = back.currentUrl.searchParams.get('state') ?? '';
  const kept = await takeJourney(context, provider.id, state, back.browserSecret);
  const redirectUri = logins.redirectUri(provider.id);
  const identity = await provider.finish(back.currentUrl, { ...kept, redirectUri, state });
  return await welcome(context, provider.id, identity, origin);
}

/** The journey that this state began in this browser; it can be finished once. */
async function takeJourney(
  context: PeopleContext,
  providerId: string,
  state: string,
  browserSecret: string,
): Promise<{ readonly nonce: string; readonly verifier: string }> {
  const row =
    isSecret(state) && isSecret(browserSecret)
      ? await context.database.db
          .deleteFrom('external_logins')
          .where('state_hash', '=', hashSecret(state))
          .where('browser_hash', '=', hashSecret(browserSecret))
          .where('provider', '=', providerId)
          .returning(['nonce', 'verifier', 'expires_at'])
          .executeTakeFirst()
      : undefined;
  if (row === undefined || row.expires_at <= context.clock.now()) {
    const sentence = {
      zh: '登录已超时或不是从本浏览器发起的，请重新登录。',
      en: 'This sign-in took too long or was not begun in this browser; begin again.',
    };
    throw new LoanError('refused', sentence, { rule: 'external.state' });
  }
  return { nonce: row.nonce ?? '', verifier: row.verifier ?? '' };
}

async function welcome(
  context: PeopleContext,
  provider: string,
  { subject, domain }: ExternalIdentity,
  origin: Origin,
): Promise<ExternalOutcome> {
  return await context.database.transaction(async (tx) => {
    const link = await tx
      .selectFrom('identity_links')
      .select(['reader_id', 'state'])
      .where('provider', '=', provider)
      .where('subject', '=', subject)
      .where('state', 'in', ['awaiting_review', 'approved'])
      .executeTakeFirst();
    if (link?.state === 'awaiting_review') return { kind: 'awaiting_review' };
    if (link !== undefined) {
      const account = { id: link.reader_id, kind: 'reader' as const };
      const admission = { method: provider, libraryId: null, device: origin.device };
      return {
        kind: 'signed_in',
        session: await admit(context, tx, account, admission),
      };
    }
    const payload = { provider, subject };
    const token = { purpose: 'link_card' as const, accountId: null, payload };
    const ticket = await issueToken(tx, token, context.clock.now());
    return { kind: 'link_card', ticket, domain };
  });
}

function providerOf(logins: ExternalLogins, id: string): IdentityProvider {
  const provider = logins.providers.find((candidate) => candidate.id === id);
  if (provider === undefined) {
    throw notFound('没有这种登录方式。', 'There is no such way to sign in.');
  }
  return provider;
}
