import { watched } from '../../../src/members/watched.ts';
import { createSearchEngine } from '../../../src/search/engine.ts';
import { eachDatabase } from '../../support/database.ts';
import { type HealthWorld, healthWorld, member, tester } from '../../support/health-world.ts';
import { view, words } from '../../support/searches.ts';

const reason = { zh: '机房停电', en: 'Power works' };

function hoursFrom(world: HealthWorld, from: number, to: number) {
  const at = (hours: number) => new Date(world.clock.now().getTime() + hours * 3_600_000);
  return { library: 'aa', from: at(from), to: at(to), reason, by: tester };
}

eachDatabase(
  'a library in maintenance is not asked, and readers hear until when',
  async (t, database) => {
    const world = await healthWorld(database, { inputs: [member('aa')] });
    const { maintenance } = world.health;
    await world.search('aa');
    await maintenance.add(hoursFrom(world, 1, 3), world.clock.now());
    t.match(await world.search('aa'), { hits: 8 }, 'not before it begins');
    t.equal(world.server('aa').asks.length, 2);

    await world.minutes(61);
    const refused = await world.search('aa');
    t.match(refused, {
      code: 'maintenance',
      reason: 'planned',
      sentence: {
        zh: '该馆声明维护中，至 19:00：机房停电',
        en: 'Planned maintenance until 19:00: Power works',
      },
    });
    const { connector, health } = world;
    const asksCopies = { ...connector('aa').unwatched, holdings: async () => [] };
    const copies = watched(asksCopies, health.watch).holdings;
    const trace = { enter: () => {}, roundTrip: () => {} };
    const ask = { deadline: Number.POSITIVE_INFINITY, trace };
    const asked = async () => void (await copies?.('n1', ask, new AbortController().signal));
    await t.rejects(asked, { code: 'maintenance' }, 'nor for copies');
    t.equal(world.server('aa').asks.length, 2);
    await world.health.runDue();
    t.equal(world.server('aa').asks.length, 2, 'nor by a check');
    await world.health.flush();
    const during = await world.health.reader.report('aa', '24h');
    t.match(during, { state: 'maintenance', maintenance: [{ reason }], incidents: [] });
    t.equal(during.availability['24h'].share, 1);

    const engine = createSearchEngine({ connectorFor: world.connector, clock: world.virtual });
    const search = engine.start({
      query: words('地方志'),
      cql: '地方志',
      libraries: ['aa'],
      sort: 'relevance',
      waitMs: 1000,
      refresh: false,
    });
    await world.virtual.advance(10);
    const [answer] = search.answer(view).libraries;
    t.match(answer, {
      state: 'maintenance',
      retryable: false,
      message: { zh: /至 19:00：机房停电/, en: /until 19:00/ },
    });
    t.notOk('hits' in (answer ?? {}));
    await engine.close();

    await world.minutes(121);
    await world.search('aa');
    t.equal(world.server('aa').asks.length, 3, 'asked again once it is over');
    await world.minutes(10);
    await world.health.runDue();
    t.equal(world.server('aa').asks.length, 4, 'and checked again');
    t.same(world.faults, []);
  },
);

eachDatabase(
  'a window can be taken back, ended early, and reaches other gateways',
  async (t, database) => {
    const world = await healthWorld(database, { inputs: [member('aa')] });
    const other = await healthWorld(database, { inputs: [member('aa')], virtual: world.virtual });
    const now = world.clock.now();
    const { maintenance } = world.health;
    const first = await maintenance.add(hoursFrom(world, -1, 5), now);
    const second = await maintenance.add(hoursFrom(world, 24, 30), now);
    t.match(await world.search('aa'), { code: 'maintenance' });
    t.notMatch(await other.search('aa'), { code: 'maintenance' });
    await other.health.flush();
    t.match(await other.search('aa'), { code: 'maintenance' });
    if (first === 'too_many' || second === 'too_many') throw new Error('too many');
    t.equal(await maintenance.withdraw('bb', first.id, tester, now), false, 'only its own');
    t.equal(await maintenance.withdraw('aa', first.id, tester, now), true);
    t.equal(await maintenance.withdraw('aa', first.id, tester, now), false);
    t.match(await world.search('aa'), { hits: 8 });
    t.same(
      maintenance.planned('aa', now).map(({ id }) => id),
      [second.id],
    );
    for (let i = 0; i < 49; i++) await maintenance.add(hoursFrom(world, 100 + i, 101 + i), now);
    t.equal(await maintenance.add(hoursFrom(world, 200, 201), now), 'too_many');
  },
);
