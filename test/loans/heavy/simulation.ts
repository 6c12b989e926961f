import type { Actor } from '../../../src/loans/actor.ts';
import { everydayCalendar } from '../../../src/loans/calendar/calendar.ts';
import { LoanError } from '../../../src/loans/errors.ts';
import { loanJobHandlers } from '../../../src/loans/lifecycle/timers.ts';
import { openActions } from '../../../src/loans/requests/open-actions.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { loanLibrary, loanWorld, plainPolicy } from '../../support/loans.ts';
import { count, makePlace, say } from './place.ts';

/**
 * A year of a consortium, day by day: readers ask, desks do what is open to them (or forget it),
 * books go missing, timers run. At the end every open request waits for somebody, and all else is
 * sound. `--seed` makes the same year again.
 */
const requests = count('requests', 75_000);
const libraryCount = count('libraries', 86);
const days = count('days', 365);
let seed = count('seed', 20_121_231);

/** A small generator (mulberry32): the year is the same for the same seed. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
}
const pick = <T>(list: readonly T[]): T => {
  const value = list[Math.floor(random() * list.length)];
  if (value === undefined) throw new Error('Nothing to pick from.');
  return value;
};

const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database, {
  start: '2025-12-31T16:00:00Z',
  policy: {
    ...plainPolicy,
    rules: [
      {
        id: 'next',
        parameter: 'request.nextLender',
        layer: 'consortium',
        value: true,
        sentence: { zh: '转下一馆。', en: 'On to the next.' },
      },
    ],
  },
});
const libraries = Array.from({ length: libraryCount }, (_, n) => `lib${n}`);
const vacations = {
  ...everydayCalendar,
  closed: ['2026-01-17/2026-02-28', '2026-07-11/2026-08-30'],
};
const held = world.records.get('chem/000123');
if (held === undefined) throw new Error('The record is not there.');
for (const [n, id] of libraries.entries()) {
  const calendar = n % 10 === 0 ? { ...vacations, movesDueDates: false } : vacations;
  world.libraries.set(id, loanLibrary(id, String(100_000 + n), { calendar }));
}
const readers: Actor[] = [];
for (let n = 0; n < Math.max(50, Math.ceil(requests / 6)); n++) {
  readers.push(await world.reader(pick(libraries), pick(['undergraduate', 'teacher'])));
}
const runner = createJobRunner({
  database,
  clock: world.context.clock,
  handlers: loanJobHandlers(world.context),
  onError: (error) => {
    throw error;
  },
});

let submitted = 0;
let refused = 0;
let actions = 0;
let barcode = 0;
const began = performance.now();
for (let day = 0; day < days; day++) {
  const today = new Date(Date.parse('2026-01-01T02:00:00Z') + day * 86_400_000);
  world.setClock(today);
  await runner.runDue();
  const wanted = Math.floor(((day + 1) * requests) / days) - submitted - refused;
  for (let n = 0; n < wanted; n++) await ask();
  await work();
}

async function ask(): Promise<void> {
  const reader = pick(readers);
  const title = `书${Math.floor(random() * 50_000)}`;
  const lender = pick(libraries);
  world.records.set(`${lender}/x`, {
    citation: { ...(held?.citation as NonNullable<typeof held>['citation']), title, isbn: null },
    holding: { ...(held?.holding as NonNullable<typeof held>['holding']), library: lender },
  });
  try {
    await world.submit(reader, {
      holding: { library: lender, localId: 'x' },
      alternatives: [{ library: pick(libraries), localId: null }],
      volumes: random() < 0.1 ? 2 : 1,
    });
    submitted += 1;
  } catch (error) {
    if (!(error instanceof LoanError)) throw error;
    refused += 1;
  }
}

/** Each open request is looked at on about every third day, by one of those who could act. */
async function work(): Promise<void> {
  const open = await database.db
    .selectFrom('loan_requests')
    .select(['number', 'home_library', 'lender', 'reader_id', 'volumes'])
    .where('closed', '=', false)
    .execute();
  for (const row of open) {
    if (random() > 0.35) continue;
    const desk = random() < 0.5 ? row.home_library : (row.lender ?? row.home_library);
    const actor: Actor =
      random() < 0.15 && row.reader_id !== null
        ? { kind: 'reader', id: row.reader_id, libraryId: row.home_library, roles: ['reader'] }
        : world.staff(desk, random() < 0.05 ? 'desk_lead' : 'desk_clerk');
    await actOnce(actor, row.number, row.volumes);
  }
}

/** Mostly the usual next step; now and then any other that is open. */
async function actOnce(actor: Actor, number: string, volumes: number): Promise<void> {
  const { actions: all } = await database.transaction((tx) =>
    openActions(world.context, tx, actor, number),
  );
  const open = all.filter((action) => action.open && action.action !== 'close_by_staff');
  const usual = open.filter((action) => action.primary);
  const choice = random() < 0.08 ? open : usual;
  if (choice.length === 0) return;
  const chosen = pick(choice);
  try {
    await world.act(actor, number, chosen.action, inputFor(chosen.needs, volumes));
    actions += 1;
  } catch (error) {
    if (!(error instanceof LoanError)) throw error;
  }
}

function inputFor(needs: readonly string[], volumes: number): Record<string, unknown> {
  const values: Record<string, () => unknown> = {
    barcodes: () => Array.from({ length: volumes }, () => `B${++barcode}`),
    reason: () => 'on_loan',
    condition: () => 'good',
    dueDate: () => new Date(world.now().getTime() + 20 * 86_400_000).toISOString().slice(0, 10),
    visitAt: () => new Date(world.now().getTime() + 86_400_000).toISOString(),
    duplicateOf: () => 'x',
    citation: () => ({ title: '改' }),
    lender: () => pick(libraries),
  };
  return Object.fromEntries(needs.map((name) => [name, values[name]?.()]));
}

const unsound = await unsoundLoans(database);
const states = await database.db
  .selectFrom('loan_requests')
  .select((select) => ['state', select.fn.countAll<number>().as('count')])
  .groupBy('state')
  .orderBy('state')
  .execute();
const seconds = (performance.now() - began) / 1000;
await database.close();
await place.remove();
say(
  `${submitted} requests (${refused} refused by rule) of ${libraryCount} libraries in ${days} days, ` +
    `${actions} actions, ${seconds.toFixed(0)} s on ${place.engine}`,
);
say(states.map((row) => `${row.state} ${row.count}`).join(', '));
for (const line of unsound) say(`UNSOUND ${line}`);
process.exitCode = unsound.length === 0 ? 0 : 1;
