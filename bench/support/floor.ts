import { connect, type Socket } from 'node:net';
import { encodeApdu } from '../../src/protocols/z3950/apdu/index.ts';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import { attributeSets, recordSyntaxes } from '../../src/protocols/z3950/oid.ts';
import type { BenchTarget } from './targets.ts';

/**
 * The floor: what the wire alone costs. A bare client writes the same bytes to the same targets (Init and
 * Search with every record piggy-backed in one go) and waits for the PDUs to end. It decodes nothing.
 */
export interface Floor {
  /** Milliseconds until the first target's records were there, and the last one's. */
  readonly firstMs: number;
  readonly allMs: number;
}

export interface BareClient {
  /** Asks every target; the first call connects (cold), later ones reuse the connections (warm). */
  ask(): Promise<Floor>;
  close(): void;
}

export function createBareClient(
  targets: readonly BenchTarget[],
  query: string,
  records: number,
): BareClient {
  const sessions = targets.map((target) => createSession(target, query, records));
  return {
    async ask() {
      const start = performance.now();
      const times = await Promise.all(
        sessions.map(async (session) => {
          await session.ask();
          return performance.now() - start;
        }),
      );
      return { firstMs: Math.min(...times), allMs: Math.max(...times) };
    },
    close() {
      for (const session of sessions) session.close();
    },
  };
}

function createSession(target: BenchTarget, query: string, records: number) {
  const init = encodeApdu({
    type: 'initRequest',
    versions: [1, 2, 3],
    options: ['search', 'present', 'namedResultSets'],
    preferredMessageSize: 1 << 22,
    exceptionalRecordSize: 1 << 22,
  });
  const search = encodeApdu({
    type: 'searchRequest',
    smallSetUpperBound: records,
    largeSetLowerBound: 1_000_000_000,
    mediumSetPresentNumber: records,
    replaceIndicator: true,
    resultSetName: 'default',
    databaseNames: [target.database],
    smallSetElementSetNames: 'F',
    mediumSetElementSetNames: 'F',
    preferredRecordSyntax: recordSyntaxes[target.syntax],
    query: {
      type: 'type-1',
      attributeSet: attributeSets.bib1,
      rpn: {
        type: 'term',
        attributes: [{ type: 1, value: 1016 }],
        term: { kind: 'general', octets: Buffer.from(query) },
      },
    },
  });
  let socket: Socket | undefined;
  let framer = new BerFramer();
  let expected = 0;
  let done: () => void = () => {};
  let failed: (error: Error) => void = () => {};
  return {
    ask: () =>
      new Promise<void>((resolve, reject) => {
        done = resolve;
        failed = reject;
        if (socket) {
          expected = 1;
          socket.write(search);
          return;
        }
        expected = 2;
        framer = new BerFramer();
        socket = connect({ host: '127.0.0.1', port: target.port, noDelay: true });
        socket.write(Buffer.concat([init, search]));
        socket.on('error', (error) => failed(error));
        socket.on('data', (chunk: Buffer) => {
          expected -= framer.write(chunk).length;
          if (expected <= 0) done();
        });
      }),
    close() {
      socket?.destroy();
      socket = undefined;
    },
  };
}
