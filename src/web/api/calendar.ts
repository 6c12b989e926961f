import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { calendarOf } from '../../loan-copies.ts';
import {
  type CalendarDocument,
  createCalendar,
  nextDay,
  readRange,
} from '../../loans/calendar/calendar.ts';
import {
  addDays,
  type Day,
  dayAt,
  dayNumber,
  dayOf,
  isDay,
  weekday,
} from '../../loans/calendar/dates.ts';
import { type Clock, systemClock } from '../../store/clock.ts';
import type { WebContext } from '../context.ts';
import { type BadInput, badInput, problems } from '../problem.ts';
import { publicLibrary } from './libraries/callers.ts';

const usualDays = 42;
const maxDays = 400;

const day = Type.String({ description: 'A day of the library, such as 2026-11-20' });
const range = Type.Object({ from: day, to: day });

const calendarSchema = Type.Object(
  {
    library: Type.String(),
    timezone: Type.String(),
    movesDueDates: Type.Boolean({
      description: 'Whether a due date that falls into a closed time moves behind it',
    }),
    today: day,
    from: day,
    to: day,
    nextOpen: Type.Union([day, Type.Null()], {
      description: 'The first working day from today on; null where none is in sight',
    }),
    closed: Type.Array(range, { description: 'Vacations and holidays that touch these days' }),
    open: Type.Array(range, { description: 'Make-up days and open weekends among them' }),
    days: Type.Array(
      Type.Object({
        day,
        weekday: Type.Integer({ minimum: 0, maximum: 6, description: '0 is Sunday' }),
        open: Type.Boolean(),
        why: Type.Enum(['usual', 'weekend', 'closed', 'made-up'] as const),
      }),
    ),
  },
  { title: 'Calendar' },
);

/** The days on which a library's desk works, for everybody: readers plan by them, due dates follow them. */
export function registerCalendar(
  app: FastifyInstance,
  context: Pick<WebContext, 'directory'>,
  clock: Clock = systemClock,
): void {
  app.get(
    '/api/v1/libraries/:id/calendar',
    {
      schema: {
        operationId: 'showCalendar',
        tags: ['libraries'],
        summary: 'The working days of a library: vacations, holidays, weekends and make-up days',
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        querystring: Type.Object({
          from: Type.Optional(Type.String({ description: 'A day; today by default' })),
          to: Type.Optional(
            Type.String({ description: `A day; ${usualDays} days by default, at most ${maxDays}` }),
          ),
          lang: Type.Optional(Type.Enum(['zh', 'en'])),
        }),
        response: { 200: calendarSchema, 400: problems, 404: problems },
      },
    },
    async (request) => {
      const library = publicLibrary(context, request);
      const document = calendarOf(library);
      const today = dayAt(clock.now(), document.timezone);
      const span = spanOf(request.query as { from?: string; to?: string }, today);
      return { library: library.id, ...calendarView(document, today, span) };
    },
  );
}

interface Span {
  readonly from: Day;
  readonly to: Day;
}

function spanOf(query: { from?: string; to?: string }, today: Day): Span {
  const wrong: BadInput[] = [];
  const read = (name: 'from' | 'to', otherwise: () => Day): Day => {
    const text = query[name] || undefined;
    if (text === undefined) return otherwise();
    if (isDay(text)) return text;
    wrong.push({ pointer: `/${name}`, message: 'must be a day such as 2026-11-20' });
    return today;
  };
  const from = read('from', () => today);
  const to = read('to', () => addDays(from, usualDays - 1));
  if (wrong.length > 0) throw badInput(wrong);
  const days = dayNumber(to) - dayNumber(from) + 1;
  if (days < 1) throw badInput([{ pointer: '/to', message: 'is before from' }]);
  if (days > maxDays)
    throw badInput([{ pointer: '/to', message: `is more than ${maxDays} days on` }]);
  return { from, to };
}

function calendarView(document: CalendarDocument, today: Day, { from, to }: Span) {
  const calendar = createCalendar(document);
  const withoutOpenDays = createCalendar({ ...document, open: [] });
  const first = dayNumber(from);
  const days = Array.from({ length: dayNumber(to) - first + 1 }, (_, at) => {
    const one = dayOf(first + at);
    const open = calendar.isWorkingDay(one);
    const usually = withoutOpenDays.isWorkingDay(one) ? 'usual' : 'made-up';
    const why = open ? usually : calendar.isClosed(one) ? 'closed' : 'weekend';
    return { day: one, weekday: weekday(one), open, why } as const;
  });
  const next = nextDay(today, calendar.isWorkingDay);
  return {
    timezone: document.timezone,
    movesDueDates: document.movesDueDates,
    today,
    from,
    to,
    nextOpen: calendar.isWorkingDay(next) ? next : null,
    closed: touching(document.closed, { from, to }),
    open: touching(document.open, { from, to }),
    days,
  };
}

function touching(entries: readonly string[], { from, to }: Span): readonly Span[] {
  return entries
    .map(readRange)
    .filter((range) => range !== null)
    .filter((range) => range.from <= dayNumber(to) && dayNumber(from) <= range.to)
    .map((range) => ({ from: dayOf(range.from), to: dayOf(range.to) }));
}
