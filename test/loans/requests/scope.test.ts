import { scopeOf } from '../../../src/loans/access/roles.ts';
import type { Actor } from '../../../src/loans/actor.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld } from '../../support/loans.ts';

eachDatabase(
  'a query that forgets its conditions still sees only what the actor may see',
  async (t, database) => {
    const world = await loanWorld(database);
    const readers = [await world.reader(), await world.reader(), await world.reader('arts')];
    for (const reader of readers)
      await world.submit(reader, { holding: { library: 'chem', localId: '000123' } });
    const seen = (actor: Actor) =>
      database.transaction(
        async (tx) => {
          const counts: number[] = [];
          for (const table of [
            'loan_requests',
            'loan_legs',
            'loan_events',
            'loan_messages',
            'notices',
          ] as const) {
            counts.push((await tx.selectFrom(table).selectAll().execute()).length);
          }
          return counts;
        },
        { scope: scopeOf(actor) },
      );
    const [first, , third] = readers;
    if (first === undefined || third === undefined) throw new Error('No readers.');
    t.same(await seen(first), [1, 1, 4, 1, 1], 'a reader’s own');
    t.same(await seen(world.staff('arts', 'desk_clerk')), [1, 1, 4, 1, 2], 'the home desk’s');
    t.same(await seen(world.staff('chem', 'desk_clerk')), [3, 3, 12, 3, 6], 'the lender’s');
    t.same(await seen(world.staff('national', 'desk_lead')), [0, 0, 0, 0, 0], 'a stranger’s');
    t.same(await seen(world.staff(null, 'federation_administrator')), [3, 3, 12, 3, 6]);
    const changed = database.transaction(
      (tx) => tx.updateTable('loan_requests').set({ note: 'x' }).execute(),
      { scope: scopeOf(first) },
    );
    await t.rejects(changed, /permission denied/, 'scoped work reads only');
  },
);
