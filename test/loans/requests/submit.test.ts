import { LoanError } from '../../../src/loans/errors.ts';
import { actOn } from '../../../src/loans/requests/act.ts';
import { eventsOf, messagesOf } from '../../../src/loans/requests/history.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { previewRequest } from '../../../src/loans/requests/preview.ts';
import { getRequest } from '../../../src/loans/requests/read.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { runOnce } from '../../../src/store/idempotency.ts';
import { eachDatabase } from '../../support/database.ts';
import { chemistry, loanWorld, plainPolicy } from '../../support/loans.ts';

async function refusal(work: Promise<unknown>): Promise<LoanError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LoanError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

eachDatabase('preview fills the form to the byte and writes nothing', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const preview = await previewRequest(world.context, reader, {
    holding: { library: 'chem', localId: '000123' },
    delivery: 'courier',
  });
  const field = (name: string) => preview.form.find((row) => row.name === name);
  t.match(field('title'), {
    label: { zh: '书刊名称' },
    value: '化学工程实验 = Chemical engineering experiments',
  });
  t.match(field('isbn'), { value: '978-7-312-03389-6' });
  t.match(field('classMark'), { value: 'TQ016' });
  t.match(field('callNumber'), { label: { zh: '索书号' }, value: 'TQ016/58' });
  t.match(field('lenderCode'), { label: { zh: '出借馆代码' }, value: '900100' });
  t.match(field('author'), { value: '冯红艳, 徐铜文, 杨伟华主编' });
  t.match(field('recipient'), { value: '张三' });
  t.same(preview.deliveries, ['courier', 'pickup']);
  t.equal(preview.submittable, true);
  t.same(preview.homeHoldings, { state: 'asked', copies: [] });
  t.ok(preview.verdicts.some((verdict) => verdict.rule === 'loan.maxVolumes'));
  for (const table of ['loan_requests', 'loan_events', 'notices', 'reader_slots'] as const) {
    t.same(await database.db.selectFrom(table).selectAll().execute(), [], table);
  }
});

eachDatabase(
  'what is submitted keeps the record as it was, whatever becomes of the record',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const { number } = await world.submit(reader, { note: '急用', ownReference: 'X-1' });
    world.records.clear();
    const view = await getRequest(world.context, database.db, reader, number);
    t.same(view.citation, chemistry);
    t.match(view, {
      state: 'SENT',
      phase: 'processing',
      note: '急用',
      ownReference: 'X-1',
      lender: 'chem',
    });
    t.match(view.legs, [{ lender: 'chem', callNumber: 'TQ016/58', state: 'RECEIVED' }]);
    t.equal(view.cancelUntil, '2026-11-18T03:00:00.000Z');
    t.equal(view.promisedBy, '2026-11-27', 'seven working days');
    const lender = world.staff('chem', 'desk_clerk');
    const theirs = await getRequest(world.context, database.db, lender, number);
    t.match(theirs, {
      side: 'lending',
      state: 'RECEIVED',
      recipient: null,
      reader: null,
      ownReference: null,
    });
    t.same(
      (await eventsOf(database.db, lender, number)).map((event) => event.action),
      ['receive'],
    );
    t.match(await messagesOf(database.db, lender, number), [
      { kind: 'request', iso: 'request New', outcome: 'applied' },
    ]);
    for (const stranger of [
      await world.reader(),
      world.staff('arts', 'desk_lead'),
      world.staff('home', 'auditor'),
    ]) {
      const seen = getRequest(world.context, database.db, stranger, number);
      if (stranger.roles.includes('auditor')) t.match(await seen, { number });
      else t.equal((await refusal(seen)).code, 'not_found');
    }
  },
);

eachDatabase('every fault of a request is named at once, with its rule', async (t, database) => {
  const world = await loanWorld(database, {
    policy: {
      ...plainPolicy,
      rules: [
        {
          id: 'test.required',
          parameter: 'request.required',
          layer: 'consortium',
          value: ['title', 'year', 'callNumber', 'library', 'recipient', 'email'],
          sentence: { zh: '必填项。', en: 'Required.' },
        },
      ],
    },
  });
  const reader = await world.reader();
  const error = await refusal(
    world.submit(reader, {
      holding: null,
      citation: { title: '', isbn: 'x' },
      delivery: 'drone',
      volumes: 0,
      note: '五'.repeat(51),
      neededBy: '2020-01-01',
      recipient: { email: 'nobody' },
    }),
  );
  t.equal(error.code, 'invalid');
  const pointers = error.faults.map((fault) => fault.pointer);
  for (const pointer of [
    '/delivery',
    '/volumes',
    '/recipient/email',
    '/citation/title',
    '/citation/year',
    '/library',
    '/note',
    '/neededBy',
  ]) {
    t.ok(pointers.includes(pointer), pointer);
  }
  t.ok(error.faults.some((fault) => fault.rule === 'test.required'));
  t.equal((await database.db.selectFrom('loan_requests').selectAll().execute()).length, 0);
  // Fifty characters are fifty characters, whatever they weigh.
  const note = '𠮷'.repeat(50);
  const { number } = await world.submit(reader, { note });
  t.equal((await getRequest(world.context, database.db, reader, number)).note, note);
});

