import { gzipSync } from 'node:zlib';
import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import {
  bodyOf,
  call,
  get,
  loopback,
  reasonOf,
  serveHttp,
  serveTcp,
  withoutWholeLoopback,
} from './support.ts';

t.test('asks over one kept connection: two round trips cold, one warm', async (t) => {
  const server = await serveHttp((request, response) => response.end(`path ${request.url}`));
  const egress = createEgress({ allow: loopback });
  const cold = call();
  t.equal((await bodyOf(await egress.request(get(server.url), cold))).toString(), 'path /');
  t.same(cold.phases, ['connect', 'search']);
  t.equal(cold.counts.roundTrips, 2);
  const warm = call();
  const answer = await egress.request(get(`${server.url}again?x=1`, { phase: 'present' }), warm);
  t.equal((await bodyOf(answer)).toString(), 'path /again?x=1');
  t.same(warm.phases, ['present']);
  t.equal(warm.counts.roundTrips, 1);
  t.equal(server.sockets.size, 1);
  await egress.close();
  await server.close();
});

t.test('keeps no more connections than the library allows, in order of arrival', async (t) => {
  let now = 0;
  let most = 0;
  const server = await serveHttp((request, response) => {
    now += 1;
    most = Math.max(most, now);
    setImmediate(() => {
      now -= 1;
      response.end(request.url);
    });
  });
  const egress = createEgress({ allow: loopback });
  const asked = Array.from({ length: 12 }, async (_, n) => {
    const answer = await egress.request(get(`${server.url}${n}`, { connections: 3 }), call());
    return (await bodyOf(answer)).toString();
  });
  t.same(
    await Promise.all(asked),
    Array.from({ length: 12 }, (_, n) => `/${n}`),
  );
  t.ok(most <= 3, `at most 3 at a time (${most})`);
  t.ok(server.sockets.size <= 3);
  await egress.close();
  await server.close();
});

