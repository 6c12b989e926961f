import type { Actor } from '../../../src/loans/actor.ts';
import { everydayCalendar } from '../../../src/loans/calendar/calendar.ts';
import { LoanError } from '../../../src/loans/errors.ts';
import type { Side } from '../../../src/loans/lifecycle/states.ts';
import { loanJobHandlers } from '../../../src/loans/lifecycle/timers.ts';
import { actOn } from '../../../src/loans/requests/act.ts';
import type { LoanContext } from '../../../src/loans/requests/context.ts';
import { openActions } from '../../../src/loans/requests/open-actions.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { unlinkEnded } from '../../../src/loans/requests/privacy.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { createJobRunner, removeDoneJobs } from '../../../src/store/jobs.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { chemistry, loanLibrary, loanWorld, plainPolicy } from '../../support/loans.ts';
import { type Found, findOpen } from './found.ts';
import { chooseAction, generator, inputOf, pick, whoLooks } from './habits.ts';
import { count, inLanes, makePlace, say, secondsSince } from './place.ts';
import { manyReaders } from './readers.ts';

/**
 * A year of a consortium, day by day: readers ask, desks do what the table of steps opens to them or
 * forget it, books go missing, timers run, ended requests are unlinked. At the end every open request
 * waits for somebody, no request has two lenders, and all else is sound. One look in fifty asks which
 * actions are open, and what is called open has to succeed. `--seed` plans the same year again.
 */
const requests = count('requests', 75_000);
const libraryCount = count('libraries', 86);
const days = count('days', 365);
const askedOneIn = 50;
const dayMs = 86_400_000;
const random = generator(count('seed', 20_121_231));

const place = await makePlace();
const lanes = count('lanes', place.engine === 'embedded' ? 1 : 8);
const database = await place.open();
const { db } = database;
const nextLender = {
  id: 'next',
  parameter: 'request.nextLender',
  layer: 'consortium',
  value: true,
  sentence: { zh: '转下一馆。', en: 'On to the next.' },
};
const world = await loanWorld(database, {
  start: '2025-12-31T16:00:00Z',
  policy: { ...plainPolicy, rules: [nextLender] },
});
const held = world.records.get('chem/000123')?.holding;
if (held === undefined) throw new Error('The record is not there.');
const context: LoanContext = {
  ...world.context,
  findRecord: async ({ library, localId }) => ({
    citation: { ...chemistry, title: `书${localId}`, isbn: null },
    holding: { ...held, library, localId },
  }),
};
const libraries = Array.from({ length: libraryCount }, (_, n) => `lib${n}`);
const vacations = ['2026-01-17/2026-02-28', '2026-07-11/2026-08-30'];
for (const [n, id] of libraries.entries()) {
  const calendar = { ...everydayCalendar, closed: vacations, movesDueDates: n % 10 !== 0 };
  world.libraries.set(id, loanLibrary(id, String(100_000 + n), { calendar }));
}
const readers = await manyReaders(
  database,
  world.now(),
  Array.from({ length: Math.max(50, Math.ceil(requests / 6)) }, (_, n) => ({
    library: pick(random, libraries),
    patronGroup: pick(random, ['undergraduate', 'teacher']),
    enrolled: n % 10 === 0,
  })),
);
const enrolled = new Set(readers.filter((_, n) => n % 10 === 0).map(({ id }) => id));
const runner = createJobRunner({
  database,
  clock: context.clock,
  handlers: loanJobHandlers(context),
  concurrency: lanes,
  onError: (error) => {
    throw error;
  },
});

let submitted = 0;
let refused = 0;
let actions = 0;
let closed = 0;
let timers = 0;
let unlinked = 0;
let barcode = 0;
const wrong: string[] = [];
const began = performance.now();
for (let day = 0; day < days; day++) {
  world.setClock(new Date(Date.parse('2026-01-01T02:00:00Z') + day * dayMs));
  timers += await runner.runDue();
  await ask(Math.floor(((day + 1) * requests) / days));
  await inLanes(lanes, await planned(), ([found, seed]) => look(found, generator(seed)));
  unlinked += await unlinkEnded(context);
  await removeDoneJobs(database, new Date(world.now().getTime() - 7 * dayMs));
  if (day % 30 === 29) say(`day ${day + 1}: ${submitted} requests, ${secondsSince(began)} s`);
}

