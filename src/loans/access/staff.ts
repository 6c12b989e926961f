import { randomUUID } from 'node:crypto';
import { recordAudit } from '../../store/audit.ts';
import { breaks } from '../../store/errors.ts';
import { type Actor, audits, runsFederation } from '../actor.ts';
import { type FieldFault, LoanError, notFound, refuseFaults } from '../errors.ts';
import type { PeopleContext, Tx } from '../people/context.ts';
import { isId } from '../people/lifecycle.ts';
import { writeMail } from '../people/mails.ts';
import { loginTaken, readLogin } from '../people/registration.ts';
import { cleanText, isEmail, keyOf, missing, textFault } from '../people/text.ts';
import { everywhere, holds, isStaffRole, refuseRole, type StaffRole, trailOf } from './roles.ts';
import { endSessions } from './sessions.ts';
import { setPassword } from './sign-in.ts';
import { issueToken, peekToken, useToken } from './tokens.ts';

/** One role at one library; `*` for the whole federation. */
export interface Grant {
  readonly role: StaffRole;
  readonly libraryId: string;
}

export interface InvitationInput {
  readonly name: string;
  readonly email: string;
  readonly login: string;
  readonly phone?: string | null;
  readonly locale?: 'zh' | 'en';
  readonly grants: readonly Grant[];
}

const nameField = { label: { zh: '姓名', en: 'Name' }, maxLength: 60 };
const emailField = { label: { zh: '电子邮箱', en: 'E-mail' }, maxLength: 254 };
const phoneField = { label: { zh: '联系电话', en: 'Telephone' }, maxLength: 30 };

/**
 * A library's administrator gives roles at that library, the federation's administrator all of
 * them. Nobody gives what they could not be given by the same rule.
 */
function mayGrant(actor: Actor, { role, libraryId }: Grant): boolean {
  if (runsFederation(actor)) return true;
  if (role === 'federation_administrator' || libraryId === everywhere) return false;
  return holds(actor, libraryId, ['library_administrator']);
}

/** Makes a staff account and mails the link to set its password. */
export async function inviteStaff(
  context: PeopleContext,
  actor: Actor,
  input: InvitationInput,
): Promise<{ readonly staffId: string }> {
  const grants = readGrants(context, input.grants);
  if (!grants.every((grant) => mayGrant(actor, grant))) refuseRole('staff.grant');
  const login = readLogin(input.login);
  refuseFaults([...staffFaults(input), ...login.faults]);
  const now = context.clock.now();
  const id = randomUUID();
  const name = cleanText(input.name) ?? '';
  const email = cleanText(input.email) ?? '';
  const locale = input.locale ?? 'zh';
  return await context.database.transaction(async (tx) => {
    const text = login.login ?? '';
    const account = { id, kind: 'staff' as const, login: text, login_key: keyOf(text), locale };
    const unused = { password: null, password_changed_at: null, last_sign_in_at: null };
    const contact = { name, email, email_key: keyOf(email), phone: cleanText(input.phone) };
    try {
      await tx
        .insertInto('accounts')
        .values({ ...account, ...unused, created_at: now })
        .execute();
      await tx
        .insertInto('staff')
        .values({ id, ...contact, state: 'invited', created_at: now })
        .execute();
    } catch (error) {
      if (breaks(error, 'accounts_login')) throw loginTaken(error);
      if (breaks(error, 'staff_email')) throw emailTaken(error);
      throw error;
    }
    await writeGrants(tx, actor, id, grants, now);
    const token = await issueToken(tx, { purpose: 'accept_invitation', accountId: id }, now);
    await writeMail(
      tx,
      {
        name: 'invited',
        to: email,
        locale,
        values: { name, login: text, link: `${context.site}/staff/accept#${token}` },
        occasion: `${id}:${now.getTime()}`,
        secret: true,
      },
      now,
    );
    await note(tx, actor, id, 'staff.invited', { grants: grants.map(grantText) }, now);
    return { staffId: id };
  });
}