t.test('replaces a kept connection that died, without telling anybody', async (t) => {
  let connections = 0;
  const server = await serveTcp((socket) => {
    connections += 1;
    let asked = 0;
    socket.on('data', () => {
      asked += 1;
      // The first connection answers once and breaks at the next request.
      if (connections === 1 && asked === 2) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const egress = createEgress({ allow: loopback });
  await bodyOf(await egress.request(get(server.url), call()));
  t.equal((await bodyOf(await egress.request(get(server.url), call()))).toString(), 'ok');
  t.equal(connections, 2);
  await egress.close();
  await server.close();
});

t.test('never repeats what may change something', async (t) => {
  let connections = 0;
  const server = await serveTcp((socket) => {
    connections += 1;
    let asked = 0;
    socket.on('data', () => {
      asked += 1;
      if (asked === 2) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const egress = createEgress({ allow: loopback });
  await bodyOf(await egress.request(get(server.url), call()));
  const post = get(server.url, { method: 'POST', body: Buffer.from('a=1') });
  t.equal(await reasonOf(egress.request(post, call())), 'connect_reset');
  t.equal(connections, 1);
  await egress.close();
  await server.close();
});

t.test('names what went wrong with the connection', async (t) => {
  const reset = await serveTcp((socket) => socket.on('data', () => socket.resetAndDestroy()));
  const garbage = await serveTcp((socket) => socket.on('data', () => socket.end('\x16\x03 hello')));
  const gone = await serveTcp(() => undefined);
  await gone.close();
  const egress = createEgress({
    allow: loopback,
    resolve: async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    },
  });
  t.equal(await reasonOf(egress.request(get(gone.url), call())), 'connect_refused');
  t.equal(await reasonOf(egress.request(get(reset.url), call())), 'connect_reset');
  t.equal(await reasonOf(egress.request(get(garbage.url), call())), 'http_protocol');
  t.equal(await reasonOf(egress.request(get('http://library.invalid/'), call())), 'dns');
  const tls = egress.connect({ host: '127.0.0.1', port: garbage.port, tls: true }, call(500));
  t.match(await reasonOf(tls), /^(tls|deadline)$/);
  await egress.close();
  t.equal(await reasonOf(egress.request(get(reset.url), call())), 'closed');
  await reset.close();
  await garbage.close();
});

t.test('ends at the deadline, whether nothing, headers or half a body came', async (t) => {
  const server = await serveTcp((socket) =>
    socket.on('data', (request) => {
      const path = request.toString().split(' ')[1];
      if (path === '/headers') socket.write('HTTP/1.1 200 OK\r\nContent-Le');
      if (path === '/body') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    }),
  );
  const egress = createEgress({ allow: loopback });
  for (const path of ['nothing', 'headers']) {
    t.equal(await reasonOf(egress.request(get(`${server.url}${path}`), call(60))), 'deadline');
  }
  const answer = await egress.request(get(`${server.url}body`), call(80));
  t.equal(await reasonOf(bodyOf(answer)), 'deadline');
  await egress.close();
  await server.close();
});

t.test('frees the place of an answer that nobody reads', async (t) => {
  const server = await serveTcp((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')),
  );
  const egress = createEgress({ allow: loopback });
  await egress.request(get(server.url, { connections: 1 }), call(50));
  const next = await egress.request(get(server.url, { connections: 1 }), call(5000));
  t.equal(next.status, 200);
  next.discard();
  const last = await egress.request(get(server.url, { connections: 1 }), call(5000));
  t.equal(last.status, 200);
  last.discard();
  await egress.close();
  await server.close();
});

t.test('lets a call be stopped while it connects, waits in line, or reads', async (t) => {
  const server = await serveTcp((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')),
  );
  const egress = createEgress({ allow: loopback });
  const reading = call();
  const answer = await egress.request(get(server.url, { connections: 1 }), reading);
  const waiting = call();
  const queued = egress.request(get(server.url, { connections: 1 }), waiting);
  waiting.controller.abort();
  t.equal(await reasonOf(queued), 'stopped');
  const read = bodyOf(answer);
  reading.controller.abort();
  t.equal(await reasonOf(read), 'stopped');
  const before = call();
  before.controller.abort();
  t.equal(await reasonOf(egress.request(get(server.url), before)), 'stopped');
  await egress.close();
  await server.close();
});

t.test('reads plain and gzip answers and refuses any other packing', async (t) => {
  const text = 'a library record, repeated often enough to be packed; '.repeat(200);
  const server = await serveHttp((request, response) => {
    const encoding = request.url?.slice(1) ?? '';
    if (encoding !== '') response.setHeader('content-encoding', encoding.replace('%20', ' '));
    response.end(/gzip/i.test(encoding) ? gzipSync(text) : text);
  });
  const egress = createEgress({ allow: loopback });
  for (const encoding of ['', 'identity', 'gzip', 'GZIP', 'x-gzip']) {
    const answer = await egress.request(get(server.url + encoding), call());
    t.equal((await bodyOf(answer)).toString(), text, encoding);
  }
  for (const encoding of ['br', 'deflate', 'zstd', 'gzip,gzip', 'gzip,br']) {
    const asked = egress.request(get(server.url + encoding), call());
    t.equal(await reasonOf(asked), 'bad_encoding', encoding);
  }
  await egress.close();
  await server.close();
});

t.test('writes headers and addresses only as HTTP allows', async (t) => {
  const egress = createEgress({ allow: loopback });
  const split = get('http://127.0.0.1:9/', { headers: { accept: 'a\r\nhost: b' } });
  const server = await serveHttp((_request, response) => response.end());
  t.equal(
    await reasonOf(egress.request({ ...split, url: new URL(server.url) }, call())),
    'bad_request',
  );
  for (const url of ['http://user:secret@127.0.0.1/', 'file:///etc/passwd', 'ftp://127.0.0.1/']) {
    t.equal(await reasonOf(egress.request(get(url), call())), 'forbidden_url', url);
  }
  await egress.close();
  await server.close();
});

t.test(
  'asks more places than it keeps connections to',
  { skip: withoutWholeLoopback },
  async (t) => {
    const server = await serveHttp((_request, response) => response.end('ok'));
    const egress = createEgress({ allow: loopback });
    // Every loopback address is a place of its own; the server listens on one of them.
    const elsewhere = new URL(server.url);
    let refused = 0;
    for (let n = 0; n < 1010; n += 1) {
      elsewhere.hostname = `127.1.${n >> 8}.${n & 255}`;
      refused +=
        (await reasonOf(egress.request(get(elsewhere), call()))) === 'connect_refused' ? 1 : 0;
    }
    t.equal(refused, 1010);
    const answer = await egress.request(get(server.url), call());
    t.equal((await bodyOf(answer)).toString(), 'ok');
    await egress.close();
    await server.close();
  },
);
