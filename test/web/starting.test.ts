import t from 'tap';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';

t.test('a library is not called unknown before the registered ones are there', async (t) => {
  let isReady = false;
  const gateway = await startTestGateway([minimalDocument('here')], {}, null, () => isReady);
  t.teardown(() => gateway.close());
  const search = (libraries: string) =>
    gateway.app.inject({ url: `/api/v1/search?q=x&libraries=${libraries}` });
  t.equal((await search('here')).statusCode, 200, 'searching goes on with the others');
  const early = await search('registered');
  t.equal(early.statusCode, 503);
  t.equal(early.headers['retry-after'], '2');
  isReady = true;
  t.equal((await search('registered')).statusCode, 400);
});
