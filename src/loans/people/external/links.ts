import { randomUUID } from 'node:crypto';
import { recordAudit } from '../../../store/audit.ts';
import { breaks } from '../../../store/errors.ts';
import { scopeOf, trailOf, visitor } from '../../access/roles.ts';
import { networkOf, takeTry } from '../../access/throttle.ts';
import { useToken } from '../../access/tokens.ts';
import { type Actor, worksAt } from '../../actor.ts';
import { LoanError, notFound, refuseFaults } from '../../errors.ts';
import { cardKey } from '../cards.ts';
import type { PeopleContext, Tx } from '../context.ts';
import { type Details, readDetails } from '../details.ts';
import { isId } from '../lifecycle.ts';
import { enrol, type RegistrationInput, readLogin } from '../registration.ts';
import { schemeOf } from '../scheme.ts';

/**
 * Links an identity that a provider vouched for to a library card. Where an approved reader of the
 * library has this card and name, the desk is asked to confirm the link; otherwise it is a new
 * registration. The answer is the same, so nobody learns whose card is known. Either way the home
 * library approves before the identity opens anything, and the patron group is its own.
 */
export async function linkLibraryCard(
  context: PeopleContext,
  ticket: string,
  input: Omit<RegistrationInput, 'password'>,
  origin: { readonly address: string },
): Promise<{ readonly state: 'awaiting_review' }> {
  const { database, clock } = context;
  await takeTry(database, 'registerByNetwork', networkOf(origin.address), clock.now());
  await database.transaction(async (tx) => {
    const { scheme } = await schemeOf(context, tx, input.libraryId);
    const { details, faults } = readDetails(input, scheme);
    const login = readLogin(input.login ?? null);
    refuseFaults([...faults, ...login.faults]);
    const { payload } = await useToken(tx, 'link_card', ticket, clock.now());
    const { provider, subject } = payload as { provider: string; subject: string };
    const known = await holderOf(tx, input.libraryId, details);
    if (known === null && !scheme.open) throw closedScheme();
    const readerId =
      known ??
      (
        await enrol(context, tx, input.libraryId, {
          details,
          login: login.login,
          password: null,
          locale: input.locale ?? 'zh',
        })
      ).readerId;
    const id = randomUUID();
    const link = { id, provider, subject, reader_id: readerId, state: 'awaiting_review' as const };
    await tx
      .insertInto('identity_links')
      .values({ ...link, requested_at: clock.now(), decided_at: null, decided_by: null })
      .execute()
      .catch((error: unknown) => {
        throw breaks(error, 'identity_links_holder') ? linkedAlready(error) : error;
      });
    await note(tx, context, visitor, input.libraryId, 'link.requested', { id, readerId });
  });
  return { state: 'awaiting_review' };
}

/** The approved reader with this card, if the name is theirs as well. */
async function holderOf(tx: Tx, libraryId: string, details: Details): Promise<string | null> {
  const row = await tx
    .selectFrom('readers')
    .innerJoin('reader_profiles', 'reader_profiles.reader_id', 'readers.id')
    .select('readers.id')
    .where('readers.library_id', '=', libraryId)
    .where('readers.card_key', '=', cardKey(details.cardNumber ?? ''))
    .where('readers.state', 'in', ['approved', 'suspended'])
    .where('reader_profiles.name', '=', details.name)
    .executeTakeFirst();
  return row?.id ?? null;
}

export interface LinkLine {
  readonly id: string;
  readonly provider: string;
  readonly readerId: string;
  readonly name: string;
  readonly barcode: string | null;
  readonly requestedAt: Date;
}

