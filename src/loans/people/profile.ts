import { recordAudit } from '../../store/audit.ts';
import { scopeOf, trailOf } from '../access/roles.ts';
import { type Actor, leadsAt, worksAt } from '../actor.ts';
import { type FieldFault, LoanError, refuseFaults } from '../errors.ts';
import { cardKey } from './cards.ts';
import type { PeopleContext, Tx } from './context.ts';
import { type Details, type DetailsInput, profileRow, readDetails } from './details.ts';
import { lockReader, noReader } from './lifecycle.ts';
import { type OptionalField, optionalFields, schemeOf, stale } from './scheme.ts';

/** What the library has checked against its own records; only the library changes it. */
const verifiedFields = ['name', 'cardNumber'] as const;

export interface Profile extends Details {
  readonly id: string;
  readonly libraryId: string;
  readonly state: string;
  readonly version: number;
  readonly barcode: string | null;
  readonly patronGroup: string | null;
  readonly login: string;
  readonly locale: 'zh' | 'en';
  /** What an edit must start from. */
  readonly editedAt: Date;
}

/** One's own profile. Throws LoanError not_found for anybody who is no reader. */
export async function readProfile(context: PeopleContext, actor: Actor): Promise<Profile> {
  if (actor.kind !== 'reader') throw noReader();
  return await context.database.transaction((tx) => profileOf(tx, actor.id), {
    scope: scopeOf(actor),
  });
}

export async function profileOf(tx: Tx, readerId: string): Promise<Profile> {
  const row = await tx
    .selectFrom('readers')
    .innerJoin('reader_profiles', 'reader_profiles.reader_id', 'readers.id')
    .innerJoin('accounts', 'accounts.id', 'readers.id')
    .selectAll('reader_profiles')
    .select([
      'readers.library_id',
      'readers.state',
      'readers.version',
      'readers.barcode',
      'readers.patron_group',
      'accounts.login',
      'accounts.locale',
    ])
    .where('readers.id', '=', readerId)
    .executeTakeFirst();
  if (row === undefined) throw noReader();
  const optional = Object.fromEntries(
    Object.keys(optionalFields).map((field) => [field, row[field as OptionalField]]),
  ) as Record<OptionalField, string | null>;
  return {
    id: row.reader_id,
    libraryId: row.library_id,
    state: row.state,
    version: row.version,
    barcode: row.barcode,
    patronGroup: row.patron_group,
    login: row.login,
    locale: row.locale,
    name: row.name,
    cardNumber: row.card_number,
    email: row.email,
    ...optional,
    extra: row.extra,
    editedAt: row.updated_at,
  };
}

/** Changes one's own details: the fields given, and no others. */
export async function editProfile(
  context: PeopleContext,
  actor: Actor,
  changes: DetailsInput,
  ifEditedAt: Date | null = null,
): Promise<Profile> {
  if (actor.kind !== 'reader') throw noReader();
  refuseFaults(
    verifiedFields.flatMap((field) => (Object.hasOwn(changes, field) ? [verified(field)] : [])),
  );
  return await change(context, actor, actor.id, changes, ifEditedAt);
}

/** Corrects a reader's details at the desk, the checked ones included. */
export async function correctReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  changes: DetailsInput & { readonly patronGroup?: string },
  ifEditedAt: Date | null = null,
): Promise<Profile> {
  return await change(context, actor, readerId, changes, ifEditedAt);
}

async function change(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  changes: DetailsInput & { readonly patronGroup?: string },
  ifEditedAt: Date | null,
): Promise<Profile> {
  const now = context.clock.now();
  return await context.database.transaction(
    async (tx) => {
      const reader = await lockReader(tx, readerId);
      const own = actor.kind === 'reader' && actor.id === readerId;
      if (!own && !worksAt(actor, reader.library_id)) throw noReader();
      const before = await profileOf(tx, readerId);
      if (ifEditedAt !== null && ifEditedAt.getTime() !== before.editedAt.getTime()) throw stale();
      const { scheme } = await schemeOf(context, tx, reader.library_id);
      const { patronGroup, ...given } = changes;
      const read = readDetails({ ...before, ...given }, scheme);
      const { details } = read;
      // A scheme may have changed since: what is not being edited is not judged anew.
      const faults = read.faults.filter(({ pointer }) =>
        Object.hasOwn(given, pointer.split('/')[1] ?? ''),
      );
      const group = patronGroup ?? before.patronGroup;
      const known = group === null || scheme.patronGroups.some(({ id }) => id === group);
      refuseFaults([...faults, ...(known ? [] : [unknownGroup])]);
      if (patronGroup !== undefined && !leadsAt(actor, reader.library_id)) throw groupOfDesk();
      const changed = changedFields(before, details);
      if (changed.length === 0 && group === before.patronGroup) return before;
      const at = now > before.editedAt ? now : new Date(before.editedAt.getTime() + 1);
      await tx
        .updateTable('reader_profiles')
        .set({ ...profileRow(details), updated_at: at })
        .where('reader_id', '=', readerId)
        .execute();
      const card_key = details.cardNumber === null ? null : cardKey(details.cardNumber);
      await tx
        .updateTable('readers')
        .set({ card_key, patron_group: group })
        .where('id', '=', readerId)
        .execute();
      await recordAudit(
        tx,
        {
          trail: trailOf(actor, reader.library_id),
          actor,
          action: own ? 'reader.edited' : 'reader.corrected',
          subject: { kind: 'reader', id: readerId },
          before: { patronGroup: before.patronGroup },
          after: { fields: changed, patronGroup: group },
        },
        now,
      );
      return { ...before, ...details, patronGroup: group, editedAt: at };
    },
    { scope: scopeOf(actor) },
  );
}

/** Names of what differs; the trail keeps names only, as it cannot be erased. */
function changedFields(before: Details, after: Details): readonly string[] {
  return Object.keys(after).filter((field) => {
    const name = field as keyof Details;
    return JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  });
}

function verified(field: string): FieldFault {
  return {
    pointer: `/${field}`,
    rule: 'profile.verified',
    zh: '姓名和证件号码由本馆核实，如需更改请与馆际互借员联系。',
    en: 'Name and card number were checked by your library; ask the desk to change them.',
  };
}

const unknownGroup: FieldFault = {
  pointer: '/patronGroup',
  rule: 'patronGroup',
  zh: '请选择读者类型。',
  en: 'Choose a patron group of this library.',
};

function groupOfDesk(): LoanError {
  const sentence = {
    zh: '读者类型由本馆负责人更改。',
    en: 'The patron group is changed by the desk lead.',
  };
  return new LoanError('forbidden', sentence, { rule: 'patronGroup' });
}
