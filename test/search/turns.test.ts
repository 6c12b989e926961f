import t from 'tap';
import { createTurns, turnsOf } from '../../src/members/guards/turns.ts';
import { createComposer, type MergedList, type SharedLists } from '../../src/search/list.ts';
import { rankTerms } from '../../src/search/rank-terms.ts';
import { createVirtualClock } from '../support/clock.ts';
import { sourceOf } from '../support/connectors.ts';
import { books, words } from '../support/searches.ts';

const unshared: SharedLists = { get: () => undefined, set: () => {} };

t.test('work is done in the order it came, and what is waited for goes first', async (t) => {
  const clock = createVirtualClock();
  const turns = createTurns(clock);
  const done: string[] = [];
  const pieces = (name: string, count: number) => {
    let left = count;
    return () => {
      done.push(name);
      left--;
      return left > 0;
    };
  };
  turns.take(pieces('a', 2));
  turns.take(pieces('b', 2));
  void turns.run(pieces('first', 2)).then(() => done.push('first is told'));
  void turns.run(pieces('second', 1));
  void turns.next().then(() => done.push('waited for'));
  t.same(done, []);
  await clock.advance(0);
  t.same(done, [
    ...['first', 'first', 'first is told', 'second', 'waited for'],
    ...['a', 'a', 'b', 'b'],
  ]);
});

t.test('long work lets others by', async (t) => {
  const clock = createVirtualClock();
  const turns = createTurns(clock);
  const done: string[] = [];
  let left = 20;
  turns.take(() => {
    done.push('long');
    left--;
    return left > 0;
  });
  turns.take(() => {
    done.push('short');
    return false;
  });
  await clock.advance(0);
  t.equal(done.indexOf('short'), 6);
  t.equal(done.length, 21);
});

t.test('it is known how long work had to wait', async (t) => {
  const clock = createVirtualClock();
  const turns = createTurns(clock);
  const work = (ms: number) => () => {
    clock.standStill(ms);
    return false;
  };
  turns.take(work(50));
  await clock.advance(0);
  t.equal(turns.behindMs(), 0, 'a moment is no backlog');
  for (let n = 0; n < 10; n++) turns.take(work(50));
  for (let n = 0; n < 5; n++) await clock.advance(0);
  await clock.advance(1000);
  const before = turns.behindMs();
  t.ok(before >= 300 && before <= 500, `${before} of 500 ms`);
  await clock.advance(5000);
  t.equal(turns.behindMs(), before, 'and it ends with the work');
});

t.test('a turn ends after some milliseconds, whatever is left', async (t) => {
  const clock = createVirtualClock();
  const turns = turnsOf(clock);
  t.equal(turns, turnsOf(clock), 'everybody on one clock shares the turns');
  let done = 0;
  for (let work = 0; work < 10; work++) {
    turns.take(() => {
      done++;
      clock.standStill(2);
      return false;
    });
  }
  const seen: number[] = [];
  const look = () => {
    seen.push(done);
    if (done < 10) clock.soon(look);
  };
  clock.soon(look);
  await clock.advance(0);
  for (let passed = 0; passed < 20 && done < 10; passed++) await clock.advance(1);
  t.equal(done, 10);
  const most = Math.max(...seen.map((count, at) => count - (seen[at - 1] ?? 0)));
  t.equal(most, 2, 'others have their turn after 4 ms');
});

t.test('a piece that fails does not stop the others', async (t) => {
  const clock = createVirtualClock();
  const turns = createTurns(clock);
  let done = 0;
  const bug = () => {
    throw new Error('a bug');
  };
  turns.take(bug);
  turns.take(() => {
    done++;
    return false;
  });
  await t.rejects(clock.advance(0), { message: 'a bug' });
  await clock.advance(0);
  t.equal(done, 1);
  const [waited] = await Promise.allSettled([turns.run(bug), clock.advance(0)]);
  t.match(waited, { status: 'rejected', reason: { message: 'a bug' } });
});

t.test('a list made in small pieces is the same list', async (t) => {
  const sources = books(900).map((book, i) => sourceOf('a', i + 1, book));
  const make = () => createComposer(rankTerms(words('化学')), unshared, () => null);
  const stepped = make();
  let pieces = 1;
  for (let at = 0; at < sources.length; at += 300) {
    stepped.add(sources.slice(at, at + 300));
    for (let early = 0; early < 10; early++) stepped.prepare();
    while (stepped.step()) pieces++;
    t.ok(stepped.made);
  }
  t.ok(pieces > 20, 'none of them is large');
  const whole = make();
  whole.add(sources);
  const shown = (list: MergedList) => list.lines.map(({ record }) => record);
  t.same(shown(stepped.list()), shown(whole.list()));
  const halfway = make();
  halfway.add(sources.slice(0, 500));
  for (let some = 0; some < 30; some++) halfway.step();
  halfway.add(sources.slice(500));
  t.notOk(halfway.made);
  t.same(shown(halfway.list()), shown(whole.list()), 'also when it is wanted before it is made');
});
