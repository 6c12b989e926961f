import { type AddressInfo, connect, createServer } from 'node:net';

/** Bytes of one direction until the other side spoke. */
export interface RecordedBlock {
  readonly dir: 'C>S' | 'S>C';
  readonly hex: string;
}

/** A Z39.50 session as a client typed it, as it went over the wire and as the client showed it. */
export interface RecordedSession {
  readonly commands: string;
  /** What the client printed, one character a byte, since records keep their own charset. */
  readonly printed: string;
  readonly blocks: readonly RecordedBlock[];
}

/** Stands between a client and a server on the loopback and keeps what passes. */
export async function startRecorder(
  port: number,
): Promise<{ readonly port: number; blocks(): RecordedBlock[]; close(): Promise<void> }> {
  const pieces: { dir: RecordedBlock['dir']; bytes: Buffer }[] = [];
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('data', (bytes) => {
      pieces.push({ dir: 'C>S', bytes });
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      pieces.push({ dir: 'S>C', bytes });
      client.write(bytes);
    });
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    blocks: () => merged(pieces),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function merged(pieces: readonly { dir: RecordedBlock['dir']; bytes: Buffer }[]): RecordedBlock[] {
  const blocks: { dir: RecordedBlock['dir']; hex: string }[] = [];
  for (const { dir, bytes } of pieces) {
    const last = blocks.at(-1);
    if (last?.dir === dir) last.hex += bytes.toString('hex');
    else blocks.push({ dir, hex: bytes.toString('hex') });
  }
  return blocks;
}
