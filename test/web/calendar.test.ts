import { fastify } from 'fastify';
import t from 'tap';
import { registerCalendar } from '../../src/web/api/calendar.ts';
import { registerProblems } from '../../src/web/problem.ts';
import { directoryOf } from '../members/finding/directory.ts';
import { minimalDocument } from '../support/documents.ts';

const directory = directoryOf([
  minimalDocument('plain'),
  minimalDocument('hidden', { status: 'draft' }),
  minimalDocument('always-closed', { calendar: { closed: ['2026-01-01/2035-12-31'] } }),
  minimalDocument('busy', {
    calendar: {
      closed: ['2026-10-01/2026-10-08', '2027-01-20/2027-02-28'],
      open: ['2026-10-10', '2026-10-08', '2027-02-07'],
      movesDueDates: false,
    },
  }),
]);
// In Beijing it is Wednesday, 30 September.
const app = fastify();
registerProblems(app);
registerCalendar(app, { directory }, { now: () => new Date('2026-09-29T16:30:00Z') });
t.teardown(() => app.close());

interface Shown {
  readonly days: readonly { day: string; open: boolean; why: string; weekday: number }[];
}

async function show(path: string, status = 200) {
  const answer = await app.inject(`/api/v1/libraries/${path}`);
  t.equal(answer.statusCode, status, path);
  return answer.json();
}

t.test('tells closed days, weekends and make-up days from usual ones', async (t) => {
  const shown: Shown = await show('busy/calendar?from=2026-09-30&to=2026-10-12');
  t.match(shown, {
    library: 'busy',
    timezone: 'Asia/Shanghai',
    movesDueDates: false,
    today: '2026-09-30',
    nextOpen: '2026-09-30',
    closed: [{ from: '2026-10-01', to: '2026-10-08' }],
    open: [
      { from: '2026-10-10', to: '2026-10-10' },
      { from: '2026-10-08', to: '2026-10-08' },
    ],
  });
  t.same(
    shown.days.map(({ day, open, why }) => `${day.slice(8)} ${open ? 'open' : 'shut'} ${why}`),
    [
      '30 open usual',
      ...['01', '02', '03', '04', '05', '06', '07'].map((day) => `${day} shut closed`),
      '08 open made-up',
      '09 open usual',
      '10 open made-up',
      '11 shut weekend',
      '12 open usual',
    ],
  );
  t.equal(shown.days[0]?.weekday, 3);
});

t.test('begins today, by the calendar of the library, and shows six weeks', async (t) => {
  const shown: Shown & { from: string; to: string } = await show('plain/calendar');
  t.same([shown.from, shown.to, shown.days.length], ['2026-09-30', '2026-11-10', 42]);
  const closed = await show('always-closed/calendar');
  t.equal(closed.nextOpen, null);
});

t.test('says what is wrong with the days asked for', async (t) => {
  t.match(await show('plain/calendar?from=2026-02-30&to=soon', 400), {
    errors: [{ pointer: '/from' }, { pointer: '/to' }],
  });
  t.match(await show('plain/calendar?from=2026-10-02&to=2026-10-01', 400), {
    errors: [{ pointer: '/to', message: 'is before from' }],
  });
  t.match(await show('plain/calendar?from=2026-01-01&to=2028-01-01', 400), {
    errors: [{ pointer: '/to', message: /more than 400 days/ }],
  });
});

t.test('knows no library that readers do not know', async (t) => {
  t.match(await show('hidden/calendar', 404), { status: 404 });
  t.match(await show('nobody/calendar', 404), { status: 404 });
});
