import { addDays, type Day, dayNumber, dayOf, isDay, weekday } from './dates.ts';

/** A library's calendar as its document gives it: days (`2026-01-17`) or ranges (`from/to`). */
export interface CalendarDocument {
  readonly timezone: string;
  readonly closed: readonly string[];
  /** Working days that would be closed otherwise: make-up days (调休) and open weekends. */
  readonly open: readonly string[];
  /** False for a library whose due dates stand through its vacations. */
  readonly movesDueDates: boolean;
}

export interface Calendar {
  readonly timezone: string;
  readonly movesDueDates: boolean;
  /** Whether the desk works that day: Monday to Friday, without what is closed, with what is open. */
  isWorkingDay(day: Day): boolean;
  /** Whether the day lies in a vacation or holiday that the library named. */
  isClosed(day: Day): boolean;
}

export const everydayCalendar: CalendarDocument = {
  timezone: 'Asia/Shanghai',
  closed: [],
  open: [],
  movesDueDates: true,
};

/** No search for an open day goes further than this. */
const maxDaysAhead = 800;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A day or `from/to`, both ends included; null for anything else. */
export function readRange(text: string): Range | null {
  const [from = '', to = from, ...rest] = text.split('/').map((part) => part.trim());
  if (rest.length > 0 || !isDay(from) || !isDay(to)) return null;
  const range = { from: dayNumber(from), to: dayNumber(to) };
  return range.to < range.from ? null : range;
}

/** A document never changes, so what was read of it once stays good. */
const known = new WeakMap<CalendarDocument, Calendar>();

/** The calendar of a document; an entry that is no day or range is left out (`faultsOf` names it). */
export function createCalendar(document: CalendarDocument): Calendar {
  const kept = known.get(document);
  if (kept !== undefined) return kept;
  const calendar = readCalendar(document);
  known.set(document, calendar);
  return calendar;
}

function readCalendar(document: CalendarDocument): Calendar {
  const closed = rangesOf(document.closed);
  const open = rangesOf(document.open);
  const within = (ranges: readonly Range[], day: number) =>
    ranges.some((range) => range.from <= day && day <= range.to);
  return {
    timezone: document.timezone,
    movesDueDates: document.movesDueDates,
    isWorkingDay(day) {
      const number = dayNumber(day);
      if (within(open, number)) return true;
      if (within(closed, number)) return false;
      const name = weekday(day);
      return name !== 0 && name !== 6;
    },
    isClosed(day) {
      const number = dayNumber(day);
      return within(closed, number) && !within(open, number);
    },
  };
}

function rangesOf(entries: readonly string[]): readonly Range[] {
  return entries.map(readRange).filter((range) => range !== null);
}

/** Entries of a calendar that are neither a day nor a range. */
export function faultsOf(document: CalendarDocument): readonly string[] {
  return [...document.closed, ...document.open].filter((entry) => readRange(entry) === null);
}

/**
 * The day so many working days after this one; the day itself never counts. A calendar that is
 * closed for more than two years ahead ends the search there.
 */
export function addWorkingDays(calendar: Calendar, day: Day, days: number): Day {
  let number = dayNumber(day);
  let left = days;
  for (let step = 0; left > 0 && step < maxDaysAhead; step++) {
    number += 1;
    if (calendar.isWorkingDay(dayOf(number))) left -= 1;
  }
  return dayOf(number);
}

/** Working days after `from` up to and with `to`; 0 if `to` is not later. */
export function workingDaysBetween(calendar: Calendar, from: Day, to: Day): number {
  const last = dayNumber(to);
  let count = 0;
  for (let number = dayNumber(from) + 1; number <= last; number++) {
    if (calendar.isWorkingDay(dayOf(number))) count += 1;
  }
  return count;
}

/** This day if the test holds, else the next one for which it does. */
export function nextDay(day: Day, holds: (day: Day) => boolean): Day {
  for (let candidate = day, step = 0; step < maxDaysAhead; step++) {
    if (holds(candidate)) return candidate;
    candidate = addDays(candidate, 1);
  }
  return day;
}

/** How one duration of a policy is counted. */
export interface Duration {
  readonly count: number;
  readonly unit: 'hours' | 'days' | 'working_days' | 'months';
}
