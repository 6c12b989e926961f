import { everydayCalendar } from '../../../src/loans/calendar/calendar.ts';
import { eventsOf } from '../../../src/loans/requests/history.ts';
import { getRequest } from '../../../src/loans/requests/read.ts';
import { eachDatabase } from '../../support/database.ts';
import { type LoanWorld, loanLibrary, loanWorld } from '../../support/loans.ts';

/** Both libraries announce a vacation, beginning tomorrow. */
function announceVacation(world: LoanWorld): void {
  const calendar = { ...everydayCalendar, closed: ['2026-11-19/2027-03-01'] };
  world.libraries.set('chem', loanLibrary('chem', '900100', { calendar }));
  world.libraries.set('home', loanLibrary('home', '900001', { calendar }));
}

eachDatabase('a vacation announced later moves no date that was promised', async (t, database) => {
  const world = await loanWorld(database);
  const reader = await world.reader();
  const home = world.staff('home', 'desk_clerk');
  const lender = world.staff('chem', 'desk_clerk');
  const { number } = await world.submit(reader);
  await world.act(lender, number, 'promise');
  const promised = await getRequest(world.context, database.db, reader, number);
  announceVacation(world);
  const told = await getRequest(world.context, database.db, reader, number);
  t.same(told.promisedBy, promised.promisedBy);
  t.same(told.deadline, promised.deadline, 'nor a term that runs');
  await world.act(lender, number, 'lend', { barcodes: ['A1'] });
  const lent = await getRequest(world.context, database.db, reader, number);
  t.equal(lent.dueDate, '2027-03-02', 'a loan made now is due after the vacation');
  world.libraries.set('chem', loanLibrary('chem', '900100'));
  world.libraries.set('home', loanLibrary('home', '900001'));
  await world.act(home, number, 'arrive');
  await world.act(home, number, 'lend_to_reader');
  const after = await getRequest(world.context, database.db, reader, number);
  t.equal(after.dueDate, '2027-03-02', 'and stays due then when the vacation is called off');
  await world.advance(new Date('2027-03-01T15:00:00Z'));
  t.same((await getRequest(world.context, database.db, reader, number)).flags, {});
  await world.advance(new Date('2027-03-02T17:00:00Z'));
  const late = await getRequest(world.context, database.db, reader, number);
  t.match(late.flags, { overdue: String }, 'and is late after it');
});

eachDatabase('how a due date came about stays with the loan', async (t, database) => {
  const world = await loanWorld(database);
  const lender = world.staff('chem', 'desk_clerk');
  const { number } = await world.submit(await world.reader());
  await world.act(lender, number, 'promise');
  announceVacation(world);
  await world.act(lender, number, 'lend', { barcodes: ['A1'] });
  world.libraries.set('chem', loanLibrary('chem', '900100'));
  const events = await eventsOf(database.db, lender, number);
  t.match(events.find(({ action }) => action === 'lend')?.detail, {
    dueDate: '2027-03-02',
    reckoned: { lentOn: '2026-11-18', count: 30, unit: 'days', rule: null, unmoved: '2026-12-18' },
  });
});
