import t from 'tap';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';

const hostile = '<img src=x onerror=alert(1)>"\'&';
const gateway = await startTestGateway(
  [
    minimalDocument('lib1', { categories: ['engineering'] }),
    minimalDocument('lib2', { categories: ['law'] }),
    minimalDocument('lib3'),
  ],
  {
    lib1: {
      records: [{ title: '化学工程实验', parallelTitle: 'Experiments' }, { title: hostile }],
    },
    lib2: { fails: 'unreachable' },
    lib3: { hangs: true },
  },
);
t.teardown(() => gateway.close());
const page = async (url: string) => (await gateway.app.inject({ method: 'GET', url })).body;

t.test('shows the form with libraries by category, the default set chosen', async (t) => {
  const body = await page('/');
  t.match(body, '<html lang="zh-CN">');
  t.match(body, /<legend>工科类（1）<\/legend>/);
  t.match(body, /value="lib1" checked/);
  t.match(body, 'name="q"');
  t.match(await page('/?lang=en'), 'Choose libraries');
});

t.test('says in words how each library answered, and adds up', async (t) => {
  const body = await page('/?q=化学&libraries=lib1&libraries=lib2');
  t.match(body, '“化学” · 2 馆中 1 馆已返回 · 1 馆未能应答');
  t.match(body, /data-library="lib2" data-state="unreachable"/);
  t.match(body, '无法连接');
  t.match(body, '化学工程实验');
  t.match(body, '= Experiments');
});

t.test('never says nothing was found when nobody answered', async (t) => {
  const body = await page('/?q=化学&libraries=lib2');
  t.notMatch(body, '没有符合的记录');
  t.match(body, '没有图书馆给出应答');
});

t.test('records and queries are text, never markup', async (t) => {
  const body = await page(`/?q=${encodeURIComponent(hostile)}&libraries=lib1`);
  t.notMatch(body, '<img src=x');
  t.match(body, '&lt;img src=x');
});

t.test('grows without script by a refresh that stops when the search has ended', async (t) => {
  const running = await page('/?q=化工&libraries=lib1&libraries=lib3');
  const refresh = /<noscript><meta http-equiv="refresh" content="1; url=([^"]+)">/.exec(
    running,
  )?.[1];
  t.ok(refresh, 'a running search refreshes');
  const again = await page((refresh ?? '').replaceAll('&amp;', '&'));
  t.match(again, '化学工程实验');
  const id = /data-search="([^"]+)"/.exec(again)?.[1];
  await gateway.app.inject({ method: 'DELETE', url: `/api/v1/search/${id}` });
  t.notMatch(await page((refresh ?? '').replaceAll('&amp;', '&')), 'http-equiv="refresh"');
});

t.test('keeps what was entered and names what is wrong with it', async (t) => {
  const answer = await gateway.app.inject({ method: 'GET', url: '/?q=x&libraries=nobody' });
  t.equal(answer.statusCode, 400);
  t.match(answer.body, 'role="alert"');
  t.match(answer.body, 'nobody');
  t.match(answer.body, 'value="x"');
});

t.test('serves its style and script, and a policy that lets nothing else run', async (t) => {
  const answer = await gateway.app.inject({ method: 'GET', url: '/' });
  t.match(answer.headers['content-security-policy'], "default-src 'none'");
  for (const path of answer.body.match(/\/assets\/[^"]+/g) ?? []) {
    const asset = await gateway.app.inject({ method: 'GET', url: path });
    t.equal(asset.statusCode, 200, path);
    t.match(asset.headers['cache-control'], 'immutable');
  }
});
