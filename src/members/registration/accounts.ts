import type { LibraryDocument, LibraryInput } from '../document.ts';

/** An account at a library's server. */
export interface Account {
  readonly user?: string;
  readonly password?: string;
  /** The group of Z39.50's idPass. */
  readonly group?: string;
}

/** The accounts of one library: `default`, or an operation of the X-Service. */
export type Accounts = Readonly<Record<string, Account>>;

/**
 * Names by which a connector asks for a stored account, in the same way as for an environment variable.
 * No variable can be called so, and the document that a connector shows holds no secret.
 */
const nameOf = (part: 'user' | 'password', operation: string) => `@${part}:${operation}`;

/** The value behind such a name, or undefined for any other. */
export function storedSecret(accounts: Accounts, name: string): string | undefined {
  const match = /^@(user|password):(.+)$/.exec(name);
  if (match === null) return undefined;
  const [, part, operation = ''] = match;
  return accounts[operation]?.[part as 'user' | 'password'];
}

/** Operations whose accounts a protocol can use; null where it has none at all. */
export function operationsOf(protocol: string): 'one' | 'any' | null {
  if (protocol === 'xservice') return 'any';
  return protocol === 'http' ? null : 'one';
}

/** The document with its stored accounts in place of those it names; without any it stays as it is. */
export function withAccounts<D extends LibraryDocument | LibraryInput>(
  document: D,
  accounts: Accounts,
): D {
  const { connector } = document;
  const names = (operation: string) => {
    const account = accounts[operation];
    return {
      ...(account?.user !== undefined && { userEnv: nameOf('user', operation) }),
      ...(account?.password !== undefined && { passwordEnv: nameOf('password', operation) }),
    };
  };
  if (connector.protocol === 'xservice') {
    if (Object.keys(accounts).length === 0) return document;
    const stored = Object.fromEntries(Object.keys(accounts).map((one) => [one, names(one)]));
    const credentials = { ...connector.credentials, ...stored };
    return { ...document, connector: { ...connector, credentials } };
  }
  const account = accounts.default;
  if (account === undefined || connector.protocol === 'http') return document;
  const { user, userEnv, passwordEnv, ...rest } = connector.auth ?? { kind: null };
  const auth = {
    ...rest,
    ...(account.user === undefined && {
      ...(user !== undefined && { user }),
      ...(userEnv !== undefined && { userEnv }),
    }),
    ...(account.password === undefined && passwordEnv !== undefined && { passwordEnv }),
    ...names('default'),
  };
  if (connector.protocol === 'sru') {
    const { kind } = connector.auth ?? { kind: 'basic' };
    return { ...document, connector: { ...connector, auth: { ...auth, kind } } };
  }
  const written = connector.auth?.kind ?? 'anonymous';
  const kind = written === 'anonymous' ? 'idPass' : written;
  const group = account.group === undefined ? {} : { group: account.group };
  return { ...document, connector: { ...connector, auth: { ...auth, kind, ...group } } };
}
