import t from 'tap';
import { MarcError } from '../../../src/marc/formats/errors.ts';
import { XmlError } from '../../../src/marc/xml/errors.ts';
import { fillDefaults } from '../../../src/members/defaults.ts';
import { decodeApdu, salvageApdu } from '../../../src/protocols/z3950/apdu/index.ts';
import type { DatabaseSettings } from '../../../src/protocols/z3950/ask.ts';
import { readRecord } from '../../../src/protocols/z3950/decode.ts';
import { Z3950Error } from '../../../src/protocols/z3950/errors.ts';
import { BerFramer } from '../../../src/protocols/z3950/framer.ts';
import { findChoice, findProposal } from '../../../src/protocols/z3950/negotiation.ts';
import { refusalDiagnostics, termCounts } from '../../../src/protocols/z3950/user-information.ts';
import { mutate, seededRandom } from '../../support/mutate.ts';
import { recordedPdus } from '../../support/recorded-pdus.ts';

/** Mutants of each PDU; 10,000 of each were run when this was written, and a bench runs them again. */
const mutants = 40;

const library = fillDefaults(
  {
    id: 'mutants',
    code: '0',
    name: { zh: '变异馆' },
    connector: { protocol: 'z3950', host: '127.0.0.1', port: 210, database: 'x' },
  },
  {},
);
const database: DatabaseSettings = {
  name: 'x',
  syntaxes: [],
  charset: 'auto',
  queryCharset: 'utf-8',
  records: 'auto',
};

/** Everything a PDU goes through. Returns an error of a class that nobody would expect. */
function swallow(bytes: Uint8Array): unknown {
  try {
    for (const pdu of new BerFramer().write(bytes)) take(pdu);
    return undefined;
  } catch (error) {
    return error instanceof Z3950Error ? undefined : error;
  }
}

function take(pdu: Uint8Array): void {
  const apdu = decodeApdu(pdu);
  if (apdu.type === 'initRequest') findProposal(apdu.otherInformation);
  if (apdu.type === 'initResponse') {
    findChoice(apdu.otherInformation);
    refusalDiagnostics(apdu);
  }
  if (apdu.type === 'searchResponse') termCounts(apdu.additionalSearchInformation);
  if (apdu.type !== 'searchResponse' && apdu.type !== 'presentResponse') return;
  if (apdu.records?.kind !== 'records') return;
  for (const [at, record] of apdu.records.records.entries()) {
    try {
      readRecord(library, database, record, at + 1);
    } catch (error) {
      const isKnown =
        error instanceof Z3950Error || error instanceof MarcError || error instanceof XmlError;
      if (!isKnown) throw error;
    }
  }
}

t.test('no mutant of a recorded PDU brings out anything but the error of the protocol', (t) => {
  const random = seededRandom(20_261_120);
  const pdus = recordedPdus();
  t.ok(pdus.length > 50);
  for (const pdu of pdus) {
    for (let count = 0; count < mutants; count += 1) {
      const mutant = mutate(pdu, random);
      const surprise = swallow(mutant);
      if (surprise !== undefined) {
        t.error(surprise as Error, Buffer.from(mutant).toString('hex'));
        t.end();
        return;
      }
    }
  }
  t.end();
});

t.test('a mutant that is cut off gives up its whole records or none', (t) => {
  const random = seededRandom(7);
  for (const pdu of recordedPdus()) {
    const mutant = mutate(pdu, random);
    const cut = Math.floor(random() * mutant.length);
    t.ok(Array.isArray(salvageApdu(mutant.subarray(0, cut)).records), { diagnostic: false });
  }
  t.end();
});
