import { addWorkingDays, type Calendar, type Duration, nextDay } from './calendar.ts';
import { addDays, addMonths, type Day, dayAt, endOfDay } from './dates.ts';

/**
 * When something that starts now has to be done. Hours run by the clock, through nights and
 * vacations; days end with the day in the calendar's zone; working days pause while the desk is
 * closed. Pure, so that a stored deadline can be worked out again from the event that set it.
 */
export function deadline(start: Date, duration: Duration, calendar: Calendar): Date {
  if (duration.unit === 'hours') return new Date(start.getTime() + duration.count * 3_600_000);
  const today = dayAt(start, calendar.timezone);
  return endOfDay(dayAfter(today, duration, calendar), calendar.timezone);
}

function dayAfter(today: Day, duration: Duration, calendar: Calendar): Day {
  switch (duration.unit) {
    case 'working_days':
      return addWorkingDays(calendar, today, duration.count);
    case 'months':
      return addMonths(today, duration.count);
    default:
      return addDays(today, duration.count);
  }
}

/**
 * The day a loan is due: the period counted from the day it was lent, then moved out of vacations.
 * It moves while the home library's desk, which takes the book back, is closed for a vacation, and
 * while the lender is; a lender whose dates stand (`movesDueDates: false`) moves nothing, whatever
 * the home library does. Weekends alone move nothing: a book can be handed in on the Friday.
 */
export function dueDay(
  lentOn: Day,
  period: Duration,
  calendars: { readonly lender: Calendar; readonly home: Calendar },
): Day {
  const { lender, home } = calendars;
  const plain = unmovedDay(lentOn, period, lender);
  if (!lender.movesDueDates) return plain;
  const closed = (day: Day) => lender.isClosed(day) || (home.movesDueDates && home.isClosed(day));
  if (!closed(plain)) return plain;
  return nextDay(
    plain,
    (day) => !closed(day) && lender.isWorkingDay(day) && home.isWorkingDay(day),
  );
}

/** The day the period alone leads to, whatever vacation it falls into. */
export function unmovedDay(lentOn: Day, period: Duration, lender: Calendar): Day {
  return dayAfter(lentOn, period, lender);
}
