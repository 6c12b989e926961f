import type { LoanRole } from './lifecycle/actions.ts';

export type PersonRole = Exclude<LoanRole, 'system' | 'peer'>;

/** Who acts: a reader, a member of staff at one library, or the gateway itself. */
export interface Actor {
  readonly kind: 'reader' | 'staff' | 'system';
  readonly id: string;
  /** The reader's home library or the library where the roles are held; null for the federation. */
  readonly libraryId: string | null;
  readonly roles: readonly PersonRole[];
}

export const systemActor: Actor = { kind: 'system', id: 'system', libraryId: null, roles: [] };

const deskRoles: readonly PersonRole[] = ['desk_clerk', 'desk_lead', 'library_administrator'];

/** Whether the actor works at this library's desk. */
export function worksAt(actor: Actor, library: string): boolean {
  return (
    actor.kind === 'staff' &&
    actor.libraryId === library &&
    actor.roles.some((role) => deskRoles.includes(role))
  );
}

export function leadsAt(actor: Actor, library: string): boolean {
  return worksAt(actor, library) && actor.roles.some((role) => role !== 'desk_clerk');
}

export function runsFederation(actor: Actor): boolean {
  return actor.kind === 'staff' && actor.roles.includes('federation_administrator');
}

/** Whether the actor may look at everything without touching it. */
export function audits(actor: Actor): boolean {
  return actor.kind === 'staff' && actor.roles.includes('auditor');
}

/** Whether it is the gateway itself; a visitor is of the same kind and may do nothing. */
export function isGateway(actor: Actor): boolean {
  return actor.kind === 'system' && actor.id === systemActor.id;
}
