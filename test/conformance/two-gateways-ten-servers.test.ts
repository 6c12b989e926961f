import { pino } from 'pino';
import t from 'tap';
import { createGateway } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { cacheUrl, flushPrefix, newPrefix, withoutRedis } from '../support/redis.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { startBalancer } from '../support/round-robin.ts';
import { type Door, doorAt } from '../support/search-suite.ts';
import { tenServers } from '../support/ten-servers.ts';

const skip = withoutPrograms('zebrasrv', 'zebraidx', 'yaz-ztest') || (await withoutRedis());

/** What the answers of ten real servers must be, whoever asks them. */
async function tenServersSuite(
  t: Pick<typeof import('tap').t, 'equal' | 'match' | 'ok'>,
  ids: readonly string[],
  door: Door,
) {
  const libraries = `libraries=${ids.join(',')}`;
  const url = `/api/v1/search?q=化学工程&${libraries}&wait=10000&size=10`;
  const answer = (await door.ask('GET', url)).json();
  t.equal(answer.state, 'complete');
  const hits: Record<string, number> = {};
  for (const { id, state, hits: found } of answer.libraries) {
    t.match(state, id === 'zebra-marc8' ? /^empty$/ : /^(answered|empty)$/, id);
    hits[id] = found;
  }
  t.match(hits, { 'zebra-utf8': 20, 'zebra-gb': 20, 'zebra-sru11': 20, 'zebra-sru12': 20 });
  const line = answer.records.find(({ title }: { title: string }) => title === '化学工程实验');
  t.equal(new Set(line.holdings.map((one: { library: string }) => one.library)).size, 4);
  const ofPages: string[] = [];
  for (let page = 1; page <= 3; page++) {
    const next = (await door.ask('GET', `/api/v1/search/${answer.id}?page=${page}&size=10`)).json();
    t.equal(next.total >= answer.total, true);
    ofPages.push(...next.records.map(({ id }: { id: string }) => id));
  }
  t.equal(new Set(ofPages).size, ofPages.length, 'pages of one list have no line twice');
  for (const { id } of [line, ...answer.records.slice(0, 3)]) {
    const record = (await door.ask('GET', `/api/v1/records/${id}`)).json();
    t.equal(record.record.id, id);
    for (const { library, localId } of record.sources) {
      if (localId.startsWith(`${library}:`)) continue;
      const single = await door.ask(
        'GET',
        `/api/v1/libraries/${library}/records/${encodeURIComponent(localId)}`,
      );
      t.equal(single.status, 200, `${library} ${localId}`);
    }
  }
  const own = (await door.ask('GET', `/api/v1/search/${answer.id}/libraries/zebra-gb`)).json();
  t.match(own, { hits: 20, pages: 1 });
  t.equal(own.records.length, 20);
  const again = (await door.ask('GET', url)).json();
  t.ok(
    again.libraries.every(({ cached }: { cached: boolean }) => cached),
    'asked once by whoever was first',
  );
}

t.test('ten real servers, one gateway and two', { skip, timeout: 90_000 }, async (t) => {
  const servers = await tenServers();
  t.teardown(() => servers.stop());
  const ids = servers.documents.map(({ id }) => id);
  const start = async (
    t: Pick<typeof import('tap').t, 'teardown' | 'testdir'>,
    prefix: string | null,
  ) => {
    const read = await readSettings(prefix === null ? {} : { CACHE_URL: cacheUrl });
    const cache = { ...read.cache, prefix: prefix ?? read.cache.prefix };
    // Three databases would be made, and a search needs none.
    const loans = { ...read.loans, enabled: false };
    const settings = { ...read, connectors: null, data: t.testdir({}), cache, loans };
    const demonstration = { documents: servers.documents, defaultLibraries: ids };
    const gateway = await createGateway(settings, {}, demonstration, pino({ level: 'silent' }));
    t.teardown(() => gateway.close());
    return gateway.server.listen({ host: '127.0.0.1', port: 0 });
  };
  await t.test('one', async (t) => {
    await tenServersSuite(t, ids, doorAt(await start(t, null)));
  });
  await t.test('two behind a balancer, with one Redis', async (t) => {
    const prefix = newPrefix();
    t.teardown(() => flushPrefix(prefix));
    const balancer = await startBalancer([await start(t, prefix), await start(t, prefix)]);
    t.teardown(() => balancer.close());
    await tenServersSuite(t, ids, doorAt(balancer.address));
  });
});
