import { sql } from 'kysely';
import type { Actor } from '../../../src/loans/actor.ts';
import type { PeopleContext } from '../../../src/loans/people/context.ts';
import { closeReader } from '../../../src/loans/people/leaving.ts';
import { registerReader } from '../../../src/loans/people/registration.ts';
import { approveReader, refuseReader } from '../../../src/loans/people/review.ts';
import { verifyTrails } from '../../../src/store/audit.ts';
import type { Database } from '../../../src/store/database.ts';
import { eachDatabase } from '../../support/database.ts';
import { FailedOnPurpose, failNth } from '../../support/failing-database.ts';
import { peopleWorld, refusalOf, registration } from '../../support/people.ts';

const lead: Actor = { kind: 'staff', id: 'lead', libraryId: 'lib-a', roles: ['desk_lead'] };

/** Without the work of a password hash, which has no part in this. */
const fast = { withoutPassword: true };

/** More statements than any of these actions has. */
const enough = 60;

/** How many rows there are of everything that an action may leave behind. */
async function traces(database: Database): Promise<readonly number[]> {
  const { rows } = await sql<{ counts: number[] }>`select array[
    (select count(*)::int from accounts), (select count(*)::int from readers),
    (select count(*)::int from reader_profiles), (select count(*)::int from reader_events),
    (select count(*)::int from readers where state = 'approved'),
    (select count(*)::int from readers where erased_at is not null),
    (select count(*)::int from outbox), (select count(*)::int from jobs),
    (select count(*)::int from audit)] as counts`.execute(database.db);
  return rows[0]?.counts ?? [];
}

/**
 * Fails the first statement of an action, then the second, and so on until it passes; after each
 * failure nothing of the action may be there.
 */
async function failEach(
  world: { readonly context: PeopleContext },
  action: (context: PeopleContext) => Promise<unknown>,
): Promise<{ readonly failures: number; readonly left: readonly string[] }> {
  const { database } = world.context;
  const left: string[] = [];
  let failures = 0;
  for (const when of ['before', 'after'] as const) {
    for (let nth = 1; nth <= enough; nth++) {
      const before = await traces(database);
      const failing = failNth(database, nth, when);
      try {
        await action({ ...world.context, database: failing });
      } catch (error) {
        if (!(error instanceof FailedOnPurpose)) throw error;
        failures++;
        const after = await traces(database);
        if (String(after) !== String(before)) left.push(`${when} ${nth}: ${before} → ${after}`);
        continue;
      }
      break;
    }
  }
  return { failures, left };
}

eachDatabase('leaves nothing of an action that failed at any statement', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  let n = 0;
  const registering = await failEach(world, async (failing) => {
    // Another network each time: tries are counted whatever comes of them.
    const address = `192.0.${(n % 250) + 1}.1`;
    await registerReader(failing, registration(`reader${n++}`), { ...origin, address, ...fast });
  });
  t.ok(registering.failures > 15, `${registering.failures} failures`);
  t.same(registering.left, []);
  const waiting = await database.db
    .selectFrom('readers')
    .select('id')
    .where('state', '=', 'awaiting_review')
    .orderBy('registered_at')
    .execute();
  t.equal(waiting.length, 2, 'and then it passes');

  const ids = waiting.map(({ id }) => id);
  for (const id of ids) {
    const approving = await failEach(world, async (failing) => {
      const { state } = await database.db
        .selectFrom('readers')
        .select('state')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      if (state !== 'approved') await approveReader(failing, lead, id, { patronGroup: 'teacher' });
    });
    t.ok(approving.failures > 8, `${approving.failures} failures`);
    t.same(approving.left, []);
    const reader: Actor = { kind: 'reader', id, libraryId: 'lib-a', roles: ['reader'] };
    const closing = await failEach(world, async (failing) => {
      const { state } = await database.db
        .selectFrom('readers')
        .select('state')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      if (state !== 'closed') await closeReader(failing, reader, id);
    });
    t.ok(closing.failures > 8, `${closing.failures} failures`);
    t.same(closing.left, []);
  }
  t.same(await verifyTrails(context.database), []);
});

eachDatabase('lets one of two desks decide that act at the same moment', async (t, database) => {
  const world = peopleWorld(database);
  const { context, origin } = world;
  const outcomes = new Set<string>();
  for (let n = 0; n < 20; n++) {
    const address = `198.51.${n}.1`;
    const { readerId } = await registerReader(context, registration(`r${n}x`), {
      ...origin,
      address,
    });
    const approve = () => approveReader(context, lead, readerId, { patronGroup: 'teacher' });
    const refuse = () => refuseReader(context, lead, readerId, { note: '不是本校读者' });
    const acts = n % 2 === 0 ? [approve(), refuse()] : [refuse(), approve()];
    const results = await Promise.allSettled(acts);
    const won = results.filter(({ status }) => status === 'fulfilled');
    t.equal(won.length, 1);
    const lost = results.find(({ status }) => status === 'rejected');
    t.match(lost, { reason: { code: 'not_open' } });
    for (const result of won) outcomes.add((result as { value: { state: string } }).value.state);
  }
  t.same([...outcomes].sort(), ['approved', 'refused'], 'either can be first');

  const twins = ['twin1', 'twin2'].map((login) => ({ ...registration(login), cardNumber: 'T1' }));
  const readers = await Promise.all(
    twins.map((input) =>
      registerReader(context, input, { ...origin, address: '203.0.113.1', ...fast }),
    ),
  );
  const both = await Promise.allSettled(
    readers.map(({ readerId }) =>
      approveReader(context, lead, readerId, { patronGroup: 'teacher' }),
    ),
  );
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, 'one card, one reader');
  const loser = readers[both.findIndex(({ status }) => status === 'rejected')]?.readerId ?? '';
  const again = approveReader(context, lead, loser, { patronGroup: 'teacher' });
  t.match(await refusalOf(again), { code: 'taken', rule: 'readers_card' });
});
