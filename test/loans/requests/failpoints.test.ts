import { actOn } from '../../../src/loans/requests/act.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { eachDatabase } from '../../support/database.ts';
import { Failpoint, failingDatabase } from '../../support/failpoints.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { loanWorld } from '../../support/loans.ts';

eachDatabase(
  'a failure before any statement of a request leaves nothing behind',
  async (t, database) => {
    const world = await loanWorld(database, { channels: ['mail'] });
    const reader = await world.reader();
    const prepared = await prepareRequest(world.context, reader, {
      holding: { library: 'chem', localId: '000123' },
      delivery: 'courier',
    });
    let points = 0;
    for (let n = 1; n < 200; n++) {
      const failing = failingDatabase(database, n);
      const done = await failing.database
        .transaction((tx) => submitRequest(world.context, tx, reader, prepared))
        .catch((error: unknown) => {
          if (error instanceof Failpoint) return null;
          throw error;
        });
      if (done !== null) break;
      points = n;
      const { rows } = {
        rows: await database.db.selectFrom('loan_requests').selectAll().execute(),
      };
      if (rows.length > 0) t.fail(`statement ${n} left a request`);
      for (const table of ['loan_events', 'reader_slots', 'notices', 'outbox', 'jobs'] as const) {
        const left = await database.db.selectFrom(table).selectAll().limit(1).execute();
        if (left.length > 0) t.fail(`statement ${n} left rows in ${table}`);
      }
    }
    t.ok(points > 20, `${points} statements`);
    t.same(await unsoundLoans(database), []);
  },
);

eachDatabase(
  'a failure before any statement of an action leaves the request as it was',
  async (t, database) => {
    const world = await loanWorld(database);
    const lender = world.staff('chem', 'desk_clerk');
    const { number } = await world.submit(await world.reader());
    await world.act(lender, number, 'promise');
    const before = await world.state(number);
    let points = 0;
    for (let n = 1; n < 200; n++) {
      const failing = failingDatabase(database, n);
      const done = await failing.database
        .transaction((tx) =>
          actOn(world.context, tx, lender, {
            number,
            action: 'lend',
            version: before.version,
            input: { barcodes: ['A1'] },
          }),
        )
        .catch((error: unknown) => {
          if (error instanceof Failpoint) return null;
          throw error;
        });
      if (done !== null) break;
      points = n;
      const after = await world.state(number);
      if (after.version !== before.version) t.fail(`statement ${n} moved the request`);
      if (n % 10 === 0) t.same(await unsoundLoans(database), []);
    }
    t.ok(points > 10, `${points} statements`);
    t.match(await world.state(number), { state: 'IN_TRANSIT', leg: 'LENT' });
    t.same(await unsoundLoans(database), []);
  },
);
