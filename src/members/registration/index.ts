import type { RegistrationContext } from './context.ts';
import { type Details, detailsOf } from './details.ts';
import type { Registered, Registry } from './registry.ts';
import { ownerOfToken } from './tokens.ts';

export { setAccounts } from './credentials.ts';
export { compareVersions, type Details, listVersions, readVersion } from './details.ts';
export { type CheckedDocument, editLibrary, rollBack } from './edit.ts';
export { RegistrationError } from './errors.ts';
export { invite, listInvitations, withdrawInvitation } from './invitations.ts';
export { type Caller, type LifecycleAction, transitions } from './lifecycle.ts';
export { approveLibrary, moveLibrary, pauseLibrary } from './move.ts';
export { registerInvited, registerLibrary } from './register.ts';
export { maxGraceSeconds, rotateToken } from './tokens.ts';

/** What the web layer and other parts are given of registration. */
export interface Registration {
  /** Opens the database where that has not happened yet. Rejects where it cannot be opened. */
  context(): Promise<RegistrationContext>;
  /** An entry as this gateway has taken it over; undefined before the database was read. */
  get(id: string): Registered | undefined;
  /** The library that a bearer token stands for, or null. */
  ownerOf(token: string): Promise<string | null>;
  detailsOf(id: string): Promise<Details>;
}

/** Registration over a database that is opened by the first call that needs it. */
export function createRegistration(
  open: () => Promise<{ readonly context: RegistrationContext; readonly registry: Registry }>,
  /** Whether anything can have been registered yet: where not, nobody has to wait for a database. */
  isThere: () => boolean,
): Registration {
  let registry: Registry | null = null;
  const opened = async () => {
    const both = await open();
    registry = both.registry;
    return both.context;
  };
  return {
    context: opened,
    get: (id) => registry?.get(id),
    async ownerOf(token) {
      return isThere() ? await ownerOfToken(await opened(), token) : null;
    },
    async detailsOf(id) {
      return await detailsOf(await opened(), id);
    },
  };
}
