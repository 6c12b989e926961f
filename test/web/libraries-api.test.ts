import t from 'tap';
import { minimalDocument } from '../support/documents.ts';
import { adminToken, startTestGateway } from '../support/gateway.ts';

const gateway = await startTestGateway(
  [
    minimalDocument('bupt', { name: { zh: '示范邮电大学图书馆' }, categories: ['engineering'] }),
    minimalDocument('law', { categories: ['law', 'arts'] }),
    minimalDocument('draft', { status: 'draft' }),
  ],
  {},
);
t.teardown(() => gateway.close());
const authorization = `Bearer ${adminToken}`;
const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, more: object = {}) =>
  gateway.app.inject({ method, url, ...more });

t.test('shows live libraries by category and by any spelling, drafts to nobody', async (t) => {
  const all = (await call('GET', '/api/v1/libraries')).json();
  t.same(
    all.libraries.map(({ id }: { id: string }) => id),
    ['bupt', 'law'],
  );
  const law = (await call('GET', '/api/v1/libraries?category=law')).json();
  t.equal(law.total, 1);
  const found = (await call('GET', '/api/v1/libraries?q=sfyd')).json();
  t.equal(found.libraries[0].id, 'bupt');
  t.equal((await call('GET', '/api/v1/libraries/draft')).statusCode, 404);
  t.equal(
    (await call('GET', '/api/v1/libraries/draft', { headers: { authorization } })).statusCode,
    200,
  );
  const categories = (await call('GET', '/api/v1/categories')).json().categories;
  t.match(
    categories.find(({ id }: { id: string }) => id === 'law'),
    { zh: '政法类', count: 1 },
  );
});

t.test('publishes one schema and a description of every route', async (t) => {
  const schema = (await call('GET', '/schemas/library.json')).json();
  t.same(schema.required.sort(), ['code', 'connector', 'id', 'name']);
  const openapi = (await call('GET', '/openapi.json')).json();
  t.equal(openapi.openapi, '3.1.0');
  for (const path of ['/api/v1/search', '/api/v1/search/{id}', '/api/v1/libraries', '/livez']) {
    t.ok(openapi.paths[path], path);
  }
  t.equal((await call('GET', '/docs/')).statusCode, 200);
  for (const path of ['/livez', '/readyz']) t.equal((await call('GET', path)).statusCode, 200);
});

t.test('sets every limit of the HTTP server on purpose', async (t) => {
  const { server, initialConfig } = gateway.app;
  t.ok(server.headersTimeout > 0 && server.headersTimeout <= 10_000);
  t.ok(server.requestTimeout > 0 && server.requestTimeout <= 30_000);
  t.ok(server.keepAliveTimeout > 0);
  t.ok(server.timeout > 0, 'a silent socket ends');
  t.ok((server.maxRequestsPerSocket ?? 0) > 0);
  t.equal(initialConfig.bodyLimit, 262_144);
  const large = await call('POST', '/api/v1/search', { payload: { q: 'x'.repeat(300_000) } });
  t.equal(large.statusCode, 413);
  t.match(large.headers['content-type'], 'application/problem+json');
});
