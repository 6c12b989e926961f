import type { Scope } from '../../store/scope.ts';
import type { Actor, PersonRole } from '../actor.ts';
import { LoanError } from '../errors.ts';

/** Stands for every library in a grant of a role. */
export const everywhere = '*';

/** The roles that staff can be given, and what each is called. */
export const staffRoles = {
  desk_clerk: { zh: '馆际互借员', en: 'Desk clerk' },
  desk_lead: { zh: '馆际互借负责人', en: 'Desk lead' },
  library_administrator: { zh: '本馆管理员', en: 'Library administrator' },
  federation_administrator: { zh: '联盟管理员', en: 'Federation administrator' },
  auditor: { zh: '审计员', en: 'Auditor' },
} as const satisfies Partial<Record<PersonRole, { zh: string; en: string }>>;
export type StaffRole = keyof typeof staffRoles;

export function isStaffRole(name: string): name is StaffRole {
  return Object.hasOwn(staffRoles, name);
}

/** Who holds the administrator's token of the settings. */
export const administrator: Actor = {
  kind: 'staff',
  id: 'administrator',
  libraryId: null,
  roles: ['federation_administrator'],
};

/** Somebody who is not signed in. */
export const visitor: Actor = { kind: 'system', id: 'visitor', libraryId: null, roles: [] };

/**
 * What the rows of the database are confined to while this actor works; null for the gateway
 * itself. Roles for the whole federation see every library's rows.
 */
export function scopeOf(actor: Actor): Scope | null {
  if (actor.kind === 'system') return null;
  if (actor.kind === 'reader') return { kind: 'reader', id: actor.id, libraries: [] };
  const libraries = actor.libraryId === null ? ('all' as const) : [actor.libraryId];
  return { kind: 'staff', id: actor.id, libraries };
}

/** Whether the actor has one of the roles at this library. Federation roles are asked for by name. */
export function holds(actor: Actor, library: string, roles: readonly PersonRole[]): boolean {
  return (
    actor.kind === 'staff' &&
    actor.libraryId === library &&
    actor.roles.some((role) => roles.includes(role))
  );
}

/** Throws LoanError forbidden with the roles that may. */
export function refuseRole(rule: string): never {
  throw new LoanError(
    'forbidden',
    { zh: '您的身份不能进行这项操作。', en: 'Your role does not allow this.' },
    { rule },
  );
}

/** The trail of the audit that the actor's doings belong to. */
export function trailOf(actor: Actor, library: string | null = actor.libraryId): string {
  return library ?? 'federation';
}
