import type { CustomFetch } from 'openid-client';
import { LoanError, type Sentence } from '../../errors.ts';

/** How providers are reached; app.ts gives one that passes the egress guard. */
export type ProviderFetch = CustomFetch;

/** What a provider says of somebody, as far as it is believed: who, never what they may do. */
export interface ExternalIdentity {
  /** Means one person at this provider for ever. */
  readonly subject: string;
  /** The institution, for showing the right library first; null where the provider names none. */
  readonly domain: string | null;
}

/** What one sign-in keeps between leaving for the provider and coming back. */
export interface Journey {
  /** Where the provider sends the browser back to; one address for each provider. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface IdentityProvider {
  readonly id: string;
  readonly name: Sentence;
  /** Where to send the browser. */
  begin(journey: Journey): Promise<URL>;
  /** Who came back, by the address they came back to. Rejects with LoanError only. */
  finish(currentUrl: URL, journey: Journey): Promise<ExternalIdentity>;
}

/** Characters of an answer that is read. */
export const maxAnswer = 65_536;

/** A provider's answer that cannot be used, or none. */
export function providerFailed(provider: string, cause: unknown): LoanError {
  const sentence = {
    zh: '学校统一认证没有成功，请重试，或使用本系统的登录名和密码。',
    en: 'Signing in through your institution failed; try again, or use your login and password.',
  };
  return new LoanError('refused', sentence, { rule: `external.${provider}`, cause });
}

/** The body of an answer as text, at most `maxAnswer` characters. */
export async function readAnswer(response: Response): Promise<string> {
  if (response.status !== 200) throw new Error(`the provider answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxAnswer) throw new Error('the provider’s answer is too long');
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

/** A subject as it may be stored; throws where it is no short plain text. */
export function checkedSubject(value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e\p{L}\p{N}]{1,255}$/u.test(value)) return value;
  throw new Error('the provider names nobody');
}
