import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Database } from '../../../src/store/database.ts';
import { loanWorld } from '../../support/loans.ts';
import type { Intention, KilledWork } from './killed-desk.ts';
import { count, type HeavyPlace, makePlace, say, secondsSince } from './place.ts';
import { manyReaders } from './readers.ts';
import { compareSaid } from './said.ts';

/**
 * A process submits and cancels requests and says so only after the commit; it is killed at any
 * moment, and whatever it said must be there, once. What it was about is repeated by the next one,
 * with the same key. `--kills N --engine embedded|postgresql`; a fresh database every 500 kills, a
 * look at everything every 25.
 */
const kills = count('kills', 300);
const freshEvery = 500;
const lookEvery = 25;
const patienceMs = 60_000;

/** Programs load while the one before them works, and find themselves compiled. */
const compiled = await mkdtemp(join(tmpdir(), 'guanji-compiled-'));
const began = performance.now();
const wrong: string[] = [];
let done = 0;
let acknowledged = 0;
let next = start();
let engine = '';
while (done < kills && wrong.length === 0) await batch(Math.min(freshEvery, kills - done));
next.kill('SIGKILL');
await once(next, 'exit');
await rm(compiled, { recursive: true, force: true });
say(
  `${done} kills on ${engine} in ${secondsSince(began)} s, ${acknowledged} requests acknowledged, ` +
    `${wrong.length} wrong`,
);
for (const line of wrong.slice(0, 20)) say(`WRONG ${line}`);
process.exitCode = wrong.length === 0 && acknowledged > 0 ? 0 : 1;

function start(): ChildProcess {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'killed-desk.ts')],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_COMPILE_CACHE: compiled } },
  );
}

/** So many kills over one database. */
async function batch(size: number): Promise<void> {
  const place = await makePlace();
  engine = place.engine;
  const lanes = engine === 'embedded' ? 1 : 3;
  const first = await place.open();
  const world = await loanWorld(first);
  const wanted = { library: 'home', patronGroup: 'teacher' };
  const readers = await manyReaders(
    first,
    world.now(),
    Array.from({ length: size * lanes }, () => wanted),
  );
  await first.close();
  const said = new Map<string, string>();
  let unsaid: readonly Intention[] = [];
  for (let kill = 1; kill <= size && wrong.length === 0; kill++) {
    const mine = readers.slice((kill - 1) * lanes, kill * lanes).map(({ id }) => id);
    // Claims of dead processes are taken over after a minute.
    const at = new Date(world.now().getTime() + kill * 120_000).toISOString();
    const { folder, url } = place;
    const keys = mine.map((reader, lane) => ({ reader, key: `k${kill}-${lane}` }));
    unsaid = await runAndKill({ folder, url, at, repeat: unsaid, lanes: keys }, said, kill);
    done += 1;
    if (kill % lookEvery === 0 || kill === size) await lookAt(place, said, kill);
  }
  acknowledged += said.size;
  await place.remove();
}

/**
 * Lets a process work and kills it: one in four at any moment from when it opens the database, the
 * others a moment after it acknowledged something. Gives what it was about and had not said.
 */
async function runAndKill(
  work: KilledWork,
  said: Map<string, string>,
  kill: number,
): Promise<readonly Intention[]> {
  const child = next;
  next = start();
  const ended = once(child, 'exit');
  let chosen = false;
  let killed = false;
  const killSoon = (withinMs: number) => {
    if (chosen) return;
    chosen = true;
    setTimeout(() => {
      killed = child.kill('SIGKILL');
    }, Math.random() * withinMs);
  };
  const patience = setTimeout(() => killSoon(0), patienceMs);
  const begun = new Map<string, string>();
  if (child.stdout === null || child.stdin === null) throw new Error('The child has no pipes.');
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(work)}\n`);
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, key = '', told = ''] = line.split(' ');
    if (word === 'opening' && kill % 4 === 0) killSoon(250);
    if (word === 'begun') begun.set(key, told);
    if (word !== 'said') continue;
    const before = said.get(key);
    if (before !== undefined && before !== told) wrong.push(`${key}: ${before}, then ${told}`);
    said.set(key, told);
    begun.delete(key);
    killSoon(150);
  }
  clearTimeout(patience);
  await ended;
  if (!killed) wrong.push(`kill ${kill}: the process ended by itself`);
  return [...begun].map(([key, reader]) => ({ key, reader }));
}

async function lookAt(
  place: HeavyPlace,
  said: ReadonlyMap<string, string>,
  kill: number,
): Promise<void> {
  const database: Database = await place.open();
  const { requests, faults } = await compareSaid(database, said);
  wrong.push(...faults);
  await database.close();
  if (kill % 100 === 0) say(`${done} kills, ${requests} requests there, ${wrong.length} wrong`);
}
