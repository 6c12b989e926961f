import { sql } from 'kysely';
import { actionsOf, loanRoles } from '../../src/loans/lifecycle/actions.ts';
import { START, statesOf } from '../../src/loans/lifecycle/states.ts';
import { transitions } from '../../src/loans/lifecycle/transitions.ts';
import type { Database } from '../../src/store/database.ts';

export interface CellCounts {
  readonly legal: number;
  readonly illegal: number;
  /** Cells where the database did other than the tables say. */
  readonly wrong: readonly string[];
}

/**
 * Writes an event for every cell of state × action × role × target straight into the history, each
 * in a savepoint of its own, and rolls everything back. What ties an event to its request is taken
 * off for that time, so that nothing but the table of legal steps can refuse it. `every` tries
 * one illegal cell in so many; legal ones are all tried.
 */
export async function tryCells(
  database: Database,
  requestId: number,
  every: number,
): Promise<CellCounts> {
  const steps = new Set(
    transitions.flatMap((row) =>
      row.roles.map((role) => [row.side, row.from, row.action, row.to, role].join(' ')),
    ),
  );
  const cells: string[] = [];
  let n = 0;
  for (const side of ['borrowing', 'lending'] as const) {
    for (const from of [START, ...Object.keys(statesOf[side])]) {
      for (const action of actionsOf(side)) {
        for (const to of Object.keys(statesOf[side])) {
          for (const role of loanRoles) {
            const cell = [side, from, action, to, role].join(' ');
            if (steps.has(cell) || n++ % every === 0) cells.push(cell);
          }
        }
      }
    }
  }
  const rolledBack = new Error('rolled back');
  let accepted: readonly string[] = [];
  await database
    .transaction(async (tx) => {
      await sql`create temporary table cell_tries (cell text) on commit drop`.execute(tx);
      await sql`insert into cell_tries
        select value from json_array_elements_text(${JSON.stringify(cells)}::json)`.execute(tx);
      await sql`create temporary table cells_taken (cell text) on commit drop`.execute(tx);
      await sql`alter table loan_events drop constraint loan_events_follow`.execute(tx);
      await sql`alter table loan_events drop constraint loan_events_begin`.execute(tx);
      await sql`alter table loan_events disable trigger loan_event_moves`.execute(tx);
      await sql
        .raw(`do $$ declare c record; p text[]; n int := 1000000; begin
          for c in select cell from cell_tries loop
            p := string_to_array(c.cell, ' ');
            n := n + 1;
            begin
              insert into loan_events (request_id, seq, leg, subject_seq, prior_seq, side,
                  from_state, action, to_state, role, at, detail)
                values (${Number(requestId)}, n, case p[1] when 'borrowing' then 0 else 1 end, n,
                  n - 1, p[1], p[2], p[3], p[4], p[5], now(), '{}');
              insert into cells_taken values (c.cell);
            exception when foreign_key_violation then null;
            end;
          end loop;
        end $$`)
        .execute(tx);
      const { rows } = await sql<{ cell: string }>`select cell from cells_taken`.execute(tx);
      accepted = rows.map((row) => row.cell);
      throw rolledBack;
    })
    .catch((error: unknown) => {
      if (error !== rolledBack) throw error;
    });
  const taken = new Set(accepted);
  const wrong = cells.filter((cell) => steps.has(cell) !== taken.has(cell));
  return { legal: taken.size, illegal: cells.length - taken.size, wrong };
}
