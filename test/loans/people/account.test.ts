import type { Actor } from '../../../src/loans/actor.ts';
import { readAccount } from '../../../src/loans/people/account.ts';
import { eachDatabase } from '../../support/database.ts';
import { loanWorld } from '../../support/loans.ts';
import { refusalOf } from '../../support/people.ts';

eachDatabase('counts volumes against the limit, as policy has it', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const empty = await readAccount(world.context, reader);
  t.match(empty.volumes, { used: 0, limit: 3, rule: null, outstanding: [] });
  const { number } = await world.submit(reader, { volumes: 2 });
  const { volumes } = await readAccount(world.context, reader);
  t.match(volumes, { used: 2, limit: 3 });
  t.match(volumes.outstanding, [{ number, title: '化学工程实验', volumes: 2, lender: 'chem' }]);
  await world.act(reader, number, 'cancel');
  t.match((await readAccount(world.context, reader)).volumes, { used: 0, outstanding: [] });
});

eachDatabase('logs what was asked, of whom, when, and what came of it', async (t, database) => {
  const world = await loanWorld(database, { start: '2026-03-02T02:00:00Z' });
  const reader = await world.reader();
  const lender = world.staff('chem', 'desk_clerk');
  const first = await world.submit(reader);
  await world.act(reader, first.number, 'cancel');
  await world.advance({ days: 3 });
  const second = await world.submit(reader, { citation: { volume: '第2册' } });
  await world.act(lender, second.number, 'promise');
  const { requests, entries } = await readAccount(world.context, reader);
  t.match(requests, [
    {
      number: second.number,
      lender: 'chem',
      lenderName: { zh: '示范chem馆' },
      state: 'PROMISED',
      promisedAt: '2026-03-05T02:00:00.000Z',
      lentAt: null,
      closedAt: null,
      outcome: null,
    },
    { number: first.number, outcome: 'CANCELLED', closedAt: '2026-03-02T02:00:00.000Z' },
  ]);
  t.match(entries.at(0), {
    request: second.number,
    state: 'PROMISED',
    stateName: { zh: '已满足' },
  });
  t.match(
    entries.filter(({ request }) => request === null).map(({ actionName }) => actionName.en),
    ['Approved', 'Registered'],
  );

  const march3 = { from: new Date('2026-03-03T00:00:00Z') };
  const later = await readAccount(world.context, reader, march3);
  t.same(
    later.requests.map(({ number }) => number),
    [second.number],
  );
  t.ok(
    later.entries.length > 0 && later.entries.every(({ at }) => at >= '2026-03-05'),
    'entries of these days only',
  );
  const before = await readAccount(world.context, reader, { to: march3.from });
  t.same(
    before.requests.map(({ number }) => number),
    [first.number],
  );
  const page = await readAccount(world.context, reader, { limit: 1 });
  t.equal(page.requests[0]?.number, second.number);
  const rest = await readAccount(world.context, reader, { limit: 1, after: Number(page.next) });
  t.match(rest, { requests: [{ number: first.number }], next: null });
});

eachDatabase("never shows another reader's", async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  await world.submit(reader);
  const other = await readAccount(world.context, await world.reader());
  t.match(other, { volumes: { used: 0 }, requests: [] });
  t.same(
    other.entries.filter(({ request }) => request !== null),
    [],
  );
  const clerk: Actor = world.staff('home', 'desk_clerk');
  t.match(await refusalOf(readAccount(world.context, clerk)), { code: 'not_found' });
});
