import { cancelJob, type JobHandler, schedule } from '../../store/jobs.ts';
import { addDays, dayAt, instantOf } from '../calendar/dates.ts';
import { writeDueNotice } from '../notices/compose.ts';
import { wordsOf } from '../policy/decide.ts';
import type { LoanContext } from '../requests/context.ts';
import { findStep } from './machine.ts';
import { type Side, stateFacts } from './states.ts';
import { take } from './take.ts';
import {
  calendarOf,
  decideFor,
  type LegRow,
  legOf,
  openWork,
  type TakenEvent,
  type Work,
} from './work.ts';

/** Kind of the job that takes an action when a deadline has passed. */
export const timerJob = 'loan.timer';
/** Kind of the job that reminds of a due date, before and after it. */
export const reminderJob = 'loan.reminder';

/** Reminders after the due date; a loan that late is a matter for people. */
const maxOverdueReminders = 12;
const overdueEveryDays = 7;

interface TimerPayload {
  readonly requestId: number;
  readonly side: Side;
  readonly leg: number;
  readonly action: string;
  readonly state: string | null;
}

/** Plans the timer of the state that an event led to, and takes back that of the one before. */
export async function planStateTimer(work: Work, event: TakenEvent): Promise<void> {
  const { side, leg, from, to } = event;
  if (from === to && event.action !== 'clear_attention') return;
  const key = `${work.request.id}/${leg}/state`;
  const before = from === 'START' ? null : stateFacts(side, from).timer;
  const { timer } = stateFacts(side, to);
  if (timer === null) {
    if (before !== null) await cancelJob(work.tx, timerJob, key, work.at);
    return;
  }
  const row = side === 'borrowing' ? work.request : legOf(work, leg);
  const runAt = row.deadline_at;
  if (runAt === null) throw new Error(`${to} has a timer but no deadline.`);
  const payload = { requestId: work.request.id, side, leg, action: timer.action, state: to };
  await schedule(work.tx, { kind: timerJob, key, payload, runAt, ifThere: 'replace' }, work.at);
}

const outStates: readonly string[] = ['LENT', 'LENT_DIRECT', 'RECEIVED_BY_BORROWER'];

/** Whether the due date of a leg in this state is anybody's to keep. */
export function isOut(state: string): boolean {
  return outStates.includes(state);
}

/** Plans what the clock does about a due date: overdue after it, reminders around it. */
export async function planDueTimer(work: Work, leg: LegRow): Promise<void> {
  const key = `${work.request.id}/${leg.leg}/due`;
  if (leg.due_date === null || !isOut(leg.state)) {
    await cancelJob(work.tx, timerJob, key, work.at);
    await cancelJob(work.tx, reminderJob, key, work.at);
    return;
  }
  const zone = calendarOf(work.context, leg.lender).timezone;
  const runAt = instantOf(addDays(leg.due_date, 1), '00:00:00', zone);
  const payload = {
    requestId: work.request.id,
    side: 'lending',
    leg: leg.leg,
    action: 'mark_overdue',
    state: null,
  };
  await schedule(work.tx, { kind: timerJob, key, payload, runAt, ifThere: 'replace' }, work.at);
  await planReminder(work, leg, dayAt(work.at, zone));
}

/** The next day after `today` on which the reader is reminded, or none. */
function reminderDay(work: Work, leg: LegRow, today: string): string | null {
  const due = leg.due_date;
  if (due === null) return null;
  const before = wordsOf(decideFor(work, 'notice.dueSoonDays', leg))
    .map(Number)
    .filter((days) => Number.isInteger(days) && days > 0)
    .map((days) => addDays(due, -days));
  const after = Array.from({ length: maxOverdueReminders }, (_, n) =>
    addDays(due, 1 + n * overdueEveryDays),
  );
  return [...before, ...after].filter((day) => day > today).sort()[0] ?? null;
}

async function planReminder(work: Work, leg: LegRow, today: string): Promise<void> {
  const day = reminderDay(work, leg, today);
  const key = `${work.request.id}/${leg.leg}/due`;
  if (day === null) {
    await cancelJob(work.tx, reminderJob, key, work.at);
    return;
  }
  const zone = calendarOf(work.context, leg.lender).timezone;
  const runAt = instantOf(day, '08:00:00', zone);
  const payload = { requestId: work.request.id, leg: leg.leg };
  await schedule(work.tx, { kind: reminderJob, key, payload, runAt, ifThere: 'replace' }, work.at);
}

/**
 * The handlers of both kinds. A timer acts only if its request still stands where it was set, so
 * a late run, a second run and a clock that jumped do no harm.
 */
export function loanJobHandlers(context: LoanContext): Readonly<Record<string, JobHandler>> {
  return {
    [timerJob]: async (job, finish) => {
      const payload = job.payload as unknown as TimerPayload;
      await context.database.transaction(async (tx) => {
        const work = await openWork(context, tx, { id: payload.requestId });
        await finish(tx);
        const { side, leg, action, state } = payload;
        const row = side === 'borrowing' ? work.request : legOf(work, leg);
        if (state !== null && row.state !== state) return;
        const { delivery } = work.request;
        const standing = { side, state: row.state, delivery, resume: row.resume_state };
        if (!findStep(standing, action, 'system').ok) return;
        if (action === 'mark_overdue' && !isLate(work, legOf(work, leg))) return;
        const library = side === 'borrowing' ? work.request.home_library : legOf(work, leg).lender;
        await take(work, { side, leg, action, role: 'system', actorId: null, library, detail: {} });
      });
    },
    [reminderJob]: async (job, finish) => {
      const payload = job.payload as unknown as { requestId: number; leg: number };
      await context.database.transaction(async (tx) => {
        const work = await openWork(context, tx, { id: payload.requestId });
        await finish(tx);
        const leg = legOf(work, payload.leg);
        if (!isOut(leg.state)) return;
        const today = dayAt(work.at, calendarOf(context, leg.lender).timezone);
        // On its way or on the shelf it is nobody's to return; the days after this one may find it lent.
        if (work.request.state === 'ON_LOAN') await writeDueNotice(work, leg, today);
        await planReminder(work, leg, today);
      });
    },
  };
}

function isLate(work: Work, leg: LegRow): boolean {
  const today = dayAt(work.at, calendarOf(work.context, leg.lender).timezone);
  return leg.due_date !== null && today > leg.due_date && leg.overdue_at === null;
}
