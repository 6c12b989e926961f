import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '../../../members/directory.ts';
import { shownWindow } from '../../../members/maintenance.ts';
import type { Caller, Details, Registration } from '../../../members/registration/index.ts';
import { isOffered, serviceNames } from '../../../members/services.ts';
import { systemClock } from '../../../store/clock.ts';
import type { WebContext } from '../../context.ts';
import { ProblemError } from '../../problem.ts';
import { ownEntry } from './callers.ts';

/** What everybody may see: the document with its defaults, never the account names of a connector. */
export function publicView(context: Pick<WebContext, 'registration' | 'health'>, entry: Entry) {
  const { connector, ...about } = entry.library;
  const { protocol, indexes, limits, reach } = connector;
  const pause = context.registration?.get(about.id)?.pause ?? null;
  const now = systemClock.now();
  const isActive = about.status === 'live';
  return {
    ...about,
    offered: serviceNames.filter((name) => isActive && isOffered(entry.library, name, now)),
    ...(about.status === 'paused' && pause !== null ? { pause } : {}),
    ...maintenancePart(context, about.id),
    connector: { protocol, indexes: Object.keys(indexes), limits, reach },
    origin: entry.origin,
    revision: entry.revision,
  };
}

/** Windows that are open or still to come, so that nobody is surprised by one; without any, nothing. */
function maintenancePart({ health }: Pick<WebContext, 'health'>, id: string) {
  const planned = health?.maintenance.planned(id, health.now()) ?? [];
  return planned.length === 0 ? {} : { maintenance: planned.map(shownWindow) };
}

/** Beside it, what the library itself and the federation see: the document as written, and where it stands. */
function ownersView(context: WebContext, entry: Entry, details: Details) {
  const { document, version, answering, pending, addresses, credentials, hasToken } = details;
  const registration = { version, answering, pending, addresses, credentials, hasToken };
  return { ...publicView(context, entry), status: details.status, registration, document };
}

/** The answer to whoever may write the entry, as it stands now. */
export async function sendOwned(
  context: WebContext,
  reply: FastifyReply,
  id: string,
  more: object = {},
): Promise<FastifyReply> {
  const details = await registrationOf(context).detailsOf(id);
  const entry = context.directory.get(id);
  // An entry that has just been written is in the directory, unless its document cannot be used here.
  if (entry === undefined) throw new ProblemError(409, 'conflict', `${id} cannot be used here`);
  return reply
    .header('etag', details.etag)
    .header('cache-control', 'no-store')
    .send({ ...ownersView(context, entry, details), ...more });
}

export function registrationOf(context: WebContext): Registration {
  if (context.registration) return context.registration;
  throw new ProblemError(503, 'overloaded', 'nothing can be registered at this gateway');
}

/** Of a registered entry it changes with whatever of it changes, of another one with its document. */
export function etagFor(context: WebContext, entry: Entry): string {
  const registered = context.registration?.get(entry.library.id);
  return registered?.etag ?? `"${entry.revision}"`;
}

export interface Change {
  readonly caller: Caller;
  readonly id: string;
  /** The version that the caller has read. */
  readonly condition: string;
}

/** Who changes which entry: what every change of one is asked first. */
export async function ownChange(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  needsMatch = false,
): Promise<Change> {
  const { caller, entry } = await ownEntry(context, request, reply);
  refuseReadOnly(entry);
  return { caller, id: entry.library.id, condition: conditionOf(request, needsMatch) };
}

/** A file and the demonstration consortium are read-only here. */
export function refuseReadOnly({ origin, library }: Entry): void {
  if (origin === 'registered') return;
  const where = origin === 'file' ? 'a file' : 'the demonstration consortium';
  throw new ProblemError(409, 'conflict', `${library.id} stands in ${where}: read-only here`);
}

/** The version a caller has read. Where a whole document is replaced it has to be said. */
function conditionOf(request: FastifyRequest, isNeeded: boolean): string {
  const condition = request.headers['if-match'];
  if (condition !== undefined) return condition;
  if (!isNeeded) return '*';
  throw new ProblemError(428, 'precondition-required', 'send If-Match with the ETag you read');
}
