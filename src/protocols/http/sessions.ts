import type { HttpSettings, LibraryDocument } from '../../members/document.ts';
import type { Egress, EgressCall } from '../types.ts';
import { openSession, type Session } from './session.ts';

/** Used for this long at most before a new one is opened, whatever the server would allow. */
const maxAgeMs = 15 * 60_000;

/** The one session a connector has with its server at a time. */
export interface Sessions {
  current(call: EgressCall): Promise<Session>;
  /** Lets go of the session, or only if it still is the one given. */
  forget(session?: Session): void;
}

export function createSessions(library: LibraryDocument<HttpSettings>, egress: Egress): Sessions {
  let kept: { readonly session: Session; readonly openedAt: number } | null = null;
  let opening: Promise<Session> | null = null;

  async function open(call: EgressCall): Promise<Session> {
    try {
      const session = await openSession(library, egress, call);
      kept = { session, openedAt: performance.now() };
      return session;
    } finally {
      opening = null;
    }
  }

  return {
    async current(call) {
      if (kept !== null && performance.now() - kept.openedAt < maxAgeMs) return kept.session;
      if (opening !== null) {
        try {
          return await opening;
        } catch {
          // That search was stopped or failed; this one opens its own.
        }
      }
      opening = open(call);
      return await opening;
    },
    forget(session) {
      if (session === undefined || kept?.session === session) kept = null;
    },
  };
}
