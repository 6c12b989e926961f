import t from 'tap';
import { type DatabaseTest, eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import { type RegistrationWorld, registrationWorld } from '../../support/registration-world.ts';

t.setTimeout(240_000);

const steps = 250;

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const walk: DatabaseTest = async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  t.teardown(() => world.close());
  const pick = random(database.engine === 'embedded' ? 1 : 2);
  const persons = [
    await world.web.staff(null, 'federation_administrator'),
    await world.web.staff(null, 'federation_administrator'),
  ];
  let id = '';
  let tokens: string[] = [];
  const begin = async (number: number) => {
    id = `walker-${number}`;
    const own = await world.invited(minimalDocument(id));
    tokens = [own, own, adminToken, ...persons.map(({ token }) => token)];
  };
  let number = 0;
  await begin(number);
  const statuses = new Map<number, number>();
  for (let n = 0; n < steps; n++) {
    const token = tokens[pick(tokens.length)] ?? '';
    const answer = await anyStep(world, pick, id, token);
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
    const wrong = await faultsOf(world, database, id);
    const expected = [200, 201, 400, 403, 404, 409].includes(answer.statusCode);
    if (wrong.length > 0 || !expected) t.fail(`step ${n}: ${wrong.join('; ')} ${answer.body}`);
    if (world.directory.get(id)?.library.status === 'retired') await begin(++number);
  }
  t.ok((statuses.get(200) ?? 0) > steps / 10, 'a good part of the steps is taken');
  t.ok((statuses.get(409) ?? 0) > 0 && (statuses.get(403) ?? 0) > 0, 'and a good part refused');
};

eachDatabase('whatever is done in whatever order, one version answers at most', walk);

async function anyStep(
  world: RegistrationWorld,
  pick: (below: number) => number,
  id: string,
  token: string,
) {
  const actions = [
    'submit',
    'refuse',
    'approve',
    'golive',
    'pause',
    'resume',
    'rollback',
    'PUT',
    'PUT',
  ];
  const action = pick(40) === 0 ? 'retire' : (actions[pick(actions.length)] ?? '');
  const url = `/libraries/${id}`;
  if (action === 'PUT') {
    const status = (['draft', 'testing', 'approved', 'live', 'paused'] as const)[pick(15)];
    const connector = {
      protocol: 'z3950' as const,
      host: '127.0.0.1',
      port: 9990 + pick(4),
      database: 'Default',
    };
    const aliases = [`别名${pick(3)}`];
    const body = minimalDocument(id, { connector, aliases, ...(status && { status }) });
    return await world.ask(token, 'PUT', url, { body, headers: { 'if-match': '*' } });
  }
  const bodies: Readonly<Record<string, object>> = {
    rollback: { version: 1 + pick(5) },
    approve: pick(2) === 0 ? { status: 'approved' } : {},
  };
  return await world.ask(token, 'POST', `${url}/${action}`, { body: bodies[action] ?? {} });
}

/** What contradicts itself in the rows of an entry, or between them and what is asked. */
async function faultsOf(
  world: RegistrationWorld,
  { db }: Parameters<DatabaseTest>[1],
  id: string,
): Promise<string[]> {
  const row = await db
    .selectFrom('libraries')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const versions = await db
    .selectFrom('library_versions')
    .selectAll()
    .where('library_id', '=', id)
    .orderBy('number')
    .execute();
  const addresses = await db
    .selectFrom('library_addresses')
    .select('port')
    .where('library_id', '=', id)
    .execute();
  const entry = world.directory.get(id);
  const faults: string[] = [];
  const fault = (isFault: boolean, what: string) => isFault && faults.push(what);
  const answering = versions
    .filter(({ state }) => state === 'answering')
    .map(({ number }) => number);
  fault(`${answering}` !== `${row.answering ?? ''}`, `${answering} answer, not ${row.answering}`);
  fault(
    versions.some(({ number }, index) => number !== index + 1),
    'a number is missing',
  );
  fault(versions.length !== row.newest, 'the newest is not the newest');
  const newest = versions.at(-1);
  const same = row.answering !== null || row.status === 'retired' || newest?.state === row.status;
  fault(!same, `the newest is ${newest?.state}, the entry ${row.status}`);
  fault(entry?.library.status !== row.status, `shown as ${entry?.library.status}`);
  const port = entry?.library.connector.protocol === 'z3950' ? entry.library.connector.port : 0;
  const isAsked = row.status === 'live' || row.status === 'paused';
  fault(isAsked && row.answering === null, 'nothing answers');
  fault(isAsked && !addresses.some((one) => one.port === port), `${port} was never approved`);
  const waiting = versions
    .slice(0, -1)
    .filter(({ state }) => !['replaced', 'answering'].includes(state));
  fault(waiting.length > 0, `${waiting.map(({ number }) => number)} still wait`);
  return faults;
}
