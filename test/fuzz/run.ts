import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Finding, LoopReport, LoopWish } from './loop.ts';
import { maxInputBytes } from './target.ts';
import { fuzzTargets } from './targets/index.ts';

/**
 * `npm run fuzz [-- NAME… --seconds N --seed N]`: fuzzes each decoder for so many seconds, led by coverage. Ends
 * with code 1 where an input crashed, hung or surprised one; such inputs are written to `findings/`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds and --seed are numbers');

/** A worker that says nothing for this long after its time hangs in one input. */
const patienceMs = 60_000;
/** Decoders may take 64 MiB for an input; this is with everything the worker itself holds. */
const heapMb = 256;

const names = fuzzTargets().map(({ name }) => name);
const wanted = positionals.length > 0 ? positionals : names;
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no target is called ${unknown.join(', ')}`);

let found = 0;
let runs = 0;
for (const target of wanted) {
  const report = await fuzz(target);
  runs += report.runs;
  const grown = report.ranges - report.rangesOfSeeds;
  process.stdout.write(
    `${target.padEnd(20)} ${String(report.runs).padStart(8)} runs, ${report.seeds} seeds, ` +
      `${report.kept} kept, ${report.ranges} ranges (+${grown}), slowest ${report.slowestMs.toFixed(1)} ms, ` +
      `${report.findings.length} findings\n`,
  );
  for (const finding of report.findings) await write(target, finding);
  found += report.findings.length;
}
process.stdout.write(`${wanted.length} targets, ${runs} runs, ${found} findings\n`);
process.exitCode = found > 0 ? 1 : 0;

async function fuzz(target: string): Promise<LoopReport> {
  const current = new SharedArrayBuffer(4 + maxInputBytes);
  const workerData: LoopWish = { target, seconds, seed, current };
  const worker = new Worker(join(import.meta.dirname, 'loop.ts'), {
    workerData,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<LoopReport>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('hangs')), seconds * 1000 + patienceMs);
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`ended with code ${code}`)));
    });
  } catch (error) {
    const why = `the worker did not end well: ${(error as Error).message}`;
    return { ...nothing, findings: [{ why, input: inputIn(current) }] };
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

const nothing = { runs: 0, seeds: 0, kept: 0, rangesOfSeeds: 0, ranges: 0, slowestMs: 0 };

/** The input that was being read. */
function inputIn(current: SharedArrayBuffer): Uint8Array {
  const length = new DataView(current).getUint32(0);
  return new Uint8Array(current).slice(4, 4 + length);
}

async function write(target: string, { why, input }: Finding): Promise<void> {
  const folder = join(import.meta.dirname, 'findings');
  const name = `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), input);
  process.stdout.write(
    `  test/fuzz/findings/${name}: ${why.split('\n').slice(0, 4).join('\n  ')}\n`,
  );
}
