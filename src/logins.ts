import { type Settings, settingsFault } from './config.ts';
import { createCasProvider } from './loans/people/external/cas.ts';
import type { ExternalLogins } from './loans/people/external/login.ts';
import { createOauth2Provider } from './loans/people/external/oauth2.ts';
import { createOidcProvider } from './loans/people/external/oidc.ts';
import type { IdentityProvider, ProviderFetch } from './loans/people/external/provider.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type LoginSettings = Settings['loans']['logins'][number];

/** Sign-in at universities as the settings name it; secrets come from the environment. */
export function externalLogins(
  settings: Settings,
  environment: Environment,
  fetch: ProviderFetch,
  site: () => string,
): ExternalLogins {
  const secret = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    const message = `${name}, which a login of the settings names, is not set`;
    throw settingsFault(message, { file: 'environment' });
  };
  return {
    providers: settings.loans.logins.map((login) => providerOf(login, secret, fetch)),
    redirectUri: (id) => `${site()}/api/v1/logins/${id}/back`,
  };
}

function providerOf(
  login: LoginSettings,
  secret: (name: string) => string,
  fetch: ProviderFetch,
): IdentityProvider {
  switch (login.protocol) {
    case 'cas':
      return createCasProvider({ ...login, version: login.version ?? 3 }, fetch);
    case 'oidc': {
      const { clientSecretEnv, protocol: _protocol, ...rest } = login;
      return createOidcProvider({ ...rest, clientSecret: secret(clientSecretEnv) }, fetch);
    }
    case 'oauth2': {
      const { clientSecretEnv, privateKeyEnv, protocol: _protocol, ...rest } = login;
      const privateKey = privateKeyEnv === undefined ? null : secret(privateKeyEnv);
      const clientSecret = secret(clientSecretEnv);
      return createOauth2Provider({ ...rest, clientSecret, privateKey }, fetch);
    }
  }
}
