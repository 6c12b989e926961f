import { writeOutbox } from '../../store/outbox.ts';
import { dayAt, dayNumber, minuteAt } from '../calendar/dates.ts';
import { calendarOf, type LegRow, legOf, type TakenEvent, type Work } from '../lifecycle/work.ts';
import type { Citation, Recipient } from '../requests/types.ts';
import { fillTemplate, noticeTemplates, type TemplateName } from './templates.ts';
import type { NoticeChannel, NoticeLanguage } from './types.ts';

/** Who is told what by an event, by side and action. */
const readerNotices: Readonly<Record<string, TemplateName>> = {
  submit: 'submitted',
  refuse_home: 'refused_home',
  mark_invalid: 'refused_home',
  mark_duplicate: 'refused_home',
  promised: 'promised',
  condition_set: 'condition',
  retry_wanted: 'retry',
  exhausted: 'unfilled',
  open_pickup: 'pickup_open',
  loaned: 'shipped',
  arrive: 'arrived',
  lend_to_reader: 'on_loan',
  loaned_direct: 'on_loan',
  recalled: 'recalled',
  overdue: 'overdue',
  due_changed: 'due_changed',
  renewal_granted: 'due_changed',
  renewal_refused: 'renewal_refused',
  cancel: 'cancelled',
  cancel_accepted: 'cancelled',
  cancel_refused: 'cancel_refused',
  pickup_missed: 'expired',
  completed: 'completed',
  declare_lost: 'lost',
  lost_declared: 'lost',
};

const homeNotices: Readonly<Record<string, TemplateName>> = {
  hold_for_review: 'desk_review',
  promise_late: 'desk_attention',
  transit_late: 'desk_attention',
  hold_expired: 'desk_attention',
};

const lenderNotices: Readonly<Record<string, TemplateName>> = {
  receive: 'desk_new',
  cancel_asked: 'desk_cancel',
  renewal_asked: 'desk_attention',
  lost_reported: 'desk_attention',
};

interface Addressee {
  readonly kind: 'reader' | 'library';
  readonly id: string;
  readonly language: NoticeLanguage;
  readonly address: string | null;
  /** Whose words are used. */
  readonly library: string;
}

/** Writes the notices of an event, in the event's own transaction. */
export async function writeNotices(work: Work, event: TakenEvent): Promise<void> {
  const { request } = work;
  if (event.side === 'lending') {
    const template = lenderNotices[event.action];
    const leg = legOf(work, event.leg);
    const wanted = event.action !== 'cancel_asked' || leg.state === 'CANCEL_ASKED';
    if (template !== undefined && wanted) {
      await write(work, template, libraryDesk(work, leg.lender), event, {});
    }
    return;
  }
  const forReader = readerNotices[event.action];
  const told = event.action !== 'cancel' || event.to === 'CANCELLED';
  if (forReader !== undefined && told) {
    const reader = await readerOf(work);
    if (reader !== null) await write(work, forReader, reader, event, {});
  }
  const forHome = homeNotices[event.action];
  if (forHome !== undefined) {
    await write(work, forHome, libraryDesk(work, request.home_library), event, {});
  }
}

/** Writes the reminder of the day: before the due date, or so many days after it. */
export async function writeDueNotice(work: Work, leg: LegRow, today: string): Promise<void> {
  const reader = await readerOf(work);
  if (reader === null || leg.due_date === null) return;
  const days = dayNumber(leg.due_date) - dayNumber(today);
  // The day after the due date is told by the overdue event itself.
  if (days === -1 || days === 0) return;
  const values = {
    days: String(Math.abs(days)),
    reminder: String(Math.floor((-days - 1) / 7) + 1),
  };
  const template = days > 0 ? 'due_soon' : 'overdue_again';
  await write(work, template, reader, today, values);
}

function libraryDesk(work: Work, library: string): Addressee {
  const address = work.context.findLibrary(library)?.contact.email ?? '';
  return {
    kind: 'library',
    id: library,
    language: 'zh',
    address: address === '' ? null : address,
    library,
  };
}

async function readerOf(work: Work): Promise<Addressee | null> {
  const { request } = work;
  if (request.reader_id === null) return null;
  const account = await work.tx
    .selectFrom('accounts')
    .select('locale')
    .where('id', '=', request.reader_id)
    .executeTakeFirst();
  const recipient = request.recipient as unknown as Recipient | null;
  return {
    kind: 'reader',
    id: request.reader_id,
    language: account?.locale ?? 'zh',
    address: recipient?.email ?? null,
    library: request.home_library,
  };
}

