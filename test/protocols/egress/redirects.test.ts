import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import { bodyOf, call, get, loopback, reasonOf, serveHttp } from './support.ts';

t.test('follows two redirects on the same host and port, when asked to', async (t) => {
  const seen: string[] = [];
  const server = await serveHttp((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const next: Record<string, string> = { '/a': '/b', '/b': '/c', '/c': '/d' };
    const to = next[request.url ?? ''];
    if (to === undefined) response.end('arrived');
    else response.writeHead(302, { location: to }).end('elsewhere');
  });
  const egress = createEgress({ allow: loopback });
  const answer = await egress.request(get(`${server.url}b`, { redirects: 2 }), call());
  t.equal((await bodyOf(answer)).toString(), 'arrived');
  t.equal(answer.url.pathname, '/d');
  t.equal(server.sockets.size, 1, 'over the same connection');
  t.equal(
    await reasonOf(egress.request(get(`${server.url}a`, { redirects: 2 }), call())),
    'redirect',
  );
  const plain = await egress.request(get(`${server.url}a`), call());
  t.equal(plain.status, 302);
  plain.discard();
  t.equal(seen.filter((line) => line === 'GET /d').length, 1);
  await egress.close();
  await server.close();
});

t.test('never follows a loop, another port, another scheme or another host', async (t) => {
  const other = await serveHttp((_request, response) => response.end('inside'));
  const places = [
    '/loop',
    other.url,
    'https://127.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    '//127.0.0.2/',
    'file:///etc/passwd',
    'http://user:secret@127.0.0.1/',
    'http://[',
  ];
  const server = await serveHttp((request, response) => {
    const place = places[Number(request.url?.slice(1))] ?? '/loop';
    response.writeHead(307, { location: place }).end();
  });
  const egress = createEgress({ allow: loopback });
  for (const [n, place] of places.entries()) {
    const reason = await reasonOf(egress.request(get(server.url + n, { redirects: 2 }), call()));
    t.match(reason, /^(redirect|forbidden_url)$/, place);
  }
  t.equal(other.sockets.size, 0);
  await egress.close();
  await server.close();
  await other.close();
});

t.test('keeps method and body only where the status says so', async (t) => {
  const seen: string[] = [];
  const server = await serveHttp((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
      const status = Number(request.url?.slice(1));
      if (status >= 300) response.writeHead(status, { location: '/0' }).end();
      else response.end();
    });
  });
  const egress = createEgress({ allow: loopback });
  for (const status of [303, 307]) {
    const request = get(`${server.url}${status}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from('ask'),
      redirects: 1,
    });
    await bodyOf(await egress.request(request, call()));
  }
  t.same(seen, [
    'POST /303 text/plain ask',
    'GET /0 undefined ',
    'POST /307 text/plain ask',
    'POST /0 text/plain ask',
  ]);
  await egress.close();
  await server.close();
});
