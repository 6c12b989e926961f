import { sql } from 'kysely';
import { ConnectorError } from '../../../src/members/errors.ts';
import { tidyHistory } from '../../../src/members/health/keep.ts';
import { emptyTally } from '../../../src/members/health/tally.ts';
import { asJson } from '../../../src/store/values.ts';
import { eachDatabase } from '../../support/database.ts';
import { healthWorld, member, tester } from '../../support/health-world.ts';

const unreachable = () =>
  new ConnectorError('aa', 'unreachable', 'as the test wants', { reason: 'connect_refused' });

eachDatabase('counts what libraries were asked, over hours and gateways', async (t, database) => {
  const first = await healthWorld(database, { inputs: [member('aa'), member('bb')] });
  const second = await healthWorld(database, {
    inputs: [member('aa'), member('bb')],
    virtual: first.virtual,
  });
  for (let i = 0; i < 3; i++) await first.search('aa');
  for (let i = 0; i < 2; i++) await second.search('aa');
  first.server('bb').behave({ fails: { error: unreachable } });
  for (let i = 0; i < 3; i++) await first.search('bb');
  await first.health.flush();
  await second.health.flush();
  await first.minutes(61);
  await first.search('aa');
  await first.health.flush();

  const well = await first.health.reader.report('aa', '24h');
  t.match(well, { state: 'well', cause: null, answers: { answered: 6 }, incidents: [] });
  t.same(well.availability['24h'], { share: 1, hoursAsked: 2, hours: 24 });
  t.equal(well.latency.total?.count, 6);
  t.same(
    well.hours.filter(({ share }) => share !== null).map(({ asks }) => asks),
    [5, 1],
  );
  const failing = await first.health.reader.report('bb', '7d');
  t.match(failing, {
    state: 'failing',
    cause: { code: 'connect_refused', zh: /拒绝/, fix: { en: /firewall/ } },
    lastGoodAt: null,
    incidents: [{ endedAt: null, cause: 'connect_refused' }],
    causes: [{ cause: 'connect_refused' }],
  });
  t.equal(failing.availability['7d'].share, 0);
  t.match(await first.health.reader.report('nobody', '24h'), {
    state: 'unknown',
    availability: { '24h': { share: null, hoursAsked: 0 } },
  });
  t.match(
    (await second.health.reader.list()).map(({ library, state }) => [library, state]),
    [
      ['aa', 'well'],
      ['bb', 'failing'],
    ],
  );
  t.same([first.faults, second.faults], [[], []]);
});

eachDatabase('keeps nothing of what readers searched for', async (t, database) => {
  const world = await healthWorld(database, { inputs: [member('aa')] });
  await world.search('aa', '不可告人的检索词');
  await world.health.shadows.start('aa', member('aa', { aliases: ['候选'] }), tester);
  await world.search('aa', '不可告人的检索词');
  await world.minutes(1);
  await world.health.flush();
  for (const { name } of await database.db.introspection.getTables()) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t
      where t::text like ${'%不可告人%'}`.execute(database.db);
    t.same(rows, [], name);
  }
  t.equal((await world.health.reader.report('aa', '24h')).answers.answered, 2);
});

eachDatabase('what cannot be written is written later', async (t, database) => {
  const world = await healthWorld(database, { inputs: [member('aa')] });
  await world.search('aa');
  await sql`alter table library_tallies rename to away`.execute(database.db);
  await world.health.flush();
  t.equal(world.faults.length, 1);
  await sql`alter table away rename to library_tallies`.execute(database.db);
  await world.search('aa');
  await world.health.flush();
  t.equal((await world.health.reader.report('aa', '24h')).answers.answered, 2);
});

eachDatabase('sums hours up to days and forgets after ninety', async (t, database) => {
  const world = await healthWorld(database, { inputs: [member('aa')] });
  const hour = 3_600_000;
  const now = world.clock.now().getTime();
  const at = (days: number, h: number) => {
    const day = new Date(now - days * 24 * hour);
    return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), h));
  };
  const rows = [100, 60, 20, 3].flatMap((days) =>
    Array.from({ length: 4 }, (_, h) => ({
      library: 'aa',
      source: h % 2 === 0 ? ('search' as const) : ('check' as const),
      span: 'hour' as const,
      since: at(days, h),
      tally: asJson({
        ...emptyTally(),
        answers: h === 0 ? { timed_out: 1 } : { answered: 10 },
        times: { total: { 20: 10 } },
      }),
    })),
  );
  await database.db.insertInto('library_tallies').values(rows).execute();
  const before = await world.health.reader.report('aa', '90d');
  const longAgo = { library: 'gone', state: 'well' as const, known_items: '[]' };
  await database.db
    .insertInto('library_health')
    .values({ ...longAgo, last_asked_at: at(120, 0) })
    .execute();
  await tidyHistory(database, world.clock.now());
  await tidyHistory(database, world.clock.now());
  t.same(await database.db.selectFrom('library_health').selectAll().execute(), []);
  await world.minutes(1);
  const after = await world.health.reader.report('aa', '90d');
  t.same(after.availability, before.availability);
  t.same(after.availability['90d'], { share: 0.75, hoursAsked: 12, hours: 2160 });
  t.same(after.latency, before.latency);
  t.same(after.days.at(-21), before.days.at(-21));
  const left = await database.db
    .selectFrom('library_tallies')
    .select(['span', (e) => e.fn.countAll<number>().as('rows')])
    .groupBy('span')
    .orderBy('span')
    .execute();
  t.same(left, [
    { span: 'day', rows: 4 },
    { span: 'hour', rows: 4 },
  ]);
});

eachDatabase('a reader who leaves early is nothing against the library', async (t, database) => {
  const world = await healthWorld(database, { inputs: [member('aa')] });
  world.server('aa').behave({ hangs: 'deaf' });
  for (const waitMs of [300, 900]) {
    t.match(await world.search('aa', '地方志', waitMs), { code: 'timeout' });
  }
  await world.health.flush();
  const early = await world.health.reader.report('aa', '24h');
  t.match(early, { answers: { stopped: 2 }, availability: { '24h': { share: null } } });

  t.match(await world.search('aa'), { code: 'timeout' });
  await world.minutes(1);
  await world.health.flush();
  const late = await world.health.reader.report('aa', '24h');
  t.match(late, { answers: { stopped: 2, timed_out: 1 }, availability: { '24h': { share: 0 } } });
});
