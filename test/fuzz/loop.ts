import { parentPort, workerData } from 'node:worker_threads';
import { mutateMarkup } from '../support/markup-mutants.ts';
import { mutate, seededRandom } from '../support/mutate.ts';
import { type Coverage, startCoverage } from './coverage.ts';
import { type FuzzTarget, maxInputBytes } from './target.ts';
import { fuzzTargets } from './targets/index.ts';

/**
 * The worker: mutates inputs that are known to reach something, runs them through the decoder, and keeps those that
 * reach code no input reached before. Every input is written to memory shared with the parent before it is read,
 * so that one which hangs or kills the worker is known.
 */
export interface LoopWish {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  readonly current: SharedArrayBuffer;
}

export interface Finding {
  readonly why: string;
  readonly input: Uint8Array;
}

export interface LoopReport {
  readonly runs: number;
  readonly seeds: number;
  /** Inputs kept because they reached something new. */
  readonly kept: number;
  readonly rangesOfSeeds: number;
  readonly ranges: number;
  readonly slowestMs: number;
  readonly findings: readonly Finding[];
}

/** Coverage is looked at after so many runs; only where it grew, the runs are made again one by one. */
const batchSize = 48;
const maxKept = 4000;
const maxFindings = 5;
/** Decoders work in time proportional to their input: this is a hundred times what the largest takes. */
const slowMs = 2000;
const maxGrowthBytes = 64 * 2 ** 20;

const wish = workerData as LoopWish;
const target = fuzzTargets().find(({ name }) => name === wish.target);
if (target !== undefined) parentPort?.postMessage(fuzz(target));

function fuzz(target: FuzzTarget): LoopReport {
  const random = seededRandom(wish.seed);
  const coverage = startCoverage();
  const known = new Set<number>();
  const run = createRunner(target);
  const inputs: Uint8Array[] = [];
  for (const seed of target.seeds) {
    if (seed.length > maxInputBytes) continue;
    inputs.push(seed);
    run.once(seed);
  }
  addNew(known, coverage);
  const seeds = inputs.length;
  const rangesOfSeeds = known.size;
  const end = performance.now() + wish.seconds * 1000;
  while (performance.now() < end && run.findings.length < maxFindings) {
    const batch = Array.from({ length: batchSize }, () => mutantOf(target, inputs, random));
    for (const input of batch) run.once(input);
    if (!isNew(known, coverage)) continue;
    for (const input of batch) {
      run.once(input);
      if (addNew(known, coverage) && inputs.length < maxKept) inputs.push(input);
    }
  }
  coverage.stop();
  return {
    runs: run.count,
    seeds,
    kept: inputs.length - seeds,
    rangesOfSeeds,
    ranges: known.size,
    slowestMs: run.slowestMs,
    findings: run.findings,
  };
}

function createRunner(target: FuzzTarget) {
  const shared = new Uint8Array(wish.current);
  const length = new DataView(wish.current);
  const seen = new Set<string>();
  const runner = {
    count: 0,
    slowestMs: 0,
    findings: [] as Finding[],
    once(input: Uint8Array): void {
      length.setUint32(0, input.length);
      shared.set(input, 4);
      runner.count += 1;
      const before = process.memoryUsage().external;
      const start = performance.now();
      const why = surpriseOf(target, input);
      const took = performance.now() - start;
      runner.slowestMs = Math.max(runner.slowestMs, took);
      if (why !== null) report(why, input);
      if (took > slowMs) report(`took ${Math.round(took)} ms`, input);
      const grown = process.memoryUsage().external - before;
      if (grown > maxGrowthBytes) report(`allocated ${grown} bytes`, input);
    },
  };
  const report = (why: string, input: Uint8Array) => {
    const kind = why.replaceAll(/\d+/g, '0');
    if (seen.has(kind)) return;
    seen.add(kind);
    runner.findings.push({ why, input: input.slice() });
  };
  return runner;
}

/** Null where the input was read, or refused as the decoder refuses. */
function surpriseOf(target: FuzzTarget, input: Uint8Array): string | null {
  try {
    target.read(input);
    return null;
  } catch (error) {
    if (target.isExpected(error)) return null;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** A mutant of an input, later ones more often, or of two of them joined. */
function mutantOf(
  target: FuzzTarget,
  inputs: readonly Uint8Array[],
  random: () => number,
): Uint8Array {
  const pick = () => inputs[Math.floor(inputs.length * (1 - random() ** 2))] ?? new Uint8Array();
  let input = pick();
  if (random() < 0.1) {
    const other = pick();
    const head = input.subarray(0, Math.floor(random() * input.length));
    input = Buffer.concat([head, other.subarray(Math.floor(random() * other.length))]);
  }
  const markup = target.kind === 'markup' && random() < 0.7;
  const mutant = markup ? mutateMarkup(input, random) : mutate(input, random);
  return mutant.subarray(0, maxInputBytes);
}

function isNew(known: ReadonlySet<number>, coverage: Coverage): boolean {
  return coverage.take().some((range) => !known.has(range));
}

function addNew(known: Set<number>, coverage: Coverage): boolean {
  const before = known.size;
  for (const range of coverage.take()) known.add(range);
  return known.size > before;
}
