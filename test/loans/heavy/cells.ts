import { tryCells } from '../../support/cells.ts';
import { loanWorld } from '../../support/loans.ts';
import { makePlace, say } from './place.ts';

/** Every cell of state × action × target × role, written into the history with the code bypassed. */
const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database);
const { number } = await world.submit(await world.reader());
const { id } = await database.db
  .selectFrom('loan_requests')
  .select('id')
  .where('number', '=', number)
  .executeTakeFirstOrThrow();
const { legal, illegal, wrong } = await tryCells(database, id, 1);
await database.close();
await place.remove();
say(`${legal} legal cells taken, ${illegal} illegal ones refused on ${place.engine}`);
for (const cell of wrong.slice(0, 20)) say(`WRONG ${cell}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
