import { sql } from 'kysely';
import { breaks } from '../../store/errors.ts';
import { leaveScope } from '../../store/scope.ts';
import { scopeOf } from '../access/roles.ts';
import { endSessions } from '../access/sessions.ts';
import { issueToken } from '../access/tokens.ts';
import { type Actor, worksAt } from '../actor.ts';
import { LoanError, refuseFaults } from '../errors.ts';
import type { HomeLibrary, PeopleContext, Tx } from './context.ts';
import { lockReader, moveReader, noReader, type Standing } from './lifecycle.ts';
import { type MailName, writeMail } from './mails.ts';
import { schemeOf } from './scheme.ts';
import { cleanText, textFault } from './text.ts';

/** The roles an actor has towards readers of this library. */
export function rolesTowards(actor: Actor, libraryId: string): readonly string[] {
  if (actor.kind === 'system') return ['system'];
  return worksAt(actor, libraryId) ? actor.roles : [];
}

export interface ReviewInput {
  /** Said to the reader; required where the answer is no. */
  readonly note?: string | null;
  readonly ifVersion?: number | null;
}

export interface ApprovalInput extends ReviewInput {
  /** From the library's own list; never what a university's sign-in claims. */
  readonly patronGroup: string;
}

/** Approves a registration: the reader gets a number and may sign in. */
export async function approveReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  input: ApprovalInput,
): Promise<Standing> {
  return await decide(
    context,
    actor,
    readerId,
    'approved',
    async (tx, reader, note) => {
      const { scheme } = await schemeOf(context, tx, reader.library_id);
      if (!scheme.patronGroups.some((group) => group.id === input.patronGroup)) {
        throw unknownGroup();
      }
      const now = context.clock.now();
      const set = {
        patron_group: input.patronGroup,
        barcode: reader.barcode ?? (await nextBarcode(context, tx, reader.library_id)),
        approved_at: now,
      };
      const roles = rolesTowards(actor, reader.library_id);
      const version = input.ifVersion ?? null;
      const move = { action: 'approve' as const, roles, actor, note, ifVersion: version, set };
      const moved = await moveReader(tx, reader, move, now).catch((error: unknown) => {
        throw breaks(error, 'readers_card') ? cardTaken(error) : error;
      });
      await decideLinks(tx, readerId, 'approved', actor, now);
      return { moved, values: { barcode: set.barcode } };
    },
    input.note,
  );
}

/** Asks the reader to correct the registration, by a link in a mail. */
export async function returnReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  input: ReviewInput,
): Promise<Standing> {
  return await decideBy(context, actor, readerId, 'return', 'returned', input);
}

export async function refuseReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  input: ReviewInput,
): Promise<Standing> {
  return await decideBy(context, actor, readerId, 'refuse', 'refused', input);
}

/** Stops a reader from asking for more; what is out is still to come back, so sign-in stays. */
export async function suspendReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  input: ReviewInput,
): Promise<Standing> {
  return await decideBy(context, actor, readerId, 'suspend', 'suspended', input);
}

export async function reinstateReader(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  input: ReviewInput,
): Promise<Standing> {
  return await decideBy(context, actor, readerId, 'reinstate', 'reinstated', input);
}

async function decideBy(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  action: 'return' | 'refuse' | 'suspend' | 'reinstate',
  mail: MailName,
  input: ReviewInput,
): Promise<Standing> {
  if (action !== 'reinstate' && cleanText(input.note) === null) {
    const sentence = { zh: '请写明原因。', en: 'Say why.' };
    refuseFaults([{ pointer: '/note', rule: 'required', ...sentence }]);
  }
  return await decide(
    context,
    actor,
    readerId,
    mail,
    async (tx, reader, note) => {
      const roles = rolesTowards(actor, reader.library_id);
      const move = { action, roles, actor, note, ifVersion: input.ifVersion ?? null };
      const now = context.clock.now();
      const moved = await moveReader(tx, reader, move, now);
      if (action === 'refuse') await decideLinks(tx, readerId, 'refused', actor, now);
      return { moved, values: {} };
    },
    input.note,
  );
}

