import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startGatewayChild, startReplay } from './support/child.ts';
import type { Usage } from './support/gateway-main.ts';
import type { ReplayWish } from './support/replay-main.ts';
import { median, rounded } from './support/statistics.ts';

/**
 * `npm run soak [-- --minutes N]`: keeps readers of every kind at the whole gateway for half an hour, two of ten
 * libraries broken, and ends with code 1 where memory or descriptors grew between the second and the last third.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes must be a number above 0');

const readers = 4;
const waitMs = 3000;
/** What a reader told to come again later waits. */
const patienceMs = 1000;
const maxGrowth = 1.1;
const maxMoreDescriptors = 20;
const mebibyte = 2 ** 20;

const libraries: ReplayWish['libraries'] = [
  { roundTripMs: 20, fault: 'hang' },
  { roundTripMs: 20, fault: 'refuse' },
  ...Array.from({ length: 8 }, () => ({ roundTripMs: 20 })),
];
const children = await startReplay({ records: 100, libraries });
const gateway = await startGatewayChild({ ports: children.hello.ports, maxSearches: 200 });
const end = performance.now() + minutes * 60_000;
const looks: Usage[] = [];
const counts = { searches: 0, failures: 0, busy: 0 };
const reasons = new Map<string, number>();

const looking = look();
await Promise.all(Array.from({ length: readers }, (_, reader) => read(reader)));
await looking;
await gateway.close();
await children.close();
conclude();

/** One reader after another: new words, words asked before, records nobody else gets, streams, later pages. */
async function read(reader: number): Promise<void> {
  const api = `${gateway.address}/api/v1/search`;
  for (let turn = reader; performance.now() < end; turn += readers) {
    const words = ['jazz common', `jazz n${turn}`, `jazz own${turn}`][turn % 3] ?? '';
    const url = `${api}?q=${encodeURIComponent(words)}&wait=${waitMs}`;
    try {
      if (turn % 4 === 0) {
        const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
        const text = await response.text();
        if (await isBusy(response)) continue;
        count(text.includes('event: done') ? null : `stream ended with ${response.status}`);
        continue;
      }
      const response = await fetch(url);
      const answer = (await response.json()) as { id: string; total: number };
      if (await isBusy(response)) continue;
      count(answer.total > 0 ? null : `no records with ${response.status}`);
      const page = await fetch(`${api}/${answer.id}?page=3&sort=year`);
      await page.arrayBuffer();
    } catch (error) {
      count((error as Error).message);
    }
  }
}

/** A machine that is busy with other things makes the gateway say so; that is no failure. */
async function isBusy({ status }: Response): Promise<boolean> {
  if (status !== 503) return false;
  counts.busy += 1;
  await pause(patienceMs);
  return true;
}

function count(failure: string | null): void {
  counts.searches += 1;
  if (failure === null) return;
  counts.failures += 1;
  reasons.set(failure, (reasons.get(failure) ?? 0) + 1);
}

async function look(): Promise<void> {
  const everyMs = Math.max(1000, (minutes * 60_000) / 60);
  while (performance.now() < end) {
    await pause(everyMs);
    const usage = await gateway.usage();
    looks.push(usage);
    const rss = rounded(usage.rssBytes / mebibyte);
    process.stdout.write(
      `${new Date().toISOString()}  ${counts.searches} searches, ${counts.failures} failed, ${counts.busy} told 503, ${rss} MiB, ${usage.descriptors} descriptors\n`,
    );
  }
}

/** The first third fills the caches to their bounds and is not counted. */
function conclude(): void {
  const third = Math.floor(looks.length / 3);
  const part = (from: number, to: number, of: (usage: Usage) => number) =>
    median(looks.slice(from, to).map(of));
  const rss = (usage: Usage) => usage.rssBytes;
  const open = (usage: Usage) => usage.descriptors;
  const growth = part(2 * third, looks.length, rss) / part(third, 2 * third, rss);
  const more = part(2 * third, looks.length, open) - part(third, 2 * third, open);
  const passed =
    growth <= maxGrowth && more <= maxMoreDescriptors && counts.failures === 0 && third > 0;
  process.stdout.write(
    `${counts.searches} searches, ${counts.failures} failed; memory times ${growth.toFixed(3)}, ` +
      `descriptors ${more >= 0 ? '+' : ''}${more}: ${passed ? 'flat' : 'NOT FLAT'}\n`,
  );
  for (const [reason, times] of reasons) process.stdout.write(`  ${times} × ${reason}\n`);
  process.exitCode = passed ? 0 : 1;
}
