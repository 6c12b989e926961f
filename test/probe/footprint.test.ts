import { createServer } from 'node:net';
import t from 'tap';
import { createFootprint } from '../../src/probe/footprint.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import { loopback } from './servers.ts';

t.test('no two requests come closer together than the pace allows', async (t) => {
  const egress = createEgress({ allow: [] });
  t.teardown(() => egress.close());
  const footprint = createFootprint(egress, 1200);
  const at: number[] = [];
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      await footprint.turn();
      at.push(performance.now());
    }),
  );
  const apart = (at.at(-1) ?? 0) - (at[0] ?? 0);
  // Timers may be early by a millisecond each.
  t.ok(apart >= 4 * 50 - 5, `${apart} ms for five requests at 1,200 a minute`);
  t.equal(footprint.requests, 5);
});

t.test('connections are counted, with the address they come from', async (t) => {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const egress = createEgress({ allow: [loopback] });
  t.teardown(async () => {
    await egress.close();
    server.close();
  });
  const footprint = createFootprint(egress, 300);
  t.equal(footprint.askedFrom, null);
  const { port } = server.address() as { port: number };
  const call = { signal: new AbortController().signal, deadline: performance.now() + 5000 };
  const open = async () => {
    const socket = await footprint.egress.connect({ host: '127.0.0.1', port, tls: false }, call);
    return () =>
      new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.destroy();
      });
  };
  const first = await open();
  const second = await open();
  await first();
  await second();
  await (await open())();
  t.match(footprint, { connections: 3, atOnce: 2, askedFrom: '127.0.0.1' });
});
