import type { Bench } from './support/bench.ts';
import { startGatewayChild, startTenReplays } from './support/child.ts';
import { closedLoop, openLoop, warmUp } from './support/load.ts';
import { median, p95 } from './support/statistics.ts';

/** Few searches in progress, so that ten times capacity is reached on any machine. */
const maxSearches = 20;
const overload = 10;

export const bench: Bench = {
  name: 'overload',
  question: 'What is left of the throughput when ten times as many searches come as can be done?',
  async run({ runs, quick, say }) {
    const libraries = await startTenReplays();
    const gateway = await startGatewayChild({ ports: libraries.hello.ports, maxSearches });
    const peaks: number[] = [];
    const shares: number[] = [];
    const refusalMs: number[] = [];
    const refused: number[] = [];
    let others = 0;
    try {
      await warmUp([gateway.address], quick ? 10 : 150);
      for (let run = 0; run < runs; run += 1) {
        const calm = await closedLoop([gateway.address], maxSearches, quick ? 1000 : 8000);
        const peak = calm.calls.filter(({ whole }) => whole).length / calm.seconds;
        const flood = await openLoop(gateway.address, peak * overload, quick ? 1000 : 8000);
        const good = flood.calls.filter(({ whole }) => whole).length / flood.seconds;
        const told = flood.calls.filter(({ status }) => status === 503);
        others += flood.calls.filter(({ status }) => status !== 503 && status !== 200).length;
        peaks.push(peak);
        shares.push((100 * good) / peak);
        refused.push((100 * told.length) / flood.calls.length);
        refusalMs.push(told.length === 0 ? 0 : p95(told.map(({ ms }) => ms)));
        say(`  run ${run + 1}: peak ${peak.toFixed(1)} /s, under load ${good.toFixed(1)} /s`);
      }
    } finally {
      await gateway.close();
      await libraries.close();
    }
    return {
      figures: [
        { name: 'peak', unit: '/s', runs: peaks },
        {
          name: 'searches done at ten times the peak, of the peak',
          unit: '%',
          runs: shares,
          budget: '≥ 80 %',
          passed: median(shares) >= 80,
        },
        { name: 'told 503', unit: '%', runs: refused },
        { name: 'told 503 within, p95', unit: 'ms', runs: refusalMs },
        {
          name: 'other failures',
          unit: '',
          runs: [others],
          budget: '0',
          passed: others === 0,
        },
      ],
      notes: [`At most ${maxSearches} searches in progress.`],
    };
  },
};
