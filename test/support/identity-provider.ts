import {
  constants,
  createHash,
  createSign,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a stand-in does wrong, for tests of what is refused. */
export type ProviderFault =
  | 'wrong_issuer'
  | 'wrong_nonce'
  | 'wrong_audience'
  | 'wrong_signature'
  | 'expired'
  | 'too_long'
  | 'doctype'
  | 'broken_xml'
  | 'two_users'
  | 'no_domain';

export interface IdentityProviderStandIn {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Key that values of the OAuth 2 resource are encrypted for. */
  readonly privateKey: string;
  /** Who signs in at its pages from now on. */
  person: string;
  fault: ProviderFault | null;
  /** Goes to an address as a browser does and gives where it is sent back to. */
  visit(url: URL): Promise<URL>;
  close(): Promise<void>;
}

/** What a gateway is told of the stand-in: which client it is, and where the bridge answers. */
export function settingsAt(
  { origin, clientId, clientSecret, privateKey }: IdentityProviderStandIn,
  name: { readonly zh: string; readonly en: string },
) {
  return {
    client: { name, clientId, clientSecret, insecure: true },
    bridge: {
      authorizeUrl: `${origin}/api/authorize`,
      tokenUrl: `${origin}/api/token`,
      resourceUrl: `${origin}/api/resource`,
      privateKey,
    },
  };
}

interface Grant {
  readonly person: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly nonce: string | null;
}

/**
 * A university's sign-in as a server on loopback: OpenID Connect under /oidc, the CARSI bridge's
 * OAuth 2 under /api, CAS 2 and 3 under /cas. Codes and tickets work once; everything that a
 * client must send is checked.
 */
export async function startIdentityProvider(): Promise<IdentityProviderStandIn> {
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sealing = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, string>();
  const [clientId, clientSecret] = ['guanji', randomBytes(16).toString('hex')];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_request', error_description: String(error) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const json = (response: ServerResponse, value: unknown) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const redirect = (response: ServerResponse, to: URL) => {
    response.writeHead(302, { location: to.href });
    response.end();
  };
  const seal = (value: string) => {
    const key = { key: sealing.publicKey, padding: constants.RSA_PKCS1_PADDING };
    return publicEncrypt(key, Buffer.from(value)).toString('base64');
  };

  function idToken(grant: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const { fault } = standIn;
    const claims = {
      iss: fault === 'wrong_issuer' ? 'https://other.example' : `${origin}/oidc`,
      sub: grant.person,
      aud: fault === 'wrong_audience' ? 'somebody-else' : clientId,
      nonce: fault === 'wrong_nonce' ? 'another' : grant.nonce,
      iat: now,
      exp: fault === 'expired' ? now - 600 : now + 300,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'RS256', kid: '1' })}.${part(claims)}`;
    const signature = createSign('sha256').update(body).sign(signing.privateKey);
    if (fault === 'wrong_signature') signature.reverse();
    return `${body}.${signature.toString('base64url')}`;
  }

  function authorize(url: URL, response: ServerResponse): void {
    const get = (name: string) => url.searchParams.get(name);
    if (get('client_id') !== clientId || get('response_type') !== 'code') throw new Error('client');
    const redirectUri = get('redirect_uri') ?? '';
    const code = randomBytes(12).toString('hex');
    const challenge = get('code_challenge');
    grants.set(code, { person: standIn.person, redirectUri, challenge, nonce: get('nonce') });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', get('state') ?? '');
    redirect(response, back);
  }

  async function exchange(request: IncomingMessage): Promise<Grant> {
    const form = new URLSearchParams(await text(request));
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const inBody = form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
    if (request.headers.authorization !== basic && !inBody) throw new Error('client');
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    if (grant === undefined || grant.redirectUri !== form.get('redirect_uri')) {
      throw new Error('code');
    }
    const verifier = createHash('sha256').update(form.get('code_verifier') ?? '');
    if (grant.challenge !== null && verifier.digest('base64url') !== grant.challenge) {
      throw new Error('verifier');
    }
    return grant;
  }

  function validate(url: URL, response: ServerResponse): void {
    const ticket = url.searchParams.get('ticket') ?? '';
    const grant = grants.get(ticket);
    grants.delete(ticket);
    const good = grant !== undefined && grant.redirectUri === url.searchParams.get('service');
    const user = `<cas:user>${grant?.person}</cas:user>`;
    const inner = good
      ? `<cas:authenticationSuccess>${user}${standIn.fault === 'two_users' ? user : ''}` +
        '<cas:attributes><cas:role>teacher</cas:role></cas:attributes></cas:authenticationSuccess>'
      : '<cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure>';
    const xml = `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">${inner}</cas:serviceResponse>`;
    response.writeHead(200, { 'content-type': 'application/xml; charset=utf-8' });
    const faults: Partial<Record<ProviderFault, string>> = {
      doctype: `<!DOCTYPE x [<!ENTITY a "b">]>${xml}`,
      broken_xml: xml.replace('</cas:user>', ''),
      too_long: `${xml}<!--${'x'.repeat(70_000)}-->`,
    };
    response.end((standIn.fault && faults[standIn.fault]) || xml);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    switch (url.pathname) {
      case '/oidc/.well-known/openid-configuration':
        return json(response, {
          issuer: `${origin}/oidc`,
          authorization_endpoint: `${origin}/oidc/authorize`,
          token_endpoint: `${origin}/oidc/token`,
          jwks_uri: `${origin}/oidc/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
        });
      case '/oidc/keys': {
        const key = signing.publicKey.export({ format: 'jwk' });
        return json(response, { keys: [{ ...key, kid: '1', use: 'sig', alg: 'RS256' }] });
      }
      case '/oidc/authorize':
      case '/api/authorize':
        return authorize(url, response);
      case '/oidc/token': {
        const grant = await exchange(request);
        const access = { access_token: randomBytes(8).toString('hex'), token_type: 'Bearer' };
        return json(response, { ...access, expires_in: 300, id_token: idToken(grant) });
      }
      case '/api/token': {
        const access_token = randomBytes(8).toString('hex');
        tokens.set(access_token, (await exchange(request)).person);
        return json(response, { access_token, expires_in: 300, refresh_token: 'r' });
      }
      case '/api/resource': {
        const person = tokens.get(url.searchParams.get('access_token') ?? '');
        if (person === undefined || url.searchParams.get('client_id') !== clientId) {
          throw new Error('token');
        }
        const domain = standIn.fault === 'no_domain' ? '' : '@univ.example.edu';
        return json(response, {
          'carsi-persistent-uid': seal(person),
          'carsi-affiliation': seal(`faculty${domain}`),
        });
      }
      case '/cas/login': {
        const service = url.searchParams.get('service') ?? '';
        const ticket = `ST-${randomBytes(12).toString('hex')}`;
        const grant = {
          person: standIn.person,
          redirectUri: service,
          challenge: null,
          nonce: null,
        };
        grants.set(ticket, grant);
        const back = new URL(service);
        back.searchParams.set('ticket', ticket);
        return redirect(response, back);
      }
      case '/cas/serviceValidate':
      case '/cas/p3/serviceValidate':
        return validate(url, response);
      default:
        response.writeHead(404);
        response.end();
    }
  }

  const standIn: IdentityProviderStandIn = {
    origin,
    clientId,
    clientSecret,
    privateKey: sealing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    person: 'person-1',
    fault: null,
    async visit(url) {
      const response = await fetch(url, { redirect: 'manual' });
      return new URL(response.headers.get('location') ?? '');
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return standIn;
}
