import t from 'tap';
import { createComposer, type SharedLists } from '../../src/search/list.ts';
import { rankTerms } from '../../src/search/rank-terms.ts';
import { createTurns } from '../../src/search/turns.ts';
import { createVirtualClock } from '../support/clock.ts';
import { sourceOf } from '../support/connectors.ts';
import { books, words } from '../support/searches.ts';

const unshared: SharedLists = { get: () => undefined, set: () => {} };

t.test('work goes in turns, and who is waited for goes first', async (t) => {
  const clock = createVirtualClock();
  const turns = createTurns(clock);
  const done: string[] = [];
  turns.take(() => done.push('a'));
  turns.take(() => done.push('b'));
  void turns.next().then(() => done.push('waited for'));
  t.same(done, []);
  await clock.advance(0);
  t.same(done, ['waited for', 'a', 'b']);
});

t.test('a piece that fails does not stop the others', async (t) => {
  const clock = createVirtualClock();
  const turns = createTurns(clock);
  let done = 0;
  turns.take(() => {
    throw new Error('a bug');
  });
  turns.take(() => done++);
  await t.rejects(clock.advance(0), { message: 'a bug' });
  await clock.advance(0);
  t.equal(done, 1);
});

t.test('a list is prepared in portions, and is the same list in the end', async (t) => {
  const sources = books(900).map((book, i) => sourceOf('a', i + 1, book));
  const make = () => createComposer(rankTerms(words('化学')), unshared, () => null);
  const prepared = make();
  prepared.add(sources);
  let portions = 1;
  while (prepared.prepare()) portions++;
  t.equal(portions, 5);
  const whole = make();
  whole.add(sources);
  t.same(
    prepared.list().lines.map(({ record }) => record),
    whole.list().lines.map(({ record }) => record),
  );
});
