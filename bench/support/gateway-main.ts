import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { createGateway } from '../../src/app.ts';
import { readSettings, type Settings } from '../../src/config.ts';
import { benchLibraries } from './libraries.ts';

/**
 * The gateway with its web server in a process of its own, over the libraries on the ports given. Loans and their
 * database are off: search never hears of them. Answers every message with what it used since the last one.
 */
export interface GatewayWish {
  readonly ports: readonly number[];
  readonly maxSearches: number;
}

/** What the process used since it was last asked. */
export interface Usage {
  readonly cpuMs: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /**
   * Processor time of this thread in one turn of the event loop, where turns were watched, else 0: what we hold the
   * loop for, whatever else the machine does.
   */
  readonly turnCpuP99Ms: number;
  readonly rssBytes: number;
  /** Open files and sockets; 0 where the system does not tell. */
  readonly descriptors: number;
}

const wish = JSON.parse(process.argv[2] ?? '{}') as GatewayWish;
const read = await readSettings(process.env);
const data = mkdtempSync(join(tmpdir(), 'guanji-bench-'));
const settings: Settings = {
  ...read,
  data,
  loans: { ...read.loans, enabled: false },
  connectors: null,
  adminToken: 'bench',
  log: { level: 'silent' },
  search: { ...read.search, maxSearches: wish.maxSearches },
};
const documents = benchLibraries(wish.ports.map((port) => ({ port, database: 'bench' })));
const gateway = await createGateway(
  settings,
  process.env,
  { documents, defaultLibraries: documents.map(({ id }) => id) },
  pino({ level: 'silent' }),
);
await gateway.server.listen({ host: '127.0.0.1', port: 0 });

/** Delays are told apart from the histogram's own timer, which is late by up to its resolution. */
const resolutionMs = 5;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
let cpu = process.cpuUsage();
/** Turns in which something was done; watched by never letting the loop rest. */
let turns: number[] | null = null;
let turnBegan = 0;
const leastTurnMs = 0.3;

function watchTurns(): void {
  if (turns === null) return;
  const now = threadCpuMs();
  if (now - turnBegan > leastTurnMs) turns.push(now - turnBegan);
  turnBegan = now;
  setImmediate(watchTurns);
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

process.on('message', (message) => {
  if (message === 'watch turns') {
    turns = [];
    turnBegan = threadCpuMs();
    watchTurns();
  }
  const used = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const usage: Usage = {
    cpuMs: (used.user + used.system) / 1000,
    loopDelayP99Ms: Math.max(0, delays.percentile(99) / 1e6 - resolutionMs),
    loopDelayMaxMs: Math.max(0, delays.max / 1e6 - resolutionMs),
    turnCpuP99Ms: p99(turns ?? []),
    rssBytes: process.memoryUsage.rss(),
    descriptors: descriptors(),
  };
  delays.reset();
  if (message !== 'watch turns') turns = null;
  process.send?.(usage);
});
process.on('disconnect', async () => {
  await gateway.close();
  rmSync(data, { recursive: true, force: true });
  process.exit(0);
});
process.send?.({ port: (gateway.server.server.address() as AddressInfo).port });

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
