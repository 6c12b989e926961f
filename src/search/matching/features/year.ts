import type { BibRecord } from '../../../marc/record.ts';
import { codeAt } from '../../../marc/text.ts';

/** When the edition was published. */
export interface YearFeature {
  readonly year: number | null;
  /** Every year the date statement names, copyright and reprint dates among them. */
  readonly named: readonly number[];
  /** First and last year the date may mean: a range, or `[19--]`; equal for a plain year. */
  readonly from: number;
  readonly to: number;
  /** The year of the coded data, or null. */
  readonly coded: number | null;
  /** The cataloguer guessed: `[1949?]`, `ca. 1910`, `[191-]`. */
  readonly guessed: boolean;
}

export type YearLevel =
  | 'same'
  /** A year apart, or a year within the other's range or guess. */
  | 'near'
  /** Both statements name one year, though the main years differ: a reprint that says so. */
  | 'reprint'
  /** The coded years are equal where the written ones are not. */
  | 'coded'
  | 'unknown'
  /** Two to `reprintYears` apart. */
  | 'apart'
  | 'far';

/** Printings of one edition under one ISBN lie no further apart than this. */
const reprintYears = 3;

const unknown: YearFeature = {
  year: null,
  named: [],
  from: 0,
  to: 0,
  coded: null,
  guessed: false,
};

export function yearOf(record: BibRecord): YearFeature {
  const { year } = record;
  const date = record.date?.slice(0, 100) ?? null;
  if (date === null || plainYear(date)) {
    return year === null ? unknown : plainYearOf(year, record.codedYear ?? null);
  }
  const named: number[] = [];
  for (const match of date.matchAll(/(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)/g)) {
    if (named.length < 8) named.push(Number(match[0]));
  }
  const decade = /(?<!\d)(1[4-9]|20)(\d?)[-_?u~]{1,2}(?!\d)/.exec(date);
  const range = /(?<!\d)(1[4-9]\d\d|20\d\d) ?[-/～~] ?(\d{2}|\d{4})(?!\d)/.exec(date);
  let from = year ?? named[0] ?? 0;
  let to = from;
  if (range !== null) {
    const end = Number(range[2]);
    const start = Number(range[1]);
    const last = end < 100 ? Math.floor(start / 100) * 100 + end : end;
    if (last > start && last - start <= 60 && from === start) to = last;
    if (!named.includes(last) && last > start) named.push(last);
  } else if (decade !== null && named.length === 0) {
    from = Number(`${decade[1]}${decade[2] || '0'}0`);
    to = from + (decade[2] ? 9 : 99);
  }
  const main = year ?? named[0] ?? null;
  if (main === null && from === 0) return unknown;
  const guessed = decade !== null || /\?|\bca?\b|circa|约/.test(date);
  return { year: main, named, from, to, coded: record.codedYear ?? null, guessed };
}

/** What most dates say, once for each year, since the records of a search share few of them. */
const plainYears = new Map<number, YearFeature>();

function plainYearOf(year: number, coded: number | null): YearFeature {
  const usual = coded === year && year >= 1000 && year < 3000;
  const known = usual ? plainYears.get(year) : undefined;
  if (known !== undefined) return known;
  const made = { year, named: [year], from: year, to: year, coded, guessed: false };
  if (usual) plainYears.set(year, made);
  return made;
}

/** A year alone, or with a month (`2014.2`). */
function plainYear(date: string): boolean {
  if (date.length === 4) return isDigits(date, 0, 4);
  return (
    date.length <= 7 &&
    date.charAt(4) === '.' &&
    isDigits(date, 0, 4) &&
    isDigits(date, 5, date.length)
  );
}

function isDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = codeAt(text, i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return to > from;
}

export function compareYears(a: YearFeature, b: YearFeature): YearLevel {
  if ((a.year === null && a.from === 0) || (b.year === null && b.from === 0)) return 'unknown';
  if (a.from <= b.to && b.from <= a.to) {
    if (a.year === b.year && !a.guessed && !b.guessed) return 'same';
    return a.year === b.year ? 'same' : 'near';
  }
  if (a.coded !== null && a.coded === b.coded) return 'coded';
  const apart = Math.max(a.from - b.to, b.from - a.to);
  if (apart <= 1) return 'near';
  if (a.named.some((year) => b.named.includes(year))) return 'reprint';
  if ((a.guessed || b.guessed) && apart <= reprintYears) return 'near';
  return apart <= reprintYears ? 'apart' : 'far';
}

/**
 * The year where it alone tells how far apart two records are; NaN for a range, a guess, several years
 * or a coded year of its own.
 */
export function yearAlone({ year, named, from, to, coded, guessed }: YearFeature): number {
  const one = year !== null && from === year && to === year && named.length === 1 && !guessed;
  return one && named[0] === year && (coded === null || coded === year) ? year : Number.NaN;
}

/** Whether such years are `far`: the same as comparing what they were taken from. */
export function areFarApart(one: number, two: number): boolean {
  return Math.abs(one - two) > reprintYears;
}
