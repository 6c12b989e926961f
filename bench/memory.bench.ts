import type { Bench, Figure } from './support/bench.ts';
import { startChild, startTenReplays } from './support/child.ts';
import type { MemoryFound, MemoryWish } from './support/memory-main.ts';

const mebibyte = 2 ** 20;

export const bench: Bench = {
  name: 'memory',
  question: 'What does a search of 1,000 records hold in memory while it can be read, and after?',
  async run({ quick, say }) {
    const libraries = await startTenReplays();
    const { ports } = libraries.hello;
    try {
      const count = quick ? 50 : 500;
      say(`  ${count} searches of the same records`);
      const same = await measure({ ports, searches: count, own: false });
      // Enough of them that what all searches share, bounded caches, does not count for much.
      const few = quick ? 10 : 500;
      say(`  ${few} searches of records of their own`);
      const own = await measure({ ports, searches: few, own: true });
      return {
        figures: [
          ...figuresOf(`of ${count} over the same 1,000 records`, same, count),
          ...figuresOf(`of ${few} with 1,000 records each of its own`, own, few),
        ],
        notes: [
          `Of the ${count}, ${same.readable} could be read at once; of the ${few}, ${own.readable}.`,
          'Heap and buffers after garbage collection, in a process of its own; caches at their defaults.',
        ],
      };
    } finally {
      await libraries.close();
    }
  },
};

async function measure(wish: MemoryWish): Promise<MemoryFound> {
  const child = await startChild<MemoryFound>('memory-main.ts', wish, ['--expose-gc']);
  await child.close();
  return child.hello;
}

function figuresOf(what: string, found: MemoryFound, searches: number): Figure[] {
  const { restBytes, liveBytes, idleBytes, afterBytes } = found;
  const each = (bytes: number) => (bytes - restBytes) / searches / mebibyte;
  const live = each(liveBytes);
  return [
    {
      name: `live search, ${what}`,
      unit: 'MiB',
      runs: [live],
      budget: '≤ 1 MiB',
      passed: live <= 1,
    },
    { name: 'the same, idle for ten seconds', unit: 'MiB', runs: [each(idleBytes)] },
    ...(afterBytes === null
      ? []
      : [
          {
            name: 'process afterwards (floor: before)',
            unit: 'MiB',
            runs: [afterBytes / mebibyte],
            floor: [restBytes / mebibyte],
          },
        ]),
  ];
}
