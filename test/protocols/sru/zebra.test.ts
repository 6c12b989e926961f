import t from 'tap';
import type { LibraryDocument, SruSettings } from '../../../src/members/document.ts';
import { createSruConnector } from '../../../src/protocols/sru/connector.ts';
import { withoutPrograms } from '../../support/requirements.ts';
import { startZebra, type ZebraServer } from '../../support/zebra.ts';
import { ask, dependencies, library, search } from '../support.ts';

type SruLibrary = LibraryDocument<SruSettings>;

t.test('against a real Zebra', { skip: withoutPrograms('zebrasrv', 'zebraidx') }, async (t) => {
  const zebra: ZebraServer = await startZebra();
  const tools = dependencies();
  t.teardown(async () => {
    await tools.close();
    await zebra.stop();
  });
  const connector = (more: object = {}, database = 'latin') =>
    createSruConnector(
      library({ protocol: 'sru', url: zebra.doors.utf8.sru(database), ...more }) as SruLibrary,
      tools,
    );

  for (const version of ['1.1', '1.2', '2.0'] as const) {
    for (const method of ['get', 'post'] as const) {
      t.test(`searches in version ${version} by ${method}`, async (t) => {
        const { outcome, error, records } = await search(
          connector({ version, method }),
          ask('title = chemical', { limit: 4 }),
        );
        t.equal(error, null);
        t.equal(outcome?.hits, 10);
        t.equal(outcome?.exact, true);
        t.equal(records.length, 4);
        t.same(
          records.map(({ position }) => position),
          [1, 2, 3, 4],
        );
        for (const record of records) {
          t.equal(record.record.title, 'Chemical engineering practice');
          t.match(record.localId, /^test\d{5}$/);
          t.match(Buffer.from(record.raw).toString(), /^\s*<record[^]*<\/record>\s*$/);
        }
      });
    }
  }
});
