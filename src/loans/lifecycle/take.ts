import { sql } from 'kysely';
import { sqlStateOf } from '../../store/errors.ts';
import { asJson } from '../../store/values.ts';
import { endOfDay } from '../calendar/dates.ts';
import { deadline } from '../calendar/deadlines.ts';
import { LoanError } from '../errors.ts';
import { writeNotices } from '../notices/compose.ts';
import { durationOf } from '../policy/decide.ts';
import { isParameterName } from '../policy/types.ts';
import { releaseSlots } from '../requests/slots.ts';
import { actionFacts, type Flag } from './actions.ts';
import { type Effect, missingInput, prepareEffect } from './effects.ts';
import { guardOf } from './guards.ts';
import { returnQuota } from './legs.ts';
import { findStep, type Refusal, receiveMessage, resumeAfter } from './machine.ts';
import { messageFacts, receiverOf } from './messages.ts';
import { routeOn } from './routing.ts';
import { isFinal, type Side, START, stateFacts } from './states.ts';
import { isOut, planDueTimer, planStateTimer } from './timers.ts';
import type { Transition } from './transitions.ts';
import {
  calendarOf,
  type Detail,
  decideFor,
  type LegRow,
  type Letter,
  legOf,
  type Move,
  type RequestRow,
  standingOf,
  type TakenEvent,
  type Work,
} from './work.ts';

/** Steps that one action may bring about, with its letters and what the clock does at once. */
const maxSteps = 64;

/**
 * Takes one action and all that follows from it: the event, the states, what the other side is told
 * and does, timers, notices, slots. All in the caller's transaction; the only way a loan moves.
 */
export async function take(work: Work, move: Move): Promise<void> {
  await step(work, move);
  for (let steps = 0; ; steps++) {
    if (steps > maxSteps) throw new Error(`Request ${work.request.number} does not settle.`);
    const letter = work.letters.shift();
    if (letter !== undefined) await deliver(work, letter);
    else {
      const next = await routeOn(work);
      if (next === null) break;
      await step(work, next);
    }
  }
}

async function step(work: Work, move: Move): Promise<void> {
  const { side } = move;
  const begins = isFirst(work, move);
  const standing = begins
    ? { side, state: START, delivery: work.request.delivery, resume: null }
    : standingOf(work, side, move.leg);
  const found = findStep(standing, move.action, move.role);
  if (!found.ok) throw notOpen(found.why, side, standing.state, move.action);
  if (move.role !== 'peer') await refuseClosed(work, move);
  const { transition } = found;
  const effect = await prepareEffect(work, move);
  const resume = resumeAfter(standing, transition);
  const event = await writeEvent(work, move, transition, effect, resume);
  await followUp(work, event, transition, effect);
}

/** The first event of a request or of a leg finds the row already there. */
function isFirst(work: Work, move: Move): boolean {
  if (move.side === 'borrowing') return work.request.version === 0;
  return move.action === 'receive' && !work.events.some((event) => event.leg === move.leg);
}

const why: Readonly<Record<Refusal, { readonly zh: string; readonly en: string }>> = {
  wrong_state: { zh: '当前状态下不能进行此操作。', en: 'This action is not open in this state.' },
  wrong_role: { zh: '您的角色不能进行此操作。', en: 'Your role does not take this action.' },
  wrong_delivery: {
    zh: '此获取方式没有这一步。',
    en: 'This way of delivery has no such step.',
  },
};

export function refusalSentence(refusal: Refusal): { readonly zh: string; readonly en: string } {
  return why[refusal];
}

function notOpen(refusal: Refusal, side: Side, state: string, action: string): LoanError {
  const code = refusal === 'wrong_role' ? 'forbidden' : 'not_open';
  return new LoanError(code, why[refusal], { rule: `lifecycle.${side}.${state}.${action}` });
}

async function refuseClosed(work: Work, move: Move): Promise<void> {
  const closed = await guardOf(work, move);
  if (closed !== null) throw new LoanError('not_open', closed.sentence, { rule: closed.rule });
  if (move.role === 'system') return;
  const needs = actionFacts(move.side, move.action)?.needs ?? [];
  const missing = needs.filter((name) => {
    const value = move.detail[name];
    return value === undefined || value === null || value === '';
  });
  if (missing.length > 0) throw missingInput(missing);
}

