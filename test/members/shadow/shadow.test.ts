import t from 'tap';
import {
  addComparison,
  compareAnswers,
  emptyComparison,
} from '../../../src/members/shadow/compare.ts';
import type { LiveAnswer } from '../../../src/members/watched.ts';
import { bib, sourceOf } from '../../support/connectors.ts';
import { eachDatabase } from '../../support/database.ts';
import {
  filled,
  type HealthWorld,
  healthWorld,
  member,
  someBooks,
  tester,
} from '../../support/health-world.ts';

function answerOf(
  titles: readonly (readonly [string, string])[],
  more: Partial<LiveAnswer> = {},
): LiveAnswer {
  const records = titles.map(([localId, title], i) =>
    sourceOf('aa', i + 1, bib({ title, controlNumber: localId })),
  );
  return { hits: records.length, records, failure: null, elapsedMs: 40, phases: {}, ...more };
}

const failed = (failure: string): LiveAnswer => answerOf([], { hits: null, failure });

t.test('counts what a candidate does otherwise, by number first and then by title', async (t) => {
  const comparison = emptyComparison();
  const live = answerOf([
    ['1', '中国地方志'],
    ['2', '方志学'],
    ['3', '县志汇编'],
    ['4', '府志选读'],
  ]);
  const candidate = answerOf([
    ['1', '中国地方志'],
    ['2', '方誌學概论'],
    ['900', '府志选读'],
    ['5', '通志'],
  ]);
  compareAnswers(comparison, live, candidate);
  compareAnswers(comparison, live, answerOf([['1', '中国地方志']], { hits: 400 }));
  compareAnswers(comparison, live, failed('timeout'));
  compareAnswers(comparison, failed('connect_refused'), live);
  t.match(comparison, {
    compared: 4,
    outcomes: { both: 2, onlyLive: 1, onlyCandidate: 1, neither: 0 },
    hits: { equal: 1, fewer: 0, more: 1 },
    records: { same: 2, different: 1, renumbered: 1, missing: 1, extra: 1, elsewhere: 3 },
    fields: { title: 1 },
    live: { causes: { connect_refused: 1 } },
    candidate: { causes: { timeout: 1 } },
  });
  t.same(comparison.examples, [
    { kind: 'different', localId: '2', fields: ['title'] },
    { kind: 'renumbered', localId: '4', fields: [] },
    { kind: 'missing', localId: '3', fields: [] },
    { kind: 'extra', localId: '5', fields: [] },
  ]);
  const sum = emptyComparison();
  addComparison(sum, comparison);
  addComparison(sum, comparison);
  t.equal(sum.compared, 8);
  t.equal(sum.examples.length, 4, 'one example each');
});

/** Another server beside the one in use, so that its limits are its own. */
const elsewhere = member('aa', {
  connector: { protocol: 'z3950', host: '127.0.0.2', port: 9999, database: 'New' },
});
const beside = member('aa', { aliases: ['新配置'] });

async function reportOf({ health }: HealthWorld) {
  const state = await health.shadows.state('aa');
  if (state === null) throw new Error('no candidate');
  return state.report;
}

eachDatabase(
  'a candidate is asked what readers ask, and its differences are counted',
  async (t, database) => {
    const world = await healthWorld(database, { inputs: [member('aa')] });
    await world.health.shadows.start('aa', elsewhere, tester);
    t.match(await world.search('aa'), { hits: 8 });
    await world.virtual.advance(10);
    t.match(await reportOf(world), { compared: 1, hits: { equal: 1 }, records: { same: 8 } });
    world.candidate('aa').behave({ books: someBooks.slice(1) });
    t.match(await world.search('aa'), { hits: 8 }, 'readers see the library in use');
    await world.virtual.advance(10);
    const report = await reportOf(world);
    t.match(report, { compared: 2, hits: { equal: 1, fewer: 1 }, records: { missing: 1 } });
    t.same(report.examples, [{ kind: 'missing', localId: 'n0', fields: [] }]);
    t.equal(await world.health.shadows.end('aa', tester), true);
    await world.search('aa');
    await world.virtual.advance(10);
    t.equal(world.candidate('aa').asks.length, 2);
    t.equal(await world.health.shadows.state('aa'), null);
    t.same(world.faults, []);
  },
);

