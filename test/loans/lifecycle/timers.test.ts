import { everydayCalendar } from '../../../src/loans/calendar/calendar.ts';
import { loanJobHandlers } from '../../../src/loans/lifecycle/timers.ts';
import { loansOfReader, unlinkEnded } from '../../../src/loans/requests/privacy.ts';
import { getRequest } from '../../../src/loans/requests/read.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanLibrary, loanWorld, plainPolicy } from '../../support/loans.ts';

eachDatabase(
  'a lender that never answers loses the request when its working days are over',
  async (t, database) => {
    const world = await loanWorld(database);
    const closed = { ...everydayCalendar, closed: ['2026-11-19/2026-11-22'] };
    world.libraries.set('chem', loanLibrary('chem', '900100', { calendar: closed }));
    const reader = await world.reader();
    const { number } = await world.submit(reader);
    await world.advance(new Date('2026-11-25T15:00:00Z'));
    t.match(
      await world.state(number),
      { state: 'SENT', leg: 'RECEIVED' },
      'closed days do not count',
    );
    await world.advance(new Date('2026-11-25T16:00:00Z'));
    t.match(await world.state(number), { state: 'UNFILLED', leg: 'UNFILLED' });
    const view = await getRequest(world.context, database.db, reader, number);
    t.match(view.legs, [{ unfilledReason: 'no_answer' }]);
  },
);

eachDatabase('a cancellation that nobody answers is granted', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const { number } = await world.submit(reader);
  await world.act(world.staff('chem', 'desk_clerk'), number, 'promise');
  await world.act(reader, number, 'request_cancel');
  await world.advance({ days: 3 });
  t.match(await world.state(number), { state: 'CANCELLED', leg: 'CANCELLED' });
});

eachDatabase('a condition not answered in time ends the leg', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const lender = world.staff('chem', 'desk_clerk');
  const first = await world.submit(reader);
  await world.act(lender, first.number, 'offer_conditions', { condition: '仅限馆内阅览' });
  t.match(await world.state(first.number), { state: 'CONDITIONAL', leg: 'CONDITIONAL' });
  await world.advance({ days: 8 });
  t.match(await world.state(first.number), { state: 'UNFILLED', leg: 'UNFILLED' });
  const second = await world.submit(reader);
  await world.act(lender, second.number, 'offer_conditions', { condition: '须签收', cost: 500 });
  await world.act(reader, second.number, 'accept_condition');
  t.match(await world.state(second.number), { state: 'PROMISED', leg: 'PROMISED' });
});

eachDatabase('a request asked for more data goes to the same lender again', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const { number } = await world.submit(reader);
  await world.act(world.staff('chem', 'desk_clerk'), number, 'ask_retry', { reason: '请补充卷册' });
  t.match(await world.state(number), { state: 'RETRY_ASKED', leg: 'RETRY' });
  const { citation } = await getRequest(world.context, database.db, reader, number);
  await world.act(reader, number, 'retry', { citation: { ...citation, volume: '上册' } });
  t.match(await world.state(number), { state: 'SENT', leg: 'RECEIVED' });
  const view = await getRequest(world.context, database.db, reader, number);
  t.match(view, {
    citation: { volume: '上册' },
    legs: [{ leg: 1 }, { leg: 2, lender: 'chem', callNumber: 'TQ016/58' }],
  });
});

eachDatabase(
  'a loan is reminded of, becomes overdue once, is lost, found and completed',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const home = world.staff('home', 'desk_clerk');
    const lender = world.staff('chem', 'desk_clerk');
    const { number } = await world.submit(reader);
    await world.act(lender, number, 'promise');
    await world.act(lender, number, 'lend', { barcodes: ['A1'] });
    await world.act(home, number, 'arrive');
    await world.act(home, number, 'lend_to_reader');
    const about = async () =>
      (
        await database.db
          .selectFrom('notices')
          .select(['template', 'subject'])
          .where('channel', '=', 'inbox')
          .where('template', 'in', ['due_soon', 'overdue', 'overdue_again'])
          .orderBy('id')
          .execute()
      ).map((row) => row.template);
    await world.advance(new Date('2026-12-18T12:00:00Z'));
    t.same(await about(), ['due_soon', 'due_soon', 'due_soon'], 'seven, three and one day before');
    await world.advance(new Date('2026-12-27T00:00:00Z'));
    t.same((await about()).slice(3), ['overdue', 'overdue_again']);
    let view = await getRequest(world.context, database.db, reader, number);
    t.match(view, { state: 'ON_LOAN', dueDate: '2026-12-18' });
    t.ok(view.flags.overdue);
    await world.act(home, number, 'declare_lost', { reason: '读者报失' });
    t.match(await world.state(number), { state: 'LOST', leg: 'LOST' });
    await world.act(home, number, 'found');
    await world.act(home, number, 'check_return', { condition: 'damaged', remark: '封面破损' });
    await world.act(home, number, 'ship_back');
    t.match(await world.state(number), { state: 'RETURNING', leg: 'RETURN_SHIPPED' });
    await world.act(lender, number, 'check_in', {
      volumes: [{ barcode: 'A1', condition: 'damaged' }],
    });
    view = await getRequest(world.context, database.db, reader, number);
    t.match(view, { state: 'COMPLETED', items: [{ outcome: 'damaged' }] });
    t.ok(view.flags.damaged);
    t.notOk(view.flags.overdue);
  },
);