eachDatabase(
  'a fourth volume is refused with its rule, and goes when one is back',
  async (t, database) => {
    const world = await loanWorld(database, {
      policy: {
        ...plainPolicy,
        rules: [
          {
            id: 'three',
            parameter: 'loan.maxVolumes',
            layer: 'consortium',
            value: 3,
            sentence: { zh: '最多三册。', en: 'Three volumes at most.' },
            source: '规则一',
          },
        ],
      },
    });
    const reader = await world.reader();
    const { number } = await world.submit(reader, { volumes: 2 });
    await world.submit(reader, { holding: { library: 'arts', localId: '000123' } });
    const error = await refusal(
      world.submit(reader, { holding: { library: 'national', localId: '000123' } }),
    );
    t.match(error.faults, [
      { rule: 'three', pointer: '/volumes', zh: /最多三册。（已用3册，本次1册）/ },
    ]);
    const preview = await previewRequest(world.context, reader, {
      holding: { library: 'national', localId: '000123' },
    });
    const verdict = preview.verdicts.find((candidate) => candidate.rule === 'three');
    t.match(verdict, {
      outcome: 'refuse',
      path: [{ rule: 'three', outcome: 'decided', source: '规则一' }],
    });
    await world.act(reader, number, 'cancel');
    const { state } = await world.submit(reader, {
      holding: { library: 'national', localId: '000123' },
      volumes: 2,
    });
    t.equal(state, 'REVIEW', 'the second request for one edition waits for the home desk');
  },
);

eachDatabase(
  'twenty requests at once with two volumes out end at exactly three',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    await world.submit(reader, { volumes: 2 });
    const prepared = await prepareRequest(world.context, reader, {
      holding: { library: 'arts', localId: '000123' },
      delivery: 'courier',
    });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        database.transaction((tx) => submitRequest(world.context, tx, reader, prepared)),
      ),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    t.equal(won.length, 1);
    for (const result of results) {
      if (result.status === 'rejected')
        t.ok(result.reason instanceof LoanError, String(result.reason));
    }
    const slots = await database.db
      .selectFrom('reader_slots')
      .select('slot')
      .orderBy('slot')
      .execute();
    t.same(slots, [{ slot: 1 }, { slot: 2 }, { slot: 3 }]);
  },
);

eachDatabase('one intention is one request, however often it is sent', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const input = { holding: { library: 'chem', localId: '000123' }, delivery: 'courier' };
  const once = async () => {
    const prepared = await prepareRequest(world.context, reader, input);
    const claim = { actor: reader.id, key: 'k-1', request: JSON.stringify(input) };
    return await runOnce(
      database,
      claim,
      async (tx) => {
        const submitted = await submitRequest(world.context, tx, reader, prepared);
        return { status: 201, headers: {}, body: JSON.stringify(submitted) };
      },
      { clock: world.context.clock },
    );
  };
  const first = await once();
  const again = await once();
  t.same(again.outcome, first.outcome);
  t.equal(again.replayed, true);
  t.equal((await database.db.selectFrom('loan_requests').selectAll().execute()).length, 1);
});

eachDatabase('of a cancellation and an acceptance exactly one wins', async (t, database) => {
  const world = await loanWorld(database);
  const lender = world.staff('chem', 'desk_clerk');
  const outcomes = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const reader = await world.reader();
    const { number, version } = await world.submit(reader);
    const both = [() => actIn(reader, 'cancel'), () => actIn(lender, 'promise')];
    const actIn = (actor: typeof reader, action: string) =>
      database.transaction((tx) =>
        actOn(world.context, tx, actor, { number, action, version, input: {} }),
      );
    if (round % 2 === 1) both.reverse();
    const results = await Promise.allSettled(both.map((act) => act()));
    t.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
    const lost = results.find((result) => result.status === 'rejected');
    t.equal(lost?.reason instanceof LoanError && lost.reason.code, 'stale');
    const now = await world.state(number);
    outcomes.add(`${now.state} ${now.leg}`);
  }
  t.same([...outcomes].sort(), ['CANCELLED CANCELLED', 'PROMISED PROMISED']);
});