/** Asks until so many are submitted in all; who is refused by a rule makes room for somebody else. */
async function ask(inAll: number): Promise<void> {
  for (let round = 0; submitted < inAll && round < 10; round++) {
    const seeds = Array.from({ length: inAll - submitted }, () => random() * 2 ** 31);
    await inLanes(lanes, seeds, (seed) => askOnce(generator(seed)));
  }
}

async function askOnce(random: () => number): Promise<void> {
  const reader = pick(random, readers);
  const lender = pick(random, libraries);
  const prepared = await prepareRequest(context, reader, {
    holding: { library: lender, localId: String(Math.floor(random() * 50_000)) },
    alternatives: [{ library: pick(random, libraries), localId: null }],
    delivery: enrolled.has(reader.id) ? 'pickup' : 'courier',
    recipient: { name: '张三', email: 'zhang@example.org' },
    volumes: random() < 0.1 ? 2 : 1,
  });
  try {
    await database.transaction((tx) => submitRequest(context, tx, reader, prepared));
    submitted += 1;
  } catch (error) {
    if (!(error instanceof LoanError)) throw error;
    refused += 1;
  }
}

/** Who looks at what today: most of what is open, and what readers have at home now and then. */
async function planned(): Promise<readonly (readonly [Found, number])[]> {
  const open = await findOpen(database);
  return open
    .filter(({ state }) => random() < (state === 'ON_LOAN' ? 0.08 : 0.8))
    .map((found) => [found, random() * 2 ** 31] as const);
}

async function look(found: Found, random: () => number): Promise<void> {
  const { actor, side } = whoLooks(random, found, world.staff);
  const [role = 'reader'] = actor.roles;
  const action = chooseAction(random, found, side, role);
  if (action === null) return;
  const { number, version, volumes } = found;
  const nextBarcode = () => `B${++barcode}`;
  const facts = { now: world.now(), volumes, libraries, nextBarcode };
  const input = inputOf(random, side, action, facts);
  const asked = random() * askedOneIn < 1 ? await said(actor, number, side, action) : null;
  try {
    await database.transaction((tx) =>
      actOn(context, tx, actor, { number, action, side, version, input }),
    );
    actions += 1;
    if (asked?.open === false) wrong.push(`${number}: ${action} was called closed and succeeded`);
  } catch (error) {
    if (!(error instanceof LoanError)) throw error;
    closed += 1;
    const contradicts = asked?.open === true && ['not_open', 'forbidden'].includes(error.code);
    if (contradicts) wrong.push(`${number}: ${action} was called open: ${error.message}`);
    if (error.code === 'stale') wrong.push(`${number}: changed while nobody else was at it`);
  }
}

async function said(actor: Actor, number: string, side: Side, action: string) {
  const { actions } = await database.transaction((tx) => openActions(context, tx, actor, number));
  const found = actions.find((view) => view.side === side && view.action === action);
  if (found === undefined) wrong.push(`${number}: nothing is said about ${action}`);
  return found ?? null;
}

const seconds = secondsSince(began);
wrong.push(...(await unsoundLoans(database)));
const states = await db
  .selectFrom('loan_requests')
  .select((select) => ['state', select.fn.countAll<number>().as('count')])
  .groupBy('state')
  .orderBy('state')
  .execute();
await database.close();
await place.remove();
say(
  `${submitted} requests (${refused} refused by rule) of ${libraryCount} libraries in ${days} days, ` +
    `${actions} actions (${closed} refused), ${timers} timers, ${unlinked} unlinked, ` +
    `${seconds} s on ${place.engine}, ${wrong.length} wrong`,
);
say(states.map((row) => `${row.state} ${row.count}`).join(', '));
for (const line of wrong.slice(0, 20)) say(`WRONG ${line}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
