import { sql } from 'kysely';
import t from 'tap';
import { actionFacts } from '../../../src/loans/lifecycle/actions.ts';
import { installLifecycle } from '../../../src/loans/lifecycle/install.ts';
import {
  type MessageKind,
  messageFacts,
  messageKinds,
  receiverOf,
} from '../../../src/loans/lifecycle/messages.ts';
import { isFinal, START, stateFacts, statesOf } from '../../../src/loans/lifecycle/states.ts';
import { transitions } from '../../../src/loans/lifecycle/transitions.ts';
import { constraintOf, sqlStateOf } from '../../../src/store/errors.ts';
import { tryCells } from '../../support/cells.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld } from '../../support/loans.ts';

const sides = ['borrowing', 'lending'] as const;

t.test('the tables name only states, actions and messages that exist', async (t) => {
  for (const row of transitions) {
    const where = `${row.side} ${row.from} ${row.action}`;
    t.ok(row.from === START || row.from in statesOf[row.side], where);
    t.ok(row.to in statesOf[row.side], where);
    t.ok(actionFacts(row.side, row.action) !== null, where);
    if (row.sends !== null) t.equal(messageFacts(row.sends).from, row.side, where);
  }
});

t.test('no two rows give one role two ways out without saying which', async (t) => {
  const seen = new Map<string, string>();
  for (const row of transitions) {
    for (const role of row.roles) {
      const key = `${row.side} ${row.from} ${row.action} ${role} ${row.when === 'resume' ? row.to : row.when}`;
      t.equal(seen.get(key), undefined, key);
      seen.set(key, row.to);
    }
  }
});

t.test(
  'nothing leaves a final state, and every other state has an owner and a way out',
  async (t) => {
    for (const side of sides) {
      for (const state of Object.keys(statesOf[side])) {
        const out = transitions.filter((row) => row.side === side && row.from === state);
        if (isFinal(side, state)) t.same(out, [], `${side} ${state}`);
        else
          t.ok(
            out.some((row) => row.to !== state),
            `${side} ${state}`,
          );
      }
    }
  },
);

t.test('every timer is an action that the clock may take in its state', async (t) => {
  for (const side of sides) {
    for (const state of Object.keys(statesOf[side])) {
      const { timer } = stateFacts(side, state);
      if (timer === null) continue;
      const row = transitions.find(
        (candidate) =>
          candidate.side === side && candidate.from === state && candidate.action === timer.action,
      );
      t.ok(row?.roles.includes('system'), `${side} ${state} ${timer.action}`);
    }
  }
});

t.test('every message is sent by some step and taken by some state', async (t) => {
  for (const kind of Object.keys(messageKinds) as MessageKind[]) {
    t.ok(
      transitions.some((row) => row.sends === kind),
      `${kind} is sent`,
    );
    const side = receiverOf(kind);
    const { action } = messageFacts(kind);
    const taken = transitions.some(
      (row) => row.side === side && row.action === action && row.roles.includes('peer'),
    );
    t.ok(taken, `${kind} is taken`);
  }
});

