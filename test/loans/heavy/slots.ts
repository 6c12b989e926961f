import { LoanError } from '../../../src/loans/errors.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { loanWorld } from '../../support/loans.ts';
import { count, makePlace, say, secondsSince } from './place.ts';
import { manyReaders } from './readers.ts';

/** Twenty submits at once with two of three volumes in use, again and again: always exactly three. */
const rounds = count('rounds', 10_000);
const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database);
const wrong: string[] = [];
const began = performance.now();
const readers = await manyReaders(
  database,
  world.now(),
  Array.from({ length: rounds }, () => ({ library: 'home', patronGroup: 'undergraduate' })),
);
for (const [index, reader] of readers.entries()) {
  const round = index + 1;
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
  const taken = results.filter((result) => result.status === 'fulfilled').length;
  const odd = results.filter(
    (result) => result.status === 'rejected' && !(result.reason instanceof LoanError),
  );
  const slots = await database.db
    .selectFrom('reader_slots')
    .select('slot')
    .where('reader_id', '=', reader.id)
    .execute();
  if (slots.length !== 3 || taken !== 1 || odd.length > 0) {
    wrong.push(
      `round ${round}: ${slots.length} slots, ${taken} submitted, ${odd.length} other errors`,
    );
  }
  if (round % 1000 === 0) say(`${round} rounds, ${wrong.length} wrong`);
}
wrong.push(...(await unsoundLoans(database)));
await database.close();
await place.remove();
say(`${rounds} rounds on ${place.engine} in ${secondsSince(began)} s, ${wrong.length} wrong`);
for (const line of wrong.slice(0, 20)) say(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
