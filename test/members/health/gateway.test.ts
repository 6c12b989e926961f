import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import t from 'tap';
import { createGateway } from '../../../src/app.ts';
import { readSettings } from '../../../src/config.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { embeddedFolder } from '../../support/database.ts';
import { unhurried } from '../../support/unhurried.ts';

t.setTimeout(180_000);

/** A whole gateway over demonstration libraries; started again over the same data it is the next one. */
async function start(data: string, sandbox: Sandbox) {
  const environment = { LOG_LEVEL: 'silent', GUANJI_ADMIN_TOKEN: 'token-of-the-test' };
  const settings = unhurried(await readSettings(environment));
  const { documents } = sandbox;
  const gateway = await createGateway(
    { ...settings, connectors: null, data },
    environment,
    { documents, defaultLibraries: documents.map(({ id }) => id) },
    pino({ level: 'silent' }),
  );
  await gateway.ready;
  const call = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object) => {
    const headers = { authorization: 'Bearer token-of-the-test', 'cache-control': 'no-cache' };
    for (;;) {
      const answer = await gateway.server.inject({
        method,
        url: `/api/v1${path}`,
        headers,
        ...(body === undefined ? {} : { payload: body }),
      });
      // Health opens by itself, after the rest.
      if (answer.statusCode !== 503) return answer.body === '' ? null : answer.json();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return { call, close: () => gateway.close() };
}

t.test('history outlives a restart, and a candidate is found out on a real server', async (t) => {
  const data = await embeddedFolder();
  t.teardown(() => rm(data, { recursive: true, force: true }));
  const sandbox = await startSandbox({ libraries: ['demo-chem'], delays: false });
  t.teardown(() => sandbox.close());
  const [document] = sandbox.documents;
  if (document === undefined) throw new Error('no demo-chem');

  const first = await start(data, sandbox);
  t.match(await first.call('GET', '/libraries/demo-chem/health'), { state: 'unknown' });
  const elsewhere = { ...document.connector, holdings: { tag: '995', callNumber: { whole: 'k' } } };
  const shadow = '/libraries/demo-chem/shadow';
  await first.call('PUT', shadow, { ...document, connector: elsewhere });
  for (const word of ['分析化学', '有机化学', '高分子']) {
    const answer = await first.call('GET', `/search?q=${encodeURIComponent(word)}`);
    t.match(answer.libraries, [{ state: /^answered/ }], 'readers see nothing of it');
  }
  const compared = async () => {
    for (;;) {
      const report = await first.call('GET', shadow);
      if (report.compared > 0) return report;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const report = await compared();
  t.equal(report.hits.equal, report.compared, 'the same records are found');
  t.ok(report.records.different > 0);
  t.equal(report.records.same, 0);
  t.same(Object.keys(report.fields).toSorted(), ['callNumber', 'copies']);
  t.ok(report.candidate.latency.total.count > 0);
  await first.close();

  const second = await start(data, sandbox);
  t.teardown(() => second.close());
  const health = await second.call('GET', '/libraries/demo-chem/health');
  t.match(health, { state: 'well', availability: { '7d': { share: 1, hoursAsked: Number } } });
  t.equal(health.latency.total.count, 3);
  t.ok(health.latency.search.p50Ms > 0, 'the time until the count');
  t.equal((await second.call('GET', shadow)).compared, report.compared);
});
