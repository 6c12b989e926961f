import { type Insertable, sql, type Updateable } from 'kysely';
import { breaks } from '../../store/errors.ts';
import type { LoanItemsTable, LoanLegsTable, LoanRequestsTable } from '../../store/tables/loans.ts';
import { asJson, type Json } from '../../store/values.ts';
import { dayAt, isDay } from '../calendar/dates.ts';
import { dueDay, unmovedDay } from '../calendar/deadlines.ts';
import { LoanError, type Sentence } from '../errors.ts';
import { durationOf } from '../policy/decide.ts';
import { recallDay } from './guards.ts';
import { openLeg } from './legs.ts';
import {
  calendarOf,
  type Detail,
  decideFor,
  type LegRow,
  legOf,
  type Move,
  type Work,
} from './work.ts';

/** What an action changes beside the state, and what the other side is told. */
export interface Effect {
  readonly request?: Updateable<LoanRequestsTable>;
  readonly leg?: Updateable<LoanLegsTable>;
  readonly payload?: Detail;
  /** The leg the message is about, where the action opened it. */
  readonly openedLeg?: number;
  /** Added to the event. */
  readonly detail?: Detail;
}

type Prepare = (work: Work, move: Move) => Promise<Effect> | Effect;

const maxTextLength = 500;

export const refusalReasons = [
  'on_loan',
  'not_on_shelf',
  'not_held',
  'lost_or_missing',
  'non_circulating',
  'poor_condition',
  'at_bindery',
  'on_order',
  'policy',
  'wrong_citation',
  'duplicate',
  'other',
] as const;

function invalid(pointer: string, zh: string, en: string): LoanError {
  const faults = [{ pointer, zh, en, rule: null }];
  return new LoanError('invalid', { zh, en }, { pointer, faults });
}

function textIn(move: Move, name: string): string | null {
  const value = move.detail[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || value.length > maxTextLength) {
    throw invalid(
      `/${name}`,
      '须为不超过500字符的文字。',
      'must be text of at most 500 characters',
    );
  }
  return value;
}

function dayIn(move: Move, name: string): string {
  const value = move.detail[name];
  if (typeof value === 'string' && isDay(value)) return value;
  throw invalid(`/${name}`, '须为日期（YYYY-MM-DD）。', 'must be a day (YYYY-MM-DD)');
}

function todayAt(work: Work, library: string): string {
  return dayAt(work.at, calendarOf(work.context, library).timezone);
}

/** Prepares a loan: the copies are written down as out, and the due date is worked out once. */
async function lend(work: Work, move: Move): Promise<Effect> {
  const leg = legOf(work, move.leg);
  const barcodes = barcodesIn(move, work.request.volumes);
  const { dueDate, reckoned } = reckonDueDate(work, leg);
  const items = barcodes.map(
    (barcode, index): Insertable<LoanItemsTable> => ({
      request_id: work.request.id,
      leg: leg.leg,
      volume: index + 1,
      lender: leg.lender,
      barcode,
      out_at: work.at,
      back_at: null,
      condition_out: textIn(move, 'condition'),
      condition_back: null,
      outcome: null,
    }),
  );
  try {
    await sql`savepoint lending`.execute(work.tx);
    await work.tx.insertInto('loan_items').values(items).execute();
  } catch (error) {
    if (!breaks(error, 'loan_items_one_open')) throw error;
    await sql`rollback to savepoint lending`.execute(work.tx);
    const sentence = { zh: '该册已借出。', en: 'This copy is out on another loan.' };
    throw new LoanError('taken', sentence, {
      rule: 'loan.oneLoanPerItem',
      pointer: '/barcodes',
      cause: error,
    });
  }
  const told = { dueDate, barcodes };
  return { leg: { due_date: dueDate }, payload: told, detail: { ...told, reckoned } };
}

/**
 * A due date is reckoned once, when the loan is made, and stands from then on: a calendar that changes
 * afterwards moves no promised date. How it came about stays with the event, as calendars do not.
 */
function reckonDueDate(work: Work, leg: LegRow) {
  const decision = decideFor(work, 'loan.period', leg);
  const period = durationOf(decision);
  const lentOn = todayAt(work, leg.lender);
  const lender = calendarOf(work.context, leg.lender);
  const home = calendarOf(work.context, work.request.home_library);
  const { count, unit } = period;
  const unmoved = unmovedDay(lentOn, period, lender);
  return {
    dueDate: dueDay(lentOn, period, { lender, home }),
    reckoned: { lentOn, count, unit, rule: decision.rule, unmoved },
  };
}

