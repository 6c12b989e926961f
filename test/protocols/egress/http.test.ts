import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import { bodyOf, call, get, loopback, serveHttp } from './support.ts';

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

t.test('refuses loopback without a setting that allows it', async (t) => {
  const server = await serveHttp((_request, response) => response.end('no'));
  const egress = createEgress({ allow: [] });
  await t.rejects(egress.request(get(server.url), call()), { reason: 'forbidden_address' });
  await t.rejects(egress.connect({ host: '127.0.0.1', port: server.port, tls: false }, call()), {
    reason: 'forbidden_address',
  });
  t.equal(server.sockets.size, 0);
  await egress.close();
  await server.close();
});
