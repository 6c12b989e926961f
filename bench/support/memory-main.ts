import { setTimeout as pause } from 'node:timers/promises';
import { readSettings } from '../../src/config.ts';
import { federationOf, searchMany } from './federation.ts';
import { benchLibraries } from './libraries.ts';

/** Runs searches and tells what they hold in memory, garbage collected before every look. */
export interface MemoryWish {
  readonly ports: readonly number[];
  readonly searches: number;
  /** Records no other search gets, in place of the same ones for every query. */
  readonly own: boolean;
}

export interface MemoryFound {
  readonly restBytes: number;
  readonly liveBytes: number;
  /** After the readers went away, and only the records stay. */
  readonly idleBytes: number;
  /** After the searches' own time was over; null where nobody waited for it. */
  readonly afterBytes: number | null;
  /** How many of them could still be read. */
  readonly readable: number;
}

const wish = JSON.parse(process.argv[2] ?? '{}') as MemoryWish;
const collect = globalThis.gc ?? (() => undefined);
const idleMs = 11_000;

const read = await readSettings(process.env);
/** Those that are forgotten during the bench end their time soon, but not before all are made. */
const keepSearchesSeconds = wish.own ? read.search.keepSearchesSeconds : 90;
/** The table is swept every 30 s. */
const sweptAfterMs = (keepSearchesSeconds + 31) * 1000;
const settings = { ...read, search: { ...read.search, keepSearchesSeconds } };
const federation = await federationOf(
  settings,
  benchLibraries(wish.ports.map((port) => ({ port, database: 'bench' }))),
);
await searchMany(federation, 60, 4, (number) => `jazz warm${number}`);
await pause(idleMs);
const restBytes = held();
// Fetching all of them must not take longer than they are kept.
const searches = await searchMany(federation, wish.searches, 8, (number) =>
  wish.own ? `jazz own${number}` : `jazz word${number}`,
);
const liveBytes = held();
const readable = searches.filter(({ id }) => federation.engine.get(id) !== undefined).length;
searches.length = 0;
await pause(idleMs);
const idleBytes = held();
if (!wish.own) await pause(sweptAfterMs);
const afterBytes = wish.own ? null : held();
const found: MemoryFound = { restBytes, liveBytes, idleBytes, afterBytes, readable };
process.send?.(found);
process.on('message', () => undefined);
process.on('disconnect', async () => {
  await federation.close();
  process.exit(0);
});

/** Heap and buffers in use. */
function held(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
