import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LibraryInput } from '../src/members/document.ts';
import { reloadUnderLoad } from '../test/support/hot-reload.ts';
import type { Bench } from './support/bench.ts';
import { startTenReplays } from './support/child.ts';
import { benchLibraries } from './support/libraries.ts';
import { median, p95 } from './support/statistics.ts';

const changes = 50;
const clients = 4;
/** A library that is late is not what is asked about here. */
const timeoutMs = 30_000;

export const bench: Bench = {
  name: 'hot-reload',
  question: 'Does a search fail while fifty documents change, by file and through the API?',
  async run({ runs, quick, say }) {
    const libraries = await startTenReplays();
    const rounds = quick ? 1 : Math.min(runs, 3);
    const failures: string[] = [];
    const searches: number[] = [];
    const asks: number[] = [];
    const middle: number[] = [];
    const slow: number[] = [];
    let unseen = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const folder = mkdtempSync(join(tmpdir(), 'guanji-bench-'));
        const ports = libraries.hello.ports.map((port) => ({ port, database: 'bench' }));
        const report = await reloadUnderLoad({
          documents: benchLibraries(ports).map(patient),
          folder,
          clients,
          changes,
          everyMs: quick ? 50 : 200,
          // 1,000 lines come at most; a page of ten behind half of them is asked for again.
          page: 50,
          query: (n) => `jazz n${round}x${n}`,
        });
        rmSync(folder, { recursive: true, force: true });
        failures.push(...report.failures);
        searches.push(report.searches + report.pages);
        asks.push(report.asks);
        middle.push(median(report.ms));
        slow.push(p95(report.ms));
        unseen += report.unseen.length;
        const { files, registered } = report.changed;
        say(
          `  run ${round + 1}: ${report.searches} searches and ${report.pages} later pages while ${files} files and ${registered} registered documents changed`,
        );
      }
    } finally {
      await libraries.close();
    }
    return {
      figures: [
        { name: 'searches and later pages', unit: '', runs: searches },
        { name: 'answers of libraries', unit: '', runs: asks },
        {
          name: 'failed answers',
          unit: '',
          runs: [failures.length],
          budget: '0',
          passed: failures.length === 0,
        },
        {
          name: 'changes that did not take effect',
          unit: '',
          runs: [unseen],
          budget: '0',
          passed: unseen === 0,
        },
        { name: 'a search, median', unit: 'ms', runs: middle },
        { name: 'a search, p95', unit: 'ms', runs: slow },
      ],
      notes: [
        `${clients} clients, ${changes} changes a run; each changes the page size, so that every connector is made anew`,
        ...failures.slice(0, 5),
      ],
    };
  },
};

function patient(document: LibraryInput): LibraryInput {
  const limits = { ...document.connector.limits, timeoutMs };
  return { ...document, connector: { ...document.connector, limits } as LibraryInput['connector'] };
}
