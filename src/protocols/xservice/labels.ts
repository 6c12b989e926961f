import type { ItemStatus } from '../../marc/record.ts';

/** What `due-date` says in words, in the languages servers are set to. */
const labels: readonly (readonly [RegExp, ItemStatus])[] = [
  [/^(?:on ?shelf|available|在架|在架上|在馆|可借)/i, 'available'],
  [/^(?:reading room|library use|in-?house|阅览|馆内阅览|不外借)/i, 'library_use'],
  [/^(?:on order|in order|订购|订购中|在订)/i, 'on_order'],
  [
    /^(?:lost|missing|claimed|in process|in transit|on hold|requested|withdrawn|binding|遗失|丢失|加工|运送|预约|剔除|装订)/i,
    'unavailable',
  ],
  [/^(?:on loan|loaned|checked out|借出|已借出)/i, 'on_loan'],
];

export interface Due {
  readonly status: ItemStatus;
  /** ISO date; null where the text has none that can be read in one way only. */
  readonly date: string | null;
}

/** A due date as Aleph prints it: a date, or a word for where the copy is. */
export function readDue(text: string | null): Due {
  const written = text?.trim() ?? '';
  if (written === '') return { status: 'unknown', date: null };
  const label = labels.find(([pattern]) => pattern.test(written));
  if (label !== undefined) return { status: label[1], date: isoDate(written) };
  const looksLikeDate = /\d{2,4}[-/.]\w{2,3}[-/.]\d{2,4}|^\d{8}$/.test(written);
  return { status: looksLikeDate ? 'on_loan' : 'unknown', date: isoDate(written) };
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** `20131017`, `2013-10-17`, `17/Oct/2013`, and day and month in figures where only one order fits. */
export function isoDate(text: string): string | null {
  const yearFirst = /(?:^|\D)(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?!\d)/.exec(text);
  if (yearFirst !== null) return dateOf(yearFirst[1], yearFirst[2], yearFirst[3]);
  const named = /(\d{1,2})[-/. ]([A-Za-z]{3})[a-z]*[-/. ](\d{4})/.exec(text);
  if (named !== null) {
    const month = months.indexOf((named[2] ?? '').toLowerCase()) + 1;
    return month === 0 ? null : dateOf(named[3], String(month), named[1]);
  }
  const figures = /(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})/.exec(text);
  if (figures === null) return null;
  const [first, second] = [Number(figures[1]), Number(figures[2])];
  if (first > 12) return dateOf(figures[3], figures[2], figures[1]);
  return second > 12 || first === second ? dateOf(figures[3], figures[1], figures[2]) : null;
}

function dateOf(year?: string, month?: string, day?: string): string | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(Date.UTC(y, m - 1, d));
  const real = y >= 1900 && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return real ? date.toISOString().slice(0, 10) : null;
}
