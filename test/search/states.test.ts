import t from 'tap';
import { ConnectorError, type ConnectorErrorCode } from '../../src/members/errors.ts';
import type { AnswerState } from '../../src/members/types.ts';
import type { MemberOptions } from '../support/searches.ts';
import { books, consortium, view } from '../support/searches.ts';

const hitsStates = new Set(['answered', 'answered_estimate', 'empty', 'partial', 'stopped']);

async function stateOf(member: MemberOptions, waitMs = 3000) {
  const { clock, engine, request } = consortium({ one: member });
  const search = engine.start(request({ waitMs }));
  await clock.advance(waitMs + 1);
  const answer = search.answer(view);
  await engine.close();
  const [library] = answer.libraries;
  if (!library) throw new Error('no library in the answer');
  if (!hitsStates.has(library.state)) t.notOk('hits' in library, `${library.state} has no count`);
  return { library, answer };
}

t.test('every error of a connector is its own state, without a count', async (t) => {
  const states: Record<Exclude<ConnectorErrorCode, 'stopped'>, AnswerState> = {
    timeout: 'timed_out',
    unreachable: 'unreachable',
    refused: 'refused',
    busy: 'busy',
    unsupported: 'unsupported',
    malformed: 'bad_answer',
    suspended: 'paused',
    maintenance: 'maintenance',
  };
  for (const [code, state] of Object.entries(states)) {
    const error = () =>
      new ConnectorError('one', code as ConnectorErrorCode, 'It failed.', {
        hits: 7,
        reason: `because_${code}`,
        retryAfterMs: 90_000,
      });
    const { library } = await stateOf({ behaviour: { fails: { error } } });
    t.equal(library.state, state);
    t.equal(library.cause, `because_${code}`);
    t.equal(library.fetched, 0);
    t.equal(library.retryAfterMs, 90_000);
    t.not(library.message.zh, '');
  }
});

t.test('answers with a count, an estimate, nothing, a part', async (t) => {
  const cases: [MemberOptions, AnswerState, number][] = [
    [{ behaviour: { books: books(3) } }, 'answered', 3],
    [{ behaviour: { books: books(3), hits: 3, exact: false } }, 'answered_estimate', 3],
    [{ behaviour: { books: [] } }, 'empty', 0],
    [{ behaviour: { books: books(30), incomplete: 'It stopped.' } }, 'partial', 30],
    [{ behaviour: { books: books(3), hits: 9 } }, 'answered_estimate', 9],
  ];
  for (const [member, state, hits] of cases) {
    const { library, answer } = await stateOf(member);
    t.equal(library.state, state);
    t.equal(library.hits, hits);
    t.equal(answer.hitsSum, hits);
    t.equal(answer.state, 'complete');
  }
});

t.test('records and then a failure are a partial answer', async (t) => {
  const error = () => new ConnectorError('one', 'malformed', 'Cut.', { reason: 'truncated' });
  const { library, answer } = await stateOf({
    behaviour: { books: books(10), fails: { error, after: 4 } },
  });
  t.match(library, { state: 'partial', hits: 10, fetched: 4, cause: 'truncated', retryable: true });
  t.equal(answer.total, 4);
});

t.test('records that cannot be read are counted, and alone are no answer', async (t) => {
  const some = await stateOf({ behaviour: { books: books(9), hits: 10, unreadable: 1 } });
  t.match(some.library, { state: 'answered', hits: 10, fetched: 9, unreadable: 1 });
  const all = await stateOf({ behaviour: { books: [], hits: 5, unreadable: 5 } });
  t.match(all.library, { state: 'bad_answer', fetched: 0, unreadable: 5 });
});

t.test('the deadline closes the search and names who did not answer', async (t) => {
  const { clock, engine, request } = consortium({
    fast: { behaviour: { books: books(2), firstMs: 100 } },
    hung: { behaviour: { hangs: 'listening' } },
    deaf: { behaviour: { hangs: 'deaf' } },
    cut: { behaviour: { books: books(5, '物理'), firstMs: 100, totalMs: 99_000 } },
  });
  const search = engine.start(request({ waitMs: 3000 }));
  let closed = -1;
  const begun = clock.now();
  void search.wait('complete').then(() => {
    closed = clock.now() - begun;
  });
  await clock.advance(2999);
  t.equal(search.state, 'running');
  t.same(
    search.answer(view).libraries.map(({ state }) => state),
    ['answered', 'slow', 'slow', 'slow'],
  );
  await clock.advance(1);
  t.equal(closed, 3000);
  t.equal(search.state, 'closed');
  const answer = search.answer(view);
  t.same(
    answer.libraries.map(({ id, state, fetched }) => [id, state, fetched]),
    [
      ['fast', 'answered', 2],
      ['hung', 'timed_out', 0],
      ['deaf', 'timed_out', 0],
      ['cut', 'partial', 5],
    ],
  );
  t.equal(answer.total, 7);
  t.equal(answer.elapsedMs, 3000);
});

t.test('a library that is not there any more was not asked', async (t) => {
  const { clock, engine, request } = consortium({ one: { behaviour: { books: books(1) } } });
  const search = engine.start(request({ libraries: ['gone', 'one'] }));
  await clock.advance(1);
  t.match(search.answer(view).libraries, [
    { id: 'gone', state: 'not_asked', fetched: 0 },
    { id: 'one', state: 'answered' },
  ]);
});

t.test('no wait asks no library', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    one: { behaviour: { books: books(1) } },
  });
  const search = engine.start(request({ waitMs: 0 }));
  await clock.advance(1);
  t.equal(search.state, 'closed');
  t.equal(search.answer(view).libraries[0]?.state, 'timed_out');
  t.equal(connectors.one?.asks.length, 0);
});

t.test('cancelling stops the work at once and keeps what came', async (t) => {
  const { clock, engine, request, connectors } = consortium({
    half: { behaviour: { books: books(5), firstMs: 10, totalMs: 5000 } },
    hung: { behaviour: { hangs: 'listening' } },
  });
  const search = engine.start(request());
  await clock.advance(20);
  search.cancel();
  t.equal(search.state, 'closed');
  t.match(search.answer(view).libraries, [
    { state: 'stopped', hits: 5, fetched: 5, retryable: true },
    { state: 'stopped', fetched: 0 },
  ]);
  await clock.advance(1);
  t.equal(connectors.half?.aborted, 1);
  t.equal(connectors.hung?.inFlight, 0);
});

t.test('a bug in one connector is that library alone', async (t) => {
  const { clock, engine, request } = consortium(
    { good: { behaviour: { books: books(1) } }, bad: {} },
    {},
    (connector) =>
      connector.library.id === 'bad'
        ? { ...connector, search: () => Promise.reject(new TypeError('oops')) }
        : connector,
  );
  const search = engine.start(request());
  await clock.advance(1);
  t.match(search.answer(view).libraries, [
    { state: 'answered' },
    { state: 'bad_answer', cause: 'internal_error' },
  ]);
});
