import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../test/support/mutate.ts';
import { findProgram } from '../test/support/requirements.ts';
import type { Bench, Figure } from './support/bench.ts';
import { fileOf, records } from './support/decode-records.ts';
import { median } from './support/statistics.ts';

const recordsInFile = 10_000;

const cases = [
  { charset: 'marc-8', iconv: 'marc8', language: 'latin', atLeast: 60_000 },
  { charset: 'gb18030', iconv: 'gb18030', language: 'chinese', atLeast: 60_000 },
  { charset: 'utf-8', iconv: 'utf-8', language: 'chinese', atLeast: 100_000 },
] as const;

export const bench: Bench = {
  name: 'decode',
  question:
    'How many ISO 2709 records a second become decoded records on one thread, beside yaz-marcdump?',
  async run({ runs, quick, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'guanji-decode-'));
    const figures: Figure[] = [];
    try {
      for (const { charset, iconv, language, atLeast } of cases) {
        say(`  ${charset}`);
        const path = join(folder, charset);
        const made = records(quick ? 1_000 : recordsInFile, language, seededRandom(1));
        writeFileSync(path, fileOf(made, charset));
        const ours: number[] = [];
        const theirs: number[] = [];
        for (let run = 0; run < runs; run += 1) {
          ours.push(Number(execFileSync(process.execPath, [decodeMain, path, charset])));
          const yaz = yazRecordsPerSecond(path, iconv, made.length);
          if (yaz !== null) theirs.push(yaz);
        }
        figures.push({
          name: `${charset} to decoded record (floor: yaz-marcdump to MARCXML)`,
          unit: 'records/s',
          runs: ours,
          ...(theirs.length > 0 ? { floor: theirs } : {}),
          budget: `≥ ${atLeast}`,
          passed: median(ours) >= atLeast,
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return { figures, notes: ['records per second of CPU time, both sides'] };
  },
};

const decodeMain = join(import.meta.dirname, 'support', 'decode-main.ts');

/** By the CPU time of the process, as the shell counts it; null where yaz is not installed. */
function yazRecordsPerSecond(path: string, charset: string, count: number): number | null {
  if (findProgram('yaz-marcdump') === null) return null;
  const script = 'yaz-marcdump -f "$1" -t utf-8 -o marcxml "$2" >/dev/null; times';
  const output = execFileSync('sh', ['-c', script, 'sh', charset, path]).toString();
  const children = output.trim().split('\n').at(-1) ?? '';
  const seconds = Array.from(children.matchAll(/(\d+)m([\d.]+)s/g)).reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
  return seconds > 0 ? count / seconds : null;
}
