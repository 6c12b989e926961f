import { LoanError } from '../../../src/loans/errors.ts';
import { actOn } from '../../../src/loans/requests/act.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { loanWorld } from '../../support/loans.ts';
import { count, inLanes, makePlace, say, secondsSince } from './place.ts';
import { manyReaders } from './readers.ts';

/** A cancellation and an acceptance at once, again and again: exactly one wins, and each sometimes. */
const rounds = count('rounds', 10_000);
const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database);
const lender = world.staff('chem', 'desk_clerk');
const outcomes = new Map<string, number>();
const wrong: string[] = [];
const began = performance.now();
const readers = await manyReaders(
  database,
  world.now(),
  Array.from({ length: rounds }, () => ({ library: 'home', patronGroup: 'undergraduate' })),
);
let done = 0;
await inLanes(place.engine === 'embedded' ? 1 : 4, readers, async (reader) => {
  const { number, version } = await world.submit(reader);
  const act = (actor: typeof reader, action: string) =>
    database.transaction((tx) =>
      actOn(world.context, tx, actor, { number, action, version, input: {} }),
    );
  const moves = [() => act(reader, 'cancel'), () => act(lender, 'promise')];
  if (Math.random() < 0.5) moves.reverse();
  const results = await Promise.allSettled(moves.map((move) => move()));
  const won = results.filter((result) => result.status === 'fulfilled').length;
  const odd = results.some(
    (result) => result.status === 'rejected' && !(result.reason instanceof LoanError),
  );
  const { state, leg } = await world.state(number);
  const outcome = `${state} ${leg}`;
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  if (won !== 1 || odd) wrong.push(`${number}: ${won} won, ${outcome}`);
  done += 1;
  if (done % 1000 === 0) say(`${done} rounds, ${wrong.length} wrong`);
});
wrong.push(...(await unsoundLoans(database)));
if (outcomes.size !== 2) wrong.push(`${outcomes.size} kinds of outcome`);
await database.close();
await place.remove();
const ends = JSON.stringify(Object.fromEntries(outcomes));
say(
  `${rounds} races on ${place.engine} in ${secondsSince(began)} s: ${ends}, ${wrong.length} wrong`,
);
for (const line of wrong.slice(0, 20)) say(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
