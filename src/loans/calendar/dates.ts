/**
 * Days of the civil calendar, as ISO text (`2026-11-20`). A day has no time zone; an instant becomes
 * a day only in a named zone. Nothing here reads a clock.
 */
export type Day = string;

const dayMs = 86_400_000;
const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Days since 1970-01-01. Throws RangeError for text that is no day. */
export function dayNumber(day: Day): number {
  const match = dayPattern.exec(day);
  const time = match === null ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    throw new RangeError(`${day} is not a day`);
  }
  return time / dayMs;
}

export function isDay(text: string): boolean {
  if (!dayPattern.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

export function dayOf(number: number): Day {
  return new Date(number * dayMs).toISOString().slice(0, 10);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(dayNumber(day) + days);
}

/** The same day of a later month, or that month's last day where it has no such day. */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const first = Date.UTC(Math.floor(index / 12), index % 12, 1);
  const length = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
  return dayOf(first / dayMs + Math.min(date, length) - 1);
}

/** 0 for Sunday to 6 for Saturday. */
export function weekday(day: Day): number {
  return (((dayNumber(day) + 4) % 7) + 7) % 7;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 64;

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  if (formats.size >= maxFormats) formats.clear();
  formats.set(timezone, format);
  return format;
}

/** One piece of work asks for the same instant many times. */
let last = { time: Number.NaN, timezone: '', wall: 0 };

/** What a wall clock in the zone shows, as milliseconds of a clock without a zone. */
function wallTime(instant: Date, timezone: string): number {
  const time = instant.getTime();
  if (time === last.time && timezone === last.timezone) return last.wall;
  const wall = readWall(instant, timezone);
  last = { time, timezone, wall };
  return wall;
}

function readWall(instant: Date, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(instant)) {
    if (type !== 'literal') parts[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The day that it is in the zone at this instant. */
export function dayAt(instant: Date, timezone: string): Day {
  return dayOf(Math.floor(wallTime(instant, timezone) / dayMs));
}

/** Day and minute that a wall clock in the zone shows, as people are told: `2026-11-20 08:30`. */
export function minuteAt(instant: Date, timezone: string): string {
  return new Date(wallTime(instant, timezone)).toISOString().slice(0, 16).replace('T', ' ');
}

/** The instant at which a wall clock in the zone shows this day and time (`HH:MM:SS`). */
export function instantOf(day: Day, time: string, timezone: string): Date {
  const wanted = Date.parse(`${day}T${time}Z`);
  // Two rounds settle a zone whose offset differs on the two sides of the first guess.
  let guess = wanted;
  for (let round = 0; round < 2; round++) {
    guess += wanted - wallTime(new Date(guess), timezone);
  }
  return new Date(guess);
}

/** The last second of the day in the zone: what is due on a day is late after it. */
export function endOfDay(day: Day, timezone: string): Date {
  return instantOf(day, '23:59:59', timezone);
}
