import { createCalendar, everydayCalendar } from '../../src/loans/calendar/calendar.ts';
import { addDays } from '../../src/loans/calendar/dates.ts';
import { dueDay } from '../../src/loans/calendar/deadlines.ts';
import { decide, durationOf, numberOf, switchOf, wordsOf } from '../../src/loans/policy/decide.ts';
import type { Policy, PolicyFacts } from '../../src/loans/policy/types.ts';

/** One request of the year: what is asked, when, and after how many days the reader is done. */
interface Ask {
  readonly reader: string;
  readonly group: string;
  readonly on: string;
  readonly volumes: number;
  readonly lenderKind: string;
  readonly language: string;
  readonly age: number;
  readonly delivery: 'courier' | 'pickup';
  readonly keepsDays: number;
}

const ask = (
  on: string,
  reader: string,
  volumes: number,
  more: Partial<Omit<Ask, 'on' | 'reader' | 'volumes'>> = {},
): Ask => ({
  on,
  reader,
  volumes,
  group: 'undergraduate',
  lenderKind: 'member',
  language: 'chi',
  age: 2,
  delivery: 'courier',
  keepsDays: 25,
  ...more,
});

/** A year of one library's readers, with every case that the five documents tell apart. */
export const scriptedYear: readonly Ask[] = [
  ask('2010-03-01', 'a', 2),
  ask('2010-03-05', 'a', 1),
  ask('2010-03-06', 'a', 1),
  ask('2010-03-08', 'b', 3),
  ask('2010-03-09', 'b', 1),
  ask('2010-04-12', 'c', 1, { language: 'eng', age: 3 }),
  ask('2010-04-13', 'c', 1, { language: 'eng', age: 25, lenderKind: 'national' }),
  ask('2010-05-04', 'd', 1, { lenderKind: 'partner', language: 'eng' }),
  ask('2010-05-05', 'e', 1, { lenderKind: 'partner', language: 'eng', group: 'doctoral' }),
  ask('2010-05-20', 'f', 1, { delivery: 'pickup' }),
  ask('2010-05-21', 'g', 2, { delivery: 'pickup' }),
  ask('2010-06-01', 'h', 4),
  ask('2010-07-10', 'i', 1, { lenderKind: 'public' }),
  ask('2010-09-06', 'j', 1, { delivery: 'pickup', language: 'eng' }),
  ask('2010-09-07', 'k', 1, { delivery: 'pickup', lenderKind: 'national' }),
  ask('2010-10-11', 'l', 1, { language: 'jpn', age: 40 }),
  ask('2010-11-01', 'm', 1, { delivery: 'pickup' }),
  ask('2010-11-02', 'm', 1, { delivery: 'pickup', language: 'fre' }),
  ask('2010-12-30', 'n', 1, { keepsDays: 31 }),
];

export interface YearLine {
  readonly on: string;
  readonly outcome: 'lent' | 'refused';
  readonly rule: string | null;
  readonly zh: string | null;
  readonly en: string | null;
  readonly due: string | null;
}

export interface Year {
  readonly lines: readonly YearLine[];
  readonly counts: { readonly lent: number; readonly refused: Readonly<Record<string, number>> };
}

/** Lets every request of the year be decided by one policy, loans going out and coming back. */
export function yearOf(policy: Policy): Year {
  const out: { reader: string; volumes: number; until: string }[] = [];
  const calendar = createCalendar(everydayCalendar);
  const refused: Record<string, number> = {};
  const lines = scriptedYear.map((entry): YearLine => {
    const facts: PolicyFacts = {
      on: entry.on,
      service: 'loan',
      lender: null,
      lenderKind: entry.lenderKind,
      home: 'home',
      patronGroup: entry.group,
      collection: null,
      language: entry.language,
      age: entry.age,
      delivery: entry.delivery,
    };
    const used = out
      .filter((loan) => loan.reader === entry.reader && loan.until > entry.on)
      .reduce((sum, loan) => sum + loan.volumes, 0);
    const mode = decide(policy, 'loan.maxVolumesMode', facts).value;
    const limit = decide(policy, 'loan.maxVolumes', facts);
    const counted = mode === 'outstanding' ? used : 0;
    const block = decide(policy, 'loan.blockUntilReturned', facts);
    const no = [
      [
        decide(policy, 'loan.eligible', facts),
        (decision: ReturnType<typeof decide>) => !switchOf(decision),
      ],
      [
        decide(policy, 'delivery.offered', facts),
        (decision: ReturnType<typeof decide>) => !wordsOf(decision).includes(entry.delivery),
      ],
      [
        decide(policy, 'loan.lends', facts),
        (decision: ReturnType<typeof decide>) => !switchOf(decision),
      ],
      [block, () => switchOf(block) && used > 0],
      [limit, () => counted + entry.volumes > (numberOf(limit) ?? Number.POSITIVE_INFINITY)],
    ] as const;
    for (const [decision, refuses] of no) {
      if (!refuses(decision)) continue;
      const rule = decision.rule ?? decision.parameter;
      refused[rule] = (refused[rule] ?? 0) + 1;
      return { on: entry.on, outcome: 'refused', rule, ...decision.sentence, due: null };
    }
    out.push({
      reader: entry.reader,
      volumes: entry.volumes,
      until: addDays(entry.on, entry.keepsDays),
    });
    const period = durationOf(decide(policy, 'loan.period', facts));
    const due = dueDay(entry.on, period, { lender: calendar, home: calendar });
    return { on: entry.on, outcome: 'lent', rule: null, zh: null, en: null, due };
  });
  return {
    lines,
    counts: { lent: lines.filter((line) => line.outcome === 'lent').length, refused },
  };
}
