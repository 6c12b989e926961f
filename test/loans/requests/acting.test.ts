import { LoanError } from '../../../src/loans/errors.ts';
import { listRequests } from '../../../src/loans/requests/list.ts';
import { openActions } from '../../../src/loans/requests/open-actions.ts';
import { getRequest } from '../../../src/loans/requests/read.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld, plainPolicy } from '../../support/loans.ts';

async function refusal(work: Promise<unknown>): Promise<LoanError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LoanError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

eachDatabase(
  'actions are listed with why each is open or closed to the caller',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const { number } = await world.submit(reader);
    const of = async (actor: typeof reader) => {
      const { actions } = await database.transaction((tx) =>
        openActions(world.context, tx, actor, number),
      );
      return new Map(actions.map((action) => [action.action, action]));
    };
    const readers = await of(reader);
    t.match(readers.get('cancel'), { open: true, why: null });
    t.match(readers.get('request_cancel'), { open: false, why: { rule: 'request.cancelWindow' } });
    t.match(readers.get('ask_renewal'), {
      open: false,
      why: { rule: 'lifecycle.borrowing.SENT.ask_renewal' },
    });
    t.equal(readers.get('promise'), undefined, 'the other side’s actions are not listed');
    await world.advance({ hours: 1, days: 0 });
    world.setClock(new Date(world.now().getTime() + 1000));
    const later = await of(reader);
    t.match(later.get('cancel'), { open: false, why: { rule: 'request.cancelWindow' } });
    t.match(later.get('request_cancel'), { open: true });
    t.equal((await refusal(world.act(reader, number, 'cancel'))).rule, 'request.cancelWindow');
    await world.act(reader, number, 'request_cancel');
    t.match(await world.state(number), { state: 'CANCEL_ASKED', leg: 'CANCEL_ASKED' });
    const lender = world.staff('chem', 'desk_clerk');
    await world.act(lender, number, 'refuse_cancel');
    t.match(await world.state(number), { state: 'SENT', leg: 'RECEIVED' });
    t.equal((await refusal(world.act(reader, number, 'promise'))).code, 'forbidden');
    t.equal((await refusal(world.act(lender, number, 'nonsense'))).code, 'not_found');
    t.equal(
      (await refusal(world.act(lender, number, 'lend', { barcodes: ['1'] }))).code,
      'not_open',
    );
    const bad = await refusal(world.act(lender, number, 'refuse', { reason: 'because' }));
    t.match(bad.faults, [{ pointer: '/reason' }]);
    t.equal((await refusal(world.act(lender, number, 'refuse', {}))).code, 'invalid');
  },
);

eachDatabase(
  'a refused request goes to the next lender where policy says so',
  async (t, database) => {
    const world = await loanWorld(database, {
      policy: {
        ...plainPolicy,
        rules: [
          {
            id: 'next',
            parameter: 'request.nextLender',
            layer: 'consortium',
            value: true,
            sentence: { zh: '转下一馆。', en: 'On to the next.' },
          },
        ],
      },
    });
    const reader = await world.reader();
    const { number } = await world.submit(reader, {
      alternatives: [
        { library: 'arts', localId: '000123' },
        { library: 'home', localId: null },
        { library: 'national', localId: null },
      ],
    });
    world.libraries.set('arts', {
      ...(world.libraries.get('arts') as never as object),
      paused: true,
    } as never);
    await world.act(world.staff('chem', 'desk_clerk'), number, 'refuse', {
      reason: 'not_on_shelf',
    });
    const view = await getRequest(world.context, database.db, reader, number);
    t.match(view, { state: 'SENT', lender: 'national' });
    t.match(view.legs, [
      { lender: 'chem', state: 'UNFILLED', unfilledReason: 'not_on_shelf' },
      { lender: 'national', state: 'RECEIVED' },
    ]);
    await world.act(world.staff('national', 'desk_clerk'), number, 'refuse', { reason: 'on_loan' });
    t.match(await world.state(number), { state: 'UNFILLED', leg: 'UNFILLED' });
    const { requests } = await listRequests(database.db, world.staff('chem', 'desk_clerk'), {
      side: 'lending',
    });
    t.match(requests, [{ number, state: 'UNFILLED' }]);
    const rota = await database.db
      .selectFrom('loan_rota')
      .select(['lender', 'state', 'why'])
      .orderBy('position')
      .execute();
    t.same(rota, [
      { lender: 'chem', state: 'used', why: null },
      { lender: 'arts', state: 'skipped', why: 'paused' },
      { lender: 'home', state: 'skipped', why: 'home_library' },
      { lender: 'national', state: 'used', why: null },
    ]);
  },
);

eachDatabase(
  'a blank citation waits for the home desk, which completes it and chooses',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const home = world.staff('home', 'desk_clerk');
    const { number, state } = await world.submit(reader, {
      holding: null,
      citation: { title: '化工原理', year: '1998' },
    });
    t.equal(state, 'REVIEW');
    await world.act(home, number, 'amend', {
      citation: { title: '化工原理', year: '1999', author: '谭天恩' },
    });
    await world.act(home, number, 'approve_request');
    t.match(await world.state(number), { state: 'ROUTING', leg: null });
    t.equal(
      (await refusal(world.act(home, number, 'send', { lender: 'home' }))).rule,
      'library.other',
    );
    await world.act(home, number, 'send', { lender: 'arts', holding: { callNumber: 'TQ02/3' } });
    const view = await getRequest(world.context, database.db, reader, number);
    t.match(view, { state: 'SENT', citation: { year: '1999', author: '谭天恩' } });
    t.match(view.legs, [{ lender: 'arts', callNumber: 'TQ02/3' }]);
  },
);

eachDatabase('lists are paged by seat, and a reader sees only their own', async (t, database) => {
  const world = await loanWorld(database, {
    policy: {
      ...plainPolicy,
      rules: [
        {
          id: 'many',
          parameter: 'loan.maxVolumes',
          layer: 'consortium',
          value: null,
          sentence: { zh: '不限', en: 'No limit' },
        },
      ],
    },
  });
  const reader = await world.reader();
  const other = await world.reader();
  for (let n = 0; n < 5; n++) {
    await world.submit(reader, { citation: null, holding: { library: 'chem', localId: '000123' } });
    world.setClock(new Date(world.now().getTime() + 60_000));
  }
  const first = await listRequests(database.db, reader, { side: 'borrowing', limit: 2 });
  const second = await listRequests(database.db, reader, {
    side: 'borrowing',
    limit: 2,
    after: first.next,
  });
  const third = await listRequests(database.db, reader, {
    side: 'borrowing',
    limit: 2,
    after: second.next,
  });
  const numbers = [first, second, third].flatMap((page) => page.requests.map((row) => row.number));
  t.equal(new Set(numbers).size, 5);
  t.same(numbers, numbers.toSorted().reverse());
  t.equal(third.next, null);
  t.same((await listRequests(database.db, other, { side: 'borrowing' })).requests, []);
  t.same((await listRequests(database.db, reader, { side: 'lending' })).requests, []);
  const desk = await listRequests(database.db, world.staff('home', 'desk_clerk'), {
    side: 'borrowing',
  });
  t.equal(desk.requests.length, 5);
  const strangers = await listRequests(database.db, world.staff('arts', 'desk_clerk'), {
    side: 'lending',
  });
  t.same(strangers.requests, []);
});
