import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { PersonRole } from '../../src/loans/actor.ts';
import { eachDatabase } from '../support/database.ts';
import { adminToken, type LoanWeb, loanWeb } from '../support/loan-web.ts';
import { columns, type Row, rows } from './authorisation-table.ts';

// Some fourteen hundred calls.
t.setTimeout(240_000);

/**
 * Every route of interlibrary loan in the OpenAPI description, asked by everybody there is: the table
 * says of each cell whether it is open. A route that the table does not name fails the test.
 */
eachDatabase('every route is open to exactly those whom the table names', async (t, database) => {
  if (database.engine === 'postgresql') return;
  t.setTimeout(200_000);
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const seats = await seatEverybody(web);
  const fixture = await furnish(web, seats);
  const { paths } = (await web.ask(null, 'GET', '/openapi.json')).json();
  const described = Object.entries(paths as Record<string, Record<string, { tags?: string[] }>>)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { tags }]) => ({
        name: `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
        tag: tags?.[0] ?? '',
      })),
    )
    .filter(({ tag }) => ['readers', 'requests', 'desks', 'rules'].includes(tag))
    .map(({ name }) => name);
  t.same(
    described.filter((name) => !Object.hasOwn(rows, name)),
    [],
    'every route has its row',
  );
  t.same(
    Object.keys(rows).filter((name) => !described.includes(name)),
    [],
    'every row has its route',
  );
  for (const [name, row] of Object.entries(rows)) {
    const cells: string[] = [];
    for (const column of columns) {
      const seat = seats[column];
      const token = seat === undefined ? null : await seat();
      cells.push(await cellOf(web, name, row, token, { ...fixture, column }));
    }
    t.equal(cells.join(' '), row.cells.trim().split(/\s+/).join(' '), name);
  }
});

type Seats = Readonly<Record<string, () => Promise<string | null>>>;
type Fixture = Readonly<Record<string, string>>;

async function seatEverybody(web: LoanWeb): Promise<Seats> {
  const seats: Record<string, () => Promise<string | null>> = { visitor: async () => null };
  for (const [column, library] of [
    ['readerOwn', 'home'],
    ['readerSame', 'home'],
    ['readerStranger', 'arts'],
  ] as const) {
    const { actor } = await web.reader(library);
    ids[column] = actor.id;
    seats[column] = () => web.token(actor);
  }
  const places = { Home: 'home', Lender: 'chem', Stranger: 'arts' } as const;
  const roles: Readonly<Record<string, PersonRole>> = {
    clerk: 'desk_clerk',
    lead: 'desk_lead',
    admin: 'library_administrator',
    auditor: 'auditor',
  };
  for (const [name, role] of Object.entries(roles)) {
    for (const [place, library] of Object.entries(places)) {
      const { actor } = await web.staff(library, role);
      ids[`${name}${place}`] = actor.id;
      seats[`${name}${place}`] = () => web.token(actor);
    }
  }
  const everywhere = await web.staff(null, 'auditor');
  seats.auditorAll = () => web.token(everywhere.actor);
  seats.federation = async () => adminToken;
  return seats;
}

const ids: Record<string, string> = {};

/** One request of `readerOwn` at `chem`, a card, a consignment, a photo: what the routes are about. */
async function furnish(web: LoanWeb, seats: Seats): Promise<Fixture> {
  const own = (await seats.readerOwn?.()) ?? null;
  const made = await web.ask(own, 'POST', '/api/v1/requests', {
    headers: { 'idempotency-key': 'furnish-1' },
    body: { holding: { library: 'chem', localId: '000123' }, delivery: 'courier' },
  });
  const { number } = made.json();
  const lender = (await seats.clerkLender?.()) ?? null;
  const act = async (action: string, body: object) => {
    const version = (await web.ask(lender, 'GET', `/api/v1/requests/${number}`)).json().version;
    const path = `/api/v1/requests/${number}/actions/${action}`;
    await web.ask(lender, 'POST', path, { body, headers: { 'if-match': `"${version}"` } });
  };
  await act('promise', {});
  await act('lend', { barcodes: ['B-1'] });
  const body = { to: 'home', barcodes: ['B-1'] };
  const packed = await web.ask(lender, 'POST', '/api/v1/consignments', { body });
  await enrol(web, ids.readerOwn ?? '');
  const lead = (await seats.leadHome?.()) ?? null;
  await web.ask(lead, 'POST', '/api/v1/cards', { body: { number: 'K-1' } });
  const spare = await web.reader('home');
  const [link, ended] = await linkCards(web, ids.readerOwn ?? '');
  const spareClerk = await web.staff('home', 'desk_clerk');
  const version = String((await web.ask(own, 'GET', `/api/v1/requests/${number}`)).json().version);
  return {
    number,
    version,
    consignment: packed.json().number,
    readerOwn: ids.readerOwn ?? '',
    spare: spare.actor.id,
    clerk: ids.clerkHome ?? '',
    spareClerk: spareClerk.actor.id,
    link,
    ended,
  };
}

/** One link that waits for the desk and one that the reader may end. */
async function linkCards({ world }: LoanWeb, reader: string): Promise<[string, string]> {
  const made: [string, string] = [randomUUID(), randomUUID()];
  const at = world.now();
  const common = { provider: 'campus', reader_id: reader, requested_at: at };
  await world.database.db
    .insertInto('identity_links')
    .values([
      {
        id: made[0],
        subject: 'a',
        state: 'awaiting_review',
        ...common,
        decided_at: null,
        decided_by: null,
      },
      { id: made[1], subject: 'b', state: 'approved', ...common, decided_at: at, decided_by: 'x' },
    ])
    .execute();
  return made;
}

/** A photo and an enrolment for self pick-up that waits for the desk. */
async function enrol({ world }: LoanWeb, reader: string): Promise<void> {
  const { db } = world.database;
  const at = world.now();
  const photo = { jpeg: Buffer.from([0xff, 0xd8]), sha256: 'x', width: 1, height: 1 };
  await db
    .insertInto('reader_photos')
    .values({ reader_id: reader, ...photo, consent_at: at, added_at: at, delete_after: null })
    .execute();
  const undecided = { documents: null, reason: null, decided_by: null, decided_at: null };
  await db
    .insertInto('pickup_enrolments')
    .values({
      reader_id: reader,
      home_library: 'home',
      state: 'asked',
      consent_at: at,
      consent_text: 'x',
      ended_at: null,
      ...undecided,
    })
    .execute();
}

async function cellOf(
  web: LoanWeb,
  name: string,
  row: Row,
  token: string | null,
  fixture: Fixture,
): Promise<string> {
  const [method = '', path = ''] = name.split(' ');
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_all, key: string) => fixture[key] ?? key);
  const filled = fill(row.path ?? path.replace('{id}', '{readerOwn}'));
  const headers = Object.fromEntries(
    Object.entries(row.headers ?? {}).map(([key, value]) => [key, fill(value)]),
  );
  const body =
    row.body === undefined ? undefined : JSON.parse(fillBody(JSON.stringify(row.body), fixture));
  const reply = await web.ask(token, method, `/api/v1${filled}`, {
    headers,
    ...(body === undefined ? {} : { body }),
    ...(row.payload === undefined ? {} : { payload: Buffer.from(row.payload) }),
  });
  const { statusCode } = reply;
  if (statusCode >= 500) return String(statusCode);
  return { 401: '-', 403: 'x', 404: '0' }[statusCode] ?? '+';
}

/** Placeholders in a body are `<name>`, as braces are JSON's own. */
function fillBody(text: string, fixture: Fixture): string {
  return text.replace(/<(\w+)>/g, (_all, key: string) => fixture[key] ?? key);
}

t.test('the table gives every cell', (t) => {
  for (const [name, { cells }] of Object.entries(rows)) {
    t.equal(cells.trim().split(/\s+/).length, columns.length, name);
  }
  t.end();
});
