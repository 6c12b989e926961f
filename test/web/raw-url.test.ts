import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import t from 'tap';
import { acceptRawUrls, encodeRequestLine } from '../../src/web/raw-url.ts';

const handler = (request: IncomingMessage, response: ServerResponse) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => response.end(`${request.method} ${request.url} ${body};`));
};

async function serverOf(test: { teardown(end: () => Promise<void>): void }) {
  const server = createServer(handler);
  acceptRawUrls(server, 200);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** Sends the pieces one by one and returns everything that came back. */
function talk(port: number, pieces: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    const send = (at: number) => {
      const piece = pieces[at];
      if (piece === undefined) return;
      socket.write(piece, () => setImmediate(() => send(at + 1)));
    };
    send(0);
  });
}

t.test('an address typed as it reads is understood', async (t) => {
  const port = await serverOf(t);
  const answer = await talk(port, [
    'GET /s?q=化学 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ]);
  t.match(answer, `GET /s?q=${encodeURIComponent('化学')} ;`);
});

t.test('bodies in pieces, later requests and pipelined ones arrive whole', async (t) => {
  const port = await serverOf(t);
  const answer = await talk(port, [
    'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc',
    'def',
    'GET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ]);
  t.match(answer, 'POST /a abcdef;');
  t.match(answer, 'GET /b ;');
  t.match(answer, 'GET /c ;');
});

t.test('a connection that says nothing is ended', async (t) => {
  const port = await serverOf(t);
  t.equal(await talk(port, []), '');
});

t.test('only the first line is touched', async (t) => {
  const chunk = Buffer.from('GET /ü HTTP/1.1\r\nX: ü\r\n\r\n');
  t.equal(encodeRequestLine(chunk).toString(), 'GET /%C3%BC HTTP/1.1\r\nX: ü\r\n\r\n');
  const plain = Buffer.from('GET / HTTP/1.1\r\n');
  t.equal(encodeRequestLine(plain), plain);
});
