import { constants, privateDecrypt } from 'node:crypto';
import * as client from 'openid-client';
import type { Sentence } from '../../errors.ts';
import { clientAuthentication } from './oidc.ts';
import {
  checkedSubject,
  type ExternalIdentity,
  type IdentityProvider,
  type ProviderFetch,
  providerFailed,
  readAnswer,
} from './provider.ts';

/**
 * A provider of plain OAuth 2, which says who somebody is at an address of its own. The defaults
 * suit the CARSI federation's bridge (its page "SP+OAuth认证接口"): authorization code, client
 * secret in the body, the access token in the query of the resource address, values encrypted
 * with the client's RSA key, an opaque id beside `role@domain`. That bridge takes no PKCE challenge,
 * so a code stolen from its way back is only as safe as the state and the browser's cookie make it.
 */
export interface Oauth2Settings {
  readonly id: string;
  readonly name: Sentence;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly resourceUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthentication?: 'basic' | 'post';
  /** Whether the provider takes a PKCE challenge. */
  readonly pkce?: boolean;
  readonly accessToken?: 'query' | 'header';
  /** Member of the resource that is the opaque id. */
  readonly subject?: string;
  /** Member that ends in `@domain`; null where the provider is one institution's own. */
  readonly affiliation?: string | null;
  /** PEM of the key that the members are encrypted for (PKCS #1 v1.5, base64). */
  readonly privateKey?: string | null;
  readonly insecure?: boolean;
}

export function createOauth2Provider(
  settings: Oauth2Settings,
  fetch: ProviderFetch,
): IdentityProvider {
  const configuration = new client.Configuration(
    {
      issuer: new URL(settings.authorizeUrl).origin,
      authorization_endpoint: settings.authorizeUrl,
      token_endpoint: settings.tokenUrl,
    },
    settings.clientId,
    undefined,
    clientAuthentication(settings.clientSecret, settings.clientAuthentication ?? 'post'),
  );
  configuration[client.customFetch] = (url, options) =>
    url === settings.tokenUrl ? fetchToken(fetch, url, options) : fetch(url, options);
  configuration.timeout = 10;
  if (settings.insecure) client.allowInsecureRequests(configuration);
  return {
    id: settings.id,
    name: settings.name,
    async begin({ redirectUri, state, verifier }) {
      return client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        state,
        ...(settings.pkce && {
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
      });
    },
    async finish(currentUrl, { state, verifier }) {
      try {
        const tokens = await client.authorizationCodeGrant(configuration, currentUrl, {
          expectedState: state,
          ...(settings.pkce && { pkceCodeVerifier: verifier }),
        });
        const resource = await askResource(settings, configuration, fetch, tokens.access_token);
        return identityOf(settings, resource);
      } catch (error) {
        throw providerFailed(settings.id, error);
      }
    },
  };
}

/** RFC 6749 section 5.1 requires `token_type`; the CARSI bridge leaves it out. */
async function fetchToken(
  fetch: ProviderFetch,
  url: string,
  options: client.CustomFetchOptions,
): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200) return response;
  const answer: unknown = JSON.parse(await readAnswer(response));
  const body = typeof answer === 'object' && answer !== null ? { ...answer } : {};
  return Response.json('token_type' in body ? body : { ...body, token_type: 'bearer' });
}

async function askResource(
  settings: Oauth2Settings,
  configuration: client.Configuration,
  fetch: ProviderFetch,
  accessToken: string,
): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(settings.resourceUrl);
  let response: Response;
  if (settings.accessToken === 'header') {
    response = await client.fetchProtectedResource(configuration, accessToken, url, 'GET');
  } else {
    url.searchParams.set('access_token', accessToken);
    url.searchParams.set('client_id', settings.clientId);
    const signal = AbortSignal.timeout(10_000);
    const headers = { accept: 'application/json' };
    const body = undefined;
    response = await fetch(url.href, { method: 'GET', headers, body, redirect: 'manual', signal });
  }
  const answer: unknown = JSON.parse(await readAnswer(response));
  if (typeof answer !== 'object' || answer === null) throw new Error('no resource');
  return answer as Readonly<Record<string, unknown>>;
}

/** The opaque id together with the domain: an id is only unique within its institution. */
function identityOf(
  settings: Oauth2Settings,
  resource: Readonly<Record<string, unknown>>,
): ExternalIdentity {
  const key = settings.privateKey ?? null;
  const read = (member: string) => {
    const value = Object.hasOwn(resource, member) ? resource[member] : null;
    if (key === null || typeof value !== 'string') return value;
    const padding = constants.RSA_PKCS1_PADDING;
    return privateDecrypt({ key, padding }, Buffer.from(value, 'base64')).toString('utf8');
  };
  const id = checkedSubject(read(settings.subject ?? 'carsi-persistent-uid'));
  const { affiliation = 'carsi-affiliation' } = settings;
  if (affiliation === null) return { subject: id, domain: null };
  const domain =
    String(read(affiliation) ?? '')
      .split('@')[1]
      ?.toLowerCase() ?? '';
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain) || domain.length > 200) {
    throw new Error('the provider names no institution');
  }
  return { subject: checkedSubject(`${domain}!${id}`), domain };
}
