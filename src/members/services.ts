import type { LibraryDocument } from './document.ts';

type Services = LibraryDocument['services'];
/** `true`, `false`, or days between which a service is offered. */
type Service = Services['lend'];

export const serviceNames = ['search', 'lend', 'borrow', 'copy'] as const;
export type ServiceName = (typeof serviceNames)[number];

const defaultTimezone = 'Asia/Shanghai';
const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 64;

/**
 * Whether the library offers a service at this moment, by its own calendar days: both ends of a dated
 * service are days of it, so that one that ends on 30 November is offered for all of that day.
 */
export function isOffered(library: LibraryDocument, name: ServiceName, now: Date): boolean {
  const service: Service = library.services[name];
  if (typeof service !== 'object') return service !== false;
  const today = dayIn(library.calendar.timezone ?? defaultTimezone, now);
  return (service.from ?? today) <= today && today <= (service.to ?? today);
}

/** The day it is in a time zone, as `2026-11-20`; a zone that is not known counts as the default one. */
function dayIn(timezone: string, now: Date): string {
  let format = formats.get(timezone);
  if (format === undefined) {
    if (formats.size >= maxFormats) formats.clear();
    format = formatOf(timezone);
    formats.set(timezone, format);
  }
  return format.format(now);
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const timeZone = isTimezone(timezone) ? timezone : defaultTimezone;
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