/** Who has to act and until when, once this step is taken. */
function nextDuty(work: Work, move: Move, transition: Transition, effect: Effect) {
  const { side, to } = transition;
  const facts = stateFacts(side, to);
  if (facts.owner === null) return { owner: null, deadline_at: null };
  const row = side === 'borrowing' ? work.request : legOf(work, move.leg);
  const dueDate = (side === 'borrowing' ? effect.request : effect.leg)?.due_date ?? row.due_date;
  // A desk that has dealt with what was late gets a new term; one that still runs is not prolonged.
  const renewed =
    transition.action === 'clear_attention' && (row.deadline_at ?? work.at) <= work.at;
  if (facts.timer !== null && (transition.from !== to || row.deadline_at === null || renewed)) {
    const { parameter } = facts.timer;
    if (!isParameterName(parameter)) throw new Error(`${parameter} is no policy parameter.`);
    const leg = side === 'lending' ? legOf(work, move.leg) : null;
    const period = durationOf(decideFor(work, parameter, leg));
    return { owner: facts.owner, deadline_at: deadline(work.at, period, calendarFor(work, move)) };
  }
  const waits = facts.timer !== null ? row.deadline_at : null;
  const due =
    facts.itemOut && typeof dueDate === 'string'
      ? endOfDay(dueDate, calendarFor(work, move).timezone)
      : null;
  return { owner: facts.owner, deadline_at: waits ?? due };
}

function calendarFor(work: Work, move: Move) {
  const library =
    move.side === 'borrowing' ? work.request.home_library : legOf(work, move.leg).lender;
  return calendarOf(work.context, library);
}

async function writeEvent(
  work: Work,
  move: Move,
  transition: Transition,
  effect: Effect,
  resume: string | null,
): Promise<TakenEvent> {
  const { request } = work;
  const { side, from, action, to } = transition;
  const row = side === 'borrowing' ? request : legOf(work, move.leg);
  const duty = nextDuty(work, move, transition, effect);
  const subject_seq = from === START ? 1 : row.state_seq + 1;
  const seq = request.version + 1;
  const detail: Detail = { ...move.detail, ...effect.detail };
  try {
    await work.tx
      .insertInto('loan_events')
      .values({
        request_id: request.id,
        seq,
        leg: move.leg,
        subject_seq,
        prior_seq: subject_seq === 1 ? null : subject_seq - 1,
        side,
        from_state: from,
        action,
        to_state: to,
        role: move.role,
        actor_id: move.role === 'reader' ? null : move.actorId,
        library: move.library,
        at: work.at,
        ...duty,
        resume_state: resume,
        detail: asJson(detail),
      })
      .execute();
  } catch (error) {
    if (sqlStateOf(error) !== '23505') throw error;
    throw staleVersion(error);
  }
  const closed = isFinal(side, to);
  const change = {
    ...duty,
    state: to,
    state_seq: subject_seq,
    resume_state: resume,
    closed,
    closed_at: closed ? work.at : null,
  };
  request.version = seq;
  Object.assign(row, change);
  await writeColumns(work, move, effect);
  const event: TakenEvent = { ...move, detail, seq, from, to, at: work.at };
  work.events.push(event);
  return event;
}

export function staleVersion(cause?: unknown): LoanError {
  const sentence = {
    zh: '申请单已有变动，请刷新后再试。',
    en: 'The request has changed; look again, then repeat.',
  };
  return new LoanError('stale', sentence, { rule: 'loan.version', cause });
}

const flagColumns = {
  overdue: 'overdue_at',
  recalled: 'recalled_at',
  renewal: 'renewal_at',
  attention: 'attention_at',
} as const satisfies Readonly<Record<Flag, keyof RequestRow>>;

