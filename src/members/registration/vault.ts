import type { PauseRow } from '../../store/tables/members.ts';
import type { LibraryDocument } from '../document.ts';
import { type Accounts, storedSecret, withAccounts } from './accounts.ts';
import type { ApprovedAddress } from './addresses.ts';
import { isSame } from './differences.ts';

/** What a registered library's connector may use, beside its document. */
export interface Held {
  readonly addresses: readonly ApprovedAddress[];
  readonly accounts: Accounts;
  /** What readers are told while the library is paused, and until when; null while it is not. */
  readonly pause: PauseRow | null;
}

/** Addresses, accounts and pauses of the registered libraries, in memory only. */
export interface Vault {
  /** The same object for as long as nothing of it changes. */
  get(id: string): Held | undefined;
  put(id: string, held: Held): void;
}

export function createVault(): Vault {
  const all = new Map<string, Held>();
  return {
    get: (id) => all.get(id),
    put(id, held) {
      if (!isSame(all.get(id), held)) all.set(id, held);
    },
  };
}

type Secret = (name: string) => string | undefined;

/** The document that a connector is made with, and where its secrets come from. */
export function furnish<D extends LibraryDocument>(
  library: D,
  accounts: Accounts,
  environment: Secret,
): { readonly library: D; readonly secret: Secret } {
  return {
    library: withAccounts(library, accounts),
    secret: (name) => (name.startsWith('@') ? storedSecret(accounts, name) : environment(name)),
  };
}
