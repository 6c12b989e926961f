import { sql } from 'kysely';
import { deskCounts, deskQueue, deskQueues } from '../../../src/loans/desks/queues.ts';
import { pullSlips } from '../../../src/loans/desks/slips.ts';
import { listRequests } from '../../../src/loans/requests/list.ts';
import { loanWorld } from '../../support/loans.ts';
import { count, makePlace, percentile, say } from './place.ts';

/** A desk's work with a million requests in the database: every queue within 200 ms. */
const requests = count('requests', 1_000_000);
const budgetMs = 200;
const libraries = 86;
const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database);

/** Rows as a year of lending leaves them: most closed, one in forty open in some state. */
await database.transaction(async (tx) => {
  await sql`set local session_replication_role = replica`.execute(tx);
  await sql`set local statement_timeout = 0`.execute(tx);
  const { revision } = await tx
    .selectFrom('policy_revisions')
    .select('revision')
    .executeTakeFirstOrThrow();
  const open = ['REVIEW', 'SENT', 'PROMISED', 'IN_TRANSIT', 'ARRIVED', 'ON_LOAN', 'RETURNED'];
  const legs = [
    'RECEIVED',
    'RECEIVED',
    'PROMISED',
    'LENT',
    'RECEIVED_BY_BORROWER',
    'RECEIVED_BY_BORROWER',
    'RECEIVED_BY_BORROWER',
  ];
  await sql`insert into loan_requests (number, version, state, state_seq, closed, owner,
      closed_at, reader_id, home_library, service, delivery, volumes, citation, policy_revision,
      duplicate_key, lender, submitted_at, cancel_until, slots_held)
    select '2026' || lpad(n::text, 12, '0'), 9,
      case when n % 40 = 0 then (${open}::text[])[1 + (n / 40) % 7] else 'COMPLETED' end, 9,
      n % 40 <> 0, case when n % 40 = 0 then 'home' end,
      case when n % 40 <> 0 then now() end, 'reader-' || n % 48000,
      'lib' || n % ${libraries}, 'loan', 'courier', 1,
      json_build_object('title', '书名' || n, 'author', '作者' || n % 9000, 'callNumber', 'TQ' || n % 900),
      ${revision}, 'k' || n, 'lib' || (n * 7 + 3) % ${libraries},
      timestamptz '2026-01-01' + n * interval '30 seconds', now(), 0
    from generate_series(1, ${requests}) n`.execute(tx);
  await sql`insert into loan_legs (request_id, leg, state, state_seq, closed, owner, closed_at,
      lender, home_library, delivery, answered, call_number, collection, shelf_key, opened_at)
    select id, 1, case when closed then 'LOAN_COMPLETED'
        else (${legs}::text[])[array_position(${open}::text[], state)] end,
      9, closed, case when not closed then 'lender' end, closed_at, lender, home_library,
      'courier', 'here', 'TQ' || id % 900, '', 'TQ' || id % 900, submitted_at
    from loan_requests`.execute(tx);
});
await sql`analyze loan_requests`.execute(database.db);
await sql`analyze loan_legs`.execute(database.db);

const slow: string[] = [];
async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 20; run++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  const p95 = percentile(times, 95);
  if (p95 > budgetMs) slow.push(name);
  say(`${name.padEnd(28)} p50 ${percentile(times, 50).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
}

const clerk = { ...world.staff('lib7', 'desk_clerk') };
for (const name of Object.keys(deskQueues)) {
  await measure(`queue ${name}`, () => deskQueue(database.db, clerk, name));
}
await measure('counts', () => deskCounts(database.db, clerk, 'lib7'));
await measure('slips', () => pullSlips(world.context, database.db, clerk, 'lib7'));
await measure('all borrowing, newest', () =>
  listRequests(database.db, clerk, { side: 'borrowing' }),
);
await measure('all lending, newest', () => listRequests(database.db, clerk, { side: 'lending' }));
const reader = { kind: 'reader', id: 'reader-7', libraryId: 'lib7', roles: ['reader'] } as const;
await measure('a reader’s own', () => listRequests(database.db, reader, { side: 'borrowing' }));
await measure('overdue', () =>
  listRequests(database.db, clerk, { side: 'borrowing', flag: 'overdue', open: true }),
);
await database.close();
await place.remove();
say(`${requests} requests on ${place.engine}, ${slow.length} over ${budgetMs} ms`);
process.exitCode = slow.length === 0 ? 0 : 1;
