import { createServer } from 'node:net';
import { pino } from 'pino';
import t from 'tap';
import { createFederation, type Federation } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { parseReaderQuery } from '../../src/query/index.ts';
import type { SearchAnswer, View } from '../../src/search/types.ts';
import { withoutPrograms } from '../support/requirements.ts';
import { library, tenServers } from '../support/ten-servers.ts';

const skip = withoutPrograms('zebrasrv', 'zebraidx', 'yaz-ztest');
const view: View = { page: 1, size: 100, sort: 'relevance', filters: [], timings: false };
const host = '127.0.0.1';

function ask(federation: Federation, text: string, ids: readonly string[], waitMs: number) {
  const { query, cql } = parseReaderQuery(text, { syntax: 'auto', index: 'any' });
  return federation.engine.start({
    query,
    cql,
    libraries: ids,
    sort: 'relevance',
    waitMs,
    refresh: true,
  });
}

async function federationOf(documents: readonly LibraryInput[]): Promise<Federation> {
  const settings = { ...(await readSettings({})), connectors: null };
  const demonstration = { documents, defaultLibraries: [] };
  return createFederation(settings, {}, demonstration, pino({ level: 'silent' }));
}

const stateOf = (answer: SearchAnswer, id: string) =>
  answer.libraries.find((library) => library.id === id)?.state;

t.test('ten real servers answer one search', { skip, timeout: 60_000 }, async (t) => {
  const servers = await tenServers();
  t.teardown(() => servers.stop());
  const ids = servers.documents.map(({ id }) => id);
  const federation = await federationOf(servers.documents);
  t.teardown(() => federation.close());

  const search = ask(federation, '化学工程', ids, 10_000);
  await search.wait('complete');
  const answer = search.answer(view);
  t.equal(answer.state, 'complete');
  for (const id of ids) {
    const expected = id === 'zebra-marc8' ? /^empty$/ : /^(answered|empty)$/;
    t.match(stateOf(answer, id), expected, id);
  }
  for (const id of ['zebra-utf8', 'zebra-gb', 'zebra-sru11', 'zebra-sru12']) {
    const found = answer.libraries.find((one) => one.id === id);
    t.equal(found?.hits, 20, `${id} finds what it holds, in its own charset`);
  }
  const shared = answer.records.find(({ title }) => title === '化学工程实验');
  t.same(
    [...new Set(shared?.holdings.map((holding) => holding.library))].sort(),
    ['zebra-gb', 'zebra-sru11', 'zebra-sru12', 'zebra-utf8'],
    'the same edition over two protocols and two charsets is one line',
  );

  const latin = ask(federation, 'Wärmelehre', ['zebra-marc8'], 10_000);
  await latin.wait('complete');
  t.ok(latin.answer(view).records.some(({ authors }) => authors.includes('Müller, Jörg')));

  t.test(
    'and when one is stopped and one hangs, the others are there at the deadline',
    async (t) => {
      await servers.zebras[3]?.stop();
      const hung = createServer((socket) => socket.resume());
      await new Promise<void>((resolve) => hung.listen(0, host, resolve));
      const address = hung.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const hangs = library('hung', { protocol: 'z3950', host, port, database: 'x' });
      const rest = servers.documents.filter(({ id }) => id !== 'ztest-opac');
      const second = await federationOf([...rest, hangs]);
      const started = performance.now();
      const late = ask(second, '化学工程', [...rest.map(({ id }) => id), 'hung'], 1500);
      await late.wait('complete');
      const elapsedMs = performance.now() - started;
      const closed = late.answer(view);
      t.equal(closed.state, 'closed');
      t.equal(stateOf(closed, 'zebra-sru11'), 'unreachable');
      t.equal(stateOf(closed, 'hung'), 'timed_out');
      t.equal(stateOf(closed, 'zebra-utf8'), 'answered');
      t.ok(closed.records.length > 0);
      t.ok(
        elapsedMs >= 1400 && elapsedMs < 3000,
        'it ended by the deadline, not by the hung library',
      );
      for (const one of closed.libraries) {
        if (['unreachable', 'timed_out'].includes(one.state)) t.notOk('hits' in one, one.id);
      }
      await second.close();
      await new Promise<void>((resolve) => hung.close(() => resolve()));
    },
  );
});