eachDatabase(
  'a reader who collects a book late is still reminded of its due date',
  async (t, database) => {
    const world = await loanWorld(database);
    const home = world.staff('home', 'desk_clerk');
    const lender = world.staff('chem', 'desk_clerk');
    const { number } = await world.submit(await world.reader());
    await world.act(lender, number, 'promise');
    await world.act(lender, number, 'lend', { barcodes: ['A1'] });
    await world.advance(new Date('2026-12-10T02:00:00Z'));
    await world.act(home, number, 'arrive');
    await world.advance(new Date('2026-12-13T02:00:00Z'));
    const reminders = () =>
      database.db
        .selectFrom('notices')
        .select('created_at')
        .where('channel', '=', 'inbox')
        .where('template', '=', 'due_soon')
        .execute();
    t.same(await reminders(), [], 'nobody has it yet, seven days before');
    await world.act(home, number, 'lend_to_reader');
    await world.advance(new Date('2026-12-18T12:00:00Z'));
    t.equal((await reminders()).length, 2, 'three days and one day before');
  },
);

eachDatabase(
  'a lost book is settled by a lead, and its barcode can be lent again',
  async (t, database) => {
    const world = await loanWorld(database);
    const lender = world.staff('chem', 'desk_clerk');
    const lead = world.staff('chem', 'desk_lead');
    const lendOne = async () => {
      const { number } = await world.submit(await world.reader());
      await world.act(lender, number, 'promise');
      await world.act(lender, number, 'lend', { barcodes: ['A1'] });
      return number;
    };
    const number = await lendOne();
    await t.rejects(lendOne(), { code: 'taken', rule: 'loan.oneLoanPerItem' });
    await world.act(lender, number, 'declare_lost', { reason: '邮路遗失' });
    await t.rejects(world.act(lender, number, 'settle'), { code: 'forbidden' });
    await world.act(lead, number, 'settle');
    t.match(await world.state(number), { state: 'LOST_SETTLED', leg: 'LOST_SETTLED' });
    await lendOne();
  },
);

eachDatabase(
  'renewal is refused by its rule, or granted where policy allows it',
  async (t, database) => {
    const once = {
      ...plainPolicy,
      rules: [
        {
          id: 'renew-once',
          parameter: 'loan.renewals',
          layer: 'consortium',
          value: 1,
          sentence: { zh: '可续借一次。', en: 'Renewed once.' },
        },
      ],
    };
    for (const policy of [plainPolicy, once]) {
      const world = await loanWorld(database, { policy });
      const reader = await world.reader();
      const home = world.staff('home', 'desk_clerk');
      const lender = world.staff('chem', 'desk_clerk');
      const { number } = await world.submit(reader);
      await world.act(lender, number, 'promise');
      await world.act(lender, number, 'lend', { barcodes: [`B${policy.rules.length}`] });
      await world.act(home, number, 'arrive');
      await world.act(home, number, 'lend_to_reader');
      if (policy === plainPolicy) {
        await t.rejects(world.act(reader, number, 'ask_renewal'), {
          code: 'not_open',
          rule: 'loan.renewals',
        });
        continue;
      }
      await world.act(reader, number, 'ask_renewal');
      await world.act(lender, number, 'grant_renewal', { dueDate: '2027-01-05' });
      t.match(await getRequest(world.context, database.db, reader, number), {
        dueDate: '2027-01-05',
      });
      await t.rejects(world.act(reader, number, 'ask_renewal'), {
        code: 'not_open',
        rule: 'renew-once',
      });
    }
  },
);

