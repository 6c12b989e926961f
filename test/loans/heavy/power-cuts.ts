import { rm } from 'node:fs/promises';
import { sql } from 'kysely';
import { LoanError } from '../../../src/loans/errors.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { runOnce } from '../../../src/store/idempotency.ts';
import { loanWorld } from '../../support/loans.ts';
import { watchSyncs } from '../../support/power-cut.ts';
import { count, makePlace, say, secondsSince } from './place.ts';
import { manyReaders } from './readers.ts';
import { compareSaid } from './said.ts';

/**
 * The embedded database under a load of submissions, cut off after any of its syncs, those of its
 * recovery included: of every file there is what was last synced, and nothing else. It goes on from
 * there, again and again; what was acknowledged is there, once, and all is sound. On Linux.
 */
const cuts = count('cuts', 100);
const place = await makePlace('embedded');
const first = await place.open();
const { now } = await loanWorld(first);
const readers = await manyReaders(
  first,
  now(),
  Array.from({ length: cuts + 1 }, () => ({ library: 'home', patronGroup: 'teacher' })),
);
await first.close();
const said = new Map<string, string>();
const wrong: string[] = [];
const began = performance.now();
let { folder } = place;
let syncs = 0;
let done = 0;
while (done < cuts && wrong.length === 0) {
  done += 1;
  const left = await workUntilCut(folder, done);
  await rm(folder, { recursive: true, force: true });
  folder = left;
  if (done % 10 === 0 || done === cuts) await lookAt(folder);
}
await place.remove();
await rm(folder, { recursive: true, force: true });
say(
  `${done} power cuts in ${secondsSince(began)} s, among ${syncs} syncs, ` +
    `${said.size} requests acknowledged, ${wrong.length} wrong`,
);
for (const line of wrong.slice(0, 20)) say(`WRONG ${line}`);
process.exitCode = wrong.length === 0 && said.size > 0 ? 0 : 1;

/** Gives the folder as the cut left it. */
async function workUntilCut(at: string, cut: number): Promise<string> {
  const image = await watchSyncs(at);
  // Opening after a cut syncs every file of the cluster, some of them twice.
  const early = cut % 3 === 0 ? image.cutAfter(1 + Math.floor(Math.random() * 2400)) : null;
  const database = await openDatabase({ folder: at });
  const left = early ?? image.cutAfter(1 + Math.floor(Math.random() * 60));
  const start = new Date(now().getTime() + cut * 120_000).toISOString();
  const world = await loanWorld(database, { again: true, start });
  const reader = readers[cut];
  if (reader === undefined) throw new Error('There is no such reader.');
  for (let n = 1; left() === null; n++) {
    const key = `k${cut}-${n}`;
    const prepared = await prepareRequest(world.context, reader, {
      citation: { title: `书 ${key}` },
      library: 'chem',
      delivery: 'courier',
      ownReference: key,
    });
    const claim = { actor: reader.id, key, request: key };
    const { outcome } = await runOnce(database, claim, async (tx) => {
      const { number } = await submitRequest(world.context, tx, reader, prepared);
      return { status: 201, headers: {}, body: number };
    });
    // Acknowledged is what somebody was told while there was power.
    if (left() === null) said.set(key, outcome.body);
    if (Math.random() < 0.05) await sql`checkpoint`.execute(database.db);
    await world.act(reader, outcome.body, 'cancel').catch((error: unknown) => {
      if (!(error instanceof LoanError)) throw error;
    });
  }
  await database.close();
  image.stop();
  syncs += image.syncs();
  return left() ?? at;
}

async function lookAt(at: string): Promise<void> {
  const database = await openDatabase({ folder: at });
  const { requests, faults } = await compareSaid(database, said);
  wrong.push(...faults);
  await database.close();
  say(`${done} cuts, ${said.size} acknowledged, ${requests} there, ${wrong.length} wrong`);
}
