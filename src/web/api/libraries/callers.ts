import type { FastifyReply, FastifyRequest } from 'fastify';
import { resumeSession } from '../../../loans/access/sessions.ts';
import { runsFederation } from '../../../loans/actor.ts';
import { type Entry, isPublic } from '../../../members/directory.ts';
import type { LibraryDocument } from '../../../members/document.ts';
import type { Caller } from '../../../members/registration/index.ts';
import type { WebContext } from '../../context.ts';
import { notFound, ProblemError } from '../../problem.ts';
import { bearerOf, tokenHeader } from '../loans/seats.ts';

/** Security schemes of the OpenAPI description: either will do. */
export const byFederation = { security: [{ administrator: [] }] };
export const byOwner = { security: [{ library: [] }, { administrator: [] }] };

/** Somebody who has signed in, and is no federation administrator. */
const somebody = 'somebody';

/**
 * Who a bearer token stands for: the administrator, a library, or a federation administrator who has
 * signed in. Null without a token, with one of nobody, or with one that says nothing here. Cookies are
 * not looked at, so that no page of another site can write here in somebody's name.
 */
export async function callerOf(
  context: WebContext,
  request: FastifyRequest,
  reply?: FastifyReply,
): Promise<Caller | null> {
  const known = await knownAs(context, request, reply);
  return known === somebody ? null : known;
}

async function knownAs(
  context: WebContext,
  request: FastifyRequest,
  reply?: FastifyReply,
): Promise<Caller | typeof somebody | null> {
  const token = bearerOf(request);
  if (token === null) return null;
  if (context.isAdministrator(token)) return { kind: 'administrator', id: 'administrator' };
  if (token.startsWith('lib_')) {
    const library = (await context.registration?.ownerOf(token)) ?? null;
    return library === null ? null : { kind: 'library', id: library };
  }
  // A session's token may be exchanged on the way, which the answer has to say.
  if (!context.loans || reply === undefined) return null;
  const session = await resumeSession(context.loans.people, token);
  if (session === null) return null;
  if (session.token !== null) reply.header(tokenHeader, session.token);
  return runsFederation(session.actor) ? { kind: 'staff', id: session.actor.id } : somebody;
}

/** Throws 401 unless the request carries a token of somebody. */
export async function anyCaller(
  context: WebContext,
  request: FastifyRequest,
  reply?: FastifyReply,
): Promise<Caller> {
  const caller = await knownAs(context, request, reply);
  if (caller === somebody) {
    throw new ProblemError(403, 'forbidden', 'only federation administrators may do this');
  }
  if (caller !== null) return caller;
  const detail = "send the administrator's token or the library's own as a bearer token";
  throw new ProblemError(401, 'unauthorized', detail, {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** Throws 401 or 403 unless the caller acts for the federation. */
export async function federationOnly(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Caller> {
  const caller = await anyCaller(context, request, reply);
  if (caller.kind !== 'library') return caller;
  throw new ProblemError(403, 'forbidden', 'only the federation may do this, not a library');
}

/** The library of the address, where it is one that readers know; throws 404. */
export function publicLibrary(
  { directory }: Pick<WebContext, 'directory'>,
  request: FastifyRequest,
): LibraryDocument {
  const { id } = request.params as { id: string };
  const entry = directory.get(id);
  if (entry === undefined || !isPublic(entry)) throw notFound(`no library has the id ${id}`);
  return entry.library;
}

export interface Owned {
  readonly caller: Caller;
  readonly entry: Entry;
}

/**
 * The entry of the address, for the library itself and for the federation. To another library it does not
 * exist unless everybody knows it, and then it is not theirs to touch.
 */
export async function ownEntry(
  context: WebContext,
  request: FastifyRequest,
  reply?: FastifyReply,
): Promise<Owned> {
  const caller = await anyCaller(context, request, reply);
  const { id } = request.params as { id: string };
  const entry = context.directory.get(id);
  const isStranger = caller.kind === 'library' && caller.id !== id;
  if (entry === undefined || (isStranger && !isPublic(entry))) {
    throw notFound(`no library has the id ${id}`);
  }
  if (isStranger) {
    throw new ProblemError(403, 'forbidden', `this token is for ${caller.id}, not for ${id}`);
  }
  return { caller, entry };
}
