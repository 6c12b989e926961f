import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { EgressLimits } from '../types.ts';
import { EgressError, type EgressReason, sentences, toEgressError } from './errors.ts';

/** Bytes that may be unpacked before the ratio is looked at: small answers pack arbitrarily well. */
const ratioFreeBytes = 64 * 1024;
const rateWindowMs = 2000;

export interface BodySource {
  readonly stream: Readable;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Ends the wait for bytes; its reason is the error. */
  readonly signal: AbortSignal;
  readonly limits: EgressLimits;
  /** Called once; `complete` when every byte was read, so that the connection can be kept. */
  readonly ended: (complete: boolean) => void;
}

/** The decoded bytes of an answer under every cap. It can be read once; `discard` gives it up unread. */
export interface BoundedBody extends AsyncIterable<Uint8Array> {
  discard(): void;
}

/** Throws EgressError when the answer is encoded otherwise than plainly or by one gzip. */
export function boundedBody(source: BodySource): BoundedBody {
  const { stream, headers, limits } = source;
  const zipped = isZipped(headers['content-encoding']);
  const declared = Number(headers['content-length'] ?? 0);
  if (!zipped && declared > limits.maxDecodedBytes) throw failure('body_too_large');
  let over = false;
  const finish = (complete: boolean) => {
    if (over) return;
    over = true;
    if (!complete) stream.destroy();
    source.ended(complete);
  };
  // An answer nobody reads may still break; that frees its place and is no error of the process.
  stream.on('error', () => finish(false));
  return {
    discard: () => finish(false),
    [Symbol.asyncIterator]: () => decodedChunks(source, zipped, finish),
  };
}

async function* decodedChunks(
  { stream, signal, limits }: BodySource,
  zipped: boolean,
  finish: (complete: boolean) => void,
): AsyncGenerator<Uint8Array> {
  const wire = { bytes: 0 };
  const arriving = wireChunks(stream, limits.minBytesPerSecond, wire);
  let bytes = 0;
  let complete = false;
  try {
    for await (const chunk of zipped ? unzipped(arriving) : arriving) {
      bytes += chunk.length;
      if (bytes > limits.maxDecodedBytes) throw failure('body_too_large');
      if (zipped && bytes > ratioFreeBytes && bytes > wire.bytes * limits.maxRatio) {
        throw failure('body_ratio');
      }
      yield chunk;
    }
    complete = true;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toBodyError(error);
  } finally {
    finish(complete);
  }
}

/**
 * The bytes as they arrive. Breaks off a server that trickles: fewer bytes than the minimum rate in a
 * window that was spent waiting for it, counted from its first byte.
 */
async function* wireChunks(
  stream: Readable,
  minBytesPerSecond: number,
  wire: { bytes: number },
): AsyncGenerator<Buffer> {
  let windowBytes = 0;
  let idleMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const check = () => {
    const waitedMs = rateWindowMs - idleMs;
    if (waitedMs > rateWindowMs / 2 && windowBytes < (minBytesPerSecond * waitedMs) / 1000) {
      stream.destroy(failure('body_too_slow'));
    }
    windowBytes = 0;
    idleMs = 0;
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      timer ??= setInterval(check, rateWindowMs);
      wire.bytes += chunk.length;
      windowBytes += chunk.length;
      const handedOver = performance.now();
      yield chunk;
      idleMs += performance.now() - handedOver;
    }
  } finally {
    clearInterval(timer);
  }
}

function unzipped(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // The callback is not needed: an error destroys the last stream, whose reader gets it.
  return pipeline(chunks, createGunzip(), () => undefined);
}

function isZipped(encoding: string | string[] | undefined): boolean {
  const name = String(encoding ?? 'identity')
    .trim()
    .toLowerCase();
  if (name === 'identity' || name === '') return false;
  if (name === 'gzip' || name === 'x-gzip') return true;
  throw failure('bad_encoding');
}

function toBodyError(error: unknown): EgressError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_') && code !== 'Z_BUF_ERROR') return failure('bad_encoding', error);
  const known = toEgressError(error, 'body_cut');
  return known.reason === 'connect_reset' ? failure('body_cut', error) : known;
}

function failure(reason: EgressReason, cause?: unknown): EgressError {
  return new EgressError(reason, sentences[reason], cause);
}
