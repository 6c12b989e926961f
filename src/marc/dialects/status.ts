import type { ItemStatus } from '../record.ts';

/**
 * What libraries write about where a copy is, in Chinese and English, as their systems word it. The
 * first row that matches decides, so that `不可借` and `not available` come before `可借`.
 */
const wordings: readonly (readonly [RegExp, ItemStatus])[] = [
  [/订购|訂購|采购|採購|在订|预订中|on order|ordered|on[- ]order/i, 'on_order'],
  [
    /编目|編目|加工|验收|采访|典藏中|转运|调拨|在途|新书处理|in process|in transit|acquisition|catalogu?ing/i,
    'unavailable',
  ],
  [
    /丢失|丟失|遗失|遺失|剔除|注销|註銷|破损|修补|装订|裝訂|下架|密集封存|停借|lost|missing|withdrawn|binding|repair|damaged|claimed/i,
    'unavailable',
  ],
  [
    /阅览|閱覽|馆内|館內|限馆|室内|参考书|不外借|不可外借|非外借|library use|in[- ]library|in[- ]house|reference only|reading room|non[- ]?circulating|not for loan|use only/i,
    'library_use',
  ],
  [
    /借出|已借|外借中|on loan|checked out|charged|loaned|borrowed|due |due$|overdue|recalled|到期|应还|應還/i,
    'on_loan',
  ],
  [
    /预约|預約|保留|不可借|不可用|不在架|not available|unavailable|on hold|reserved|requested|on[- ]?hold/i,
    'unavailable',
  ],
  [
    /可借|在架|在馆|在館|入藏|可外借|归还|available|on shelf|not checked out|checked in|^in$/i,
    'available',
  ],
];

export interface StatedStatus {
  readonly status: ItemStatus;
  /** ISO date where the words hold one. */
  readonly dueDate: string | null;
}

/** The status that a library's words state; `unknown` for words that say nothing known. */
export function readStatus(words: string): StatedStatus {
  const text = words.trim().slice(0, 200);
  const dueDate = readDate(text);
  if (dueDate !== null && /^[\s\d./年月日:-]*$/.test(text)) return { status: 'on_loan', dueDate };
  const status = wordings.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
  return { status, dueDate: status === 'on_loan' ? dueDate : null };
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/**
 * A date as YYYY-MM-DD, where its order of day and month cannot be mistaken: year first
 * (`2026-12-01`, `2026年12月1日`, `20261201`) or a named month (`01/Dec/2026`).
 */
export function readDate(text: string): string | null {
  const yearFirst =
    /(?<!\d)((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)/.exec(text) ??
    /(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)/.exec(text);
  if (yearFirst !== null) return isoDate(yearFirst[1], Number(yearFirst[2]), Number(yearFirst[3]));
  const named = /(?<!\d)(\d{1,2})[-/ .]([A-Za-z]{3})[a-z]*[-/ .,]+((?:19|20)\d{2})/.exec(text);
  if (named === null) return null;
  return isoDate(named[3], months.indexOf((named[2] ?? '').toLowerCase()) + 1, Number(named[1]));
}

function isoDate(year: string | undefined, month: number, day: number): string | null {
  if (year === undefined || month < 1 || month > 12 || day < 1) return null;
  if (day > new Date(Date.UTC(Number(year), month, 0)).getUTCDate()) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