/** Links that wait for this desk; those of new readers are decided with the registration. */
export async function listLinks(
  context: PeopleContext,
  actor: Actor,
  libraryId: string,
): Promise<readonly LinkLine[]> {
  if (!worksAt(actor, libraryId)) throw noLink();
  return await context.database.transaction(
    async (tx) => {
      const rows = await tx
        .selectFrom('identity_links')
        .innerJoin('readers', 'readers.id', 'identity_links.reader_id')
        .innerJoin('reader_profiles', 'reader_profiles.reader_id', 'readers.id')
        .select([
          'identity_links.id',
          'identity_links.provider',
          'identity_links.reader_id as readerId',
          'reader_profiles.name',
          'readers.barcode',
          'identity_links.requested_at as requestedAt',
        ])
        .where('readers.library_id', '=', libraryId)
        .where('readers.state', 'in', ['approved', 'suspended'])
        .where('identity_links.state', '=', 'awaiting_review')
        .orderBy('identity_links.requested_at')
        .limit(200)
        .execute();
      await recordAudit(
        tx,
        {
          trail: trailOf(actor, libraryId),
          actor,
          action: 'links.listed',
          subject: { kind: 'library', id: libraryId },
          after: { readers: rows.map((row) => row.readerId) },
        },
        context.clock.now(),
      );
      return rows;
    },
    { scope: scopeOf(actor) },
  );
}

/** Confirms or refuses a link at the reader's home desk. */
export async function decideLink(
  context: PeopleContext,
  actor: Actor,
  linkId: string,
  decision: 'approved' | 'refused',
): Promise<void> {
  await changeLink(context, actor, linkId, decision, 'awaiting_review', (libraryId) =>
    worksAt(actor, libraryId),
  );
}

/** Ends a link of one's own: the identity opens nothing any more. */
export async function endLink(context: PeopleContext, actor: Actor, linkId: string): Promise<void> {
  await changeLink(
    context,
    actor,
    linkId,
    'ended',
    'approved',
    (_libraryId, readerId) => actor.kind === 'reader' && actor.id === readerId,
  );
}

async function changeLink(
  context: PeopleContext,
  actor: Actor,
  linkId: string,
  to: 'approved' | 'refused' | 'ended',
  from: 'awaiting_review' | 'approved',
  may: (libraryId: string, readerId: string) => boolean,
): Promise<void> {
  if (!isId(linkId)) throw noLink();
  await context.database.transaction(
    async (tx) => {
      const link = await tx
        .selectFrom('identity_links')
        .innerJoin('readers', 'readers.id', 'identity_links.reader_id')
        .select(['identity_links.reader_id as readerId', 'readers.library_id as libraryId'])
        .select('identity_links.state')
        .where('identity_links.id', '=', linkId)
        .forUpdate('identity_links')
        .executeTakeFirst();
      if (link === undefined || !may(link.libraryId, link.readerId)) throw noLink();
      if (link.state !== from) throw decidedAlready();
      await tx
        .updateTable('identity_links')
        .set({ state: to, decided_at: context.clock.now(), decided_by: actor.id })
        .where('id', '=', linkId)
        .execute();
      const about = { id: linkId, readerId: link.readerId };
      await note(tx, context, actor, link.libraryId, `link.${to}`, about);
    },
    { scope: scopeOf(actor) },
  );
}

async function note(
  tx: Tx,
  context: PeopleContext,
  actor: Actor,
  libraryId: string,
  action: string,
  link: { readonly id: string; readonly readerId: string },
): Promise<void> {
  await recordAudit(
    tx,
    {
      trail: trailOf(actor, libraryId),
      actor,
      action,
      subject: { kind: 'reader', id: link.readerId },
      after: { link: link.id },
    },
    context.clock.now(),
  );
}

function noLink(): LoanError {
  return notFound('没有这条绑定。', 'There is no such link.');
}

function decidedAlready(): LoanError {
  const sentence = { zh: '这条绑定已处理过。', en: 'This link was decided already.' };
  return new LoanError('not_open', sentence, { rule: 'link.decided' });
}

function linkedAlready(cause: unknown): LoanError {
  const sentence = {
    zh: '这个学校账号已绑定读者，或正在等待审核。',
    en: 'This institutional account is linked already, or awaits review.',
  };
  return new LoanError('taken', sentence, { rule: 'identity_links_holder', cause });
}

function closedScheme(): LoanError {
  return new LoanError(
    'refused',
    { zh: '该馆暂不接受注册。', en: 'This library is not taking registrations now.' },
    { rule: 'scheme.open' },
  );
}
