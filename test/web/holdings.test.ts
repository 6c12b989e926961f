import Fastify from 'fastify';
import { pino } from 'pino';
import t from 'tap';
import { Compile } from 'typebox/compile';
import { createFederation } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { holdingsAnswerSchema, registerHoldings } from '../../src/web/api/holdings.ts';
import type { WebContext } from '../../src/web/context.ts';
import { registerProblems } from '../../src/web/problem.ts';
import { doorAt } from '../support/search-suite.ts';
import { view, words } from '../support/searches.ts';

/** Libraries that are asked for copies in each of the ways there are. */
const libraries = {
  'demo-tech': 'the OPAC syntax of its records',
  'demo-normal': 'an OPAC record beside the syntax it is searched in',
  'demo-chem': 'its record again',
  'demo-econ': 'its record again, over SRU',
  'demo-med': 'circ-status and item-data',
  'demo-poly': 'a second request to its catalogue',
} as const;
const ids = Object.keys(libraries);

const sandbox = await startSandbox({ libraries: ids, delays: false });
t.teardown(() => sandbox.close());
const settings = { ...(await readSettings({})), connectors: null };
const federation = await createFederation(
  settings,
  {},
  { documents: sandbox.documents, defaultLibraries: ids },
  pino({ level: 'silent' }),
);
t.teardown(() => federation.close());
const app = Fastify({ routerOptions: { maxParamLength: 300 } });
app.setSerializerCompiler(() => (value) => JSON.stringify(value));
registerProblems(app);
registerHoldings(app, { engine: federation.engine, settings } as unknown as WebContext);
t.teardown(() => app.close());
const door = doorAt(await app.listen({ host: '127.0.0.1', port: 0 }));

const search = federation.engine.start({
  query: words('化学'),
  cql: '化学',
  libraries: ids,
  sort: 'relevance',
  waitMs: 10_000,
  refresh: false,
});
await search.wait('complete');
const { records } = search.answer({ ...view, size: 100 });
const check = Compile(holdingsAnswerSchema);

t.test('every protocol is asked for copies in its own way', async (t) => {
  const seen: Record<string, string> = {};
  for (const id of ids) {
    const holding = records.flatMap((line) => line.holdings).find(({ library }) => library === id);
    const localId = encodeURIComponent(holding?.localId ?? '');
    const told = await door.ask('GET', `/api/v1/libraries/${id}/records/${localId}/holdings`);
    t.equal(told.status, 200, id);
    t.same([...check.Errors(told.json())], [], 'the answer fits its published schema');
    const [live] = told.json().holdings;
    t.match(live, { library: id, localId: holding?.localId, answer: { state: 'answered' } });
    t.ok(Math.abs(Date.now() - Date.parse(live.asOf)) < 60_000);
    t.ok(live.items.length > 0, `${id} has copies: ${libraries[id as keyof typeof libraries]}`);
    for (const item of live.items) {
      if (item.status === 'on_loan') t.match(item.dueDate, /^20\d\d-\d\d-\d\d$/);
      else t.equal(item.dueDate, null);
      t.equal(item.lendable, null, 'being on the shelf says nothing about lending');
      seen[id] = seen[id] === 'available' ? 'available' : item.status;
    }
  }
  t.same([...new Set(['demo-chem', 'demo-econ'].map((id) => seen[id]))], ['unknown']);
  for (const id of ['demo-tech', 'demo-normal', 'demo-med', 'demo-poly']) {
    t.not(seen[id], 'unknown', `${id} says where its copies are`);
  }
});

t.test('a merged record asks all that hold it, and says of each how it answered', async (t) => {
  const line = records.find(({ holdings }) => holdings.length > 2);
  const told = await door.ask('GET', `/api/v1/records/${line?.id}/holdings`);
  t.same([...check.Errors(told.json())], []);
  t.equal(told.headers.get('cache-control'), 'no-store');
  t.equal(told.json().state, 'complete');
  const named = (holdings: readonly { library: string; localId: string }[]) =>
    holdings.map(({ library, localId }) => `${library} ${localId}`);
  t.same(named(told.json().holdings), named(line?.holdings ?? []));
});

t.test('a library that hangs or refuses leaves its copies unknown at the deadline', async (t) => {
  const line = records.find(
    ({ holdings }) =>
      holdings.length > 1 && holdings.some(({ library }) => library === 'demo-poly'),
  );
  await sandbox.inject('demo-poly', 'hang');
  t.teardown(() => sandbox.inject('demo-poly', null));
  const told = await door.ask('GET', `/api/v1/records/${line?.id}/holdings?wait=700`, {
    headers: { 'cache-control': 'no-cache' },
  });
  t.equal(told.json().state, 'closed');
  for (const { library, status, asOf, answer } of told.json().holdings) {
    if (library === 'demo-poly') {
      t.match(
        { status, asOf, answer },
        { status: 'unknown', asOf: null, answer: { state: 'timed_out' } },
      );
    } else {
      t.equal(answer.state, 'answered', library);
    }
  }
});

t.test('what cannot be asked is said to be so', async (t) => {
  t.equal((await door.ask('GET', '/api/v1/records/r_nothing/holdings')).status, 404);
  t.equal((await door.ask('GET', '/api/v1/libraries/nobody/records/1/holdings')).status, 404);
  const line = records[0]?.id;
  for (const query of ['wait=soon', 'wait=60001', 'colour=red']) {
    t.equal(
      (await door.ask('GET', `/api/v1/records/${line}/holdings?${query}`)).status,
      400,
      query,
    );
  }
});
