import { createServer, type Socket } from 'node:net';
import { type Apdu, decodeApdu, encodeApdu } from '../../../protocols/z3950/apdu/index.ts';
import { Z3950Error } from '../../../protocols/z3950/errors.ts';
import { BerFramer } from '../../../protocols/z3950/framer.ts';
import { serverLimits } from '../../../protocols/z3950/limits.ts';
import type { FaultName, FaultPhase, FaultSwitch } from '../../faults.ts';
import { type Listener, listen, pause } from '../listener.ts';
import type { Z3950Server } from './association.ts';
import { createSession, type Session } from './session.ts';

export interface Z3950Listening {
  readonly delayMs: number;
  readonly faults: FaultSwitch;
  readonly port: number;
}

const slowMs = 3000;
/** Requests a client may have sent ahead; more than that end the association. */
const maxAhead = 64;

/** Serves one catalogue over Z39.50 on loopback. */
export async function serveZ3950(
  server: Z3950Server,
  listening: Z3950Listening,
): Promise<Listener> {
  const network = createServer({ noDelay: true }, (socket) => {
    serveConnection(socket, server, listening, listener.closing);
  });
  const listener = await listen(network, listening.port);
  return listener;
}

/** Reads requests as they come and answers them in order. */
function serveConnection(
  socket: Socket,
  server: Z3950Server,
  listening: Z3950Listening,
  closing: AbortSignal,
): void {
  const framer = new BerFramer(serverLimits);
  const session = createSession(server);
  let waiting = 0;
  let over = false;
  let turn: Promise<void> = Promise.resolve();
  socket.on('data', (chunk) => {
    try {
      for (const bytes of framer.write(chunk)) {
        const request = decodeApdu(bytes, serverLimits);
        const arrived = performance.now();
        waiting += 1;
        if (waiting > maxAhead) throw new Z3950Error('apdu_unexpected', 'too many requests ahead');
        turn = turn.then(async () => {
          if (!over) over = await respond(socket, session, request, arrived, listening, closing);
          waiting -= 1;
        });
      }
    } catch (error) {
      if (!(error instanceof Z3950Error)) throw error;
      socket.end(encodeApdu({ type: 'close', reason: 'protocolError', message: error.message }));
    }
  });
}

const phases: Readonly<Partial<Record<Apdu['type'], FaultPhase>>> = {
  initRequest: 'init',
  searchRequest: 'search',
  presentRequest: 'present',
  scanRequest: 'scan',
  sortRequest: 'sort',
};

/** Answers one request; true when nothing may follow the answer. */
async function respond(
  socket: Socket,
  session: Session,
  request: Apdu,
  arrived: number,
  listening: Z3950Listening,
  closing: AbortSignal,
): Promise<boolean> {
  const fault =
    request.type === 'close' ? null : listening.faults.strike(phases[request.type] ?? 'other');
  // The delay stands for the way to the library and back, so that requests sent together share it.
  const latest = arrived + listening.delayMs + (fault === 'slow' ? slowMs : 0);
  if (!(await pause(latest - performance.now(), closing)) || socket.destroyed) return true;
  if (fault === 'hang') {
    // Nothing after this is answered either: answers come in order.
    await new Promise((resolve) => socket.once('close', resolve));
    return true;
  }
  const answer = session.answer(request, fault);
  if (answer === null) {
    socket.end();
    return true;
  }
  return send(socket, answer, fault, closing);
}

async function send(
  socket: Socket,
  answer: Apdu,
  fault: FaultName | null,
  closing: AbortSignal,
): Promise<boolean> {
  if (fault === 'reset') {
    socket.resetAndDestroy();
    return true;
  }
  if (fault === 'close-instead') {
    socket.end(encodeApdu({ type: 'close', reason: 'systemProblem', message: 'closing' }));
    return true;
  }
  const bytes = encodeApdu(answer);
  switch (fault) {
    case 'garbage':
      socket.end(Buffer.from('HTTP/1.0 400 Bad Request\r\n\r\n'));
      return true;
    case 'truncate':
      socket.end(bytes.subarray(0, bytes.length >> 1));
      return true;
    case 'reset-mid-record':
      socket.write(bytes.subarray(0, bytes.length >> 1), () => socket.resetAndDestroy());
      return true;
    case 'drip':
      await drip(socket, bytes, closing);
      return true;
    case 'endless-pdu':
      endless(socket, bytes);
      return true;
    default:
      socket.write(bytes);
      if (answer.type === 'close' || (answer.type === 'initResponse' && !answer.result)) {
        socket.end();
        return true;
      }
      return false;
  }
}

async function drip(socket: Socket, bytes: Uint8Array, closing: AbortSignal): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed) return;
    socket.write(Uint8Array.of(byte));
    if (!(await pause(1000, closing))) return;
  }
}

/** The answer's tag with an indefinite length, then NULL values for ever (ISO 8825-1 section 8.1.3.6). */
function endless(socket: Socket, bytes: Uint8Array): void {
  socket.write(Uint8Array.of(bytes[0] ?? 0xb7, 0x80));
  const nulls = Buffer.alloc(16_384).fill(Uint8Array.of(0x05, 0x00));
  const more = (): void => {
    if (socket.destroyed) return;
    if (socket.write(nulls)) setImmediate(more);
    else socket.once('drain', more);
  };
  more();
}
