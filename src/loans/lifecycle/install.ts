import { sql } from 'kysely';
import type { Database } from '../../store/database.ts';
import { statesOf } from './states.ts';
import { transitions } from './transitions.ts';

/**
 * Brings the database's copy of the life cycle up to these tables; for every start, after the
 * migrations. A step that is gone from the tables leaves the database too, unless history took it.
 */
export async function installLifecycle(database: Database): Promise<void> {
  const states = Object.entries(statesOf).flatMap(([side, table]) =>
    Object.entries(table).map(([name, facts]) => ({ side, name, final: facts.owner === null })),
  );
  const steps = transitions.flatMap(({ side, from, action, to, roles }) =>
    roles.map((role) => ({ side, from_state: from, action, to_state: to, role })),
  );
  await database.transaction(async (tx) => {
    await tx
      .insertInto('loan_states')
      .values(states)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .insertInto('loan_steps')
      .values(steps)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await sql`delete from loan_steps s
      where not exists (select from json_to_recordset(${JSON.stringify(steps)}::json)
          as k (side text, from_state text, action text, to_state text, role text)
        where (k.side, k.from_state, k.action, k.to_state, k.role)
          = (s.side, s.from_state, s.action, s.to_state, s.role))
      and not exists (select from loan_events e
        where (e.side, e.from_state, e.action, e.to_state, e.role)
          = (s.side, s.from_state, s.action, s.to_state, s.role))`.execute(tx);
  });
}