eachDatabase(
  'SQL refuses every step that is not in the table, with the code bypassed',
  async (t, database) => {
    const world = await loanWorld(database);
    const reader = await world.reader();
    const { number } = await world.submit(reader);
    const request = await database.db
      .selectFrom('loan_requests')
      .select(['id', 'version'])
      .where('number', '=', number)
      .executeTakeFirstOrThrow();
    const cells = await tryCells(database, request.id, Number(process.env.GUANJI_CELLS ?? 100));
    t.same(cells.wrong, [], 'the database takes exactly the steps of the tables');
    t.ok(cells.legal > 500 && cells.illegal > 3000 / Number(process.env.GUANJI_CELLS ?? 100));
    t.comment(`${cells.legal} legal cells taken, ${cells.illegal} illegal ones refused`);
    const event = {
      request_id: request.id,
      seq: request.version + 1,
      leg: 0,
      subject_seq: 4,
      prior_seq: 3 as number | null,
      side: 'borrowing' as const,
      from_state: 'SENT',
      action: 'cancel',
      to_state: 'CANCEL_ASKED',
      role: 'reader',
      actor_id: null,
      library: null,
      at: world.now(),
      owner: 'lender' as string | null,
      deadline_at: null,
      resume_state: 'SENT',
      detail: '{}',
    };
    const illegal: readonly (readonly [string, Partial<typeof event>, string])[] = [
      ['another target', { to_state: 'COMPLETED' }, '23503'],
      ['another role', { role: 'auditor' }, '23503'],
      ['another beginning', { from_state: 'CONDITIONAL' }, '23503'],
      ['a gap in the numbers', { seq: request.version + 2 }, '40001'],
      ['a number that is taken', { seq: request.version }, '23505'],
      [
        'a history that forks',
        {
          subject_seq: 3,
          prior_seq: 2,
          from_state: 'ROUTING',
          action: 'send',
          to_state: 'SENT',
          role: 'system',
        },
        '23505',
      ],
      ['a second beginning', { subject_seq: 1, prior_seq: null }, '23514'],
      ['a state without an owner', { owner: null }, '23514'],
    ];
    for (const [name, change, code] of illegal) {
      const error = await database
        .transaction(async (tx) => {
          await tx
            .insertInto('loan_events')
            .values({ ...event, ...change })
            .execute();
        })
        .then(
          () => null,
          (error: unknown) => error,
        );
      t.equal(sqlStateOf(error), code, `${name} (${constraintOf(error)})`);
    }
    const moved = await database
      .transaction((tx) =>
        tx
          .updateTable('loan_requests')
          .set({ state: 'COMPLETED', state_seq: 4, closed: true })
          .where('id', '=', request.id)
          .execute(),
      )
      .then(
        () => null,
        (error: unknown) => error,
      );
    t.equal(constraintOf(moved), 'loan_requests_stands_on_event', 'a state cannot be set');
    const jumped = await database.db
      .updateTable('loan_requests')
      .set({ state: 'COMPLETED' })
      .where('id', '=', request.id)
      .execute()
      .then(
        () => null,
        (error: unknown) => error,
      );
    t.equal(constraintOf(jumped), 'loan_state_follows');
    const rewritten = await database.db
      .updateTable('loan_events')
      .set({ action: 'route' })
      .where('request_id', '=', request.id)
      .execute()
      .then(
        () => null,
        (error: unknown) => error,
      );
    t.equal(sqlStateOf(rewritten), '42501', 'history cannot be rewritten');
    const second = await database.db
      .insertInto('loan_legs')
      .columns([
        'request_id',
        'leg',
        'state',
        'state_seq',
        'owner',
        'lender',
        'home_library',
        'delivery',
        'answered',
        'collection',
        'opened_at',
      ])
      .expression((select) =>
        select
          .selectFrom('loan_legs')
          .select((part) => [
            'request_id',
            part.lit(2).as('leg'),
            'state',
            'state_seq',
            'owner',
            part.val('arts').as('lender'),
            'home_library',
            'delivery',
            'answered',
            'collection',
            'opened_at',
          ]),
      )
      .execute()
      .then(
        () => null,
        (error: unknown) => error,
      );
    t.equal(constraintOf(second), 'loan_legs_one_active', 'no second lender');
    const untouched = await world.state(number);
    t.match(untouched, { state: 'SENT', version: request.version });
    await world.act(reader, number, 'cancel');
    t.match(await world.state(number), { state: 'CANCELLED', leg: 'CANCELLED' });
  },
);

eachDatabase('installing the life cycle again changes nothing', async (t, database) => {
  await installLifecycle(database);
  const before = await sql`select * from loan_steps order by 1, 2, 3, 4, 5`.execute(database.db);
  await sql`insert into loan_steps values ('borrowing', 'SENT', 'cancel', 'COMPLETED', 'reader')`.execute(
    database.db,
  );
  await installLifecycle(database);
  const after = await sql`select * from loan_steps order by 1, 2, 3, 4, 5`.execute(database.db);
  t.same(after.rows, before.rows);
});
