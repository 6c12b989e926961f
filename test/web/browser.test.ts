import type { AddressInfo } from 'node:net';
import t from 'tap';
import { startBrowser } from '../support/browser.ts';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';
import { withoutPrograms } from '../support/requirements.ts';

const hostile = '"><script>document.title="owned"</script><img src=x onerror="document.title=1">';

t.test('in a browser', { skip: withoutPrograms('chromium'), timeout: 60_000 }, async (t) => {
  const gateway = await startTestGateway(
    [minimalDocument('lib1'), minimalDocument('lib2'), minimalDocument('lib3')],
    {
      lib1: { records: [{ title: '化学工程实验' }, { title: hostile }] },
      lib2: { records: [{ title: '后到的书' }], afterMs: 2500 },
      lib3: { fails: 'unreachable' },
    },
  );
  t.teardown(() => gateway.close());
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.app.server.address() as AddressInfo;
  const browser = await startBrowser();
  t.teardown(() => browser.close());

  t.test('the list grows while libraries answer, and nothing of a record runs', async (t) => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/?lang=zh`);
    await page.fill('#q', '化学');
    await page.click('button[type=submit]');
    await page.waitForSelector('[data-library="lib1"][data-state="answered"]');
    t.match(await page.getAttribute('[data-library="lib2"]', 'data-state'), /asking|slow/);
    t.notMatch(await page.textContent('.lines'), '后到的书');
    await page.waitForSelector('#results[data-state="complete"]');
    t.match(await page.textContent('.lines'), '后到的书');
    t.match(await page.textContent('.summary'), '3 馆中 2 馆已返回 · 1 馆未能应答');
    t.match(await page.textContent('.lines'), 'document.title');
    t.notMatch(await page.title(), /owned|^1$/);
    t.match(await page.textContent('[data-holder="lib1"] .status'), '状态未知');
    await page.click('[data-record] .ask-now');
    await page.waitForSelector('[data-holder="lib1"] .status:has-text("该馆未说明在架情况")');
    t.same(complaints, []);
    await page.close();
  });

  t.test('without script the page refreshes itself until the search has ended', async (t) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/?lang=en&q=工程&libraries=lib1&libraries=lib2`);
    t.match(await page.textContent('.lines'), '化学工程实验');
    await page.waitForSelector('[data-library="lib2"][data-state="answered"]', { timeout: 10_000 });
    t.match(await page.textContent('.lines'), '后到的书');
    t.equal(await page.$('meta[http-equiv=refresh]'), null);
    await context.close();
  });
});
