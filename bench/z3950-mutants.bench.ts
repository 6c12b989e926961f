import { decodeApdu } from '../src/protocols/z3950/apdu/index.ts';
import { Z3950Error } from '../src/protocols/z3950/errors.ts';
import { BerFramer } from '../src/protocols/z3950/framer.ts';
import { mutate, seededRandom } from '../test/support/mutate.ts';
import { recordedPdus } from '../test/support/recorded-pdus.ts';
import type { Bench } from './support/bench.ts';
import { tryMutants } from './support/mutants.ts';

/** The bounded run of the tests, at its full length. */
export const bench: Bench = {
  name: 'z3950-mutants',
  question: 'Does any of 10,000 mutants of each recorded PDU crash, hang or fill the memory?',
  async run({ quick, say }) {
    const pdus = recordedPdus();
    const random = seededRandom(1);
    const figures = tryMutants({
      what: 'PDU',
      samples: pdus.length,
      mutants: quick ? 100 : 10_000,
      read: (sample) => {
        const pdu = pdus[sample];
        return pdu !== undefined && swallow(mutate(pdu, random));
      },
      say,
    });
    return { figures, notes: [`${pdus.length} PDUs, ours and the shared ones where present.`] };
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
