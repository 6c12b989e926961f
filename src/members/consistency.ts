import type { LibraryInput } from './document.ts';
import type { Problem } from './faults.ts';
import { isTimezone, serviceNames } from './services.ts';

/** What is wrong with a document although each of its keys is well formed. */
export function inconsistencies(input: LibraryInput): readonly Problem[] {
  return [
    ...(input.parent === input.id
      ? [{ pointer: '/parent', message: 'is the library itself' }]
      : []),
    ...repeatedCampuses(input),
    ...serviceProblems(input),
    ...calendarProblems(input),
  ];
}

function repeatedCampuses({ campuses = [] }: LibraryInput): readonly Problem[] {
  const first = new Map<string, number>();
  return campuses.flatMap(({ id }, at) => {
    const known = first.get(id);
    if (known === undefined) {
      first.set(id, at);
      return [];
    }
    const message = `${JSON.stringify(id)} is the id of campus ${known + 1} already`;
    return [{ pointer: `/campuses/${at}/id`, message }];
  });
}

function serviceProblems({ services = {} }: LibraryInput): readonly Problem[] {
  return serviceNames.flatMap((name) => {
    const service = services[name];
    if (typeof service !== 'object') return [];
    const { from, to } = service;
    const pointer = `/services/${name}`;
    const wrong = (['from', 'to'] as const).filter((key) => {
      const day = service[key];
      return day !== undefined && !isDay(day);
    });
    if (wrong.length > 0) {
      return wrong.map((key) => ({ pointer: `${pointer}/${key}`, message: 'is not a day' }));
    }
    if (from === undefined || to === undefined || from <= to) return [];
    return [{ pointer: `${pointer}/to`, message: `${to} is before its beginning, ${from}` }];
  });
}

function calendarProblems({ calendar = {} }: LibraryInput): readonly Problem[] {
  const { timezone } = calendar;
  const zone =
    timezone === undefined || isTimezone(timezone)
      ? []
      : [{ pointer: '/calendar/timezone', message: 'is not a time zone such as Asia/Shanghai' }];
  const days = (['closed', 'open'] as const).flatMap((key) =>
    (calendar[key] ?? []).flatMap((entry, at) => {
      const message = rangeProblem(entry);
      return message === null ? [] : [{ pointer: `/calendar/${key}/${at}`, message }];
    }),
  );
  return [...zone, ...days];
}

function rangeProblem(entry: string): string | null {
  const [from = '', to = from, ...rest] = entry.split('/').map((part) => part.trim());
  if (rest.length > 0 || !isDay(from) || !isDay(to)) {
    return 'is neither a day (2026-01-17) nor a range of days (2026-01-17/2026-03-01)';
  }
  return from <= to ? null : `${to} is before its beginning, ${from}`;
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
