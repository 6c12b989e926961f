import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { encodeRecordText } from '../../marc/charset/index.ts';
import type { RecordCharset } from '../../marc/types.ts';
import type { FaultName, FaultPhase, FaultSwitch } from '../faults.ts';
import { type Listener, listen, pause } from './listener.ts';
import { gzipBomb, htmlErrorPage, spoil } from './spoil.ts';

export interface WebRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Uint8Array;
}

export interface WebReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Charset the body is sent in; its headers say it too, except when they lie. */
  readonly charset: RecordCharset;
}

/** What a web server of the sandbox does; how it fails is none of its business but for the content. */
export interface WebApplication {
  phaseOf(request: WebRequest): FaultPhase;
  /** `fault` is one that concerns content: a wrong count, the wrong records. */
  answer(request: WebRequest, fault: FaultName | null): WebReply;
}

export interface WebServerSettings {
  readonly delayMs: number;
  readonly faults: FaultSwitch;
  readonly port: number;
}

const maxBodyBytes = 65_536;
const slowMs = 3000;

/** Serves an application on loopback, late and faulty as it was told. */
export async function serveWeb(
  application: WebApplication,
  settings: WebServerSettings,
): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void serve(request, response, application, settings, listener);
  });
  const listener = await listen(server, settings.port);
  return listener;
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  application: WebApplication,
  settings: WebServerSettings,
  listener: Listener,
): Promise<void> {
  response.on('error', () => response.destroy());
  const body = await readBody(message);
  const url = URL.parse(message.url ?? '/', `http://127.0.0.1:${listener.port}`);
  if (body === null || url === null) {
    message.destroy();
    return;
  }
  const { method = 'GET', headers } = message;
  const request: WebRequest = { method, url, headers, body };
  const fault = settings.faults.strike(application.phaseOf(request));
  const wait = settings.delayMs + (fault === 'slow' ? slowMs : 0);
  if (!(await pause(wait, listener.closing)) || fault === 'hang') return;
  const reply = application.answer(request, fault);
  await send(response, reply, fault, request, listener.closing);
}

async function readBody(message: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

async function send(
  response: ServerResponse,
  reply: WebReply,
  fault: FaultName | null,
  request: WebRequest,
  closing: AbortSignal,
): Promise<void> {
  const body = bodyOf(reply, fault);
  const headers = { ...reply.headers, 'content-length': String(body.length) };
  const socket = response.socket;
  if (socket === null) return;
  switch (fault) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'garbage':
      socket.end(
        Buffer.from('\u0000\u0007%PDF not the answer you wanted\u001d\u001e\r\n', 'latin1'),
      );
      return;
    case 'http-500':
      response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
      return;
    case 'http-429':
      response.writeHead(429, { 'retry-after': '30' }).end();
      return;
    case 'redirect-loop':
      response.writeHead(302, { location: request.url.pathname + request.url.search }).end();
      return;
    case 'html-for-xml':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(htmlErrorPage);
      return;
    case 'gzip-bomb':
      response.writeHead(200, { ...reply.headers, 'content-encoding': 'gzip' }).end(gzipBomb());
      return;
    case 'truncate':
      // The length is right for what is sent: only the content shows that half of it is missing.
      response
        .writeHead(reply.status, { ...headers, 'content-length': String(body.length >> 1) })
        .end(body.subarray(0, body.length >> 1));
      return;
    case 'reset-mid-record':
      response.writeHead(reply.status, headers);
      response.write(body.subarray(0, body.length >> 1), () => socket.resetAndDestroy());
      return;
    case 'chunk-cut':
      response.writeHead(reply.status, reply.headers);
      response.write(body.subarray(0, body.length >> 1), () => socket.destroy());
      return;
    case 'slow-headers':
      await drip(
        socket,
        Buffer.from(`HTTP/1.1 200 OK\r\nx-slow: ${'z'.repeat(4000)}\r\n`),
        closing,
      );
      return;
    case 'drip':
      response.writeHead(reply.status, headers);
      response.flushHeaders();
      await drip(socket, body, closing);
      return;
    case 'endless-pdu':
      response.writeHead(reply.status, reply.headers);
      response.write(body.subarray(0, body.length >> 1));
      endless(response);
      return;
    default:
      response.writeHead(reply.status, headers).end(body);
  }
}

/** The body as bytes, in another charset or with impossible characters where the fault says so. */
function bodyOf(reply: WebReply, fault: FaultName | null): Uint8Array {
  const text = fault === 'invalid-characters' ? spoil(reply.body) : reply.body;
  if (fault !== 'wrong-charset') return encodeRecordText(text, reply.charset);
  return encodeRecordText(text, reply.charset === 'utf-8' ? 'gb18030' : 'utf-8');
}

async function drip(socket: Socket, bytes: Uint8Array, closing: AbortSignal): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed) return;
    socket.write(Uint8Array.of(byte));
    if (!(await pause(1000, closing))) return;
  }
  socket.end();
}

/** Blanks without end, as fast as the client takes them, until it hangs up. */
function endless(response: ServerResponse): void {
  const blanks = Buffer.alloc(16_384, ' ');
  const more = (): void => {
    if (response.destroyed) return;
    if (response.write(blanks)) setImmediate(more);
    else response.once('drain', more);
  };
  more();
}
