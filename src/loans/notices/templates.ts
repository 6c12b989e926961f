import type { NoticeTemplate } from './types.ts';

const notice = (zh: [string, string], en: [string, string]): NoticeTemplate => ({
  zh: { subject: zh[0], body: zh[1] },
  en: { subject: en[0], body: en[1] },
});

/** The words of every notice; a library may put its own in their place. */
export const noticeTemplates = {
  submitted: notice(
    [
      '申请单 {number} 已提交',
      '《{title}》的馆际互借申请已提交，申请单号 {number}。{cancelUntil} 前可自行撤销。',
    ],
    [
      'Request {number} submitted',
      'Your request for “{title}” was submitted as {number}. You may cancel it until {cancelUntil}.',
    ],
  ),
  refused_home: notice(
    ['申请单 {number} 被本馆退回', '《{title}》的申请被本馆退回：{reason}。'],
    ['Request {number} refused', 'Your library refused the request for “{title}”: {reason}.'],
  ),
  promised: notice(
    ['申请单 {number} 已满足', '{lender} 将提供《{title}》。'],
    ['Request {number} promised', '{lender} will supply “{title}”.'],
  ),
  condition: notice(
    ['申请单 {number} 请您确认条件', '{lender} 提出条件：{reason}。请在 {deadline} 前答复。'],
    [
      'Request {number}: a condition to confirm',
      '{lender} sets a condition: {reason}. Please answer by {deadline}.',
    ],
  ),
  retry: notice(
    ['申请单 {number} 请您补充信息', '{lender} 请补充：{reason}。请在 {deadline} 前重提。'],
    [
      'Request {number}: more data wanted',
      '{lender} asks for more: {reason}. Please ask again by {deadline}.',
    ],
  ),
  unfilled: notice(
    ['申请单 {number} 未能满足', '《{title}》未能借到。原因：{reason}。'],
    ['Request {number} not filled', '“{title}” could not be borrowed. Reason: {reason}.'],
  ),
  pickup_open: notice(
    [
      '申请单 {number} 请到出借馆取书',
      '请持自取卡到 {lender} 取《{title}》，前往前请先与该馆约定时间。',
    ],
    [
      'Request {number}: collect at the lender',
      'Take your pick-up card to {lender} for “{title}”; agree the time first.',
    ],
  ),
  shipped: notice(
    ['申请单 {number} 已寄出', '{lender} 已寄出《{title}》。'],
    ['Request {number} is on its way', '{lender} has sent “{title}”.'],
  ),
  arrived: notice(
    [
      '文献到馆：{title}',
      '申请单 {number} 的文献《{title}》已到 {home}，请于 {deadline} 前办理取书手续。',
    ],
    [
      'Arrived: {title}',
      '“{title}” of request {number} has arrived at {home}. Please collect it by {deadline}.',
    ],
  ),
  on_loan: notice(
    ['申请单 {number} 已借出', '《{title}》应还日期：{dueDate}。'],
    ['Request {number} on loan', '“{title}” is due back on {dueDate}.'],
  ),
  due_soon: notice(
    ['即将到期：{title}', '申请单 {number} 的《{title}》将于 {dueDate} 到期，还有 {days} 天。'],
    ['Due soon: {title}', '“{title}” of request {number} is due on {dueDate}, in {days} days.'],
  ),
  overdue: notice(
    ['已逾期：{title}', '申请单 {number} 的《{title}》应于 {dueDate} 归还，已逾期，请尽快归还。'],
    ['Overdue: {title}', '“{title}” of request {number} was due on {dueDate}. Please return it.'],
  ),
  overdue_again: notice(
    [
      '第 {reminder} 次催还：{title}',
      '申请单 {number} 的《{title}》应于 {dueDate} 归还，已逾期 {days} 天。',
    ],
    [
      'Reminder {reminder}: {title}',
      '“{title}” of request {number} was due on {dueDate} and is {days} days late.',
    ],
  ),
  recalled: notice(
    ['请提前归还：{title}', '{lender} 索回《{title}》（申请单 {number}），请于 {dueDate} 前归还。'],
    [
      'Recalled: {title}',
      '{lender} recalls “{title}” (request {number}). Please return it by {dueDate}.',
    ],
  ),
  due_changed: notice(
    ['应还日变更：{title}', '申请单 {number} 的《{title}》新的应还日期：{dueDate}。'],
    ['New due date: {title}', '“{title}” of request {number} is now due on {dueDate}.'],
  ),
  renewal_refused: notice(
    ['不可续借：{title}', '{lender} 不同意续借《{title}》（申请单 {number}）。'],
    ['Not renewed: {title}', '{lender} does not renew “{title}” (request {number}).'],
  ),
  cancelled: notice(
    ['申请单 {number} 已撤销', '《{title}》的申请已撤销。'],
    ['Request {number} cancelled', 'The request for “{title}” was cancelled.'],
  ),
  cancel_refused: notice(
    ['申请单 {number} 未能撤销', '{lender} 不同意撤销，申请继续办理。'],
    ['Request {number} not cancelled', '{lender} did not agree to cancel; the request goes on.'],
  ),
  expired: notice(
    ['申请单 {number} 已过期', '《{title}》逾期未取，申请已结束。'],
    ['Request {number} expired', '“{title}” was not collected in time; the request has ended.'],
  ),
  completed: notice(
    ['申请单 {number} 已完成', '《{title}》已归还 {lender}。'],
    ['Request {number} completed', '“{title}” is back at {lender}.'],
  ),
  lost: notice(
    ['申请单 {number} 登记遗失', '《{title}》已登记遗失，请与本馆联系。'],
    [
      'Request {number}: recorded as lost',
      '“{title}” was recorded as lost; please see your library.',
    ],
  ),
  desk_new: notice(
    [
      '新的借出申请 {number}',
      '{home} 申请《{title}》，索书号 {callNumber}。请在 {deadline} 前答复。',
    ],
    [
      'New request {number}',
      '{home} asks for “{title}”, call number {callNumber}. Please answer by {deadline}.',
    ],
  ),
  desk_cancel: notice(
    ['申请单 {number} 要求撤销', '{home} 要求撤销《{title}》的申请，请在 {deadline} 前答复。'],
    [
      'Request {number}: cancellation asked',
      '{home} asks to cancel “{title}”. Answer by {deadline}.',
    ],
  ),
  desk_review: notice(
    ['申请单 {number} 待审核', '《{title}》的申请待本馆审核：{reason}。'],
    ['Request {number} to review', 'The request for “{title}” waits for review: {reason}.'],
  ),
  desk_attention: notice(
    ['申请单 {number} 请查看', '《{title}》的申请需要处理：{reason}。'],
    ['Request {number} needs a look', 'The request for “{title}” needs a look: {reason}.'],
  ),
} as const satisfies Readonly<Record<string, NoticeTemplate>>;
export type TemplateName = keyof typeof noticeTemplates;

/** Puts values into a template; a name without a value becomes nothing. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** Names of values that a template may use; a library's own words are checked against them. */
export const templateValues = [
  'number',
  'title',
  'lender',
  'home',
  'reason',
  'deadline',
  'dueDate',
  'days',
  'reminder',
  'cancelUntil',
  'callNumber',
] as const;

/** What is wrong with a library's own template; empty if it can be used. */
export function templateFaults(template: NoticeTemplate): readonly string[] {
  const faults: string[] = [];
  for (const language of ['zh', 'en'] as const) {
    const text = template[language];
    if (text === undefined || text.subject.trim() === '' || text.body.trim() === '') {
      faults.push(`${language}: subject and body must both be there`);
      continue;
    }
    for (const [, name = ''] of `${text.subject} ${text.body}`.matchAll(/\{(\w+)\}/g)) {
      if (!(templateValues as readonly string[]).includes(name)) {
        faults.push(`${language}: {${name}} is not known`);
      }
    }
    if (/[\r\n]/.test(text.subject)) faults.push(`${language}: the subject has one line`);
  }
  return faults;
}
