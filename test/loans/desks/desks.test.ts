import { actOnMany } from '../../../src/loans/desks/batch.ts';
import {
  listConsignments,
  packConsignment,
  receiveConsignment,
  sendConsignment,
} from '../../../src/loans/desks/consignments.ts';
import { deskCounts, deskQueue } from '../../../src/loans/desks/queues.ts';
import { scanBarcode } from '../../../src/loans/desks/scan.ts';
import { pullSlips } from '../../../src/loans/desks/slips.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld } from '../../support/loans.ts';

eachDatabase('slips stand in shelf order, and a batch answers every row', async (t, database) => {
  const world = await loanWorld(database);
  const { context } = world;
  const lender = world.staff('chem', 'desk_clerk');
  const marks = ['TQ02/3', 'TQ016/58', 'TQ016/7', 'I247.5/1001', 'I247.5/99'];
  const numbers: string[] = [];
  for (const [n, callNumber] of marks.entries()) {
    const held = world.records.get('chem/000123');
    if (held === undefined) throw new Error('The record is not there.');
    world.records.set(`chem/${n}`, { ...held, holding: { ...held.holding, callNumber } });
    const { number } = await world.submit(await world.reader(), {
      holding: { library: 'chem', localId: String(n) },
    });
    numbers.push(number);
  }
  const slips = await pullSlips(context, database.db, lender, 'chem');
  t.same(
    slips.map((slip) => slip.callNumber),
    ['I247.5/99', 'I247.5/1001', 'TQ016/7', 'TQ016/58', 'TQ02/3'],
  );
  await t.rejects(pullSlips(context, database.db, world.staff('arts', 'desk_clerk'), 'chem'), {
    code: 'forbidden',
  });
  t.match(await deskCounts(database.db, lender, 'chem'), { new: 5, pull: 0 });
  const version = slips[0]?.version ?? 0;
  const rows = await actOnMany(context, lender, [
    ...numbers.map((number) => ({ number, action: 'promise', version, input: {} })),
    { number: numbers[0] ?? '', action: 'promise', version, input: {} },
    { number: '20260101000000000', action: 'promise', version, input: {} },
    { number: numbers[1] ?? '', action: 'check_in', version: null, input: {} },
  ]);
  t.same(
    rows.map((row) => (row.ok ? 'ok' : row.error.code)),
    ['ok', 'ok', 'ok', 'ok', 'ok', 'stale', 'not_found', 'not_open'],
  );
  t.match(await deskCounts(database.db, lender, 'chem'), { new: 0, pull: 5 });
  const queue = await deskQueue(database.db, lender, 'pull', { limit: 3 });
  t.equal(queue.requests.length, 3);
  t.ok(queue.next);
  await t.rejects(actOnMany(context, lender, []), { code: 'invalid' });
});

eachDatabase(
  'a box goes out, arrives without one book, and comes back by scan',
  async (t, database) => {
    const world = await loanWorld(database);
    const { context } = world;
    const lender = world.staff('chem', 'desk_clerk');
    const home = world.staff('home', 'desk_clerk');
    const numbers: string[] = [];
    for (const barcodes of [['A1', 'A2'], ['B1']]) {
      const { number } = await world.submit(await world.reader(), { volumes: barcodes.length });
      await world.act(lender, number, 'promise');
      await world.act(lender, number, 'lend', { barcodes });
      numbers.push(number);
    }
    const [two = '', one = ''] = numbers;
    const pack = (barcodes: string[], actor = lender, to = 'home') =>
      database.transaction((tx) => packConsignment(context, tx, actor, { to, barcodes }));
    await t.rejects(pack(['X9']), { code: 'invalid', rule: 'consignment.items' });
    const sheet = await pack(['A1', 'A2', 'B1']);
    await t.rejects(pack(['B1']), { code: 'taken', rule: 'consignment.oneOpen' });
    t.match(sheet, {
      state: 'packing',
      from: 'chem',
      to: 'home',
      items: [{ barcode: 'A1' }, { barcode: 'A2' }, { barcode: 'B1' }],
    });
    const send = (tracking: string) =>
      database.transaction((tx) =>
        sendConsignment(context, tx, lender, {
          number: sheet.number,
          courier: '顺丰',
          tracking,
          parcels: 2,
        }),
      );
    await t.rejects(send(''), { code: 'invalid' });
    t.match(await send('SF1'), { state: 'sent', tracking: 'SF1', parcels: 2 });
    const receive = (actor = home) =>
      database.transaction((tx) =>
        receiveConsignment(context, tx, actor, { number: sheet.number, missing: ['B1'] }),
      );
    await t.rejects(receive(lender), { code: 'not_found' });
    t.match(await receive(), { missing: ['B1'], consignment: { state: 'received' } });
    t.match(await world.state(two), { state: 'ARRIVED', leg: 'RECEIVED_BY_BORROWER' });
    t.match(await world.state(one), { state: 'IN_TRANSIT' });
    const scan = (actor: typeof home, barcode: string) =>
      database.transaction((tx) => scanBarcode(context, tx, actor, { barcode }));
    t.match(await scan(home, 'B1'), { action: 'arrive', state: 'ARRIVED' });
    t.match(await scan(home, 'A1'), { action: 'lend_to_reader', state: 'ON_LOAN' });
    t.match(await scan(home, 'A2'), { action: 'return_by_reader', state: 'RETURNED' });
    await t.rejects(scan(home, 'A2'), { code: 'not_open', rule: 'desk.scan' });
    await t.rejects(scan(home, 'Z'), { code: 'not_found' });
    await t.rejects(world.act(home, two, 'ship_back'), {
      code: 'not_open',
      rule: 'loan.checkedReturn',
    });
    await world.act(home, two, 'check_return', { condition: 'good' });
    await world.act(home, two, 'ship_back');
    const back = await pack(['A1', 'A2'], home, 'chem');
    await database.transaction((tx) =>
      sendConsignment(context, tx, home, { number: back.number, courier: '顺丰', tracking: 'SF2' }),
    );
    t.match(await scan(lender, 'A1'), { action: 'check_in_part', legState: 'RETURN_SHIPPED' });
    t.match(await scan(lender, 'A2'), {
      action: 'check_in',
      state: 'COMPLETED',
      legState: 'LOAN_COMPLETED',
    });
    await database.transaction((tx) =>
      receiveConsignment(context, tx, lender, { number: back.number }),
    );
    t.equal((await listConsignments(database.db, home, 'home', 'out')).length, 1);
    t.equal((await listConsignments(database.db, home, 'home', 'in')).length, 1);
  },
);