/** Sets the password of an invited account, which may sign in from then on. */
export async function acceptInvitation(
  context: PeopleContext,
  input: { readonly token: string; readonly password: string },
): Promise<void> {
  const now = context.clock.now();
  const accountId = await context.database.transaction((tx) =>
    peekToken(tx, 'accept_invitation', input.token, now),
  );
  await setPassword(context, accountId, input.password, null, async (tx) => {
    await useToken(tx, 'accept_invitation', input.token, now);
    await tx
      .updateTable('staff')
      .set({ state: 'active' })
      .where('id', '=', accountId)
      .where('state', '=', 'invited')
      .execute();
  });
}

/** Replaces the roles a person has at one library; an empty list takes them all. */
export async function grantRoles(
  context: PeopleContext,
  actor: Actor,
  staffId: string,
  libraryId: string,
  roles: readonly string[],
): Promise<readonly Grant[]> {
  const wanted = readGrants(
    context,
    roles.map((role) => ({ role: role as StaffRole, libraryId })),
    true,
  );
  const now = context.clock.now();
  return await context.database.transaction(async (tx) => {
    const before = await grantsOf(tx, staffId);
    if (before === null) throw noStaff();
    const here = before.filter((grant) => grant.libraryId === libraryId);
    if (![...wanted, ...here].every((grant) => mayGrant(actor, grant))) refuseRole('staff.grant');
    if (wanted.length === 0 && here.length === 0) return before;
    await tx
      .deleteFrom('staff_roles')
      .where('staff_id', '=', staffId)
      .where('library_id', '=', libraryId)
      .execute();
    await writeGrants(tx, actor, staffId, wanted, now);
    const after = { before: here.map(grantText), after: wanted.map(grantText) };
    await note(tx, actor, staffId, 'staff.granted', after, now);
    return (await grantsOf(tx, staffId)) ?? [];
  });
}

/** Ends a staff account: no sign-in, no session, no role. What the person did stays in the trail. */
export async function disableStaff(
  context: PeopleContext,
  actor: Actor,
  staffId: string,
): Promise<void> {
  const now = context.clock.now();
  await context.database.transaction(async (tx) => {
    const grants = await grantsOf(tx, staffId);
    if (grants === null) throw noStaff();
    if (grants.length === 0 ? !runsFederation(actor) : !grants.every((g) => mayGrant(actor, g))) {
      refuseRole('staff.disable');
    }
    await tx.updateTable('staff').set({ state: 'disabled' }).where('id', '=', staffId).execute();
    await tx.updateTable('accounts').set({ password: null }).where('id', '=', staffId).execute();
    await tx.deleteFrom('staff_roles').where('staff_id', '=', staffId).execute();
    await endSessions(tx, staffId);
    await note(tx, actor, staffId, 'staff.disabled', { grants: grants.map(grantText) }, now);
  });
}

export interface StaffLine {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly state: string;
  readonly roles: readonly string[];
}

/** Who works at a library, for its own people and the federation's. */
export async function listStaff(
  context: PeopleContext,
  actor: Actor,
  libraryId: string,
): Promise<readonly StaffLine[]> {
  const here = actor.kind === 'staff' && actor.libraryId === libraryId;
  const looksOn = audits(actor) && actor.libraryId === null;
  if (!here && !looksOn && !runsFederation(actor)) refuseRole('staff.list');
  return await context.database.transaction(async (tx) => {
    const rows = await tx
      .selectFrom('staff')
      .innerJoin('staff_roles', 'staff_roles.staff_id', 'staff.id')
      .select(['staff.id', 'staff.name', 'staff.email', 'staff.state', 'staff_roles.role'])
      .where('staff_roles.library_id', '=', libraryId)
      .orderBy('staff.name')
      .orderBy('staff.id')
      .orderBy('staff_roles.role')
      .limit(2000)
      .execute();
    const byId = Map.groupBy(rows, (row) => row.id);
    return [...byId.values()].flatMap(([first, ...rest]) =>
      first === undefined
        ? []
        : [
            {
              id: first.id,
              name: first.name,
              email: first.email,
              state: first.state,
              roles: [first, ...rest].map((row) => row.role),
            },
          ],
    );
  });
}