eachDatabase(
  'a timer that runs late, twice or with a wrong clock does nothing wrong',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const { number } = await world.submit(reader);
    const job = await database.db
      .selectFrom('jobs')
      .selectAll()
      .where('kind', '=', 'loan.timer')
      .executeTakeFirstOrThrow();
    await world.act(world.staff('chem', 'desk_clerk'), number, 'promise');
    const stale = {
      id: 1,
      kind: job.kind,
      key: job.key,
      payload: job.payload,
      runAt: job.run_at,
      attempts: 1,
    };
    await loanJobHandlers(world.context)['loan.timer']?.(stale, async () => {});
    t.match(await world.state(number), { state: 'PROMISED', leg: 'PROMISED' });
    world.setClock(new Date('2020-01-01T00:00:00Z'));
    await world.runDue();
    t.match(await world.state(number), { state: 'PROMISED', leg: 'PROMISED' });
  },
);

eachDatabase(
  'a lender’s month is full for everybody, and a refusal gives the volume back',
  async (t, database) => {
    const world = await loanWorld(database, {
      policy: {
        ...plainPolicy,
        rules: [
          {
            id: 'quota',
            parameter: 'loan.monthlyQuota',
            layer: 'lender',
            when: { lender: ['chem'] },
            value: 2,
            sentence: { zh: '每月两册。', en: 'Two volumes a month.' },
          },
        ],
      },
    });
    const first = await world.submit(await world.reader(), { volumes: 2 });
    await t.rejects(world.submit(await world.reader()), { code: 'invalid', rule: 'quota' });
    await world.act(world.staff('chem', 'desk_clerk'), first.number, 'refuse', {
      reason: 'on_loan',
    });
    await world.submit(await world.reader());
    await world.advance({ days: 14 });
    await world.submit(await world.reader(), { volumes: 2 });
  },
);

eachDatabase(
  'who asked for what is forgotten when the time has come, and what is open is kept',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const { number } = await world.submit(reader, { note: '私人' });
    const exported = await database.transaction((tx) => loansOfReader.export(tx, reader.id));
    t.match(exported, {
      requests: [
        {
          number,
          note: '私人',
          events: [{ action: 'submit' }, { action: 'route' }, { action: 'send' }],
        },
      ],
    });
    t.match(await database.transaction((tx) => loansOfReader.holds(tx, reader.id)), [
      { zh: new RegExp(number) },
    ]);
    world.setClock(new Date('2027-11-18T02:00:00Z'));
    t.equal(await unlinkEnded(world.context), 0, 'an open request keeps its reader');
    world.setClock(new Date('2026-11-18T02:30:00Z'));
    await world.act(reader, number, 'cancel');
    world.setClock(new Date('2027-05-01T02:30:00Z'));
    t.equal(await unlinkEnded(world.context), 0);
    world.setClock(new Date('2027-06-18T02:30:00Z'));
    t.equal(await unlinkEnded(world.context), 1);
    const row = await database.db.selectFrom('loan_requests').selectAll().executeTakeFirstOrThrow();
    t.match(row, { reader_id: null, recipient: null, note: null, state: 'CANCELLED' });
    for (const table of [
      'loan_requests',
      'loan_events',
      'loan_messages',
      'notices',
      'loan_legs',
    ] as const) {
      const rows = await database.db.selectFrom(table).selectAll().execute();
      t.notOk(JSON.stringify(rows).includes(reader.id), `nothing in ${table} names the reader`);
    }
  },
);

eachDatabase(
  'what is late asks for a look, and asks again after it was dealt with',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const home = world.staff('home', 'desk_clerk');
    const { number } = await world.submit(reader);
    await world.act(world.staff('chem', 'desk_clerk'), number, 'promise');
    await t.rejects(world.act(home, number, 'clear_attention'), { code: 'not_open' });
    const flag = async () =>
      'attention' in (await getRequest(world.context, database.db, home, number)).flags;
    await world.advance({ days: 8 });
    t.equal(await flag(), true, 'five working days have passed');
    await world.act(home, number, 'clear_attention');
    t.equal(await flag(), false);
    await world.advance({ days: 8 });
    t.equal(await flag(), true, 'and five more');
    t.match(await world.state(number), { state: 'PROMISED', leg: 'PROMISED' });
  },
);
