import * as client from 'openid-client';
import type { Sentence } from '../../errors.ts';
import {
  checkedSubject,
  type IdentityProvider,
  type ProviderFetch,
  providerFailed,
} from './provider.ts';

export interface OidcSettings {
  readonly id: string;
  readonly name: Sentence;
  /** The issuer's identifier; answers of any other issuer are refused. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthentication?: 'basic' | 'post';
  /** Allows http, for a provider on the same machine. */
  readonly insecure?: boolean;
}

const timeoutSeconds = 10;

/** How this client proves itself at the provider's token address. */
export function clientAuthentication(secret: string, way: 'basic' | 'post'): client.ClientAuth {
  return way === 'basic' ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
}

/** OpenID Connect: authorization code with PKCE, state and nonce; keys by discovery. */
export function createOidcProvider(settings: OidcSettings, fetch: ProviderFetch): IdentityProvider {
  let discovered: Promise<client.Configuration> | undefined;
  /** Asked for once, and again only if it failed. */
  const configuration = () => {
    discovered ??= client
      .discovery(
        new URL(settings.issuer),
        settings.clientId,
        undefined,
        clientAuthentication(settings.clientSecret, settings.clientAuthentication ?? 'basic'),
        {
          [client.customFetch]: fetch,
          timeout: timeoutSeconds,
          // Signatures are checked too, although the token comes straight from the provider.
          execute: [
            client.enableNonRepudiationChecks,
            ...(settings.insecure ? [client.allowInsecureRequests] : []),
          ],
        },
      )
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  };
  return {
    id: settings.id,
    name: settings.name,
    async begin({ redirectUri, state, nonce, verifier }) {
      try {
        return client.buildAuthorizationUrl(await configuration(), {
          redirect_uri: redirectUri,
          scope: 'openid',
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
      } catch (error) {
        throw providerFailed(settings.id, error);
      }
    },
    async finish(currentUrl, { state, nonce, verifier }) {
      try {
        const tokens = await client.authorizationCodeGrant(await configuration(), currentUrl, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return { subject: checkedSubject(tokens.claims()?.sub), domain: null };
      } catch (error) {
        throw providerFailed(settings.id, error);
      }
    },
  };
}
