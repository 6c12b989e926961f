import { decodeApdu } from '../src/protocols/z3950/apdu/index.ts';
import { Z3950Error } from '../src/protocols/z3950/errors.ts';
import { BerFramer } from '../src/protocols/z3950/framer.ts';
import { mutate, seededRandom } from '../test/support/mutate.ts';
import { recordedPdus } from '../test/support/recorded-pdus.ts';
import type { Bench } from './support/bench.ts';

const mutantsAPdu = 10_000;

/** The bounded run of the tests, at its full length. */
export const bench: Bench = {
  name: 'z3950-mutants',
  question: 'Does any of 10,000 mutants of each recorded PDU crash, hang or fill the memory?',
  async run({ quick, say }) {
    const pdus = recordedPdus();
    const random = seededRandom(1);
    const count = quick ? 100 : mutantsAPdu;
    let surprises = 0;
    let slowestMs = 0;
    let heap = 0;
    for (const [at, pdu] of pdus.entries()) {
      if (at % 50 === 0) say(`  PDU ${at + 1} of ${pdus.length}`);
      const before = process.memoryUsage().heapUsed;
      for (let mutant = 0; mutant < count; mutant += 1) {
        const bytes = mutate(pdu, random);
        const start = performance.now();
        if (!swallow(bytes)) surprises += 1;
        slowestMs = Math.max(slowestMs, performance.now() - start);
      }
      heap = Math.max(heap, process.memoryUsage().heapUsed - before);
    }
    return {
      figures: [
        {
          name: `errors of another class in ${count * pdus.length} mutants`,
          unit: '',
          runs: [surprises],
          budget: '0',
          passed: surprises === 0,
        },
        { name: 'slowest mutant', unit: 'ms', runs: [slowestMs] },
        {
          name: 'heap growth over the mutants of one PDU',
          unit: 'MiB',
          runs: [heap / 2 ** 20],
          budget: 'at most 64',
          passed: heap <= 64 * 2 ** 20,
        },
      ],
      notes: [`${pdus.length} PDUs, ours and the shared ones where present.`],
    };
  },
};

/** False where something else than the protocol's own error came out. */
function swallow(bytes: Uint8Array): boolean {
  try {
    for (const pdu of new BerFramer().write(bytes)) decodeApdu(pdu);
    return true;
  } catch (error) {
    return error instanceof Z3950Error;
  }
}
