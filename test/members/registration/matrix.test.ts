import t from 'tap';
import { eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import { type RegistrationWorld, registrationWorld } from '../../support/registration-world.ts';

t.setTimeout(240_000);

const columns = ['stranger', 'other', 'own', 'rotated', 'retired', 'administrator'] as const;
type Column = (typeof columns)[number];

/**
 * Who may do what: first with a library that readers know, then with a draft. `ok` is anything but a
 * refusal for who asks; a number is the status of that refusal.
 */
const table: Readonly<Record<string, readonly [live: string, draft: string, body?: object]>> = {
  'GET /libraries': ['ok ok ok ok ok ok', 'ok ok ok ok ok ok'],
  'GET /libraries?status=draft': ['401 403 403 401 401 ok', '401 403 403 401 401 ok'],
  'GET /libraries/{id}': ['ok ok ok ok ok ok', '404 404 ok 404 404 ok'],
  'GET /categories': ['ok ok ok ok ok ok', 'ok ok ok ok ok ok'],
  'GET /groups': ['ok ok ok ok ok ok', 'ok ok ok ok ok ok'],
  'POST /libraries': ['401 403 403 401 401 ok', '401 403 403 401 401 ok', {}],
  'PUT /libraries/{id}': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'DELETE /libraries/{id}': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok'],
  'POST /libraries/{id}/submit': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'POST /libraries/{id}/refuse': ['401 403 403 401 401 ok', '401 404 403 401 401 ok', {}],
  'POST /libraries/{id}/approve': ['401 403 403 401 401 ok', '401 404 403 401 401 ok', {}],
  'POST /libraries/{id}/golive': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'POST /libraries/{id}/pause': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'POST /libraries/{id}/resume': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'POST /libraries/{id}/retire': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'POST /libraries/{id}/rollback': [
    '401 403 ok 401 401 ok',
    '401 404 ok 401 401 ok',
    { version: 1 },
  ],
  'GET /libraries/{id}/versions': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok'],
  'GET /libraries/{id}/versions/{number}': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok'],
  'GET /libraries/{id}/versions/compare': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok'],
  'GET /libraries/{id}/credentials': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok'],
  'PUT /libraries/{id}/credentials': [
    '401 403 ok 401 401 ok',
    '401 404 ok 401 401 ok',
    { user: 'desk', password: 'secret of the test' },
  ],
  'DELETE /libraries/{id}/credentials': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok'],
  'POST /libraries/{id}/tokens': ['401 403 ok 401 401 ok', '401 404 ok 401 401 ok', {}],
  'POST /libraries/{id}/probe': ['401 403 ok 401 401 ok', '401 404 403 401 401 ok'],
  'POST /probe': [
    '401 ok ok 401 401 ok',
    '401 ok 403 401 401 ok',
    { address: 'z3950://127.0.0.1:9999/Default' },
  ],
  'POST /invitations': ['401 403 403 401 401 ok', '401 403 403 401 401 ok', {}],
  'GET /invitations': ['401 403 403 401 401 ok', '401 403 403 401 401 ok'],
  'DELETE /invitations/{id}': ['401 403 403 401 401 ok', '401 403 403 401 401 ok'],
};

eachDatabase('a library cannot touch the entry of another', async (t, database) => {
  // Three hundred calls; what they check is above the database.
  if (database.engine === 'postgresql') return;
  const world = await registrationWorld(database, { data: t.testdir({}) });
  t.teardown(() => world.close());
  const { paths } = (await world.web.ask(null, 'GET', '/openapi.json')).json();
  const operations = Object.values(paths as Record<string, Record<string, Operation>>)
    .flatMap((methods) => Object.values(methods))
    .filter(({ tags }) => tags?.[0] === 'libraries');
  t.same(
    operations.filter(({ operationId, summary }) => !operationId || !summary),
    [],
    'every route has a name and says what it does',
  );
  t.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  const described = Object.entries(paths as Record<string, Record<string, Operation>>)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { tags }]) => ({ path, method, tag: tags?.[0] })),
    )
    .filter(({ tag }) => tag === 'libraries')
    .map(({ path, method }) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`);
  const named = Object.keys(table).map((name) => name.replace(/\?.*/, ''));
  t.same(
    described.filter((name) => !named.includes(name)),
    elsewhere.filter((name) => described.includes(name)),
    'every route has its row',
  );
  t.same(
    named.filter((name) => !described.includes(name)),
    [],
    'every row has its route',
  );
  const others = await furnishOthers(world);
  for (const [name, [live, draft, body]] of Object.entries(table)) {
    for (const [status, cells] of [
      ['live', live],
      ['draft', draft],
    ] as const) {
      const seats = await furnish(world, others, status);
      const got: string[] = [];
      for (const column of columns) got.push(await cellOf(world, seats, name, column, body));
      t.equal(got.join(' '), cells, `${name} (${status})`);
    }
  }
});

/** Public reads of the same tag that other suites look at. */
const elsewhere = ['GET /libraries/{id}/calendar'];

interface Operation {
  readonly tags?: readonly string[];
  readonly operationId?: string;
  readonly summary?: string;
}

interface Seats {
  readonly id: string;
  readonly invitation: string;
  readonly tokens: Readonly<Record<Column, string | null>>;
}

type Others = Readonly<Record<'other' | 'retired', string>>;

/** Another library that readers know, and one that has left. */
async function furnishOthers(world: RegistrationWorld): Promise<Others> {
  const other = await world.invited(minimalDocument('another'));
  const retired = await world.invited(minimalDocument('leaver'));
  await world.ask(adminToken, 'POST', '/libraries/another/approve');
  await world.ask(adminToken, 'POST', '/libraries/leaver/retire');
  return { other, retired };
}

let number = 0;

/** A library, its token, and the one that it had before. */
async function furnish(
  world: RegistrationWorld,
  others: Others,
  status: 'live' | 'draft',
): Promise<Seats> {
  number += 1;
  const id = `one-${number}`;
  const rotated = await world.invited(minimalDocument(id));
  if (status === 'live') await world.ask(adminToken, 'POST', `/libraries/${id}/approve`);
  const own = (await world.ask(rotated, 'POST', `/libraries/${id}/tokens`)).json().token;
  const invitation = (await world.ask(adminToken, 'POST', '/invitations')).json().id;
  const tokens = { stranger: null, ...others, own, rotated, administrator: adminToken };
  return { id, invitation, tokens };
}

async function cellOf(
  world: RegistrationWorld,
  { id, invitation, tokens }: Seats,
  name: string,
  column: Column,
  body?: object,
): Promise<string> {
  const [method = '', path = ''] = name.split(' ');
  const url = path
    .replace('/invitations/{id}', `/invitations/${invitation}`)
    .replace('{id}', id)
    .replace('{number}', '1')
    .replace('/compare', '/compare?from=1&to=1');
  const documents: Readonly<Record<string, object>> = {
    'PUT /libraries/{id}': minimalDocument(id, { aliases: [column] }),
    'POST /libraries': minimalDocument(`made-${number}`),
  };
  const sent = documents[name] ?? body;
  const { statusCode } = await world.ask(tokens[column], method, url, {
    headers: { 'if-match': '*' },
    ...(sent === undefined ? {} : { body: sent }),
  });
  return [401, 403, 404].includes(statusCode) ? String(statusCode) : 'ok';
}
