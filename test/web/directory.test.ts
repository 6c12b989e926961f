import t from 'tap';
import { postAnnouncement } from '../../src/loans/notices/announcements.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { directoryOf } from '../members/finding/directory.ts';
import { eachDatabase } from '../support/database.ts';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';
import { adminToken, loanWeb } from '../support/loan-web.ts';
import { registrationWorld } from '../support/registration-world.ts';

t.setTimeout(120_000);

/** The nine categories as a consortium counted them: 51 in all, a library may stand in several. */
const counted = {
  public: 2,
  engineering: 13,
  economics: 3,
  arts: 4,
  normal: 2,
  music: 5,
  law: 7,
  comprehensive: 9,
  agriculture: 6,
};

/** Fifty libraries; one of engineering teaches law as well, and so fills two places. */
function fifty(): readonly LibraryInput[] {
  const places = Object.entries(counted).flatMap(([category, count]) =>
    Array.from({ length: count }, () => category),
  );
  const inTwo = places.indexOf('engineering');
  places.splice(places.indexOf('law'), 1);
  return places.map((category, at) =>
    minimalDocument(`member-${at}`, {
      categories: at === inTwo ? ['engineering', 'law'] : [category],
    }),
  );
}

t.test('counts each category by all libraries that stand in it, drafts by none', async (t) => {
  const hidden = minimalDocument('hidden', { status: 'draft', categories: ['law'] });
  const gateway = await startTestGateway([...fifty(), hidden], {});
  t.teardown(() => gateway.close());
  const get = async (path: string) => (await gateway.app.inject(`/api/v1${path}`)).json();
  const { total, categories } = await get('/categories');
  t.equal(total, 50);
  const counts = Object.fromEntries(
    categories.map(({ id, count }: { id: string; count: number }) => [id, count]),
  );
  t.same(counts, counted);
  t.equal(
    Object.values(counts as typeof counted).reduce((sum, count) => sum + count, 0),
    51,
  );
  for (const [id, count] of Object.entries(counted)) {
    t.equal((await get(`/libraries?category=${id}`)).total, count, id);
  }
});

t.test('lists the branches of a library, and finds them by their own names', async (t) => {
  const gateway = await startTestGateway(
    [
      minimalDocument('whole', { name: { zh: '示范联合大学图书馆' } }),
      minimalDocument('part', { name: { zh: '示范应用文理学院图书馆' }, parent: 'whole' }),
    ],
    {},
  );
  t.teardown(() => gateway.close());
  const idsOf = async (path: string) =>
    (await gateway.app.inject(`/api/v1${path}`))
      .json()
      .libraries.map(({ id }: { id: string }) => id);
  t.same(await idsOf('/libraries?parent=whole'), ['part']);
  t.same(await idsOf('/libraries?parent=part'), []);
  t.same(await idsOf('/libraries?q=yywl'), ['part']);
});

t.test('says which services a library offers today', async (t) => {
  const gateway = await startTestGateway(
    [
      minimalDocument('reader', { services: { lend: { from: '2999-01-01' }, copy: false } }),
      minimalDocument('left', { services: { lend: { to: '2015-03-31' } } }),
      minimalDocument('resting', { status: 'paused' }),
    ],
    {},
  );
  t.teardown(() => gateway.close());
  const { libraries } = (await gateway.app.inject('/api/v1/libraries')).json();
  const offered = libraries.map(({ id, offered }: { id: string; offered: string[] }) => [
    id,
    offered.join(' '),
  ]);
  t.same(Object.fromEntries(offered), {
    reader: 'search borrow',
    left: 'search borrow copy',
    resting: '',
  });
});

eachDatabase('a suspension shows on the entry for as long as it holds', async (t, database) => {
  const web = await loanWeb(database, {
    context: { directory: directoryOf([minimalDocument('chem')]) },
  });
  t.teardown(() => web.close());
  const lead = web.world.staff('chem', 'desk_lead');
  const words = { zh: '搬迁暂停借阅', en: 'Moving house' };
  const entry = async () => (await web.ask(null, 'GET', '/api/v1/libraries/chem')).json();
  t.equal((await entry()).suspension, null);
  const input = { kind: 'suspension', title: words, body: words, to: '2026-11-20T00:00:00Z' };
  await database.transaction((tx) => postAnnouncement(web.world.context, tx, lead, input));
  t.match((await entry()).suspension, { title: words, to: '2026-11-20T00:00:00.000Z' });
  web.world.setClock(new Date('2026-11-20T00:00:00Z'));
  t.equal((await entry()).suspension, null);
});

eachDatabase('nobody of the staff is named in the public directory', async (t, database) => {
  const web = await loanWeb(database, {
    context: { directory: directoryOf([minimalDocument('chem')]) },
  });
  t.teardown(() => web.close());
  await web.staff('chem', 'desk_lead');
  const people = await database.db.selectFrom('staff').select(['name', 'email']).execute();
  t.ok(people.length > 0);
  const shown = (await web.ask(null, 'GET', '/api/v1/libraries')).body;
  t.match(shown, 'chem');
  for (const { name, email } of people) t.notOk(shown.includes(name) || shown.includes(email));
});

eachDatabase('refuses a parent that is not there, and a ring of parents', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  t.teardown(() => world.close());
  const register = (id: string, more: Partial<LibraryInput>) =>
    world.ask(adminToken, 'POST', '/libraries', { body: minimalDocument(id, more) });
  const refused = await register('branch', { parent: 'main', categories: ['alchemy'] });
  t.equal(refused.statusCode, 400);
  t.match(refused.json().errors, [
    { pointer: '/parent', message: 'main is not a known library' },
    { pointer: '/categories/0', message: /alchemy/ },
  ]);
  t.equal((await register('main', {})).statusCode, 201);
  t.equal((await register('branch', { parent: 'main' })).statusCode, 201);
  const etag = (await world.ask(null, 'GET', '/libraries/main')).headers.etag ?? '';
  const ring = await world.ask(adminToken, 'PUT', '/libraries/main', {
    body: minimalDocument('main', { parent: 'branch' }),
    headers: { 'if-match': etag },
  });
  t.match(ring.json().errors, [{ pointer: '/parent', message: /main → branch → main/ }]);
});