function barcodesIn(move: Move, volumes: number): readonly string[] {
  const { barcodes } = move.detail;
  const list = Array.isArray(barcodes) ? barcodes : [barcodes];
  const good = list.every((code) => typeof code === 'string' && /^[!-~]{1,64}$/.test(code));
  if (!good || new Set(list).size !== list.length) {
    throw invalid('/barcodes', '条码须为不重复的条码号。', 'must be barcodes, each once');
  }
  if (list.length !== volumes) {
    const zh = `须扫描${volumes}册的条码。`;
    throw invalid('/barcodes', zh, `must be the barcodes of ${volumes} volumes`);
  }
  return list as string[];
}

interface VolumeBack {
  readonly barcode: string;
  readonly condition: 'good' | 'damaged';
  readonly remark: string | null;
}

function volumesIn(move: Move): readonly VolumeBack[] | null {
  const { volumes } = move.detail;
  if (volumes === undefined || volumes === null) return null;
  const list = Array.isArray(volumes) ? (volumes as readonly Json[]) : [];
  const read = list.map((entry): VolumeBack | null => {
    const { barcode, condition = 'good', remark = null } = (entry ?? {}) as Record<string, Json>;
    const known = condition === 'good' || condition === 'damaged';
    const remarked = remark === null || (typeof remark === 'string' && remark.length <= 500);
    if (typeof barcode !== 'string' || !known || !remarked) return null;
    return { barcode, condition, remark };
  });
  if (read.length === 0 || read.includes(null)) {
    throw invalid(
      '/volumes',
      '每册须有条码和状况（good 或 damaged）。',
      'must name each volume by barcode and condition (good or damaged)',
    );
  }
  return read.filter((volume) => volume !== null);
}

/** Writes down what came back; a whole check-in needs every volume that is still out. */
async function checkIn(work: Work, move: Move): Promise<Effect> {
  const out = await work.tx
    .selectFrom('loan_items')
    .select(['id', 'barcode'])
    .where('request_id', '=', work.request.id)
    .where('leg', '=', move.leg)
    .where('back_at', 'is', null)
    .execute();
  const named = volumesIn(move);
  const back = named ?? out.map(({ barcode }) => ({ barcode, condition: 'good', remark: null }));
  for (const { barcode } of back) {
    if (out.some((item) => item.barcode === barcode)) continue;
    throw invalid('/volumes', `条码${barcode}不在外借中。`, `${barcode} is not out on this loan`);
  }
  const partial = move.action === 'check_in_part';
  const left = out.length - back.length;
  if (partial ? left === 0 : left > 0) {
    const zh = partial ? '各册已齐，请整单归还。' : `还有${left}册未还，请先登记部分归还。`;
    const en = partial
      ? 'Every volume is there: check the whole loan in.'
      : `${left} volumes are still out: check in the others as a part.`;
    throw invalid('/volumes', zh, en);
  }
  for (const { barcode, condition, remark } of back) {
    const outcome = condition === 'damaged' ? 'damaged' : 'back';
    await work.tx
      .updateTable('loan_items')
      .set({ back_at: work.at, outcome, condition_back: remark ?? condition })
      .where('id', '=', out.find((item) => item.barcode === barcode)?.id ?? 0)
      .execute();
  }
  const volumes = back.map(({ barcode, condition }) => ({ barcode, condition }));
  const damaged = volumes.some(({ condition }) => condition === 'damaged');
  return { payload: { volumes, damaged }, detail: { volumes, damaged } };
}

/** Copies that are still out count as lost from here on. */
async function writeOff(work: Work, move: Move): Promise<Effect> {
  await work.tx
    .updateTable('loan_items')
    .set({ back_at: work.at, outcome: 'lost' })
    .where('request_id', '=', work.request.id)
    .where('leg', '=', move.leg)
    .where('back_at', 'is', null)
    .execute();
  return { payload: pick(move.detail, ['reason']) };
}

function newDueDate(work: Work, move: Move): Effect {
  const leg = legOf(work, move.leg);
  const dueDate = dayIn(move, 'dueDate');
  if (dueDate < todayAt(work, leg.lender)) {
    throw invalid('/dueDate', '应还日不能早于今天。', 'must not lie in the past');
  }
  const renewals = move.action === 'grant_renewal' ? leg.renewals + 1 : leg.renewals;
  return { leg: { due_date: dueDate, renewals }, payload: { dueDate } };
}

