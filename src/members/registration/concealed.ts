import type { LibraryInput } from '../document.ts';
import type { Accounts } from './accounts.ts';

/** Shorter values turn up in texts by chance, and hiding them would spoil those. */
const leastHidden = 4;

/** A value of JSON in which no password of the accounts stands: a server may echo what it was sent. */
export function concealed<T>(value: T, accounts: Accounts): T {
  const secrets = Object.values(accounts)
    .flatMap(({ password, user }) => [password ?? '', user ?? ''])
    .filter((secret) => secret.length >= leastHidden)
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return secrets.length === 0 ? value : (hide(value, secrets) as T);
}

function hide(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    return secrets.reduce((text, secret) => text.replaceAll(secret, '•••'), value);
  }
  if (Array.isArray(value)) return value.map((one) => hide(one, secrets));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hide(one, secrets)]));
}

/** A proposed document with the accounts as the library's own document names them. */
export function withOwnAccount(proposed: LibraryInput, own: LibraryInput): LibraryInput {
  const { connector } = own;
  const named = (key: 'auth' | 'credentials') => {
    const value = (connector as Readonly<Record<string, unknown>>)[key];
    return value === undefined ? {} : { [key]: value };
  };
  const rest: Record<string, unknown> = { ...proposed.connector };
  delete rest.auth;
  delete rest.credentials;
  const restored = { ...rest, ...named('auth'), ...named('credentials') };
  return { ...proposed, connector: restored as LibraryInput['connector'] };
}
