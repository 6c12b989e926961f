import { startSandbox } from '../../src/sandbox/index.ts';
import { allCells, type CellResult, runCell } from './fault-cells.ts';

/**
 * The fault matrix: every fault in every phase of every protocol, against real servers. Prints a line per
 * failing cell, the reasons of those that do not apply, and the counts; exits 1 when a cell fails.
 */
const atOnce = 2;

const cells = allCells();
const results: CellResult[] = [];
let next = 0;
/** The base: after the first cells, when catalogues are made and code is compiled. */
const warmUpCells = 60;
let before = Number.NaN;

async function worker(): Promise<void> {
  const sandbox = await startSandbox({ delays: false, faults: { 'demo-agri': 'hang@scan' } });
  for (let cell = cells[next]; cell !== undefined; cell = cells[next]) {
    next += 1;
    const result = await runCell(cell, sandbox);
    results.push(result);
    if (results.filter((one) => one.passed !== null).length === warmUpCells) before = memory();
    if (result.passed === false) {
      print(`not ok ${cell.library} ${cell.fault}@${cell.phase}: ${result.reason}`);
    }
  }
  await sandbox.close();
}

await Promise.all(Array.from({ length: atOnce }, worker));
// Timers of the last cells' searches and connections run out; what streams held is given back bit by bit.
const mostGrownMb = 64;
let after = Number.NaN;
for (let look = 0; look < 10; look += 1) {
  await new Promise((resolve) => setTimeout(resolve, look === 0 ? 3000 : 500));
  after = memory();
  if (after - before <= mostGrownMb) break;
}

const run = results.filter(({ passed }) => passed !== null);
const passed = run.filter((result) => result.passed === true);
const skipped = results.filter((result) => result.passed === null);
const reasons = new Map<string, number>();
for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);

const states = new Map<string, number>();
for (const { state } of run.filter((one) => one.state !== null))
  states.set(state ?? 'none', (states.get(state ?? 'none') ?? 0) + 1);
print(`states: ${[...states].map(([state, count]) => `${state} ${count}`).join(', ')}`);
print(`memory: ${before} MB before, ${after} MB after`);
for (const [reason, count] of reasons) print(`not applicable (${count}): ${reason}`);
const grown = after - before > mostGrownMb;
if (grown) print('not ok: memory did not come back to base');
print(
  `fault matrix: ${run.length} cells run, ${passed.length} passed, ${skipped.length} not applicable`,
);
process.exitCode = passed.length === run.length && !grown ? 0 : 1;

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1_048_576);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
