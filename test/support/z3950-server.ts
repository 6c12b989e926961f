import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  type Apdu,
  decodeApdu,
  encodeApdu,
  type InitOption,
  type InitResponse,
  type NamedRecord,
  type SearchResponse,
} from '../../src/protocols/z3950/apdu/index.ts';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import { serverLimits } from '../../src/protocols/z3950/limits.ts';
import { recordSyntaxes } from '../../src/protocols/z3950/oid.ts';

/** One connection as a scripted server sees it. */
export interface ScriptedSession {
  /** Connections before this one. */
  readonly number: number;
  readonly socket: Socket;
  /** Requests that came, this one included. */
  readonly requests: readonly Apdu[];
}

/** What a scripted server does about a request: answers, raw bytes, an end of the connection, or nothing. */
export type ScriptedAnswer = Apdu | Uint8Array | 'reset' | 'end' | null;

export interface ScriptedServer {
  readonly port: number;
  /** Every request of every connection, in the order of arrival. */
  readonly requests: readonly Apdu[];
  readonly sessions: readonly ScriptedSession[];
  /** TCP reads in which requests came: what was written in one go comes in one. */
  readonly reads: readonly number[];
  close(): Promise<void>;
}

/**
 * A Z39.50 server on the loopback that answers as the test says. The script may return several answers, and a
 * promise where it wants to be slow.
 */
export async function startScriptedServer(
  script: (
    apdu: Apdu,
    session: ScriptedSession,
  ) => ScriptedAnswer | readonly ScriptedAnswer[] | Promise<ScriptedAnswer>,
): Promise<ScriptedServer> {
  const requests: Apdu[] = [];
  const sessions: ScriptedSession[] = [];
  const sockets = new Set<Socket>();
  const reads: number[] = [];
  const server = createServer((socket) => {
    const own: Apdu[] = [];
    const session = { number: sessions.length, socket, requests: own };
    const framer = new BerFramer(serverLimits);
    sessions.push(session);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', async (chunk) => {
      const pdus = framer.write(chunk);
      reads.push(pdus.length);
      for (const pdu of pdus) {
        const apdu = decodeApdu(pdu, serverLimits);
        own.push(apdu);
        requests.push(apdu);
        const answer = await script(apdu, session);
        for (const one of isList(answer) ? answer : [answer]) send(socket, one);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sessions,
    reads,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isList(
  answer: ScriptedAnswer | readonly ScriptedAnswer[],
): answer is readonly ScriptedAnswer[] {
  return Array.isArray(answer);
}

function send(socket: Socket, answer: ScriptedAnswer): void {
  if (answer === null) return;
  if (answer === 'reset') socket.resetAndDestroy();
  else if (answer === 'end') socket.end();
  else socket.write(answer instanceof Uint8Array ? answer : encodeApdu(answer));
}

const everyOption: readonly InitOption[] = [
  'search',
  'present',
  'delSet',
  'scan',
  'sort',
  'namedResultSets',
];

/** An Init answer that grants what a usual server grants. */
export function granting(options: readonly InitOption[] = everyOption): InitResponse {
  return {
    type: 'initResponse',
    versions: [1, 2, 3],
    options,
    preferredMessageSize: 1 << 20,
    exceptionalRecordSize: 1 << 20,
    result: true,
    implementationName: 'Scripted',
  };
}

/** A Search answer with so many hits, and records with it where given. */
export function found(
  resultCount: number,
  records: readonly NamedRecord[] = [],
  more: Partial<SearchResponse> = {},
): SearchResponse {
  return {
    type: 'searchResponse',
    resultCount,
    numberOfRecordsReturned: records.length,
    nextResultSetPosition: records.length + 1,
    searchStatus: true,
    records: records.length === 0 ? undefined : { kind: 'records', records },
    ...more,
  };
}

/** A diagnostic of bib-1 in the place of records. */
export function diagnostics(condition: number, addinfo = '') {
  const set = '1.2.840.10003.4.1';
  return {
    kind: 'diagnostics',
    multiple: false,
    diagnostics: [{ set, condition, addinfo, form: 'v2' }],
  } as const;
}

/** A Search answer that failed. */
export function failed(condition: number, addinfo = ''): SearchResponse {
  return found(0, [], {
    searchStatus: false,
    resultSetStatus: 3,
    records: diagnostics(condition, addinfo),
  });
}

/** Records `from` to `to` as a present answer brings them. */
export function presented(records: readonly NamedRecord[]): Apdu {
  return {
    type: 'presentResponse',
    numberOfRecordsReturned: records.length,
    nextResultSetPosition: 0,
    presentStatus: 0,
    records: { kind: 'records', records },
  };
}

/** A Present answer that failed. */
export function presentFailed(condition: number, addinfo = ''): Apdu {
  return {
    type: 'presentResponse',
    numberOfRecordsReturned: 0,
    nextResultSetPosition: 0,
    presentStatus: 5,
    records: diagnostics(condition, addinfo),
  };
}

/** A short MARC 21 record: `id` in 001, `Title id` in 245. */
export function usmarc(id: number | string): NamedRecord {
  return named(
    recordSyntaxes.usmarc,
    iso2709([
      ['001', `${id}`],
      ['245', `10\x1faTitle ${id}`],
    ]),
  );
}

/** A surrogate diagnostic in the place of a record. */
export function surrogate(condition: number): NamedRecord {
  const set = '1.2.840.10003.4.1';
  return {
    kind: 'diagnostic',
    database: 'x',
    diagnostic: { set, condition, addinfo: '', form: 'v2' },
  };
}

export function named(reference: string, content: Uint8Array): NamedRecord {
  return { kind: 'record', database: 'x', record: { reference, encoding: 'octets', content } };
}

/** The records numbered from `start`, as many as `count`. */
export function numbered(start: number, count: number): NamedRecord[] {
  return Array.from({ length: Math.max(0, count) }, (_, at) => usmarc(start + at));
}

function iso2709(fields: readonly (readonly [tag: string, value: string])[]): Uint8Array {
  let directory = '';
  let data = '';
  for (const [tag, value] of fields) {
    const field = `${value}\x1e`;
    directory += `${tag}${String(field.length).padStart(4, '0')}${String(data.length).padStart(5, '0')}`;
    data += field;
  }
  const base = 24 + directory.length + 1;
  const length = base + data.length + 1;
  const leader = `${String(length).padStart(5, '0')}nam a22${String(base).padStart(5, '0')} a 4500`;
  return new Uint8Array(Buffer.from(`${leader}${directory}\x1e${data}\x1d`, 'latin1'));
}
