import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startGatewayChild, startReplay } from './support/child.ts';
import type { Usage } from './support/gateway-main.ts';
import type { ReplayWish } from './support/replay-main.ts';
import { median, rounded } from './support/statistics.ts';

/**
 * `npm run soak [-- --minutes N]`: keeps readers of every kind at the whole gateway for half an hour, two of ten
 * libraries broken. Ends with code 1 where memory or descriptors grew between the second and the last third, or where a
 * search did not have what it could have: every record of each whole library, and the truth about each broken one.
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
const recordsEach = 100;
/**
 * Of a thousand searches this many may miss a whole library because the machine stood still: a garbage collection of
 * somebody else's is no fault of the gateway, and one that comes often is.
 */
const excusedPerMille = 5;

/** What each broken library may truly be said to be; the others have to answer with every record. */
const truths: Readonly<Record<string, readonly string[]>> = {
  'bench-0': ['timed_out', 'paused'],
  'bench-1': ['unreachable', 'paused'],
};
const libraries: ReplayWish['libraries'] = [
  { roundTripMs: 20, fault: 'hang' },
  { roundTripMs: 20, fault: 'refuse' },
  ...Array.from({ length: 8 }, () => ({ roundTripMs: 20 })),
];
const children = await startReplay({ records: recordsEach, libraries });
const gateway = await startGatewayChild({ ports: children.hello.ports, maxSearches: 200 });
const end = performance.now() + minutes * 60_000;
const looks: Usage[] = [];
const counts = { searches: 0, failures: 0, busy: 0 };
/** Every way in which searches fell short, with the number of searches and when the last one was. */
const reasons = new Map<string, { times: number; last: string }>();

interface LibraryShape {
  readonly id: string;
  readonly state: string;
  readonly cause: string | null;
  readonly fetched: number;
}

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
        const done = /^event: done\ndata: (.*)$/m.exec(text)?.[1];
        if (done === undefined) count([`stream ended early with ${response.status}`]);
        else count(shortfalls((JSON.parse(done) as { libraries: LibraryShape[] }).libraries));
        continue;
      }
      const response = await fetch(url);
      const answer = (await response.json()) as { id: string; libraries: LibraryShape[] };
      if (await isBusy(response)) continue;
      count(
        response.status === 200
          ? shortfalls(answer.libraries)
          : [`answered with ${response.status}`],
      );
      const page = await fetch(`${api}/${answer.id}?page=3&sort=year`);
      await page.arrayBuffer();
    } catch (error) {
      count([(error as Error).message]);
    }
  }
}

/** Where a search has less than it could, or says of a library what is not so. */
function shortfalls(answers: readonly LibraryShape[]): string[] {
  return answers.flatMap(({ id, state, cause, fetched }) => {
    const allowed = truths[id] ?? ['answered'];
    if (!allowed.includes(state)) return [`${id} ${state} (${cause})`];
    if (truths[id] === undefined && fetched !== recordsEach)
      return [`${id} ${state} with ${fetched} of ${recordsEach} records`];
    return [];
  });
}

/** A machine that is busy with other things makes the gateway say so; that is no failure. */
async function isBusy({ status }: Response): Promise<boolean> {
  if (status !== 503) return false;
  counts.busy += 1;
  await pause(patienceMs);
  return true;
}

function count(faults: readonly string[]): void {
  counts.searches += 1;
  if (faults.length > 0) counts.failures += 1;
  for (const fault of faults) {
    const times = (reasons.get(fault)?.times ?? 0) + 1;
    reasons.set(fault, { times, last: new Date().toISOString() });
  }
}

async function look(): Promise<void> {
  const everyMs = Math.max(1000, (minutes * 60_000) / 60);
  while (performance.now() < end) {
    await pause(everyMs);
    const usage = await gateway.usage();
    looks.push(usage);
    const rss = rounded(usage.rssBytes / mebibyte);
    process.stdout.write(
      `${new Date().toISOString()}  ${counts.searches} searches, ${counts.failures} short of something, ${counts.busy} told 503, ${rss} MiB, ${usage.descriptors} descriptors, ${rounded(usage.cpuMs / everyMs)} processors, loop delay p99 ${rounded(usage.loopDelayP99Ms)} ms\n`,
    );
  }
}

/** The first third fills the caches to their bounds and is not counted. */
function conclude(): void {
  const third = Math.floor(looks.length / 3);
  const compare = (of: (usage: Usage) => number) => ({
    second: median(looks.slice(third, 2 * third).map(of)),
    last: median(looks.slice(2 * third).map(of)),
  });
  const memory = compare(({ rssBytes }) => rssBytes / mebibyte);
  const open = compare(({ descriptors }) => descriptors);
  const growth = memory.last / memory.second;
  const excused = (counts.searches * excusedPerMille) / 1000;
  const verdicts = [
    [
      `memory: ${rounded(memory.second)} MiB in the second third, ${rounded(memory.last)} in the last, times ${growth.toFixed(3)}`,
      growth <= maxGrowth,
    ],
    [
      `descriptors: ${open.second} in the second third, ${open.last} in the last`,
      open.last - open.second <= maxMoreDescriptors,
    ],
    [
      `searches: ${counts.searches}, ${counts.failures} short of something, ${counts.busy} told 503`,
      counts.searches > 0 && counts.failures <= excused,
    ],
  ] as const;
  for (const [text, passed] of verdicts) {
    process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${text}\n`);
  }
  for (const [reason, { times, last }] of [...reasons].sort(([a], [b]) => (a < b ? -1 : 1))) {
    process.stdout.write(`        ${times} × ${reason}, last at ${last}\n`);
  }
  process.exitCode = third > 0 && verdicts.every(([, passed]) => passed) ? 0 : 1;
}
