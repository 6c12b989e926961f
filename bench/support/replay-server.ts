import { type AddressInfo, createServer, type Socket } from 'node:net';
import { encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import {
  type Apdu,
  decodeApdu,
  encodeApdu,
  type NamedRecord,
} from '../../src/protocols/z3950/apdu/index.ts';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import { serverLimits } from '../../src/protocols/z3950/limits.ts';
import { recordSyntaxes } from '../../src/protocols/z3950/oid.ts';
import { benchCatalogue } from './catalogue.ts';

/** What goes wrong: silence after accepting, an answer after three seconds, or the first connection reset. */
export type ReplayFault = 'hang' | 'three-seconds' | 'reset-once';

/** A query with `own` and a number in it is answered with records no other number gets. */
const ownRecords = /own(\d+)/;
/** Encoded answers kept by the server; records made for one query alone are not. */
const maxKeptAnswers = 1000;

/**
 * A Z39.50 server that answers every query with the same records, encoded once. It costs next to nothing, so that a
 * bench on few cores measures the gateway and not the library.
 */
export async function startReplayServer(
  library: number,
  count: number,
  fault: ReplayFault | null = null,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const answers = new Map<string, Uint8Array>();
  const sockets = new Set<Socket>();
  const common = recordsOf(library, count, 0);
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    accepted += 1;
    const resets = fault === 'reset-once' && accepted === 1;
    const framer = new BerFramer(serverLimits);
    let records = common;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (resets) socket.resetAndDestroy();
      if (resets || fault === 'hang') return;
      for (const pdu of framer.write(chunk)) {
        const apdu = decodeApdu(pdu, serverLimits);
        if (apdu.type === 'searchRequest') {
          const own = ownRecords.exec(Buffer.from(pdu).toString('latin1'));
          records = own === null ? common : recordsOf(library, count, Number(own[1]));
        }
        const bytes = kept(apdu, records);
        if (fault === 'three-seconds') setTimeout(() => socket.write(bytes), 3000);
        else socket.write(bytes);
      }
    });
  });

  const kept = (apdu: Apdu, records: readonly NamedRecord[]): Uint8Array => {
    if (records !== common) return encodeApdu(answerTo(apdu, records));
    const key = JSON.stringify({ ...apdu, query: null });
    const known = answers.get(key);
    if (known !== undefined) return known;
    const made = encodeApdu(answerTo(apdu, records));
    if (answers.size < maxKeptAnswers) answers.set(key, made);
    return made;
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function recordsOf(library: number, count: number, series: number): readonly NamedRecord[] {
  return benchCatalogue(library, count, series).map((record) => ({
    kind: 'record',
    database: 'bench',
    record: {
      reference: recordSyntaxes.usmarc,
      encoding: 'octets',
      content: encodeIso2709(record, 'utf-8'),
    },
  }));
}

function answerTo(apdu: Apdu, records: readonly NamedRecord[]): Apdu {
  switch (apdu.type) {
    case 'initRequest':
      return {
        type: 'initResponse',
        versions: [1, 2, 3],
        options: apdu.options,
        preferredMessageSize: apdu.preferredMessageSize,
        exceptionalRecordSize: apdu.exceptionalRecordSize,
        result: true,
        implementationName: 'Replay',
      };
    case 'searchRequest': {
      const brought = records.slice(0, apdu.mediumSetPresentNumber);
      return {
        type: 'searchResponse',
        resultCount: records.length,
        numberOfRecordsReturned: brought.length,
        nextResultSetPosition: brought.length + 1,
        searchStatus: true,
        records: brought.length === 0 ? undefined : { kind: 'records', records: brought },
      };
    }
    case 'presentRequest': {
      const wanted = records.slice(apdu.start - 1, apdu.start - 1 + apdu.count);
      return {
        type: 'presentResponse',
        numberOfRecordsReturned: wanted.length,
        nextResultSetPosition: 0,
        presentStatus: 0,
        records: { kind: 'records', records: wanted },
      };
    }
    default:
      return { type: 'close', reason: 'finished' };
  }
}
