import type { Bench, BenchOptions, Figure } from './support/bench.ts';
import { type GatewayChild, startGatewayChild, startTenReplays } from './support/child.ts';
import { closedLoop, warmUp } from './support/load.ts';
import { median, p95 } from './support/statistics.ts';

const clients = 20;
const warmingSearches = 150;

/** The whole gateway over HTTP; every search is a new question and brings 1,000 different records. */
export const bench: Bench = {
  name: 'throughput',
  question: 'How many searches of 1,000 records does one process answer a second, for 20 clients?',
  async run(options) {
    const libraries = await startTenReplays();
    const start = () => startGatewayChild({ ports: libraries.hello.ports, maxSearches: 200 });
    const gateways: GatewayChild[] = [];
    try {
      gateways.push(await start());
      const one = await measure(gateways, options);
      const turnMs = await measureTurns(gateways, options);
      gateways.push(await start());
      const two = await measure(gateways, options);
      const ratio = two.perSecond.map((rate, at) => rate / (one.perSecond[at] ?? Number.NaN));
      // What a search costs does not hang on who else wants the cores.
      const ownCores = two.cpuMs.map((ms, at) => (2 * (one.cpuMs[at] ?? Number.NaN)) / ms);
      return {
        figures: [
          figure('searches, one process', '/s', one.perSecond, '≥ 25 /s', (value) => value >= 25),
          figure('searches, one process', '/s of CPU', one.perCpuSecond),
          figure('median time of a search', 'ms', one.medianMs),
          figure('p95 over median', '', one.tail, '≤ 2', (value) => value <= 2),
          figure('CPU a search, with HTTP and JSON', 'ms', one.cpuMs, '≤ 40 ms', (v) => v <= 40),
          figure('event-loop delay p99', 'ms', one.loopMs, '≤ 20 ms', (value) => value <= 20),
          figure('CPU in one turn of the loop, p99', 'ms', turnMs, '≤ 20 ms', (ms) => ms <= 20),
          figure(
            'searches cut short or told 503',
            '',
            [one.broken + two.broken],
            '0',
            (n) => n === 0,
          ),
          figure('searches, two processes', '/s', two.perSecond),
          figure('two processes over one', '', ratio, '≥ 1.7', (value) => value >= 1.7),
          figure('two processes over one, by CPU a search', '', ownCores),
        ],
        notes: [
          'Libraries and clients run beside the gateway on the same cores: two processes need more than two.',
        ],
      };
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await libraries.close();
    }
  },
};

async function measure(gateways: readonly GatewayChild[], { runs, quick, say }: BenchOptions) {
  const addresses = gateways.map(({ address }) => address);
  const all = { perSecond: [] as number[], perCpuSecond: [] as number[], medianMs: [] as number[] };
  const more = { tail: [] as number[], cpuMs: [] as number[], loopMs: [] as number[] };
  await warmUp(addresses, quick ? 10 : warmingSearches);
  let broken = 0;
  for (let run = 0; run < runs; run += 1) {
    await Promise.all(gateways.map((gateway) => gateway.usage()));
    const { calls, seconds } = await closedLoop(addresses, clients, quick ? 1000 : 5000);
    const usages = await Promise.all(gateways.map((gateway) => gateway.usage()));
    const whole = calls.filter((call) => call.whole);
    broken += calls.length - whole.length;
    const times = whole.map(({ ms }) => ms);
    const cpuMs = usages.reduce((sum, usage) => sum + usage.cpuMs, 0);
    all.perSecond.push(whole.length / seconds);
    all.perCpuSecond.push((whole.length / cpuMs) * 1000);
    all.medianMs.push(median(times));
    more.tail.push(p95(times) / median(times));
    more.cpuMs.push(cpuMs / whole.length);
    more.loopMs.push(Math.max(...usages.map((usage) => usage.loopDelayP99Ms)));
    say(
      `  ${gateways.length} process${gateways.length > 1 ? 'es' : ''}, run ${run + 1}: ${(whole.length / seconds).toFixed(1)} /s`,
    );
  }
  return { ...all, ...more, broken };
}

/** What we hold the loop for: unlike its delay it does not count what else the machine does. */
async function measureTurns(gateways: readonly GatewayChild[], { runs, quick }: BenchOptions) {
  const [gateway] = gateways;
  const turnMs: number[] = [];
  for (let run = 0; gateway !== undefined && run < runs; run += 1) {
    await gateway.watchTurns();
    await closedLoop([gateway.address], clients, quick ? 1000 : 3000);
    turnMs.push((await gateway.usage()).turnCpuP99Ms);
  }
  return turnMs;
}

function figure(
  name: string,
  unit: string,
  runs: readonly number[],
  budget?: string,
  passes: (value: number) => boolean = () => true,
): Figure {
  if (budget === undefined) return { name, unit, runs };
  return { name, unit, runs, budget, passed: passes(median(runs)) };
}
