import t from 'tap';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';

const records = [{ title: '化学工程', controlNumber: '1' }];

t.test(
  'above the number of searches in progress new ones are told when to come back',
  async (t) => {
    const gateway = await startTestGateway([minimalDocument('slow'), minimalDocument('quick')], {
      slow: { hangs: true },
      quick: { records },
    });
    t.teardown(() => gateway.close());
    const get = (url: string) => gateway.app.inject({ method: 'GET', url });
    const known = '/api/v1/search?q=known&libraries=quick';
    t.equal((await get(known)).json().total, 1);
    t.equal(
      (await get('/api/v1/search?q=cut&libraries=quick,slow&wait=20')).json().state,
      'closed',
    );
    const { maxRunning } = gateway.engine.load();
    for (let n = 0; n < maxRunning; n += 1) {
      await get(`/api/v1/search?q=busy${n}&libraries=slow&answer=now`);
    }

    const url = '/api/v1/search?q=another&libraries=quick';
    for (const refused of [
      await get(url),
      await get('/api/v1/search?q=cut&libraries=quick,slow&wait=20'),
      await gateway.app.inject({
        method: 'POST',
        url: '/api/v1/search',
        payload: { q: 'another' },
      }),
    ]) {
      t.equal(refused.statusCode, 503);
      t.equal(refused.headers['retry-after'], '1');
      t.match(refused.headers['content-type'], 'application/problem+json');
      t.match(refused.json(), { type: '/problems/overloaded', status: 503 });
    }
    t.equal((await get(known)).json().total, 1, 'what was wholly answered is answered again');
    t.equal((await get('/api/v1/libraries')).statusCode, 200, 'and nothing else is turned away');
  },
);
