import { eachDatabase } from '../../support/database.ts';
import { loanWorld } from '../../support/loans.ts';

eachDatabase(
  'a book goes from the lender to the reader and back by courier',
  async (t, database) => {
    const world = await loanWorld(database, { channels: ['mail'] });
    const reader = await world.reader();
    const home = world.staff('home', 'desk_clerk');
    const lender = world.staff('chem', 'desk_clerk');
    const { number, state } = await world.submit(reader);
    t.equal(state, 'SENT');
    t.match(number, /^20261118\d{8}$/);

    const steps: readonly (readonly [typeof reader, string, object, string, string])[] = [
      [lender, 'start_search', {}, 'SENT', 'SEARCHING'],
      [lender, 'promise', {}, 'PROMISED', 'PROMISED'],
      [lender, 'lend', { barcodes: ['C0001'] }, 'IN_TRANSIT', 'LENT'],
      [home, 'arrive', {}, 'ARRIVED', 'RECEIVED_BY_BORROWER'],
      [home, 'lend_to_reader', {}, 'ON_LOAN', 'RECEIVED_BY_BORROWER'],
      [lender, 'recall', {}, 'ON_LOAN', 'RECEIVED_BY_BORROWER'],
      [home, 'return_by_reader', {}, 'RETURNED', 'RECEIVED_BY_BORROWER'],
      [home, 'check_return', { condition: 'good' }, 'RETURNED', 'RECEIVED_BY_BORROWER'],
      [home, 'ship_back', {}, 'RETURNING', 'RETURN_SHIPPED'],
      [lender, 'check_in', {}, 'COMPLETED', 'LOAN_COMPLETED'],
    ];
    for (const [actor, action, input, request, leg] of steps) {
      await world.act(actor, number, action, { ...input });
      const now = await world.state(number);
      t.same([now.state, now.leg], [request, leg], action);
    }
    const slots = await database.db.selectFrom('reader_slots').selectAll().execute();
    t.same(slots, [], 'the slot is free again');
    const items = await database.db.selectFrom('loan_items').selectAll().execute();
    t.match(items, [{ barcode: 'C0001', outcome: 'back' }]);
    const notices = await database.db
      .selectFrom('notices')
      .select(['template', 'recipient_kind'])
      .where('channel', '=', 'mail')
      .orderBy('id')
      .execute();
    t.same(
      notices.map(({ template }) => template),
      [
        'submitted',
        'desk_new',
        'promised',
        'shipped',
        'arrived',
        'on_loan',
        'recalled',
        'completed',
      ],
    );
    const open = await database.db
      .selectFrom('jobs')
      .select(['kind', 'key'])
      .where('done_at', 'is', null)
      .where('kind', 'like', 'loan.%')
      .execute();
    t.same(open, [], 'no timer is left behind');
  },
);
