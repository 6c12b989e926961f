import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type Apdu,
  type Attribute,
  decodeApdu,
  encodeApdu,
  type InitOption,
  type InitRequest,
  type SearchRequest,
} from '../../src/protocols/z3950/apdu/index.ts';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import { attributeSets } from '../../src/protocols/z3950/oid.ts';

/** A client that sends exactly what a test tells it to, and shows exactly what comes back. */
export interface RawClient {
  /** Sends requests in one write and waits for as many answers. */
  ask(...requests: Apdu[]): Promise<Apdu[]>;
  close(): void;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const framer = new BerFramer();
  const answers: Apdu[] = [];
  let wake: () => void = () => {};
  let failure: Error | null = null;
  const fail = (error: Error) => {
    failure ??= error;
    wake();
  };
  socket.on('data', (chunk) => {
    try {
      for (const bytes of framer.write(chunk)) answers.push(decodeApdu(bytes));
      wake();
    } catch (error) {
      fail(error as Error);
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('closed')));
  return {
    ask: async (...requests) => {
      socket.write(Buffer.concat(requests.map((request) => encodeApdu(request))));
      while (answers.length < requests.length && failure === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (answers.length < requests.length) throw failure ?? new Error('closed');
      return answers.splice(0, requests.length);
    },
    close: () => socket.destroy(),
  };
}

const options: readonly InitOption[] = [
  'search',
  'present',
  'delSet',
  'scan',
  'sort',
  'namedResultSets',
];

export function initRequest(differs: Partial<InitRequest> = {}): InitRequest {
  return {
    type: 'initRequest',
    versions: [1, 2, 3],
    options,
    preferredMessageSize: 1_000_000,
    exceptionalRecordSize: 1_000_000,
    ...differs,
  };
}

/** Attributes as in PQF: `{ 1: 4, 5: 1 }`. */
export function attributes(values: Readonly<Record<number, number>>): Attribute[] {
  return Object.entries(values).map(([type, value]) => ({ type: Number(type), value }));
}

/** A search for one term, without piggy-back unless `differs` says so. */
export function searchRequest(
  database: string,
  values: Readonly<Record<number, number>>,
  octets: Uint8Array,
  differs: Partial<SearchRequest> = {},
): SearchRequest {
  return {
    type: 'searchRequest',
    smallSetUpperBound: 0,
    largeSetLowerBound: 1,
    mediumSetPresentNumber: 0,
    replaceIndicator: true,
    resultSetName: 'default',
    databaseNames: [database],
    query: {
      type: 'type-1',
      attributeSet: attributeSets.bib1,
      rpn: { type: 'term', attributes: attributes(values), term: { kind: 'general', octets } },
    },
    ...differs,
  };
}
