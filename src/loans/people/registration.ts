import { randomInt, randomUUID } from 'node:crypto';
import { breaks } from '../../store/errors.ts';
import { passwordFaults } from '../access/password-rules.ts';
import { hashPassword } from '../access/passwords.ts';
import { visitor } from '../access/roles.ts';
import { networkOf, takeTry } from '../access/throttle.ts';
import { peekToken, useToken } from '../access/tokens.ts';
import type { Actor } from '../actor.ts';
import { type FieldFault, LoanError, refuseFaults } from '../errors.ts';
import { cardKey } from './cards.ts';
import type { HomeLibrary, PeopleContext, Tx } from './context.ts';
import { type Details, type DetailsInput, profileRow, readDetails } from './details.ts';
import { lockReader, moveReader, type Standing } from './lifecycle.ts';
import { writeMail } from './mails.ts';
import { profileOf } from './profile.ts';
import { type OptionalField, optionalFields, type RegistrationScheme, schemeOf } from './scheme.ts';
import { keyOf } from './text.ts';

export interface RegistrationInput extends DetailsInput {
  readonly libraryId: string;
  /** Chosen by the reader; one is issued where none is. */
  readonly login?: string | null;
  readonly password?: string | null;
  readonly locale?: 'zh' | 'en';
}

export interface Registered {
  readonly readerId: string;
  readonly login: string;
  readonly state: 'awaiting_review';
}

/** How a registration reached us; `identity` where a university has said who it is. */
export interface RegistrationOptions {
  readonly address: string;
  readonly withoutPassword?: boolean;
}

/**
 * Registers a reader under a home library, to be reviewed there. Every fault is listed at once. A
 * card or an e-mail address that somebody has already is no fault here: saying so would tell
 * strangers who is registered. The desk sees it, and only one of two can be approved.
 */
export async function registerReader(
  context: PeopleContext,
  input: RegistrationInput,
  options: RegistrationOptions,
): Promise<Registered> {
  const { database, clock } = context;
  await takeTry(database, 'registerByNetwork', networkOf(options.address), clock.now());
  const { scheme } = await database.transaction((tx) => schemeOf(context, tx, input.libraryId));
  refuseClosed(scheme);
  const { details, faults } = readDetails(input, scheme);
  const login = readLogin(input.login ?? null);
  const all = [...faults, ...login.faults];
  if (options.withoutPassword !== true) {
    const personal = [login.login ?? '', details.name, details.cardNumber ?? '', mailName(details)];
    all.push(...newPasswordFaults(input.password, personal));
  }
  refuseFaults(all);
  const password =
    options.withoutPassword === true ? null : await hashPassword(input.password ?? '');
  return await database.transaction((tx) =>
    enrol(context, tx, input.libraryId, {
      details,
      login: login.login,
      password,
      locale: input.locale ?? 'zh',
    }),
  );
}

interface Enrolment {
  readonly details: Details;
  readonly login: string | null;
  readonly password: string | null;
  readonly locale: 'zh' | 'en';
}

/** Writes a checked registration in the caller's transaction. */
export async function enrol(
  context: PeopleContext,
  tx: Tx,
  libraryId: string,
  { details, login, password, locale }: Enrolment,
): Promise<Registered> {
  const now = context.clock.now();
  const library = context.findLibrary(libraryId) as HomeLibrary;
  const id = randomUUID();
  const name = login ?? issuedLogin(library);
  try {
    await tx
      .insertInto('accounts')
      .values({
        id,
        kind: 'reader',
        login: name,
        login_key: keyOf(name),
        password,
        password_changed_at: password === null ? null : now,
        locale,
        created_at: now,
        last_sign_in_at: null,
      })
      .execute();
  } catch (error) {
    if (breaks(error, 'accounts_login')) throw loginTaken(error);
    throw error;
  }
  await tx
    .insertInto('readers')
    .values({
      id,
      library_id: libraryId,
      state: 'none',
      version: 0,
      patron_group: null,
      barcode: null,
      card_key: details.cardNumber === null ? null : cardKey(details.cardNumber),
      registered_at: now,
      approved_at: null,
      erased_at: null,
    })
    .execute();
  await tx
    .insertInto('reader_profiles')
    .values({ reader_id: id, ...profileRow(details), updated_at: now })
    .execute();
  const reader: Standing = { id, library_id: libraryId, state: 'none', version: 0 };
  const moved = await moveReader(
    tx,
    reader,
    { action: 'register', roles: ['visitor'], actor: visitor },
    now,
  );
  await writeMail(
    tx,
    {
      name: 'received',
      to: details.email,
      locale,
      values: { name: details.name, library: library.name[locale], login: name },
      occasion: `${id}:${moved.version}`,
    },
    now,
  );
  return { readerId: id, login: name, state: 'awaiting_review' };
}

