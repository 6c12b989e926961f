import type { XserviceSettings } from '../../members/document.ts';
import type { Phase } from '../../members/types.ts';
import type { ConnectorDependencies, HttpRequest } from '../types.ts';

/** Parameters by name; those without a value are left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

/**
 * One X-Service request. Values only ever pass through the encoder, so that a term can never become a
 * parameter. The staff account is the operation's own, else the default one, else none.
 */
export function encodeOperation(
  settings: XserviceSettings,
  op: string,
  parameters: Parameters,
  secret: ConnectorDependencies['secret'],
  phase: Phase = 'search',
): HttpRequest {
  const written = new URLSearchParams({ op });
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) written.set(name, String(value));
  }
  const account = settings.credentials?.[op] ?? settings.credentials?.default;
  if (account !== undefined) {
    const user = account.userEnv === undefined ? account.user : secret(account.userEnv);
    const password = account.passwordEnv === undefined ? undefined : secret(account.passwordEnv);
    if (user !== undefined) written.set('user_name', user);
    if (password !== undefined) written.set('user_password', password);
  }
  const url = new URL(settings.url);
  const { connections } = settings.limits;
  // What carries somebody's account or password stays out of the server's access log, and goes to the
  // address that was approved and to no other, not even on the same host.
  const secretive = account !== undefined || private_.has(op);
  const redirects = secretive ? 0 : 2;
  const shared = { phase, connections, repeatable: !changing.has(op), redirects };
  if (settings.method === 'post' || secretive) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const body = Buffer.from(written.toString());
    return { url, method: 'POST', headers, body, ...shared };
  }
  const text = written.toString().replaceAll('+', '%20');
  url.search = url.search === '' ? text : `${url.search.slice(1)}&${text}`;
  return { url, method: 'GET', headers: {}, body: null, ...shared };
}

/** Operations that change something at the library and must not be sent twice. */
const changing: ReadonlySet<string> = new Set(['hold-req', 'hold-req-cancel', 'renew']);

/** Operations whose parameters name a reader. */
const private_: ReadonlySet<string> = new Set([
  'bor-auth',
  'bor-info',
  'hold-req',
  'hold-req-cancel',
  'renew',
]);

/** Numbers of the X-Service have fixed widths. */
export const pad = {
  document: (value: string | number) => String(value).padStart(9, '0'),
  sequence: (value: string | number) => String(value).padStart(6, '0'),
};
