import t from 'tap';
import { createEgress, EgressError, pinEgress } from '../../../src/protocols/egress.ts';
import { call, loopback, serveHttp } from './support.ts';

const server = await serveHttp((_request, response) => response.end('here'));
const other = await serveHttp((_request, response) => response.end('elsewhere'));
const egress = createEgress({
  allow: [...loopback, 'catalogue.example:1-65535'],
  resolve: async () => ['127.0.0.1'],
});
t.teardown(async () => {
  await egress.close();
  await server.close();
  await other.close();
});

const asking = (url: string) => ({
  url: new URL(url),
  method: 'GET' as const,
  headers: {},
  body: null,
  connections: 1,
});
const forbidden = { name: EgressError.name, reason: 'forbidden_address' };

async function bodyOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

t.test('asks the approved host and port, however its name is written', async (t) => {
  const { port } = server;
  const pinned = pinEgress(egress, [{ host: 'Catalogue.Example.', port, ranges: ['127.0.0.0/8'] }]);
  const answer = await pinned.request(asking(`http://catalogue.example:${port}/`), call());
  t.equal(await bodyOf(answer.body), 'here');
  const socket = await pinned.connect({ host: 'CATALOGUE.example', port, tls: false }, call());
  socket.destroy();
});

t.test('refuses another host and another port, by HTTP and by TCP', async (t) => {
  const { port } = server;
  const pinned = pinEgress(egress, [{ host: '127.0.0.1', port, ranges: null }]);
  await t.rejects(pinned.request(asking(other.url), call()), forbidden);
  await t.rejects(
    pinned.connect({ host: '127.0.0.1', port: other.port, tls: false }, call()),
    forbidden,
  );
  await t.rejects(
    pinned.connect({ host: 'catalogue.example', port, tls: false }, call()),
    forbidden,
  );
  const none = pinEgress(egress, []);
  await t.rejects(none.request(asking(server.url), call()), forbidden);
});

t.test('refuses a host that has moved out of the approved range', async (t) => {
  const { port } = server;
  const moved = pinEgress(egress, [
    { host: '127.0.0.1', port, ranges: ['127.0.0.8/29', '::1/128'] },
  ]);
  await t.rejects(moved.connect({ host: '127.0.0.1', port, tls: false }, call()), forbidden);
  // A connection that others keep to the same place is not borrowed to get round the range.
  const first = await egress.request(asking(server.url), call());
  await bodyOf(first.body);
  await t.rejects(moved.request(asking(server.url), call()), forbidden);
});

t.test('says where a host would be connected to, and nothing of a forbidden one', async (t) => {
  t.same(await egress.resolve('catalogue.example', 210, call()), ['127.0.0.1']);
  const strict = createEgress({ allow: [], resolve: async () => ['10.0.0.1'] });
  t.teardown(() => strict.close());
  await t.rejects(strict.resolve('inside.example', 210, call()), forbidden);
});
