import { rm } from 'node:fs/promises';
import t from 'tap';
import type { LibraryInput } from '../../src/members/document.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { embeddedFolder } from '../support/database.ts';
import { reloadUnderLoad } from '../support/hot-reload.ts';

t.setTimeout(120_000);

/** As often as the test wants, and by as many at once. */
function unlimited(document: LibraryInput): LibraryInput {
  const limits = { pageSize: 20, connections: 4, timeoutMs: 20_000, perMinute: 1_000_000 };
  return { ...document, connector: { ...document.connector, limits } as LibraryInput['connector'] };
}

t.test('no search fails while documents change by file and through the API', async (t) => {
  const libraries = ['demo-chem', 'demo-econ', 'demo-med', 'demo-poly', 'demo-law', 'demo-music'];
  const sandbox = await startSandbox({ delays: false, libraries });
  const data = await embeddedFolder();
  t.teardown(async () => {
    await sandbox.close();
    await rm(data, { recursive: true, force: true });
  });
  const titles = ['化学', '工程', '中国', '实验', '概论', '经济', '音乐', '法律'];
  const report = await reloadUnderLoad({
    documents: sandbox.documents.map(unlimited),
    folder: t.testdir(),
    data,
    clients: 3,
    changes: 24,
    everyMs: 250,
    page: 15,
    query: (n) => titles[n % titles.length] ?? '',
  });
  t.same(report.failures.slice(0, 5), []);
  t.equal(report.failures.length, 0, `${report.asks} asks of ${report.searches} searches`);
  t.same(report.unseen, [], 'every library shows what was written last');
  t.same(report.changed, { files: 12, registered: 12 });
  t.ok(report.searches >= 5 && report.pages >= 5, `${report.searches} ${report.pages}`);
});
