import t from 'tap';
import { eachDatabase } from '../../support/database.ts';
import { minimalDocument } from '../../support/documents.ts';
import { adminToken } from '../../support/loan-web.ts';
import { registrationWorld } from '../../support/registration-world.ts';

t.setTimeout(120_000);

eachDatabase('a library stays in the directory while it has open requests', async (t, database) => {
  const world = await registrationWorld(database, { data: t.testdir({}) });
  t.teardown(() => world.close());
  const body = minimalDocument('chem');
  await world.ask(adminToken, 'POST', '/libraries', { body });
  const reader = await world.web.reader();
  const submitted = await world.ask(reader.token, 'POST', '/requests', {
    body: { holding: { library: 'chem', localId: '000123' }, delivery: 'courier' },
    headers: { 'idempotency-key': 'key-00000008' },
  });
  const { number, version } = submitted.json();
  const remove = () =>
    world.ask(adminToken, 'DELETE', '/libraries/chem', { headers: { 'if-match': '*' } });
  t.equal((await remove()).statusCode, 409);
  const retire = await world.ask(adminToken, 'POST', '/libraries/chem/retire');
  t.equal(retire.statusCode, 409, 'nor does it leave another way');
  const put = await world.ask(adminToken, 'PUT', '/libraries/chem', {
    body: { ...body, status: 'retired' },
    headers: { 'if-match': '*' },
  });
  t.equal(put.statusCode, 409);
  const cancelled = await world.ask(reader.token, 'POST', `/requests/${number}/actions/cancel`, {
    body: {},
    headers: { 'if-match': `"${version}"` },
  });
  t.equal(cancelled.statusCode, 200, cancelled.body);
  t.equal((await remove()).statusCode, 204);
});
