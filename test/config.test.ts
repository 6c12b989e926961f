import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readDirectoryShape, readSettings, SettingsError } from '../src/config.ts';

const shipped = join(import.meta.dirname, '../config/gateway.yaml');

async function faultsOf(promise: Promise<unknown>) {
  try {
    await promise;
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults;
  }
}

t.test('the shipped settings are whole and hold the documented defaults', async (t) => {
  const settings = await readSettings({});
  t.match(settings, { host: '127.0.0.1', port: 8080, data: './data', connectors: null });
  t.match(settings.search, { waitMs: 8000, maxWaitMs: 60000, maxLibraries: 10, maxSearches: 200 });
  t.equal(settings.server.rateLimitPerMinute, null);
  const shape = await readDirectoryShape(settings);
  t.equal(shape.categories.length, 9);
});

t.test('environment variables win over the file', async (t) => {
  const settings = await readSettings({
    HOST: '0.0.0.0',
    PORT: '0',
    GUANJI_CONNECTORS: 'x',
    GUANJI_EGRESS_ALLOW: '127.0.0.0/8:1024-65535, 10.0.0.1:210',
    GUANJI_RATE_LIMIT: '60',
    GUANJI_ADMIN_TOKEN: 'secret',
    LOG_LEVEL: 'warn',
  });
  t.match(settings, { host: '0.0.0.0', port: 0, connectors: 'x', adminToken: 'secret' });
  t.same(settings.egress.allow, ['127.0.0.0/8:1024-65535', '10.0.0.1:210']);
  t.equal(settings.server.rateLimitPerMinute, 60);
  t.equal(settings.log.level, 'warn');
});

t.test('unknown keys, missing keys and wrong values stop the start, all named', async (t) => {
  const text = (await readFile(shipped, 'utf8'))
    .replace('port: 8080', 'port: many\nports: 1')
    .replace(/^ {2}maxSearches:.*$/m, '');
  const folder = t.testdir({ 'gateway.yaml': text });
  const file = join(folder, 'gateway.yaml');
  const faults = await faultsOf(readSettings({ GUANJI_CONFIG: file }));
  const pointers = faults.map(({ pointer }) => pointer).sort();
  t.same(pointers, ['/port', '/ports', '/search/maxSearches']);
  t.ok(faults.every(({ line }) => typeof line === 'number'));
});

t.test('a variable that makes no sense is a fault, not a default', async (t) => {
  for (const environment of [{ PORT: 'abc' }, { PORT: '70000' }, { LOG_LEVEL: 'loud' }]) {
    t.ok((await faultsOf(readSettings(environment))).length > 0, JSON.stringify(environment));
  }
  t.match(await faultsOf(readSettings({ GUANJI_CONFIG: '/nowhere.yaml' })), [
    { message: /cannot be read/ },
  ]);
});

t.test('several processes are refused without what they must share', async (t) => {
  const text = (await readFile(shipped, 'utf8')).replace('processes: 1', 'processes: 4');
  const file = join(t.testdir({ 'gateway.yaml': text }), 'gateway.yaml');
  const database = { DATABASE_URL: 'postgres://postgres@127.0.0.1/guanji' };
  const cache = { CACHE_URL: 'redis://127.0.0.1:6379' };
  const from = (more: Record<string, string>) => readSettings({ GUANJI_CONFIG: file, ...more });
  t.match(await faultsOf(from({})), [
    { pointer: '/processes', message: /DATABASE_URL is not set/ },
  ]);
  t.match(await faultsOf(from(database)), [{ message: /CACHE_URL is not set/ }]);
  t.match(await faultsOf(from(cache)), [{ message: /DATABASE_URL is not set/ }]);
  t.match(await from({ ...database, ...cache }), { processes: 4, cacheUrl: cache.CACHE_URL });
  t.match(await faultsOf(readSettings({ CACHE_URL: 'localhost:6379' })), [
    { message: /CACHE_URL must be a redis/ },
  ]);
});
