import { sql } from 'kysely';
import { type Outcome, runOnce, sweepKeys } from '../../src/store/idempotency.ts';
import { eachDatabase } from '../support/database.ts';
import { standingClock } from '../support/standing-clock.ts';

eachDatabase('does the work of an idempotency key once', async (t, database) => {
  const clock = standingClock();
  const claim = { actor: 'r1', key: 'k1', request: 'POST /requests {"a":1}' };
  let works = 0;
  const work = async (): Promise<Outcome> => {
    works++;
    return { status: 201, headers: { location: '/x' }, body: `{"n":${works}}` };
  };
  const storm = await Promise.allSettled(
    Array.from({ length: 20 }, () => runOnce(database, claim, work, { clock })),
  );
  t.equal(works, 1);
  for (const attempt of storm) {
    if (attempt.status === 'fulfilled') t.equal(attempt.value.outcome.body, '{"n":1}');
    else t.match(attempt.reason, { code: 'idempotency_running' });
  }
  const again = await runOnce(database, claim, work, { clock });
  t.same(again, {
    outcome: { status: 201, headers: { location: '/x' }, body: '{"n":1}' },
    replayed: true,
  });
  const other = runOnce(database, { ...claim, request: 'POST /requests {"a":2}' }, work, { clock });
  await t.rejects(other, { code: 'idempotency_mismatch' });
  const another = await runOnce(database, { ...claim, actor: 'r2' }, work, { clock });
  t.equal(another.replayed, false, 'somebody else’s key is another key');

  const refusal = { status: 409, headers: {}, body: '{"code":"limit"}' };
  const failing = { ...claim, key: 'k2' };
  const refuse = () => Promise.reject(new Error('limit'));
  const outcomeOf = () => refusal;
  await t.rejects(runOnce(database, failing, refuse, { clock, outcomeOf }), { message: 'limit' });
  t.same((await runOnce(database, failing, work, { clock })).outcome, refusal, 'as is a refusal');

  const broken = { ...claim, key: 'k3' };
  await t.rejects(runOnce(database, broken, () => Promise.reject(new Error('bug')), { clock }));
  t.equal((await runOnce(database, broken, work, { clock })).replayed, false, 'but not a fault');
});

eachDatabase('takes over the claim of a process that died', async (t, database) => {
  const clock = standingClock();
  const claim = { actor: 'r1', key: 'k', request: 'x' };
  const outcome = { status: 201, headers: {}, body: 'late' };
  const effect = { library_id: 'a', name: 'n', value: 1 };
  await sql`insert into idempotency_keys (actor, key, claim, digest, state, claimed_at)
    values ('r1', 'k', gen_random_uuid(), sha256('x'), 'running', ${clock.now()})`.execute(
    database.db,
  );
  const work = async () => outcome;
  await t.rejects(runOnce(database, claim, work, { clock }), { code: 'idempotency_running' });
  clock.pass(61);
  t.equal((await runOnce(database, claim, work, { clock })).replayed, false);

  // The first attempt is not dead after all, only slow: its work must not count a second time.
  const slow = { ...claim, key: 'slow' };
  const first = runOnce(
    database,
    slow,
    async (tx) => {
      await tx.insertInto('library_counters').values(effect).execute();
      await sql`update idempotency_keys set claim = gen_random_uuid() where key = 'slow'`.execute(
        tx,
      );
      return outcome;
    },
    { clock },
  );
  await t.rejects(first, { code: 'lease_lost' });
  t.same(await database.db.selectFrom('library_counters').selectAll().execute(), []);
  clock.pass(86_401);
  t.ok((await sweepKeys(database, clock.now())) >= 1);
  t.same(await database.db.selectFrom('idempotency_keys').selectAll().execute(), []);
});
