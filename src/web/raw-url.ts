import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const lineEnd = 0x0a;
const percent = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/**
 * Lets people type `curl 'http://…?q=化学工程'`. Such a client sends the characters as they are, and
 * Node's parser refuses any byte above 0x7E in a request line; here those bytes are percent-encoded
 * (RFC 3986 section 2.1) before the parser sees them. Only a connection's first request is looked at:
 * programs that keep connections open encode their addresses.
 */
export function acceptRawUrls(server: Server, firstByteTimeoutMs: number): void {
  const handlers = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const giveUp = () => socket.destroy();
    socket.setTimeout(firstByteTimeoutMs, giveUp);
    socket.on('error', giveUp);
    const begin = () => {
      const chunk = socket.read() as Buffer | null;
      // The end of a connection that never said anything is readable too.
      if (chunk === null && !socket.readableEnded && socket.readable) return;
      socket.off('readable', begin);
      socket.off('timeout', giveUp);
      socket.setTimeout(0);
      if (chunk === null) return giveUp();
      socket.unshift(encodeRequestLine(chunk));
      for (const handler of handlers) handler.call(server, socket);
      socket.off('error', giveUp);
      return undefined;
    };
    socket.on('readable', begin);
  });
}

/** The bytes with every byte above ASCII in the first line percent-encoded. */
export function encodeRequestLine(chunk: Buffer): Buffer {
  const end = chunk.indexOf(lineEnd);
  const line = end < 0 ? chunk : chunk.subarray(0, end);
  if (line.every((byte) => byte < 0x80)) return chunk;
  let encoded = '';
  for (const byte of line) encoded += byte < 0x80 ? String.fromCharCode(byte) : percent(byte);
  return Buffer.concat([Buffer.from(encoded, 'latin1'), chunk.subarray(line.length)]);
}
