import { readdir } from 'node:fs/promises';
import t from 'tap';
import { startDemonstrationGateway } from '../../support/demonstration-gateway.ts';
import { minimalDocument } from '../../support/documents.ts';

// The embedded database is made here.
t.setTimeout(180_000);

const authorization = 'Bearer token-of-the-test';

t.test('a gateway that only searches makes no database before somebody registers', async (t) => {
  const data = t.testdir({});
  const ask = async (method: 'GET' | 'POST', path: string, payload?: object) => {
    const url = `/api/v1${path}`;
    const sent = payload === undefined ? {} : { payload };
    return await gateway.server.inject({ method, url, headers: { authorization }, ...sent });
  };
  let gateway = await startDemonstrationGateway(['demo-chem'], data);
  const stranger = await gateway.server.inject({
    method: 'GET',
    url: '/api/v1/libraries/demo-chem',
    headers: { authorization: `Bearer lib_${'x'.repeat(43)}` },
  });
  t.equal(stranger.statusCode, 200);
  t.equal((await ask('GET', '/search?q=化学&libraries=demo-chem')).statusCode, 200);
  t.notOk((await readdir(data)).includes('database'), 'nobody has registered');

  const made = await ask('POST', '/libraries', minimalDocument('first'));
  t.equal(made.statusCode, 201, made.body);
  t.ok((await readdir(data)).includes('database'));
  await gateway.close();

  gateway = await startDemonstrationGateway(['demo-chem'], data);
  t.teardown(() => gateway.close());
  while ((await gateway.server.inject('/readyz')).statusCode !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.equal((await ask('GET', '/libraries/first')).json().status, 'live', 'and it is kept');
});
