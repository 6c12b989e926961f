import type { FastifyReply, FastifyRequest } from 'fastify';
import { administrator } from '../../../loans/access/roles.ts';
import { resumeSession } from '../../../loans/access/sessions.ts';
import type { Actor } from '../../../loans/actor.ts';
import type { PeopleContext } from '../../../loans/people/context.ts';
import { ProblemError } from '../../problem.ts';

/** Over TLS the prefix binds the cookie to this host alone (RFC 6265bis, section 4.1.3.2). */
const secureName = '__Host-guanji';
const plainName = 'guanji';

/** Where a program finds the token that has taken its old one's place. */
export const tokenHeader = 'x-session-token';

export interface Seat {
  readonly actor: Actor;
  /** Null for the administrator's token, which has no session. */
  readonly sessionId: string | null;
  readonly token: string;
}

const seated = new WeakMap<FastifyRequest, Seat>();

/** The session behind the request, once `seatOf` has found one. */
export function sessionOf(request: FastifyRequest): Seat | null {
  return seated.get(request) ?? null;
}

/**
 * Who asks: by `Authorization: Bearer` (a session's token, or the administrator's) or by cookie. A
 * token of nobody is refused rather than taken for none, so that a program notices.
 */
export async function seatOf(
  people: PeopleContext,
  isAdministrator: (token: string) => boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Actor | null> {
  const bearer = bearerOf(request);
  if (bearer !== null && isAdministrator(bearer)) {
    seated.set(request, { actor: administrator, sessionId: null, token: bearer });
    return administrator;
  }
  const token = bearer ?? cookieOf(request);
  if (token === null) return null;
  const session = await resumeSession(people, token);
  if (session === null) {
    if (bearer === null) {
      clearCookie(request, reply);
      return null;
    }
    throw new ProblemError(401, 'unauthorized', 'this token is good for nothing any more', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  }
  if (session.token !== null) {
    if (bearer === null) setCookie(request, reply, session.token);
    else reply.header(tokenHeader, session.token);
  }
  const { actor, sessionId } = session;
  seated.set(request, { actor, sessionId, token: session.token ?? token });
  return actor;
}

/** The token that a program sends, or null. */
export function bearerOf(request: FastifyRequest): string | null {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && token ? token : null;
}

function cookieOf(request: FastifyRequest): string | null {
  return request.cookies[nameFor(request)] ?? null;
}

/** Browsers keep no secure cookie that came over plain HTTP, as on a desk's own machine. */
function nameFor(request: FastifyRequest): string {
  return request.protocol === 'https' ? secureName : plainName;
}

const attributes = { path: '/', httpOnly: true, sameSite: 'lax' } as const;

export function setCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  const secure = request.protocol === 'https';
  reply.setCookie(nameFor(request), token, { ...attributes, secure });
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(nameFor(request), { ...attributes, secure: request.protocol === 'https' });
}

/**
 * Refuses a change that another site's page asks for in the name of whoever sits at the browser.
 * A bearer token is never sent by a browser on its own, so it needs no such proof.
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
  if (bearerOf(request) !== null) return;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const foreignOrigin = origin !== undefined && hostOf(origin) !== request.host;
  if (!foreignSite && !foreignOrigin) return;
  throw new ProblemError(
    403,
    'foreign-origin',
    'changes are taken from this site’s own pages only',
  );
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