eachDatabase(
  'a candidate that hangs, fails or lies in wait slows no search',
  async (t, database) => {
    const world = await healthWorld(database, { inputs: [member('aa')] });
    await world.health.shadows.start('aa', elsewhere, tester);
    world.candidate('aa').behave({ hangs: 'deaf' });
    const begun = world.virtual.now();
    for (let i = 0; i < 4; i++) t.match(await world.search('aa'), { hits: 8 });
    t.ok(world.virtual.now() - begun <= 200, 'no search waited for it');
    await world.virtual.advance(9000);
    const report = await reportOf(world);
    t.match(report, { compared: 1, skipped: 3, outcomes: { onlyLive: 1 } });
    t.same(Object.keys(report.candidate.causes), ['timeout']);
  },
);

eachDatabase(
  'on the same server a candidate keeps within the limits of the library',
  async (t, database) => {
    const limits = { connections: 1, perMinute: 40 };
    const connector = {
      protocol: 'z3950',
      host: '127.0.0.1',
      port: 9999,
      database: 'Default',
      limits,
    } as const;
    const world = await healthWorld(database, { inputs: [member('aa', { connector })] });
    await world.health.shadows.start('aa', { ...beside, connector }, tester);
    const slow = { books: someBooks, firstMs: 10 };
    world.server('aa').behave(slow);
    world.candidate('aa').behave(slow);
    const atOnce: number[] = [];
    let isOver = false;
    const look = () => {
      atOnce.push(world.server('aa').inFlight + world.candidate('aa').inFlight);
      if (!isOver) world.virtual.after(3, look);
    };
    look();
    for (let i = 0; i < 30; i++) {
      await world.search('aa');
      await world.virtual.advance(20);
    }
    isOver = true;
    const { compared, skipped } = await reportOf(world);
    t.equal(compared, 4, 'a tenth of the rate');
    t.equal(skipped, 26);
    t.equal(Math.max(...atOnce), 1);

    await world.minutes(2);
    world.candidate('aa').behave({ books: someBooks, firstMs: 2000 });
    await world.search('aa');
    await world.virtual.advance(100);
    t.equal(world.candidate('aa').inFlight, 1);
    await world.search('aa');
    await world.virtual.advance(100);
    t.equal(world.candidate('aa').aborted, 1, 'a search needs the connection');
    t.match(await reportOf(world), { cut: 1 });
  },
);

eachDatabase(
  'nothing is compared once the candidate is in use, or after its time',
  async (t, database) => {
    const world = await healthWorld(database, { inputs: [member('aa')] });
    await world.health.shadows.start('aa', beside, tester);
    t.not(world.health.shadows.companion('aa'), null);
    world.directory.put(filled(beside), beside, 'registered');
    t.equal(world.health.shadows.companion('aa'), null);
    await world.health.shadows.start('aa', elsewhere, tester);
    t.not(world.health.shadows.companion('aa'), null);
    await world.minutes(15 * 24 * 60);
    t.equal(world.health.shadows.companion('aa'), null);
  },
);

eachDatabase(
  'gateways count one candidate together, and a new one begins anew',
  async (t, database) => {
    const first = await healthWorld(database, { inputs: [member('aa')] });
    const second = await healthWorld(database, { inputs: [member('aa')], virtual: first.virtual });
    await first.health.shadows.start('aa', elsewhere, tester);
    await second.health.flush();
    for (const world of [first, second]) {
      await world.search('aa');
      await world.virtual.advance(10);
      await world.health.flush();
    }
    t.equal((await reportOf(first)).compared, 2);
    await second.search('aa');
    await second.virtual.advance(10);
    await first.health.shadows.start('aa', beside, tester);
    await second.health.flush();
    t.equal((await reportOf(second)).compared, 0, 'what the old one did is not the new one’s');
    await first.health.shadows.end('aa', tester);
    await second.health.flush();
    t.equal(second.health.shadows.companion('aa'), null);
  },
);
