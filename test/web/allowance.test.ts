import t from 'tap';
import { createAllowance, payFor } from '../../src/web/allowance.ts';
import { ProblemError } from '../../src/web/problem.ts';

t.test('counts every library of a search, and fills up evenly', async (t) => {
  let now = 0;
  const allowance = createAllowance(60, () => now);
  for (let search = 0; search < 6; search++) t.equal(allowance.take('a', 10), 0);
  t.equal(allowance.take('a', 10), 10_000, 'ten libraries are paid again after ten seconds');
  t.equal(allowance.take('b', 10), 0, 'another client has a purse of its own');
  now += 9_999;
  t.ok(allowance.take('a', 10) > 0);
  now += 10;
  t.equal(allowance.take('a', 10), 0);
});

t.test('no search is impossible, and without a limit all are free', async (t) => {
  t.equal(createAllowance(5, () => 0).take('a', 11), 0);
  const free = createAllowance(null);
  t.equal(free.take('a', 1_000_000), 0);
});

t.test('a client that asks too much is told when to come back', async (t) => {
  const allowance = createAllowance(10, () => 0);
  payFor(allowance, 'a', 10);
  try {
    payFor(allowance, 'a', 5);
    t.fail('it was let through');
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    t.equal(error.status, 429);
    t.equal(error.headers['retry-after'], '30');
  }
});
