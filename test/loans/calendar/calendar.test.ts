import fc from 'fast-check';
import t from 'tap';
import {
  addWorkingDays,
  type CalendarDocument,
  createCalendar,
  everydayCalendar,
  faultsOf,
  workingDaysBetween,
} from '../../../src/loans/calendar/calendar.ts';
import {
  addDays,
  addMonths,
  dayAt,
  dayNumber,
  dayOf,
  endOfDay,
  instantOf,
  isDay,
  weekday,
} from '../../../src/loans/calendar/dates.ts';
import { deadline, dueDay } from '../../../src/loans/calendar/deadlines.ts';

const plain = createCalendar(everydayCalendar);
const winter: CalendarDocument = {
  ...everydayCalendar,
  closed: ['2026-01-17/2026-02-28', '2026-10-01/2026-10-08'],
  open: ['2026-02-28', '2026-10-10'],
};
const days = fc.integer({ min: dayNumber('1990-01-01'), max: dayNumber('2060-12-31') }).map(dayOf);

t.test('days are reckoned right', async (t) => {
  t.equal(weekday('2026-11-20'), 5);
  t.equal(addDays('2024-02-28', 1), '2024-02-29');
  t.equal(addMonths('2026-01-31', 1), '2026-02-28');
  t.equal(addMonths('2024-01-31', 1), '2024-02-29');
  t.equal(addMonths('2026-12-15', 1), '2027-01-15');
  t.notOk(isDay('2026-02-30'));
  t.throws(() => dayNumber('2026-13-01'), RangeError);
  t.equal(dayAt(new Date('2026-11-19T16:00:00Z'), 'Asia/Shanghai'), '2026-11-20');
  t.equal(endOfDay('2026-11-20', 'Asia/Shanghai').toISOString(), '2026-11-20T15:59:59.000Z');
  // A day on which the clocks of a zone go forward still ends when it ends there.
  t.equal(
    instantOf('2026-03-29', '12:00:00', 'Europe/Berlin').toISOString(),
    '2026-03-29T10:00:00.000Z',
  );
});

t.test('adding a month never leaves the next month, and never goes back', async (t) => {
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 24 }), (day, months) => {
      const later = addMonths(day, months);
      const [year = 0, month = 0] = day.split('-').map(Number);
      const [lateYear = 0, lateMonth = 0] = later.split('-').map(Number);
      return lateYear * 12 + lateMonth === year * 12 + month + months && later >= day;
    }),
  );
  t.pass();
});

t.test('an instant is in the day whose end comes after it', async (t) => {
  const zones = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'UTC');
  const moments = fc.date({
    min: new Date('2000-01-01'),
    max: new Date('2040-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moments, zones, (moment, zone) => {
      const day = dayAt(moment, zone);
      return (
        endOfDay(day, zone).getTime() + 1000 > moment.getTime() &&
        endOfDay(addDays(day, -1), zone).getTime() < moment.getTime()
      );
    }),
  );
  t.pass();
});

t.test('working days pause in vacations and count make-up days', async (t) => {
  const calendar = createCalendar(winter);
  t.equal(addWorkingDays(calendar, '2026-01-16', 1), '2026-02-28', 'a Saturday that is made up');
  t.equal(addWorkingDays(calendar, '2026-09-30', 2), '2026-10-10');
  t.equal(addWorkingDays(plain, '2026-11-20', 1), '2026-11-23');
  t.equal(workingDaysBetween(calendar, '2026-01-16', '2026-03-02'), 2);
  t.ok(calendar.isClosed('2026-01-18') && !calendar.isClosed('2026-02-28'));
});

t.test('so many working days after a day are so many working days between', async (t) => {
  const calendar = createCalendar(winter);
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 60 }), (day, count) => {
      const end = addWorkingDays(calendar, day, count);
      return calendar.isWorkingDay(end) && workingDaysBetween(calendar, day, end) === count;
    }),
  );
  t.pass();
});

t.test('a calendar that never opens ends the search', async (t) => {
  const never = createCalendar({ ...everydayCalendar, closed: ['1900-01-01/2200-01-01'] });
  t.ok(isDay(addWorkingDays(never, '2026-01-01', 5)));
  const calendars = { lender: never, home: never };
  t.ok(isDay(dueDay('2026-01-01', { count: 30, unit: 'days' }, calendars)));
});

t.test('the hour runs by the clock, the promise by working days', async (t) => {
  const friday = new Date('2026-11-20T15:30:00Z');
  t.equal(
    deadline(friday, { count: 1, unit: 'hours' }, plain).toISOString(),
    '2026-11-20T16:30:00.000Z',
  );
  t.equal(
    deadline(friday, { count: 7, unit: 'working_days' }, plain).toISOString(),
    '2026-12-01T15:59:59.000Z',
  );
  t.equal(
    deadline(friday, { count: 7, unit: 'days' }, plain).toISOString(),
    '2026-11-27T15:59:59.000Z',
  );
});

t.test(
  'a due date moves out of the vacation of either desk, but not where the lender’s dates stand',
  async (t) => {
    const home = createCalendar(winter);
    const month = { count: 1, unit: 'months' } as const;
    t.equal(
      dueDay('2025-12-20', month, { lender: plain, home }),
      '2026-03-02',
      'the first day both work',
    );
    const stands = createCalendar({ ...everydayCalendar, movesDueDates: false });
    t.equal(dueDay('2025-12-20', month, { lender: stands, home }), '2026-01-20');
    t.equal(dueDay('2026-05-03', month, { lender: plain, home }), '2026-06-03');
    t.equal(
      dueDay('2026-10-22', month, { lender: plain, home: plain }),
      '2026-11-22',
      'a Sunday stays',
    );
  },
);

t.test('a due date never falls into a vacation and never comes before the plain one', async (t) => {
  const home = createCalendar(winter);
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 90 }), (day, count) => {
      const due = dueDay(day, { count, unit: 'days' }, { lender: plain, home });
      return due >= addDays(day, count) && !home.isClosed(due);
    }),
  );
  t.pass();
});

t.test('entries that are no days are named', async (t) => {
  const document = {
    ...everydayCalendar,
    closed: ['2026-01-17/2026-01-01', 'spring'],
    open: ['2026-02-28'],
  };
  t.same(faultsOf(document), ['2026-01-17/2026-01-01', 'spring']);
});
