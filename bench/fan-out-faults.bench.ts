import { readSettings } from '../src/config.ts';
import type { SearchAnswer } from '../src/search/types.ts';
import type { Bench } from './support/bench.ts';
import { startReplay } from './support/child.ts';
import { federationOf, startSearch } from './support/federation.ts';
import { benchLibraries } from './support/libraries.ts';
import type { ReplayWish } from './support/replay-main.ts';
import { median } from './support/statistics.ts';

const waitMs = 3000;
const toleranceMs = 50;
const slowestHealthyMs = 400;
const overSlowestMs = 60;
const view = { page: 1, size: 20, sort: 'relevance', filters: [], timings: false } as const;

const libraries: ReplayWish['libraries'] = [
  { roundTripMs: 0, fault: 'hang' },
  { roundTripMs: 0, fault: 'refuse' },
  { roundTripMs: 0, fault: 'three-seconds' },
  { roundTripMs: 100, fault: 'reset-once' },
  ...[50, 80, 130, 200, 300, slowestHealthyMs].map((roundTripMs) => ({ roundTripMs })),
];
const wanted = [
  'timed_out',
  'unreachable',
  'timed_out',
  ...libraries.slice(3).map(() => 'answered'),
];

export const bench: Bench = {
  name: 'fan-out-faults',
  question:
    'What do readers get when one of ten libraries hangs, one refuses, one takes 3 s and one resets once?',
  async run({ runs, say }) {
    const settings = { ...(await readSettings(process.env)), log: { level: 'silent' as const } };
    const firstMs: number[] = [];
    const nextMs: number[] = [];
    const wrong: string[] = [];
    for (let run = 0; run < runs + 1; run += 1) {
      const children = await startReplay({ records: 100, libraries });
      const documents = benchLibraries(
        children.hello.ports.map((port) => ({ port, database: 'bench' })),
      );
      const federation = await federationOf(settings, documents);
      const { start, answer } = await timed(() => startSearch(federation, 'jazz', { waitMs }));
      const next = await timed(() => startSearch(federation, 'jazz again', { waitMs }));
      await federation.close();
      await children.close();
      // The first round only warms the compiler up.
      if (run === 0) continue;
      firstMs.push(start);
      nextMs.push(next.start);
      wrong.push(...mistakes(answer));
      say(`  run ${run}: ${start.toFixed(0)} ms, the next search ${next.start.toFixed(0)} ms`);
    }
    return {
      figures: [
        {
          name: 'answer with wait=3000',
          unit: 'ms',
          runs: firstMs,
          budget: `${waitMs} ± ${toleranceMs} ms`,
          passed: Math.abs(median(firstMs) - waitMs) <= toleranceMs,
        },
        {
          name: 'libraries with a state they should not have',
          unit: '',
          runs: [wrong.length],
          budget: '0',
          passed: wrong.length === 0,
        },
        {
          name: 'the next search (floor: one round trip of the slowest healthy library)',
          unit: 'ms',
          runs: nextMs,
          floor: [slowestHealthyMs],
          budget: `floor + ${overSlowestMs} ms`,
          passed: median(nextMs) <= slowestHealthyMs + overSlowestMs,
        },
      ],
      notes: wrong.length > 0 ? [...new Set(wrong)] : ['The library that reset once answered.'],
    };
  },
};

async function timed(begin: () => ReturnType<typeof startSearch>) {
  const began = performance.now();
  const search = begin();
  await search.wait('complete');
  const answer = search.answer(view);
  return { start: performance.now() - began, answer };
}

function mistakes(answer: SearchAnswer): string[] {
  return answer.libraries.flatMap(({ id, state, fetched }, at) =>
    state === wanted[at] && (state !== 'answered' || fetched === 100)
      ? []
      : [`${id} is ${state} with ${fetched} records, not ${wanted[at]}`],
  );
}
