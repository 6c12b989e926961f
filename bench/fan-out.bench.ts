import { pino } from 'pino';
import { createFederation, type Federation } from '../src/app.ts';
import { readSettings, type Settings } from '../src/config.ts';
import type { View } from '../src/search/types.ts';
import type { Bench, BenchOptions, Figure } from './support/bench.ts';
import { startTenReplays } from './support/child.ts';
import { federationOf, searchMany, startSearch } from './support/federation.ts';
import { createBareClient, type Floor } from './support/floor.ts';
import { benchLibraries } from './support/libraries.ts';
import { median } from './support/statistics.ts';
import { type BenchTargets, startTargets } from './support/targets.ts';

const roundTrips = [50, 80, 100, 130, 160, 200, 250, 300, 350, 400];
const recordsEach = 100;
const warmingSearches = 150;
const view: View = { page: 1, size: 20, sort: 'relevance', filters: [], timings: true };

/** One search as a reader sees it. */
interface Sample {
  readonly firstMs: number;
  readonly allMs: number;
  readonly cpuMs: number;
  readonly mergeMs: number;
  readonly records: number;
  readonly lines: number;
  readonly answered: number;
}

export const bench: Bench = {
  name: 'fan-out',
  question: 'how long until the first record and all records of ten libraries are there?',
  async run(options) {
    const settings = { ...(await readSettings(process.env)), log: { level: 'silent' as const } };
    if (options.connectors !== null) return ownLibraries(options, settings, options.connectors);
    const targets = await startTargets(roundTrips, recordsEach);
    try {
      return await tenTargets(options, settings, targets);
    } finally {
      await targets.close();
    }
  },
};

async function tenTargets(options: BenchOptions, settings: Settings, targets: BenchTargets) {
  await warmUp(settings, options.quick ? 5 : warmingSearches);
  const cold: Sample[] = [];
  const warm: Sample[] = [];
  const repeat: Sample[] = [];
  const floors = { cold: [] as Floor[], warm: [] as Floor[] };
  for (let run = 0; run < options.runs + 1; run += 1) {
    const bare = createBareClient(targets.targets, targets.query, recordsEach);
    const floorCold = await bare.ask();
    const floorWarm = await bare.ask();
    bare.close();
    const federation = await federationOf(settings, benchLibraries(targets.targets, recordsEach));
    const first = await sample(federation, targets.query, true);
    const second = await sample(federation, targets.query, true);
    const third = await sample(federation, targets.query, false);
    await federation.close();
    // The first round only warms the compiler up.
    if (run === 0) continue;
    floors.cold.push(floorCold);
    floors.warm.push(floorWarm);
    cold.push(first);
    warm.push(second);
    repeat.push(third);
    options.say(
      `  run ${run}: cold ${first.allMs.toFixed(0)} ms, warm ${second.allMs.toFixed(0)} ms`,
    );
  }
  const figures = [
    withFloor('first record, cold', cold, floors.cold, 'firstMs', 20),
    withFloor('first record, warm', warm, floors.warm, 'firstMs', 15),
    withFloor('all records merged, cold', cold, floors.cold, 'allMs', 60),
    withFloor('all records merged, warm', warm, floors.warm, 'allMs', 40),
    plain('repeat by another user', repeat, 'allMs', 5),
    plain('CPU a search, cold', cold, 'cpuMs'),
    plain('CPU a search, warm', warm, 'cpuMs', 40),
    plain('merging and ranking', warm, 'mergeMs'),
  ];
  return { figures, notes: notesOf(targets.kind, warm) };
}

/** The compiler needs some hundred searches; a gateway at work has had them. */
async function warmUp(settings: Settings, searches: number): Promise<void> {
  const libraries = await startTenReplays();
  const targets = libraries.hello.ports.map((port) => ({ port, database: 'bench' }));
  const federation = await federationOf(settings, benchLibraries(targets, recordsEach));
  await searchMany(federation, searches, 4, (number) => `jazz warm${number}`);
  await federation.close();
  await libraries.close();
}

/** Somebody's own libraries: no floor is known for them. */
async function ownLibraries(options: BenchOptions, settings: Settings, connectors: string) {
  const federation = await createFederation(
    { ...settings, connectors },
    process.env,
    null,
    pino({ level: 'silent' }),
  );
  const query = process.env.GUANJI_BENCH_QUERY ?? '图书馆';
  const samples: Sample[] = [];
  for (let run = 0; run < options.runs; run += 1)
    samples.push(await sample(federation, query, true));
  await federation.close();
  const figures = [
    plain('first record', samples, 'firstMs'),
    plain('all libraries', samples, 'allMs'),
    plain('CPU a search', samples, 'cpuMs'),
    plain('merging and ranking', samples, 'mergeMs'),
  ];
  return { figures, notes: notesOf(`${connectors}, query ${query}`, samples) };
}

async function sample(federation: Federation, text: string, refresh: boolean): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const search = startSearch(federation, text, { refresh });
  let firstMs = Number.NaN;
  for await (const { event } of search.events(0, view, new AbortController().signal)) {
    if (event === 'records' && Number.isNaN(firstMs)) firstMs = performance.now() - start;
  }
  const answer = search.answer(view);
  const allMs = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return {
    firstMs,
    allMs,
    cpuMs: (used.user + used.system) / 1000,
    mergeMs: answer.mergeMs ?? Number.NaN,
    records: answer.libraries.reduce((sum, { fetched }) => sum + fetched, 0),
    lines: answer.total,
    answered: answer.libraries.filter(({ state }) => state.startsWith('answered')).length,
  };
}

function withFloor(
  name: string,
  samples: readonly Sample[],
  floors: readonly Floor[],
  key: 'firstMs' | 'allMs',
  overMs: number,
): Figure {
  const runs = samples.map((one) => one[key]);
  const floor = floors.map((one) => one[key]);
  const passed = median(runs) <= median(floor) + overMs;
  return { name, unit: 'ms', runs, floor, budget: `floor + ${overMs} ms`, passed };
}

function plain(
  name: string,
  samples: readonly Sample[],
  key: 'firstMs' | 'allMs' | 'cpuMs' | 'mergeMs',
  budgetMs?: number,
): Figure {
  const runs = samples.map((one) => one[key]);
  if (budgetMs === undefined) return { name, unit: 'ms', runs };
  return { name, unit: 'ms', runs, budget: `≤ ${budgetMs} ms`, passed: median(runs) <= budgetMs };
}

function notesOf(kind: string, samples: readonly Sample[]): string[] {
  const last = samples.at(-1);
  return [
    `targets: ${kind}`,
    `last run: ${last?.answered} libraries answered, ${last?.records} records, ${last?.lines} lines`,
  ];
}
