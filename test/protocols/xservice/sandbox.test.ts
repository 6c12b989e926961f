import t from 'tap';
import type { LibraryDocument, XserviceSettings } from '../../../src/members/document.ts';
import { createXserviceOperations } from '../../../src/protocols/xservice/operations.ts';
import { createCatalogue } from '../../../src/sandbox/catalogue/catalogue.ts';
import { createFaultSwitch } from '../../../src/sandbox/faults.ts';
import { profiles } from '../../../src/sandbox/libraries.ts';
import type { Profile } from '../../../src/sandbox/profile.ts';
import { createSearcher } from '../../../src/sandbox/search/search.ts';
import { serveWeb } from '../../../src/sandbox/servers/web.ts';
import { createXserviceApplication } from '../../../src/sandbox/servers/xservice/server.ts';
import { scripted } from '../scripted.ts';
import { dependencies, library } from '../support.ts';

const tools = dependencies();
t.teardown(() => tools.close());

const call = () => ({
  signal: new AbortController().signal,
  deadline: performance.now() + 5000,
});

/** The stand-in of an X-Server, with so many copies in one answer of an operation that continues. */
async function serve(itemsAtOnce: number) {
  const profile = profiles.find(({ id }) => id === 'demo-med') as Profile;
  const catalogue = createCatalogue(profile);
  const settings = {
    bases: ['MED01'],
    admLibrary: 'MED50',
    maxEntries: 50,
    itemsAtOnce,
    onShelf: 'On Shelf',
    staff: null,
  };
  const application = createXserviceApplication({
    catalogue,
    searcher: createSearcher(catalogue),
    settings,
  });
  const faults = createFaultSwitch('xservice', null);
  const listener = await serveWeb(application, { delayMs: 0, faults, port: 0 });
  t.teardown(() => listener.close());
  const document = library({
    protocol: 'xservice',
    url: `http://127.0.0.1:${listener.port}/X`,
    bases: ['MED01'],
    admLibrary: 'MED50',
    records: 'marc21',
  });
  const operations = createXserviceOperations(document as LibraryDocument<XserviceSettings>, tools);
  return { catalogue, operations };
}

t.test('asks on from each start point until every copy is there', async (t) => {
  const { catalogue, operations } = await serve(1);
  const several = catalogue.records.find(({ copies }) => copies.length > 2);
  const document = several?.localId ?? '';
  const barcodes = several?.copies.map(({ barcode }) => barcode);
  t.ok((barcodes?.length ?? 0) > 2);
  const items = await operations.itemDataAll('MED01', document, call());
  t.same(items.ok && items.value.map(({ item }) => item.barcode), barcodes);
  const status = await operations.circStatusAll('MED01', document, call());
  t.same(status.ok && status.value.map(({ item }) => item.barcode), barcodes);
  const unknown = await operations.itemDataAll('MED01', '999999999', call());
  t.match(unknown, { ok: false, reasons: [/^Document: 999999999 doesn't exist/] });
});

t.test('reads one document by its number as a search would', async (t) => {
  const { catalogue, operations } = await serve(990);
  const [record] = catalogue.records;
  const found = await operations.findDocument('MED01', record?.localId ?? '', call());
  t.match(found, {
    ok: true,
    value: {
      localId: record?.localId,
      record: { title: /./ },
      syntax: 'oai_marc',
      charset: 'utf-8',
    },
  });
  t.equal(found.ok && found.value.marc?.fields.some(({ tag }) => tag === 'CAT'), false);
  t.match(found.ok && Buffer.from(found.value.raw).toString(), /^<oai_marc/);
  const unknown = await operations.findDocument('MED01', '999999999', call());
  t.match(unknown, { ok: false, reasons: [/doesn't exist/] });
});

t.test('tells how the copies of a page of documents stand, in one question', async (t) => {
  const { catalogue, operations } = await serve(990);
  const known = catalogue.records.slice(0, 20);
  const numbers = [...known.map(({ localId }) => localId), '999999999'];
  const answer = await operations.availability('MED01', numbers, call());
  t.ok(answer.ok);
  if (!answer.ok) return;
  t.same(
    answer.value.map(({ document }) => document),
    numbers,
  );
  t.equal(answer.value.at(-1)?.copies, null);
  for (const [at, { copies }] of known.entries()) {
    const told = answer.value[at]?.copies ?? [];
    const count = told.reduce((sum, { items }) => sum + (items ?? 0), 0);
    const lent = told.reduce((sum, one) => sum + (one.lent ?? 0), 0);
    t.equal(count, copies.length);
    t.equal(lent, copies.filter(({ status }) => status === 'on_loan').length);
    for (const one of told) {
      t.equal(one.status, one.lent === one.items ? 'unavailable' : 'available');
    }
  }
});

t.test('follows no start point that stands still, and not for ever one that moves', async (t) => {
  for (const [start, requests] of [
    [() => '000000990', 2],
    [(count: number) => String(count * 990).padStart(9, '0'), 20],
  ] as const) {
    const server = await scripted((_seen, _response, count) => {
      const item = '<item><rec-key>000000001000010</rec-key></item>';
      return `<item-data-multi>${item}<start-point>${start(count)}</start-point></item-data-multi>`;
    });
    const document = library({ protocol: 'xservice', url: server.url });
    const asked = createXserviceOperations(document as LibraryDocument<XserviceSettings>, tools);
    const answer = await asked.itemDataAll('MAI01', '1', call());
    t.equal(answer.ok && answer.value.length, requests);
    t.equal(server.seen.length, requests);
    t.equal(server.seen[1]?.parameters.get('start_point'), '000000990');
    await server.close();
  }
});