function pick(detail: Detail, names: readonly string[]): Detail {
  const entries = names.map((name) => [name, detail[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Detail;
}

/** The borrowing side takes over a due date that the lender told. */
const takeDueDate: Prepare = (_work, move) => {
  const { dueDate } = move.detail;
  return typeof dueDate === 'string' && isDay(dueDate) ? { request: { due_date: dueDate } } : {};
};

const prepares: Readonly<Record<string, Prepare>> = {
  'borrowing.send': openLeg,
  'borrowing.retry': openLeg,
  'borrowing.amend': (_work, move) => ({ request: { citation: asJson(move.detail.citation) } }),
  'borrowing.mark_duplicate': (_work, move) => ({
    request: { duplicate_of: textIn(move, 'duplicateOf') },
  }),
  'borrowing.agree_visit': (work, move) => {
    const visit = new Date(String(move.detail.visitAt));
    if (Number.isNaN(visit.getTime()) || visit < work.at) {
      throw invalid('/visitAt', '须为将来的时间。', 'must be a time to come');
    }
    return { request: { visit_at: visit } };
  },
  'borrowing.check_return': (work, move) => {
    const { condition } = move.detail;
    if (condition !== 'good' && condition !== 'damaged') {
      throw invalid('/condition', '须为 good 或 damaged。', 'must be good or damaged');
    }
    textIn(move, 'remark');
    return {
      request: { checked_at: work.at, ...(condition === 'damaged' && { damaged_at: work.at }) },
    };
  },
  'borrowing.loaned': takeDueDate,
  'borrowing.loaned_direct': takeDueDate,
  'borrowing.completed': (work, move) =>
    move.detail.damaged === true ? { request: { damaged_at: work.at } } : {},
  'borrowing.recalled': takeDueDate,
  'borrowing.due_changed': takeDueDate,
  'borrowing.renewal_granted': takeDueDate,
  'lending.offer_conditions': (_work, move) => {
    const condition = { text: textIn(move, 'condition'), cost: costIn(move) };
    return { leg: { condition: asJson(condition) }, payload: condition };
  },
  'lending.ask_retry': (_work, move) => ({
    leg: { unfilled_reason: textIn(move, 'reason') },
    payload: pick(move.detail, ['reason']),
  }),
  'lending.refuse': (_work, move) => {
    const { reason } = move.detail;
    if (!(refusalReasons as readonly Json[]).includes(reason ?? null)) {
      const en = `must be one of ${refusalReasons.join(', ')}`;
      throw invalid('/reason', '须为所列的拒绝原因之一。', en);
    }
    textIn(move, 'remark');
    return {
      leg: { unfilled_reason: reason as string },
      payload: pick(move.detail, ['reason', 'remark']),
    };
  },
  'lending.answer_expired': () => ({
    leg: { unfilled_reason: 'no_answer' },
    payload: { reason: 'no_answer' },
  }),
  'lending.lend': lend,
  'lending.lend_direct': lend,
  'lending.check_in': checkIn,
  'lending.check_in_part': checkIn,
  'lending.recall': (work, move) => {
    const leg = legOf(work, move.leg);
    const today = todayAt(work, leg.lender);
    const dueDate =
      move.detail.dueDate === undefined ? recallDay(today, leg.due_date) : dayIn(move, 'dueDate');
    if (dueDate < today && dueDate !== leg.due_date) {
      throw invalid('/dueDate', '应还日不能早于今天。', 'must not lie in the past');
    }
    return { leg: { due_date: dueDate }, payload: { dueDate } };
  },
  'lending.mark_overdue': (work, move) => ({
    payload: { dueDate: legOf(work, move.leg).due_date },
  }),
  'lending.change_due': newDueDate,
  'lending.grant_renewal': newDueDate,
  'lending.settle': writeOff,
  'lending.close_by_staff': writeOff,
};

function costIn(move: Move): number | null {
  const { cost } = move.detail;
  if (cost === undefined || cost === null) return null;
  if (typeof cost === 'number' && Number.isInteger(cost) && cost >= 0) return cost;
  throw invalid('/cost', '费用须为以分计的整数。', 'must be a whole number of fen');
}

/** Checks the input of an action and works out its effect; writes only what hangs on the leg. */
export async function prepareEffect(work: Work, move: Move): Promise<Effect> {
  const prepare = prepares[`${move.side}.${move.action}`];
  return prepare === undefined
    ? { payload: pick(move.detail, ['reason', 'remark']) }
    : await prepare(work, move);
}

export function missingInput(names: readonly string[]): LoanError {
  const faults = names.map((name) => ({
    pointer: `/${name}`,
    zh: '必填。',
    en: 'is required',
    rule: null,
  }));
  const sentence: Sentence = {
    zh: `缺少：${names.join('、')}。`,
    en: `Missing: ${names.join(', ')}.`,
  };
  return new LoanError('invalid', sentence, { faults });
}
