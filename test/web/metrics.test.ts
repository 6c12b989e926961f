import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';

const gateway = await startTestGateway([minimalDocument('lib1'), minimalDocument('lib2')], {
  lib1: { records: [{ title: '化学' }] },
  lib2: { fails: 'unreachable' },
});
t.teardown(() => gateway.close());

t.test('counts answers by library, state and cause, and never what was asked', async (t) => {
  await gateway.app.inject({ method: 'GET', url: '/api/v1/search?q=化学' });
  const answer = await gateway.app.inject({ method: 'GET', url: '/metrics' });
  t.match(answer.headers['content-type'], 'text/plain');
  t.match(
    answer.body,
    /guanji_library_answers_total\{library="lib1",state="answered",cause="none"\} 1/,
  );
  t.match(
    answer.body,
    /guanji_library_answers_total\{library="lib2",state="unreachable",cause="[a-z_]+"\} 1/,
  );
  t.match(
    answer.body,
    /guanji_http_request_seconds_count\{route="\/api\/v1\/search",status="200"\} 1/,
  );
  t.match(answer.body, /guanji_searches_running 0/);
  t.notMatch(answer.body, '化学');
});

t.test('answers callers on this machine only', async (t) => {
  const answer = await gateway.app.inject({
    method: 'GET',
    url: '/metrics',
    remoteAddress: '192.0.2.7',
  });
  t.equal(answer.statusCode, 403);
});

t.test('dashboard and alerts name only numbers that exist', async (t) => {
  const { body } = await gateway.app.inject({ method: 'GET', url: '/metrics' });
  const folder = join(import.meta.dirname, '../../config/monitoring');
  const dashboard = await readFile(join(folder, 'dashboard.json'), 'utf8');
  const alerts = await readFile(join(folder, 'alerts.yaml'), 'utf8');
  t.ok(JSON.parse(dashboard).panels.length > 5);
  t.ok(parse(alerts).groups[0].rules.length > 3);
  const names = new Set((dashboard + alerts).match(/guanji_[a-z0-9_]+/g));
  for (const name of names) {
    const family = name.replace(/_(bucket|count|sum)$/, '');
    t.match(body, new RegExp(`^# TYPE ${family} `, 'm'), name);
  }
});