async function write(
  work: Work,
  template: TemplateName,
  to: Addressee,
  occasion: TakenEvent | string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const { request, context, tx, at } = work;
  const own = context.notices.templatesOf(to.library)?.[template];
  const text = (own ?? noticeTemplates[template])[to.language];
  const event = typeof occasion === 'string' ? null : occasion;
  const filled = { ...valuesOf(work, event, to.language), ...values };
  const subject = oneLine(fillTemplate(text.subject, filled));
  const body = fillTemplate(text.body, filled);
  const about = event === null ? occasion : String(event.seq);
  const channels: readonly NoticeChannel[] = ['inbox', ...context.notices.channels];
  for (const channel of channels) {
    const key = `${request.number}/${about}/${template}/${to.kind}:${to.id}/${channel}`;
    const reachable = channel !== 'mail' || to.address !== null;
    const state = channel === 'inbox' ? 'shown' : reachable ? 'outbox' : 'unaddressed';
    const row = await tx
      .insertInto('notices')
      .values({
        request_id: request.id,
        event_seq: event?.seq ?? null,
        dedup_key: key,
        template,
        recipient_kind: to.kind,
        recipient_id: to.id,
        channel,
        language: to.language,
        address: channel === 'mail' ? to.address : null,
        subject,
        body,
        state,
        created_at: at,
        read_at: null,
      })
      .onConflict((conflict) => conflict.column('dedup_key').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (row === undefined || state !== 'outbox') continue;
    const payload =
      channel === 'mail'
        ? { to: to.address ?? '', subject, text: body, language: to.language }
        : {
            type: `loan.${template}`,
            at: at.toISOString(),
            request: request.number,
            recipient: { kind: to.kind, id: to.id },
            subject,
            text: body,
          };
    // Emptied once sent: who was told what stays with the notice, which erasure reaches.
    await writeOutbox(tx, { topic: channel, dedupKey: key, payload, secret: true }, at);
  }
}

/** A header has one line, whatever a title holds. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 200);
}

/** What the codes of reasons mean to people. */
export const reasonWords: Readonly<Record<string, Readonly<Record<NoticeLanguage, string>>>> = {
  on_loan: { zh: '已借出', en: 'on loan' },
  not_on_shelf: { zh: '不在架', en: 'not on the shelf' },
  not_held: { zh: '无此馆藏', en: 'not held' },
  lost_or_missing: { zh: '遗失', en: 'missing' },
  non_circulating: { zh: '不外借', en: 'not for loan' },
  poor_condition: { zh: '品相不宜外借', en: 'in poor condition' },
  at_bindery: { zh: '装订中', en: 'at the bindery' },
  on_order: { zh: '订购中', en: 'on order' },
  policy: { zh: '出借馆规定', en: 'the lender’s policy' },
  wrong_citation: { zh: '著录有误', en: 'the citation is wrong' },
  duplicate: { zh: '重复申请', en: 'a duplicate' },
  no_answer: { zh: '出借馆未答复', en: 'the lender did not answer' },
  other: { zh: '其他', en: 'another reason' },
  promise_late: { zh: '超过承诺时间', en: 'the promise is late' },
  transit_late: { zh: '物流超时', en: 'transport is late' },
  hold_expired: { zh: '逾期未取', en: 'not collected in time' },
  renewal_asked: { zh: '读者申请续借', en: 'renewal asked' },
  lost_reported: { zh: '对方报告遗失', en: 'a loss was reported' },
};

function valuesOf(
  work: Work,
  event: TakenEvent | null,
  language: NoticeLanguage,
): Readonly<Record<string, string>> {
  const { request, context } = work;
  const citation = request.citation as unknown as Citation;
  const leg = work.legs.at(-1) ?? null;
  const lender = leg?.lender ?? request.lender;
  const named = (id: string | null) =>
    id === null ? '' : (context.findLibrary(id)?.name[language] ?? id);
  const { timezone } = calendarOf(context, request.home_library);
  const day = (instant: Date | null) => (instant === null ? '' : dayAt(instant, timezone));
  const said = event?.detail.reason ?? event?.detail.text ?? null;
  const code = typeof said === 'string' ? said : (leg?.unfilled_reason ?? event?.action ?? '');
  const dueDate = event?.side === 'lending' ? leg?.due_date : (request.due_date ?? leg?.due_date);
  const row = event?.side === 'lending' ? leg : request;
  return {
    number: request.number,
    title: citation.title,
    lender: named(lender),
    home: named(request.home_library),
    reason: reasonWords[code]?.[language] ?? code,
    deadline: day(row?.deadline_at ?? null),
    dueDate: dueDate ?? '',
    cancelUntil: minuteAt(request.cancel_until, timezone),
    callNumber: leg?.call_number ?? citation.callNumber ?? '',
  };
}
