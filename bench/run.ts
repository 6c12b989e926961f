import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { settleHeap } from '../src/heap.ts';
import type { Bench, Figure } from './support/bench.ts';
import { median, p95, rounded } from './support/statistics.ts';

/**
 * `npm run bench [-- NAME… --runs N --quick --connectors DIR]`: runs the benches of this folder, prints
 * one table and writes bench/results/latest.json with every run.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '9' },
    quick: { type: 'boolean', default: false },
    connectors: { type: 'string' },
  },
});

const runs = values.quick ? 2 : Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs must be a whole number from 1');

const say = (line: string) => void process.stderr.write(`${line}\n`);
const files = (await readdir(import.meta.dirname))
  .filter((name) => name.endsWith('.bench.ts'))
  .sort();
// As in a gateway.
settleHeap();
const results: { bench: string; question: string; figures: Figure[]; notes: string[] }[] = [];

for (const file of files) {
  const { bench } = (await import(join(import.meta.dirname, file))) as { bench: Bench };
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
  say(`${bench.name}: ${bench.question}`);
  const { figures, notes } = await bench.run({
    runs,
    quick: values.quick,
    connectors: values.connectors ?? null,
    say,
  });
  results.push({
    bench: bench.name,
    question: bench.question,
    figures: [...figures],
    notes: [...notes],
  });
  print(bench.name, figures, notes);
}

if (results.length === 0) throw new Error(`no bench is called ${positionals.join(', ')}`);
await write();

function print(name: string, figures: readonly Figure[], notes: readonly string[]): void {
  const rows = figures.map((figure) => [
    figure.name,
    `${rounded(median(figure.runs))} ${figure.unit}`,
    `${rounded(p95(figure.runs))}`,
    figure.floor ? `${rounded(median(figure.floor))}` : '',
    figure.budget ?? '',
    figure.passed === undefined ? '' : figure.passed ? 'yes' : 'NO',
  ]);
  const head = [name, 'median', 'p95', 'floor', 'budget', 'within'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  process.stdout.write(`\n${line(head)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}\n`);
  for (const row of rows) process.stdout.write(`${line(row)}\n`);
  for (const note of notes) process.stdout.write(`  ${note}\n`);
}

async function write(): Promise<void> {
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  const document = {
    commit: commit(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    date: new Date().toISOString(),
    runs,
    results: results.map((result) => ({
      ...result,
      figures: result.figures.map((figure) => ({
        ...figure,
        median: rounded(median(figure.runs)),
        p95: rounded(p95(figure.runs)),
      })),
    })),
  };
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify(document, null, 2)}\n`);
  say('written: bench/results/latest.json');
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
