import { administrator } from '../../src/loans/access/roles.ts';
import { signIn } from '../../src/loans/access/sign-in.ts';
import { acceptInvitation, inviteStaff } from '../../src/loans/access/staff.ts';
import type { Actor } from '../../src/loans/actor.ts';
import { LoanError } from '../../src/loans/errors.ts';
import type { HomeLibrary, PeopleContext, PersonalPart } from '../../src/loans/people/context.ts';
import type { MailPayload } from '../../src/loans/people/mails.ts';
import { type RegistrationInput, registerReader } from '../../src/loans/people/registration.ts';
import { approveReader } from '../../src/loans/people/review.ts';
import { secondsAfter } from '../../src/store/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { mailsOf } from './mails.ts';

export const goodPassword = '银杏树下的旧书店42';

export const libraries: readonly HomeLibrary[] = [
  { id: 'lib-a', code: '900100', name: { zh: '甲大学图书馆', en: 'Library A' }, borrow: true },
  { id: 'lib-b', code: '900200', name: { zh: '乙大学图书馆', en: 'Library B' }, borrow: true },
  { id: 'lib-c', code: '900300', name: { zh: '丙图书馆', en: 'Library C' }, borrow: false },
];

export interface PeopleWorld {
  readonly context: PeopleContext;
  readonly origin: { readonly address: string; readonly device: string };
  /** Moves the clock on. */
  pass(seconds: number): void;
  /** Mails in the outbox for an address, oldest first. */
  mailsTo(address: string): Promise<readonly MailPayload[]>;
  /** The secret at the end of the link in the newest mail to an address. */
  linkTo(address: string): Promise<string>;
  staff(role: string, libraryId: string): Promise<Actor>;
  /** Registers and approves a reader, who signs in. */
  reader(login: string, more?: Partial<RegistrationInput>): Promise<Actor>;
}

export function peopleWorld(database: Database, parts: readonly PersonalPart[] = []): PeopleWorld {
  let time = new Date('2026-03-02T08:00:00Z');
  const context: PeopleContext = {
    database,
    clock: { now: () => time },
    findLibrary: (id) => libraries.find((library) => library.id === id) ?? null,
    parts,
    site: 'https://ill.example',
  };
  const origin = { address: '192.0.2.7', device: 'test' };
  const mailsTo = async (address: string) =>
    (await mailsOf(context)).filter((mail) => mail.to === address);
  const linkTo = async (address: string) => {
    const mail = (await mailsTo(address)).findLast(({ text }) => text.includes('#'));
    return /#([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
  };
  let staffCount = 0;
  return {
    context,
    origin,
    pass: (seconds) => {
      time = secondsAfter(time, seconds);
    },
    mailsTo,
    linkTo,
    async staff(role, libraryId) {
      const login = `staff${++staffCount}`;
      const email = `${login}@staff.example`;
      const grants = [{ role: role as 'desk_clerk', libraryId }];
      await inviteStaff(context, administrator, { name: login, email, login, grants });
      await acceptInvitation(context, { token: await linkTo(email), password: goodPassword });
      return (await signIn(context, { login, password: goodPassword }, origin)).actor;
    },
    async reader(login, more = {}) {
      const input = { ...registration(login), ...more };
      const { readerId } = await registerReader(context, input, origin);
      const clerk: Actor = {
        kind: 'staff',
        id: 'clerk',
        libraryId: input.libraryId,
        roles: ['desk_clerk'],
      };
      await approveReader(context, clerk, readerId, { patronGroup: 'graduate' });
      return (await signIn(context, { login, password: goodPassword }, origin)).actor;
    },
  };
}

/** A complete registration; names and numbers are invented. */
export function registration(login: string): RegistrationInput & { readonly email: string } {
  return {
    libraryId: 'lib-a',
    login,
    password: goodPassword,
    name: '林晓',
    cardNumber: `B${login.toUpperCase()}01`,
    email: `${login}@reader.example`,
    phone: '010-5555 0101',
  };
}

/** The LoanError that a promise is rejected with; anything else is thrown on. */
export async function refusalOf(promise: Promise<unknown>): Promise<LoanError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof LoanError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
