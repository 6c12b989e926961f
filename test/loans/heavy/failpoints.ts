import { LoanError } from '../../../src/loans/errors.ts';
import { loanJobHandlers } from '../../../src/loans/lifecycle/timers.ts';
import { actOn } from '../../../src/loans/requests/act.ts';
import type { Tx } from '../../../src/loans/requests/context.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { type Outcome, runOnce } from '../../../src/store/idempotency.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { type FailureKind, failureKinds, underDriver } from '../../support/driver-failpoints.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { loanWorld, plainPolicy } from '../../support/loans.ts';
import { findOpen } from './found.ts';
import { chooseAction, generator, inputOf, pick, whoLooks } from './habits.ts';
import { count, makePlace, say, secondsSince } from './place.ts';
import { manyReaders } from './readers.ts';

/**
 * Submissions, actions and timers, in each of which one query fails, as the driver sees it: the claim
 * of the key, the begin, any statement, the commit; before it, after it, or with the connection. The
 * same is then asked again with its key. What was acknowledged is there, once; a repeat gives the same
 * answer; all invariants hold.
 */
const points = count('points', 10_000);
const random = generator(count('seed', 4711));
const failing = underDriver();
const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database, { policy: plainPolicy, channels: ['mail'] });
const { context } = world;
const kinds: readonly FailureKind[] =
  place.engine === 'embedded' ? ['before', 'after'] : failureKinds;
const libraries = ['home', 'chem', 'arts', 'national'];
const readers = await manyReaders(
  database,
  world.now(),
  Array.from({ length: 20 + points }, () => ({ library: 'home', patronGroup: 'teacher' })),
);
const runner = createJobRunner({
  database,
  clock: context.clock,
  handlers: loanJobHandlers(context),
});

const open: string[] = [];
const acknowledged = new Map<string, string>();
const reachedBy = new Map<FailureKind, number>();
/** Queries that an operation of this name made when it was last left alone. */
const usual = new Map<string, number>();
const wrong: string[] = [];
let barcode = 0;
let reached = 0;
let round = 0;
const began = performance.now();

while (reached < points && wrong.length < 20) {
  round += 1;
  if (round % 100 === 0) await timers();
  else if (open.length < 20 || random() < 0.15) await submit();
  else await act();
  if (round % 1000 === 0) await check();
}
await check();

/** Does it with a query failing, then again and again until it is done, with nothing failing. */
async function failOnce(
  name: string,
  key: string,
  once: (tx: Tx) => Promise<Outcome>,
): Promise<string | null> {
  const claim = { actor: 'test', key, request: key };
  const operation = () => runOnce(database, claim, once, { clock: context.clock });
  const n = 1 + Math.floor(random() * (usual.get(name) ?? 20));
  const kind = pick(random, kinds);
  failing.arm(n, kind);
  const first = await operation().then(
    ({ outcome }) => outcome.body,
    (error: unknown) => (error instanceof LoanError ? 'refused' : null),
  );
  const { reached: failed, queries } = failing.disarm();
  if (failed) {
    reached += 1;
    reachedBy.set(kind, (reachedBy.get(kind) ?? 0) + 1);
  } else usual.set(name, queries);
  const second = await settled(operation);
  const third = await settled(operation);
  if (first !== null && first !== second) wrong.push(`${key}: first ${first}, then ${second}`);
  if (second === null) wrong.push(`${key}: ${name} was never done`);
  if (second !== third) wrong.push(`${key}: ${second} became ${third}`);
  return second;
}

/** A key whose claim was left behind by the failure is free again after a minute. */
async function settled(
  operation: () => Promise<{ readonly outcome: Outcome }>,
): Promise<string | null> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return (await operation()).outcome.body;
    } catch (error) {
      if (error instanceof LoanError) return 'refused';
      const waits = error instanceof StoreError && error.code === 'idempotency_running';
      if (!waits) throw error;
      world.setClock(new Date(world.now().getTime() + 61_000));
    }
  }
  return null;
}

async function submit(): Promise<void> {
  const reader = pick(random, readers);
  const key = `k${round}`;
  const prepared = await prepareRequest(context, reader, {
    holding: { library: pick(random, ['chem', 'arts', 'national']), localId: '000123' },
    citation: { title: '化学工程实验', volume: key },
    delivery: 'courier',
    ownReference: key,
  });
  const number = await failOnce('submit', key, async (tx) => {
    const submitted = await submitRequest(context, tx, reader, prepared);
    return { status: 201, headers: {}, body: submitted.number };
  });
  if (number === null || number === 'refused') return;
  open.push(number);
  acknowledged.set(key, number);
}

async function act(): Promise<void> {
  const number = pick(random, open);
  const [found] = await findOpen(database, number);
  if (found === undefined) {
    open.splice(open.indexOf(number), 1);
    return;
  }
  const { actor, side } = whoLooks(random, found, world.staff);
  const [role = 'reader'] = actor.roles;
  const action = chooseAction(random, found, side, role);
  if (action === null) return;
  const { version, volumes } = found;
  const nextBarcode = () => `B${++barcode}`;
  const input = inputOf(random, side, action, {
    now: world.now(),
    volumes,
    libraries,
    nextBarcode,
  });
  const key = `k${round}`;
  const said = await failOnce(action, key, async (tx) => {
    const done = await actOn(context, tx, actor, { number, action, side, version, input });
    return { status: 200, headers: {}, body: `${done.version} ${done.events.length}` };
  });
  const { version: now } = await world.state(number);
  const [told = version, events = 0] =
    said === 'refused' ? [] : (said ?? '').split(' ').map(Number);
  if (now !== told || now !== version + events) {
    wrong.push(`${number}: ${action} at ${version} said ${said} and left ${now}`);
  }
}

/** A day passes and its timers run, one query of them failing; what failed runs later. */
async function timers(): Promise<void> {
  world.setClock(new Date(world.now().getTime() + 86_400_000));
  failing.arm(1 + Math.floor(random() * (usual.get('timers') ?? 40)), pick(random, kinds));
  await runner.runDue().catch(() => {});
  const { reached: failed, queries } = failing.disarm();
  if (failed) reached += 1;
  else usual.set('timers', queries);
  // A job whose worker could not say how it ended is another one's after its lease.
  world.setClock(new Date(world.now().getTime() + 400_000));
  await runner.runDue();
}

async function check(): Promise<void> {
  const rows = await database.db
    .selectFrom('loan_requests')
    .select(['number', 'own_reference'])
    .execute();
  const found = new Map(rows.map((row) => [row.own_reference, row.number]));
  if (rows.length !== acknowledged.size) {
    wrong.push(`${acknowledged.size} requests were acknowledged and ${rows.length} are there`);
  }
  for (const [key, number] of acknowledged) {
    if (found.get(key) !== number)
      wrong.push(`${key}: ${number} was said, ${found.get(key)} is there`);
  }
  wrong.push(...(await unsoundLoans(database)));
  say(
    `${reached} failpoints in ${round} rounds, ${acknowledged.size} requests acknowledged, ` +
      `${wrong.length} wrong`,
  );
}

await database.close();
await place.remove();
const by = failureKinds.map((kind) => `${kind} ${reachedBy.get(kind) ?? 0}`).join(', ');
say(
  `${reached} failpoints on ${place.engine} in ${secondsSince(began)} s (${by}), ${wrong.length} wrong`,
);
for (const line of wrong.slice(0, 20)) say(`WRONG ${line}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
