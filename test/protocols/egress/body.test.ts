import { constants, createGzip, gzipSync } from 'node:zlib';
import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import { bodyOf, call, get, loopback, reasonOf, serveHttp, serveTcp } from './support.ts';

/** Gzip over gzip would be two links; one link packs zeros a thousandfold, and members add up. */
async function bombOf(bytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  const block = Buffer.alloc(1024 * 1024);
  for (let written = 0; written < bytes; written += block.length) gzip.write(block);
  gzip.end();
  await new Promise((resolve) => gzip.on('end', resolve));
  return Buffer.concat(chunks);
}

t.test('refuses a gzip bomb by its ratio, long before it is unpacked', async (t) => {
  const bomb = await bombOf(50 * 1024 * 1024);
  const server = await serveHttp((_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(bomb);
  });
  const egress = createEgress({ allow: loopback });
  const answer = await egress.request(get(server.url), call());
  let decoded = 0;
  const read = (async () => {
    for await (const chunk of answer.body) decoded += chunk.length;
  })();
  t.equal(await reasonOf(read), 'body_ratio');
  t.ok(decoded < 8 * 1024 * 1024, `${decoded} bytes were unpacked`);
  await egress.close();
  await server.close();
});

t.test('takes a small answer that packs well', async (t) => {
  const server = await serveHttp((_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(Buffer.alloc(60 * 1024)));
  });
  const egress = createEgress({ allow: loopback });
  t.equal((await bodyOf(await egress.request(get(server.url), call()))).length, 60 * 1024);
  await egress.close();
  await server.close();
});

t.test('stops an endless answer at the cap, declared or not', async (t) => {
  const server = await serveHttp((request, response) => {
    if (request.url === '/declared') response.setHeader('content-length', 1e9);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65536)));
    };
    response.on('drain', more);
    more();
  });
  const egress = createEgress({ allow: loopback, limits: { maxDecodedBytes: 1_000_000 } });
  const declared = egress.request(get(`${server.url}declared`), call());
  t.equal(await reasonOf(declared), 'body_too_large');
  const answer = await egress.request(get(server.url), call());
  let bytes = 0;
  const read = (async () => {
    for await (const chunk of answer.body) bytes += chunk.length;
  })();
  t.equal(await reasonOf(read), 'body_too_large');
  t.ok(bytes <= 1_000_000);
  await egress.close();
  await server.close();
});

t.test('gives up an answer that drips', async (t) => {
  const server = await serveTcp((socket) =>
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 100);
      socket.on('close', () => clearInterval(drip));
    }),
  );
  const egress = createEgress({ allow: loopback });
  const answer = await egress.request(get(server.url), call(30_000));
  t.equal(await reasonOf(bodyOf(answer)), 'body_too_slow');
  await egress.close();
  await server.close();
});

t.test('tells a cut answer from a whole one', async (t) => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n';
  const zipped = gzipSync('a whole answer '.repeat(2000));
  const answers: Readonly<Record<string, (string | Buffer)[]>> = {
    '/length': ['HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    '/chunked': [chunked],
    '/gzip': [
      `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`,
      zipped.subarray(0, zipped.length - 20),
    ],
    '/gzip-short': [
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n',
      zipped.subarray(0, 40),
    ],
  };
  const server = await serveTcp((socket) =>
    socket.on('data', (request) => {
      for (const part of answers[request.toString().split(' ')[1] ?? ''] ?? []) socket.write(part);
      socket.end();
    }),
  );
  const egress = createEgress({ allow: loopback });
  for (const path of Object.keys(answers)) {
    const answer = await egress.request(get(new URL(path, server.url)), call());
    t.equal(await reasonOf(bodyOf(answer)), 'body_cut', path);
  }
  await egress.close();
  await server.close();
});

t.test('calls bytes that are no gzip badly encoded', async (t) => {
  const server = await serveHttp((_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end('<html>this is not packed at all</html>');
  });
  const egress = createEgress({ allow: loopback });
  const answer = await egress.request(get(server.url), call());
  t.equal(await reasonOf(bodyOf(answer)), 'bad_encoding');
  await egress.close();
  await server.close();
});
