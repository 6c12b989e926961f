import t from 'tap';
import { checkLibrary } from '../../src/members/check.ts';
import { createDirectory } from '../../src/members/directory.ts';
import type { WebContext } from '../../src/web/context.ts';
import { libraryLookup } from '../../src/web/line-export.ts';
import { SruDiagnostic } from '../../src/web/sru/diagnostics.ts';
import { createResultSets } from '../../src/web/sru/result-sets.ts';
import { searchRetrieve } from '../../src/web/sru/search-retrieve.ts';
import { settled } from '../support/clock.ts';
import { minimalDocument } from '../support/documents.ts';
import { books, consortium, type MemberOptions } from '../support/searches.ts';

/** The SRU server over fake libraries on a clock that the test moves. */
function server(members: Readonly<Record<string, MemberOptions>>) {
  const world = consortium(members);
  const directory = createDirectory();
  for (const id of Object.keys(members)) {
    const input = minimalDocument(id);
    const checked = checkLibrary(input, {});
    if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
    directory.put(checked.library, input, 'file');
  }
  const services = {
    context: {
      engine: world.engine,
      directory,
      settings: { search: { maxPageSize: 100, waitMs: 8000 } },
      selection: { groups: [], defaultLibraries: [], maxLibraries: 10 },
    } as unknown as WebContext,
    sets: createResultSets(world.engine, world.clock),
    libraryOf: libraryLookup(directory),
  };
  const ask = (gone: AbortSignal, refresh = false) =>
    searchRetrieve(
      new URLSearchParams({ query: '化学', recordSchema: 'dc' }),
      { version: '2.0', operation: 'searchRetrieve' },
      services,
      { gone, refresh, pay: () => {} },
    );
  return { ...world, ask };
}

t.test('when every client has gone the libraries are left in peace', async (t) => {
  const { ask, clock, connectors } = server({ aa: { behaviour: { hangs: 'listening' } } });
  const one = new AbortController();
  const two = new AbortController();
  const answers = [ask(one.signal), ask(two.signal)].map((answer) =>
    answer.then(
      () => null,
      (error: unknown) => error,
    ),
  );
  await settled();
  t.equal(connectors.aa?.asks.length, 1, 'both wait for one search');
  one.abort();
  await clock.advance(3000);
  t.equal(connectors.aa?.aborted, 0, 'somebody still waits');
  two.abort();
  await clock.advance(1900);
  t.equal(connectors.aa?.aborted, 0);
  await clock.advance(200);
  t.equal(connectors.aa?.aborted, 1);
  for (const error of await Promise.all(answers)) t.ok(error instanceof SruDiagnostic);
});

t.test('a search ends before a client gives up that waits as long as readers do', async (t) => {
  const { ask, clock } = server({
    aa: { behaviour: { books: books(3) } },
    bb: { behaviour: { hangs: 'listening' } },
  });
  let said = '';
  void ask(new AbortController().signal).then((answer) => {
    said = answer;
  });
  await clock.advance(5900);
  t.equal(said, '');
  await clock.advance(200);
  t.match(said, /<numberOfRecords>3</);
  t.match(said, /id="bb" state="timed_out" fetched="0"/);
  t.match(said, /resultCountPrecision\/1\/minimum/);
});

t.test('who asks for it has the libraries asked again', async (t) => {
  const { ask, clock, connectors } = server({ aa: { behaviour: { books: books(3) } } });
  const { signal } = new AbortController();
  for (const refresh of [false, false, true]) {
    const answer = ask(signal, refresh);
    await clock.advance(10);
    t.match(await answer, /<numberOfRecords>3</);
  }
  t.equal(connectors.aa?.asks.length, 2);
});
