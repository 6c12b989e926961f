import { actOn } from '../../../src/loans/requests/act.ts';
import { prepareRequest } from '../../../src/loans/requests/prepare.ts';
import { submitRequest } from '../../../src/loans/requests/submit.ts';
import { unsoundLoans } from '../../support/loan-invariants.ts';
import { loanWorld } from '../../support/loans.ts';
import { count, inLanes, makePlace, percentile, say } from './place.ts';

/** Writes at a fixed rate, whether or not the ones before are done: p99 within 50 ms. */
const perSecond = count('rate', 200);
const seconds = count('seconds', 20);
const budgetMs = 50;
const place = await makePlace();
const database = await place.open();
const world = await loanWorld(database);
const lender = world.staff('chem', 'desk_clerk');
const readers = await Promise.all(Array.from({ length: 400 }, () => world.reader()));
const promised: { number: string; version: number }[] = [];
const times: number[] = [];
let failed = 0;

/** One write: a request, or the lender's answer to one made before. */
async function write(n: number): Promise<void> {
  const began = performance.now();
  try {
    const waiting = n % 2 === 1 ? promised.shift() : undefined;
    if (waiting !== undefined) {
      const refuse = { action: 'refuse', input: { reason: 'on_loan' } };
      await database.transaction((tx) =>
        actOn(world.context, tx, lender, { ...waiting, ...refuse }),
      );
    } else {
      const reader = readers[n % readers.length];
      if (reader === undefined) return;
      const prepared = await prepareRequest(world.context, reader, {
        citation: { title: `书 ${n}` },
        library: 'chem',
        delivery: 'courier',
      });
      const { number, version, state } = await database.transaction((tx) =>
        submitRequest(world.context, tx, reader, prepared),
      );
      if (state === 'SENT') promised.push({ number, version });
    }
    times.push(performance.now() - began);
  } catch {
    failed += 1;
  }
}

// Every connection has done it before the clock runs.
await inLanes(20, Array(600).keys(), write);
times.length = 0;
failed = 0;
const start = performance.now();
const running: Promise<void>[] = [];
for (let n = 0; n < perSecond * seconds; n++) {
  const due = start + (n * 1000) / perSecond;
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  running.push(write(n));
}
await Promise.all(running);
const took = (performance.now() - start) / 1000;
const p99 = percentile(times, 99);
say(
  `${times.length} writes in ${took.toFixed(1)} s on ${place.engine}, ${failed} refused: ` +
    `p50 ${percentile(times, 50).toFixed(1)} ms, p95 ${percentile(times, 95).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
);
const unsound = await unsoundLoans(database);
for (const line of unsound) say(`UNSOUND ${line}`);
await database.close();
await place.remove();
process.exitCode = unsound.length === 0 && p99 <= budgetMs ? 0 : 1;
