import { sql } from 'kysely';
import { statesOf } from '../../src/loans/lifecycle/states.ts';
import type { Database } from '../../src/store/database.ts';

const timed = Object.entries(statesOf).flatMap(([side, states]) =>
  Object.entries(states)
    .filter(([, facts]) => facts.timer !== null)
    .map(([name]) => ({ side, name })),
);

/** Each finds rows that may not be there; together they say whether the loans are sound. */
const checks: Readonly<Record<string, string>> = {
  'a state is not where its last event left it': `
    select r.number from loan_requests r where r.state is distinct from (select e.to_state
      from loan_events e where e.request_id = r.id and e.leg = 0 order by e.seq desc limit 1)
    union all
    select r.number from loan_legs l join loan_requests r on r.id = l.request_id
      where l.state is distinct from (select e.to_state from loan_events e
        where e.request_id = l.request_id and e.leg = l.leg order by e.seq desc limit 1)`,
  'a history has a gap': `
    select r.number from loan_requests r
      where r.version is distinct from (select count(*) from loan_events e where e.request_id = r.id)
        or r.version is distinct from (select max(seq) from loan_events e where e.request_id = r.id)`,
  'an open request waits for nobody': `
    select number from loan_requests where not closed and owner is null and deadline_at is null`,
  'a request has two lenders': `
    select r.number from loan_requests r join loan_legs l on l.request_id = r.id and not l.closed
      group by r.number having count(*) > 1`,
  'a copy is on two loans': `
    select barcode from loan_items where back_at is null group by lender, barcode
      having count(*) > 1`,
  'slots do not fit the requests that hold them': `
    select r.number from loan_requests r
      where r.slots_held <> (select count(*) from reader_slots s where s.request_id = r.id)
        or (r.closed and r.slots_held > 0)
        or (not r.closed and r.slots_held not in (0, r.volumes))`,
  'a reader has more than the limit': `
    select reader_id from reader_slots where slot > slot_limit`,
  'a card is in two hands': `
    select card from pickup_card_loans where returned_at is null group by card
      having count(*) > 1`,
  'a deadline has no timer': `
    select r.number from loan_requests r
      join json_to_recordset('${JSON.stringify(timed)}'::json) as t (side text, name text)
        on t.side = 'borrowing' and t.name = r.state
      where r.attention_at is null and not exists (select from jobs j
        where j.kind = 'loan.timer' and j.done_at is null and j.key = r.id || '/0/state')
    union all
    select l.request_id || '/' || l.leg from loan_legs l
      join json_to_recordset('${JSON.stringify(timed)}'::json) as t (side text, name text)
        on t.side = 'lending' and t.name = l.state
      where not exists (select from jobs j where j.kind = 'loan.timer' and j.done_at is null
        and j.key = l.request_id || '/' || l.leg || '/state')`,
  'a request has ended while its leg goes on, or its copies are out': `
    select r.number from loan_requests r join loan_legs l on l.request_id = r.id
      where r.closed and not l.closed and l.attention_at is null
    union all
    select r.number from loan_requests r join loan_items i on i.request_id = r.id
      join loan_legs l on l.request_id = i.request_id and l.leg = i.leg
      where r.closed and i.back_at is null and l.attention_at is null`,
  'a message between the sides was left lying': `
    select request_id::text from loan_messages where received_at is null`,
  'a notice was promised to the outbox and is not there': `
    select n.dedup_key from notices n where n.state = 'outbox'
      and not exists (select from outbox o where o.dedup_key = n.dedup_key)`,
};

/** What is unsound, with some rows of each; empty if nothing is. */
export async function unsoundLoans(database: Database): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, query] of Object.entries(checks)) {
    const { rows } = await sql.raw(`${query} limit 5`).execute(database.db);
    if (rows.length > 0) found.push(`${name}: ${JSON.stringify(rows)}`);
  }
  return found;
}
