import { getHeapStatistics } from 'node:v8';
import type { Figure } from './bench.ts';

const maxGrowthBytes = 64 * 2 ** 20;

export interface MutantTrial {
  /** What is mutated, for the names of figures: `PDU`, `answer`. */
  readonly what: string;
  readonly samples: number;
  readonly mutants: number;
  /** Makes the next mutant of a sample and reads it; false where an error of another class came out. */
  readonly read: (sample: number) => boolean;
  readonly say: (line: string) => void;
}

/** Reads every mutant and tells surprises, the slowest one, and the most that one of them allocated. */
export function tryMutants({ what, samples, mutants, read, say }: MutantTrial): Figure[] {
  let surprises = 0;
  let slowestMs = 0;
  let growth = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    if (sample % 50 === 0) say(`  ${what} ${sample + 1} of ${samples}`);
    let before = allocatedBytes();
    for (let mutant = 0; mutant < mutants; mutant += 1) {
      const start = performance.now();
      if (!read(sample)) surprises += 1;
      slowestMs = Math.max(slowestMs, performance.now() - start);
      const after = allocatedBytes();
      growth = Math.max(growth, after - before);
      before = after;
    }
  }
  return [
    {
      name: `errors of another class in ${mutants * samples} mutants`,
      unit: '',
      runs: [surprises],
      budget: '0',
      passed: surprises === 0,
    },
    { name: 'slowest mutant', unit: 'ms', runs: [slowestMs] },
    {
      name: 'most that one mutant allocated',
      unit: 'MiB',
      runs: [growth / 2 ** 20],
      budget: 'at most 64',
      passed: growth <= maxGrowthBytes,
    },
  ];
}

function allocatedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
