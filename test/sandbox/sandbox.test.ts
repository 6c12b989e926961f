import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { readFacts } from '../../src/sandbox/facts/facts.ts';
import { defaultLibraries, FaultError, startSandbox } from '../../src/sandbox/index.ts';

const nineCategories = [
  'public',
  'engineering',
  'economics',
  'arts',
  'normal',
  'music',
  'law',
  'comprehensive',
  'agriculture',
];

t.test('thirteen libraries listen, in every protocol and category', async (t) => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.close());
  const protocols = sandbox.documents.map((document) => document.connector.protocol);
  const count = (protocol: string): number => protocols.filter((one) => one === protocol).length;
  t.same([count('z3950'), count('sru'), count('xservice'), count('http')], [5, 4, 2, 2]);
  const categories = new Set(sandbox.documents.flatMap((document) => document.categories ?? []));
  t.same([...categories].sort(), [...nineCategories].sort());
  const versions = sandbox.documents.flatMap(({ connector }) =>
    connector.protocol === 'sru' ? [connector.version] : [],
  );
  t.same(versions.sort(), ['1.1', '1.2', '1.2', '2.0']);
  const codes = sandbox.documents.map((document) => document.code);
  t.equal(new Set(codes).size, 13);
});

t.test('every document passes the schema', async (t) => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.close());
  for (const document of sandbox.documents) {
    const { faults } = checkLibrary(document, {}) as { faults?: readonly unknown[] };
    t.same(faults ?? [], [], document.id);
  }
});

t.test('the default set is ten members and the National library beside them', async (t) => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.close());
  const chosen = defaultLibraries.map((id) =>
    sandbox.documents.find((document) => document.id === id),
  );
  t.notOk(chosen.includes(undefined));
  t.equal(chosen.filter((document) => document?.outsideLimit !== true).length, 10);
  t.same(
    chosen.filter((document) => document?.outsideLimit === true).map((document) => document?.kind),
    ['national'],
  );
});

t.test('the truth names an edition for every record of every library', async (t) => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.close());
  const truth = sandbox.truth();
  const editions = new Set(readFacts().map((fact) => fact.edition));
  for (const [id, records] of truth) {
    t.ok(records.size > 50, id);
    t.ok([...records.values()].every((edition) => editions.has(edition)));
  }
  t.equal(truth.size, 13);
  const held = new Map<string, number>();
  for (const records of truth.values()) {
    for (const edition of new Set(records.values()))
      held.set(edition, (held.get(edition) ?? 0) + 1);
  }
  t.ok([...held.values()].filter((holders) => holders >= 2).length > 400);
});

t.test('closing lets go of every port, also with a connection open', async (t) => {
  const sandbox = await startSandbox({ libraries: ['demo-comp'] });
  const [document] = sandbox.documents;
  const url = document?.connector.protocol === 'sru' ? (document.connector.url ?? '') : '';
  await (await fetch(`${url}?operation=explain&version=1.2`)).text();
  await sandbox.close();
  await t.rejects(fetch(url));
  await sandbox.close();
});

t.test('refuses libraries and faults that do not exist', async (t) => {
  await t.rejects(startSandbox({ faults: { 'demo-none': 'hang' } }), FaultError);
  await t.rejects(startSandbox({ faults: { 'demo-chem': 'sleepy' } }), FaultError);
  await t.rejects(startSandbox({ faults: { 'demo-chem': 'gzip-bomb' } }), FaultError);
  await t.rejects(startSandbox({ faults: { 'demo-chem': 'hang@nowhere' } }), FaultError);
  await t.rejects(startSandbox({ libraries: ['demo-none'] }), FaultError);
});
