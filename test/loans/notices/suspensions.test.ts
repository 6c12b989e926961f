import { LoanError } from '../../../src/loans/errors.ts';
import { postAnnouncement } from '../../../src/loans/notices/announcements.ts';
import { suspensionOf } from '../../../src/loans/notices/suspensions.ts';
import { eachDatabase } from '../../support/database.ts';
import { type LoanWorld, loanWorld, plainPolicy } from '../../support/loans.ts';

function poster(world: LoanWorld, library: string) {
  return (kind: string, from: string, to: string | null = null) =>
    world.database.transaction((tx) =>
      postAnnouncement(world.context, tx, world.staff(library, 'desk_lead'), {
        kind,
        title: { zh: '寒假闭馆', en: 'Closed for the winter' },
        body: { zh: '寒假期间不受理。', en: 'No requests are taken.' },
        from,
        to,
      }),
    );
}

async function refusedBy(submitted: Promise<unknown>) {
  try {
    await submitted;
  } catch (error) {
    if (error instanceof LoanError) return error.faults.map(({ rule, en }) => ({ rule, en }));
    throw error;
  }
  return [];
}

eachDatabase('no request goes to a library that suspended lending', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const post = poster(world, 'chem');
  await post('suspension', '2026-11-18T00:00:00Z', '2026-12-01T00:00:00Z');
  t.match(await refusedBy(world.submit(reader)), [
    { rule: 'library.suspended', en: /Closed for the winter/ },
  ]);
  world.setClock(new Date('2026-12-01T00:00:00Z'));
  t.match(await world.submit(reader), { number: String });
});

eachDatabase('a resumption ends a suspension before its time', async (t, database) => {
  const world = await loanWorld(database);
  const post = poster(world, 'chem');
  const onDay = async (day: number) =>
    (await suspensionOf(database.db, 'chem', new Date(Date.UTC(2026, 10, day)))) !== null;
  await post('suspension', '2026-11-20T00:00:00Z');
  await post('resumption', '2026-11-25T00:00:00Z');
  await post('holiday', '2026-11-26T00:00:00Z');
  await post('suspension', '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z');
  t.same(await Promise.all([19, 20, 24, 25, 26, 28, 29].map(onDay)), [
    ...[false, true, true, false, false, true, false],
  ]);
  t.equal(await suspensionOf(database.db, 'arts', new Date('2026-11-21')), null);
});

eachDatabase('the rota passes over a lender that suspended lending', async (t, database) => {
  const sentence = { zh: '转下一馆。', en: 'On to the next.' };
  const next = { id: 'next', parameter: 'request.nextLender', layer: 'consortium', value: true };
  const world = await loanWorld(database, {
    policy: { ...plainPolicy, rules: [{ ...next, sentence }] },
  });
  const reader = await world.reader();
  const { number } = await world.submit(reader, {
    alternatives: [
      { library: 'arts', localId: '000123' },
      { library: 'national', localId: null },
    ],
  });
  await poster(world, 'arts')('suspension', '2026-11-18T00:00:00Z');
  await world.act(world.staff('chem', 'desk_clerk'), number, 'refuse', { reason: 'on_loan' });
  const rota = await database.db
    .selectFrom('loan_rota')
    .select(['lender', 'why'])
    .orderBy('position')
    .execute();
  t.same(rota, [
    { lender: 'chem', why: null },
    { lender: 'arts', why: 'suspended' },
    { lender: 'national', why: null },
  ]);
});