const noteField = { label: { zh: '说明', en: 'Note' }, maxLength: 500, lines: true };

/**
 * One decision with its mail. The row is found and changed inside the actor's scope; the mail
 * needs the account, which is outside it, so it is written by the gateway in a step of its own
 * that belongs to the same transaction.
 */
async function decide(
  context: PeopleContext,
  actor: Actor,
  readerId: string,
  mail: MailName,
  work: (
    tx: Tx,
    reader: Awaited<ReturnType<typeof lockReader>>,
    note: string | null,
  ) => Promise<{ readonly moved: Standing; readonly values: Readonly<Record<string, string>> }>,
  givenNote: string | null | undefined,
): Promise<Standing> {
  const fault = textFault(givenNote, noteField, '/note');
  if (fault !== null) refuseFaults([fault]);
  const note = cleanText(givenNote);
  return await context.database.transaction(
    async (tx) => {
      const reader = await lockReader(tx, readerId);
      if (actor.kind !== 'system' && !worksAt(actor, reader.library_id)) throw noReader();
      const { moved, values } = await work(tx, reader, note);
      await leaveScope(tx);
      const token =
        mail === 'returned'
          ? await issueToken(
              tx,
              { purpose: 'correct_registration', accountId: readerId },
              context.clock.now(),
            )
          : null;
      if (moved.state === 'refused') await endSessions(tx, readerId);
      await tell(context, tx, mail, moved, { ...values, note: note ?? '' }, token);
      return moved;
    },
    { scope: scopeOf(actor) },
  );
}

async function tell(
  context: PeopleContext,
  tx: Tx,
  mail: MailName,
  reader: Standing,
  values: Readonly<Record<string, string>>,
  token: string | null,
): Promise<void> {
  const to = await tx
    .selectFrom('accounts')
    .innerJoin('reader_profiles', 'reader_profiles.reader_id', 'accounts.id')
    .select(['reader_profiles.email', 'reader_profiles.name', 'accounts.locale'])
    .where('accounts.id', '=', reader.id)
    .executeTakeFirstOrThrow();
  const library = context.findLibrary(reader.library_id) as HomeLibrary;
  const link =
    token === null ? `${context.site}/sign-in` : `${context.site}/register/correct#${token}`;
  await writeMail(
    tx,
    {
      name: mail,
      to: to.email,
      locale: to.locale,
      values: { ...values, name: to.name, library: library.name[to.locale], link },
      occasion: `${reader.id}:${reader.version}`,
      secret: token !== null,
    },
    context.clock.now(),
  );
}

/** An identity that came with a registration is decided with it. */
async function decideLinks(
  tx: Tx,
  readerId: string,
  state: 'approved' | 'refused',
  actor: Actor,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('identity_links')
    .set({ state, decided_at: now, decided_by: actor.id })
    .where('reader_id', '=', readerId)
    .where('state', '=', 'awaiting_review')
    .execute();
}

/** Library code and a serial; says nothing about the person. */
async function nextBarcode(context: PeopleContext, tx: Tx, libraryId: string): Promise<string> {
  const { value } = await tx
    .insertInto('library_counters')
    .values({ library_id: libraryId, name: 'reader', value: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['library_id', 'name'])
        .doUpdateSet({ value: sql`library_counters.value + 1` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  const code = context.findLibrary(libraryId)?.code ?? '000000';
  return `${code}${String(value).padStart(7, '0')}`;
}

function unknownGroup(): LoanError {
  const sentence = { zh: '请选择读者类型。', en: 'Choose a patron group of this library.' };
  const faults = [{ pointer: '/patronGroup', rule: 'patronGroup', ...sentence }];
  return new LoanError('invalid', sentence, {
    faults,
    rule: 'patronGroup',
    pointer: '/patronGroup',
  });
}

function cardTaken(cause: unknown): LoanError {
  const sentence = {
    zh: '该证件号码已属于本馆另一位读者。',
    en: 'Another reader of this library has this card already.',
  };
  return new LoanError('taken', sentence, { rule: 'readers_card', cause });
}
