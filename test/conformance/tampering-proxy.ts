import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import { clientLimits } from '../../src/protocols/z3950/limits.ts';

/** How the protocol marks where one message of the server ends. */
export type Framing = 'ber' | 'http';

/**
 * What becomes of one whole message of the server: other bytes in its place, only a part of it and then the
 * end of the connection, or nothing, with the client left waiting.
 */
export type Tampered = Buffer | { readonly cut: Buffer } | 'withheld';

/** Stands before a real server and does to its answers what the server itself would never do. */
export interface TamperingProxy {
  readonly port: number;
  /** Done to every message from the next one on; null passes messages on as they are. */
  tamper(change: ((message: Buffer) => Tampered) | null): void;
  /** Resolves when no client is connected any more. */
  left(): Promise<void>;
  close(): Promise<void>;
}

export async function startTamperingProxy(
  target: number,
  framing: Framing,
): Promise<TamperingProxy> {
  let change: ((message: Buffer) => Tampered) | null = null;
  const clients = new Set<Socket>();
  const awaited = new Set<() => void>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    clients.add(client);
    const end = () => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
      if (clients.size === 0) for (const resolve of awaited) resolve();
    };
    client.on('error', end).on('close', end);
    upstream.on('error', end).on('close', () => client.end());
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('end', () => upstream.end());
    const messages = framing === 'ber' ? berMessages() : httpMessages();
    upstream.on('data', (chunk) => {
      for (const message of messages(chunk)) {
        const sent = change === null ? message : change(message);
        if (sent === 'withheld') continue;
        if (sent instanceof Uint8Array) client.write(sent);
        else client.end(sent.cut);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    tamper(next) {
      change = next;
    },
    async left() {
      if (clients.size > 0) await new Promise<void>((resolve) => awaited.add(resolve));
    },
    async close() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Messages = (chunk: Buffer) => Buffer[];

function berMessages(): Messages {
  const framer = new BerFramer(clientLimits);
  return (chunk) => framer.write(chunk).map((pdu) => Buffer.from(pdu));
}

/** Answers with a length or in chunks, which is what the servers behind the proxy send. */
function httpMessages(): Messages {
  let kept = Buffer.alloc(0);
  return (chunk) => {
    kept = Buffer.concat([kept, chunk]);
    const messages: Buffer[] = [];
    for (let length = messageLength(kept); length !== null; length = messageLength(kept)) {
      messages.push(kept.subarray(0, length));
      kept = kept.subarray(length);
    }
    return messages;
  };
}

/** The length of the message at the beginning, or null while it is not whole. */
function messageLength(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end + 2);
  const stated = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (stated === undefined && /\r\ntransfer-encoding: *chunked\r\n/i.test(head)) {
    const last = bytes.indexOf('\r\n0\r\n\r\n', end);
    return last < 0 ? null : last + 7;
  }
  const length = end + 4 + Number(stated ?? 0);
  return bytes.length < length ? null : length;
}