async function grantsOf(tx: Tx, staffId: string): Promise<readonly Grant[] | null> {
  if (!isId(staffId)) return null;
  const staff = await tx
    .selectFrom('staff')
    .select('id')
    .where('id', '=', staffId)
    .where('state', '<>', 'disabled')
    .forUpdate()
    .executeTakeFirst();
  if (staff === undefined) return null;
  const rows = await tx
    .selectFrom('staff_roles')
    .select(['role', 'library_id'])
    .where('staff_id', '=', staffId)
    .orderBy('library_id')
    .orderBy('role')
    .execute();
  return rows.map((row) => ({ role: row.role as StaffRole, libraryId: row.library_id }));
}

async function writeGrants(
  tx: Tx,
  actor: Actor,
  staffId: string,
  grants: readonly Grant[],
  now: Date,
): Promise<void> {
  if (grants.length === 0) return;
  const rows = grants.map(({ role, libraryId }) => ({
    staff_id: staffId,
    role,
    library_id: libraryId,
    granted_at: now,
    granted_by: actor.id,
  }));
  await tx
    .insertInto('staff_roles')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function note(
  tx: Tx,
  actor: Actor,
  staffId: string,
  action: string,
  after: Readonly<Record<string, readonly string[]>>,
  now: Date,
): Promise<void> {
  const subject = { kind: 'staff', id: staffId };
  await recordAudit(tx, { trail: trailOf(actor), actor, action, subject, after }, now);
}

function grantText({ role, libraryId }: Grant): string {
  return `${role}@${libraryId}`;
}

/** Checks names of roles and libraries; a person without any role can do nothing. */
function readGrants(
  context: PeopleContext,
  grants: readonly Grant[],
  mayBeNone = false,
): readonly Grant[] {
  const faults: FieldFault[] = [];
  if (grants.length === 0 && !mayBeNone) {
    faults.push(missing({ zh: '角色', en: 'Role' }, '/grants'));
  }
  for (const [i, { role, libraryId }] of grants.slice(0, 100).entries()) {
    const known = libraryId === everywhere || context.findLibrary(libraryId) !== null;
    const federal = role === 'federation_administrator';
    const fits = federal
      ? libraryId === everywhere
      : role === 'auditor' || libraryId !== everywhere;
    if (isStaffRole(role) && known && fits) continue;
    const pointer = `/grants/${i}`;
    const zh = '没有这个角色或图书馆。';
    const en = 'There is no such role at such a library.';
    faults.push({ pointer, rule: 'staff.grant', zh, en });
  }
  refuseFaults(faults);
  return grants.slice(0, 100);
}

function staffFaults(input: InvitationInput): readonly FieldFault[] {
  const faults = [
    textFault(input.name, nameField, '/name'),
    textFault(input.email, emailField, '/email'),
    textFault(input.phone, phoneField, '/phone'),
  ].filter((fault) => fault !== null);
  if (cleanText(input.name) === null) faults.push(missing(nameField.label, '/name'));
  const email = cleanText(input.email);
  if (email === null) faults.push(missing(emailField.label, '/email'));
  else if (!isEmail(email)) {
    const zh = '电子邮箱格式不对。';
    faults.push({
      pointer: '/email',
      rule: 'email.form',
      zh,
      en: 'This is not an e-mail address.',
    });
  }
  if (cleanText(input.login) === null) {
    faults.push(missing({ zh: '登录名', en: 'Login' }, '/login'));
  }
  return faults;
}

function noStaff(): LoanError {
  return notFound('没有这位工作人员。', 'There is no such member of staff.');
}

function emailTaken(cause: unknown): LoanError {
  const sentence = {
    zh: '这个邮箱已属于另一位工作人员。',
    en: 'Another member of staff has this address.',
  };
  return new LoanError('taken', sentence, { rule: 'staff_email', cause });
}