export interface RegistrationToCorrect {
  readonly libraryId: string;
  readonly details: Details;
  /** What the desk asks for. */
  readonly note: string | null;
}

/** A returned registration as it was sent in, so that nothing right is typed again; by the link. */
export async function registrationToCorrect(
  context: PeopleContext,
  token: string,
): Promise<RegistrationToCorrect> {
  return await context.database.transaction(async (tx) => {
    const id = await peekToken(tx, 'correct_registration', token, context.clock.now());
    const profile = await profileOf(tx, id);
    const { libraryId, name, cardNumber, email, extra } = profile;
    const optional = Object.keys(optionalFields).map((field) => [
      field,
      profile[field as OptionalField],
    ]);
    const returned = await tx
      .selectFrom('reader_events')
      .select('note')
      .where('reader_id', '=', id)
      .where('action', '=', 'return')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const details = { name, cardNumber, email, ...Object.fromEntries(optional), extra };
    return { libraryId, details, note: returned?.note ?? null };
  });
}

/**
 * Sends a returned registration in again, with what was corrected. The link in the mail is the
 * proof: a reader who is not approved yet cannot sign in.
 */
export async function resubmitRegistration(
  context: PeopleContext,
  token: string,
  input: DetailsInput,
): Promise<Standing> {
  const now = context.clock.now();
  return await context.database.transaction(async (tx) => {
    const { accountId } = await useToken(tx, 'correct_registration', token, now);
    const reader = await lockReader(tx, accountId ?? '');
    const { scheme } = await schemeOf(context, tx, reader.library_id);
    const { details, faults } = readDetails(input, scheme);
    refuseFaults(faults);
    await tx
      .updateTable('reader_profiles')
      .set({ ...profileRow(details), updated_at: now })
      .where('reader_id', '=', reader.id)
      .execute();
    const actor: Actor = {
      kind: 'reader',
      id: reader.id,
      libraryId: reader.library_id,
      roles: ['reader'],
    };
    const card_key = details.cardNumber === null ? null : cardKey(details.cardNumber);
    return await moveReader(
      tx,
      reader,
      { action: 'resubmit', roles: ['reader'], actor, set: { card_key } },
      now,
    );
  });
}

function refuseClosed(scheme: RegistrationScheme): void {
  if (scheme.open) return;
  throw new LoanError(
    'refused',
    { zh: '该馆暂不接受注册。', en: 'This library is not taking registrations now.' },
    { rule: 'scheme.open' },
  );
}

/** A login as people choose one: letters, digits and a few signs. */
export function readLogin(value: string | null): {
  readonly login: string | null;
  readonly faults: readonly FieldFault[];
} {
  const login = typeof value === 'string' ? value.normalize('NFC').trim() : '';
  if (login === '') return { login: null, faults: [] };
  if (/^[\p{L}\p{N}][\p{L}\p{N}._@-]{2,39}$/u.test(login)) return { login, faults: [] };
  const fault = {
    pointer: '/login',
    rule: 'login.form',
    zh: '登录名应为3至40个字母、数字或 . _ @ - 字符。',
    en: 'A login has 3 to 40 letters, digits or the signs . _ @ -',
  };
  return { login: null, faults: [fault] };
}

function issuedLogin(library: HomeLibrary): string {
  return `${library.code}-${randomInt(10_000_000, 100_000_000)}`;
}

export function loginTaken(cause: unknown): LoanError {
  const sentence = {
    zh: '这个登录名已被使用，请换一个。',
    en: 'This login is in use; choose another.',
  };
  const faults = [{ pointer: '/login', rule: 'login.taken', ...sentence }];
  return new LoanError('invalid', sentence, {
    rule: 'login.taken',
    pointer: '/login',
    faults,
    cause,
  });
}

export function newPasswordFaults(
  password: unknown,
  personal: readonly string[],
): readonly FieldFault[] {
  if (typeof password === 'string' && password !== '') return passwordFaults(password, personal);
  return [
    { pointer: '/password', rule: 'required', zh: '请设置密码。', en: 'A password is required.' },
  ];
}

/** The part of the address that people make passwords of. */
export function mailName(details: Pick<Details, 'email'>): string {
  return details.email.split('@')[0] ?? '';
}