/** Flags and the columns that an effect names; the state columns have followed the event. */
async function writeColumns(work: Work, move: Move, effect: Effect): Promise<void> {
  const facts = actionFacts(move.side, move.action);
  const flags: Partial<Record<(typeof flagColumns)[Flag], Date | null>> = {};
  const row: RequestRow | LegRow = move.side === 'borrowing' ? work.request : legOf(work, move.leg);
  for (const flag of facts?.clears ?? []) {
    if (row[flagColumns[flag]] !== null) flags[flagColumns[flag]] = null;
  }
  const raised = facts?.raises;
  if (raised !== undefined) flags[flagColumns[raised]] = row[flagColumns[raised]] ?? work.at;
  const attention =
    raised === 'attention'
      ? { attention: move.action }
      : flags.attention_at === null
        ? { attention: null }
        : {};
  const common = { ...flags, ...attention };
  const requestChange = { ...(move.side === 'borrowing' && common), ...effect.request };
  const legChange = { ...(move.side === 'lending' && common), ...effect.leg };
  if (Object.keys(requestChange).length > 0) {
    const changed = await work.tx
      .updateTable('loan_requests')
      .set(requestChange)
      .where('id', '=', work.request.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    Object.assign(work.request, changed);
  }
  if (Object.keys(legChange).length > 0) {
    const changed = await work.tx
      .updateTable('loan_legs')
      .set(legChange)
      .where('request_id', '=', work.request.id)
      .where('leg', '=', move.leg)
      .returningAll()
      .executeTakeFirstOrThrow();
    Object.assign(legOf(work, move.leg), changed);
  }
}

async function followUp(
  work: Work,
  event: TakenEvent,
  transition: Transition,
  effect: Effect,
): Promise<void> {
  await planStateTimer(work, event);
  if (event.side === 'lending') {
    const leg = legOf(work, event.leg);
    if (effect.leg?.due_date !== undefined || isOut(event.from) !== isOut(event.to)) {
      await planDueTimer(work, leg);
    }
    if (leg.closed && leg.due_date === null) await returnQuota(work, leg);
  } else if (work.request.closed) await releaseSlots(work);
  await writeNotices(work, event);
  if (transition.sends !== null) {
    const leg = effect.openedLeg ?? (event.leg === 0 ? (work.legs.at(-1)?.leg ?? 0) : event.leg);
    work.letters.push({ leg, kind: transition.sends, payload: effect.payload ?? {} });
  }
}

/** Hands a letter to its receiver: one step, or a note that it came too late for one. */
async function deliver(work: Work, letter: Letter): Promise<void> {
  const side = receiverOf(letter.kind);
  const leg = side === 'borrowing' ? 0 : letter.leg;
  const move: Move = {
    side,
    leg,
    action: messageFacts(letter.kind).action,
    role: 'peer',
    actorId: null,
    library: null,
    detail: letter.payload,
  };
  const current = side === 'lending' || work.legs.at(-1)?.leg === letter.leg;
  const reception =
    current && !isFirst(work, move)
      ? receiveMessage(standingOf(work, side, leg), letter.kind)
      : { kind: 'ignored' as const, late: !current };
  const steps = reception.kind === 'step' || isFirst(work, move);
  const late = !steps && reception.kind === 'ignored' && reception.late;
  await keepLetter(work, letter, steps ? 'applied' : late ? 'late' : 'ignored');
  if (steps) await step(work, move);
  else if (late) await raiseAttention(work, side, letter);
}

/** The log of letters: numbered without gaps for each leg and direction. */
async function keepLetter(
  work: Work,
  letter: Letter,
  outcome: 'applied' | 'ignored' | 'late',
): Promise<void> {
  const { leg, kind, payload } = letter;
  const sender = messageFacts(kind).from;
  await sql`insert into loan_messages
      (request_id, leg, sender, seq, kind, payload, sent_at, received_at, outcome)
    select ${work.request.id}, ${leg}, ${sender}, coalesce(max(seq), 0) + 1, ${kind},
      ${asJson(payload)}::jsonb, ${work.at}, ${work.at}, ${outcome}
    from loan_messages
    where request_id = ${work.request.id} and leg = ${leg} and sender = ${sender}`.execute(work.tx);
}

async function raiseAttention(work: Work, side: Side, letter: Letter): Promise<void> {
  const raised = { attention_at: work.at, attention: `late:${letter.kind}` };
  if (side === 'borrowing') {
    Object.assign(work.request, raised);
    await work.tx
      .updateTable('loan_requests')
      .set(raised)
      .where('id', '=', work.request.id)
      .execute();
    return;
  }
  Object.assign(legOf(work, letter.leg), raised);
  await work.tx
    .updateTable('loan_legs')
    .set(raised)
    .where('request_id', '=', work.request.id)
    .where('leg', '=', letter.leg)
    .execute();
}
