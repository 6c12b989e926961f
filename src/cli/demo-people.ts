import { randomBytes } from 'node:crypto';
import { readSettings } from '../config.ts';
import { administrator, staffRoles } from '../loans/access/roles.ts';
import { setPassword } from '../loans/access/sign-in.ts';
import { inviteStaff } from '../loans/access/staff.ts';
import type { Actor } from '../loans/actor.ts';
import type { HomeLibrary, PeopleContext } from '../loans/people/context.ts';
import { registerReader } from '../loans/people/registration.ts';
import { approveReader } from '../loans/people/review.ts';
import { keyOf } from '../loans/people/text.ts';
import type { LibraryInput } from '../members/document.ts';
import { systemClock } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrations/index.ts';
import { startDemonstration } from './demonstration.ts';
import { InputError } from './errors.ts';
import { withDatabase } from './migrate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Who is made: two desks and a reader of the first, enough for a loan from one to the other. */
const places = ['demo-arts', 'demo-chem'] as const;
const [home] = places;

export interface DemoPerson {
  readonly login: string;
  readonly password: string;
  readonly what: string;
}

/**
 * Makes people to try interlibrary loan with, in a demonstration gateway only: one with libraries of
 * its own has people of its own. Asked again, it gives the same accounts new passwords.
 */
export async function demoPeopleCommand(environment: Environment): Promise<number> {
  const settings = await readSettings(environment);
  if (settings.connectors !== null) {
    throw new InputError(
      'this gateway has libraries of its own (GUANJI_CONNECTORS): no demo people',
    );
  }
  const demonstration = await startDemonstration();
  try {
    const people = await withDatabase(settings, async (database) => {
      await migrate(database);
      return await makeDemoPeople(database, demonstration.documents);
    });
    process.stderr.write('Demonstration accounts; the passwords are shown this once:\n');
    for (const { login, password, what } of people) {
      process.stdout.write(`${login}\t${password}\t${what}\n`);
    }
    process.stderr.write('Start the gateway and sign in at /sign-in.\n');
    return 0;
  } finally {
    await demonstration.close();
  }
}

export async function makeDemoPeople(
  database: Database,
  documents: readonly LibraryInput[],
): Promise<readonly DemoPerson[]> {
  const context: PeopleContext = {
    database,
    clock: systemClock,
    findLibrary: (id) => homeOf(documents.find((document) => document.id === id)),
    parts: [],
    site: 'http://localhost',
  };
  const made: DemoPerson[] = [];
  for (const library of places) {
    const login = `desk.${library}`;
    const id = (await accountOf(database, login)) ?? (await makeDesk(context, login, library));
    const password = newPassword();
    await setPassword(context, id, password, null);
    await database.db
      .updateTable('staff')
      .set({ state: 'active' })
      .where('id', '=', id)
      .where('state', '=', 'invited')
      .execute();
    made.push({ login, password, what: `${staffRoles.library_administrator.en}, ${library}` });
  }
  const login = `reader.${home}`;
  const id = (await accountOf(database, login)) ?? (await makeReader(context, login));
  const password = newPassword();
  await setPassword(context, id, password, null);
  made.push({ login, password, what: `Reader, ${home}` });
  return made;
}

function homeOf(document: LibraryInput | undefined): HomeLibrary | null {
  if (document === undefined) return null;
  const { id, code, name } = document;
  return { id, code, name: { zh: name.zh, en: name.en ?? name.zh }, borrow: true };
}

async function accountOf(database: Database, login: string): Promise<string | null> {
  const row = await database.db
    .selectFrom('accounts')
    .select('id')
    .where('login_key', '=', keyOf(login))
    .executeTakeFirst();
  return row?.id ?? null;
}

async function makeDesk(context: PeopleContext, login: string, library: string): Promise<string> {
  const { staffId } = await inviteStaff(context, administrator, {
    name: `Desk ${library}`,
    email: `${login}@demonstration.invalid`,
    login,
    grants: [{ role: 'library_administrator', libraryId: library }],
  });
  return staffId;
}

async function makeReader(context: PeopleContext, login: string): Promise<string> {
  const input = {
    libraryId: home,
    login,
    password: newPassword(),
    name: '示范读者',
    cardNumber: 'DEMO0001',
    email: `${login}@demonstration.invalid`,
    phone: '010-5555 0100',
  };
  const { readerId } = await registerReader(context, input, { address: '127.0.0.1' });
  const desk: Actor = {
    kind: 'staff',
    id: administrator.id,
    libraryId: home,
    roles: ['library_administrator'],
  };
  await approveReader(context, desk, readerId, { patronGroup: 'graduate' });
  return readerId;
}

/** To be typed once: 15 characters of 32, 75 bits, in groups. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const text = [...randomBytes(15)].map((byte) => letters[byte % letters.length]).join('');
  return `${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`;
}
