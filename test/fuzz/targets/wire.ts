import { decodeApdu, type External, encodeApdu } from '../../../src/protocols/z3950/apdu/index.ts';
import { Z3950Error } from '../../../src/protocols/z3950/errors.ts';
import { BerFramer } from '../../../src/protocols/z3950/framer.ts';
import { recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';
import { marcFromGrs1 } from '../../../src/protocols/z3950/records/as-marc.ts';
import {
  decodeGrs1,
  encodeGrs1,
  type GrsElement,
} from '../../../src/protocols/z3950/records/grs1.ts';
import { itemsOfOpac } from '../../../src/protocols/z3950/records/items.ts';
import {
  decodeOpac,
  encodeOpac,
  type OpacRecord,
} from '../../../src/protocols/z3950/records/opac.ts';
import { recordedPdus } from '../../support/recorded-pdus.ts';
import { BrokenPromiseError, type FuzzTarget } from '../target.ts';

const isExpected = (error: unknown) => error instanceof Z3950Error;

/** Z39.50 as bytes: PDUs out of a stream, APDUs out of PDUs, structured records out of APDUs. */
export function wireTargets(): FuzzTarget[] {
  const pdus = recordedPdus();
  return [
    { name: 'framer', kind: 'binary', seeds: streamsOf(pdus), read: readStream, isExpected },
    { name: 'apdu', kind: 'binary', seeds: pdus, read: readApdu, isExpected },
    {
      name: 'opac',
      kind: 'binary',
      seeds: opacRecords().map((record) => encodeOpac(record).content),
      read: (content) => void itemsOfOpac(decodeOpac(single(recordSyntaxes.opac, content))),
      isExpected,
    },
    {
      name: 'grs-1',
      kind: 'binary',
      seeds: grsRecords().map((elements) => encodeGrs1(elements).content),
      read: (content) => void marcFromGrs1(decodeGrs1(single(recordSyntaxes['grs-1'], content))),
      isExpected,
    },
  ];
}

function single(reference: string, content: Uint8Array): External {
  return { reference, encoding: 'single', content };
}

/** A few PDUs behind one another, as they come on a connection. */
function streamsOf(pdus: readonly Uint8Array[]): Uint8Array[] {
  const streams: Uint8Array[] = [];
  for (let at = 0; at < pdus.length; at += 3) streams.push(Buffer.concat(pdus.slice(at, at + 3)));
  return streams;
}

/** Reads the stream whole and in pieces: how it was cut must not matter. */
function readStream(bytes: Uint8Array): void {
  const whole = framesOf([bytes]);
  const size = 1 + (bytes.length % 7);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  const cut = framesOf(pieces);
  if (whole.failed !== cut.failed) throw new BrokenPromiseError('only one way of cutting fails');
  if (!whole.failed && whole.lengths !== cut.lengths) {
    throw new BrokenPromiseError(`PDUs of ${whole.lengths} or ${cut.lengths} bytes`);
  }
}

function framesOf(pieces: readonly Uint8Array[]): { lengths: string; failed: boolean } {
  const framer = new BerFramer();
  const lengths: number[] = [];
  try {
    for (const piece of pieces) {
      for (const pdu of framer.write(piece)) lengths.push(pdu.length);
    }
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { lengths: lengths.join(' '), failed: true };
  }
  return { lengths: lengths.join(' '), failed: false };
}

/** What was understood can be said again, and is understood as the same then. */
function readApdu(bytes: Uint8Array): void {
  for (const pdu of new BerFramer().write(bytes)) {
    const apdu = decodeApdu(pdu);
    const again = encodeApdu(apdu);
    const said = encodeApdu(decodeApdu(again));
    if (Buffer.compare(again, said) !== 0) {
      throw new BrokenPromiseError(`a ${apdu.type} is not the same when said again`);
    }
  }
}

function opacRecords(): OpacRecord[] {
  const marc: External = {
    reference: recordSyntaxes.usmarc,
    encoding: 'octets',
    content: Buffer.from('00026nam a2200025 a 4500\x1e\x1d'),
  };
  return [
    { bibliographic: marc, holdings: [] },
    {
      bibliographic: marc,
      holdings: [
        {
          kind: 'holdings',
          data: {
            localLocation: '总馆',
            callNumber: 'TQ016/58',
            enumAndChron: 'v.1',
            volumes: [{ enumeration: '1', chronology: '2014' }],
            circulation: [
              { availableNow: true, itemId: '00123', renewable: false, onHold: false },
              {
                availableNow: false,
                availabilityDate: '2026-12-01',
                renewable: true,
                onHold: true,
              },
            ],
          },
        },
      ],
    },
  ];
}

function grsRecords(): GrsElement[][] {
  const title: GrsElement = { tagType: 2, tag: 1, content: { kind: 'text', text: '化学工程实验' } };
  const inner: GrsElement[] = [
    { tagType: 3, tag: 'a', content: { kind: 'text', text: 'Title' } },
    { tagType: 3, tag: 'c', occurrence: 2, content: { kind: 'octets', octets: Buffer.from('x') } },
  ];
  return [
    [title],
    [
      title,
      { tagType: 2, tag: 2, content: { kind: 'text', text: '冯红艳' } },
      { tagType: 1, tag: 16, content: { kind: 'date', text: '20140201' } },
      { tagType: 1, tag: 9, content: { kind: 'number', value: 7 } },
      { tagType: 1, tag: 10, content: { kind: 'boolean', value: true } },
      { tagType: 1, tag: 1, content: { kind: 'oid', oid: '1.2.840.10003.5.105' } },
      { tagType: 3, tag: '245', content: { kind: 'subtree', elements: inner } },
      { tagType: 3, tag: 'none', content: { kind: 'nothing' } },
    ],
  ];
}
