import type { BibRecord } from '../../marc/record.ts';
import { foldForMatching, toSimplified } from '../../marc/text.ts';

/** What a record has of one field; null where it has nothing. */
export type Read<T> = (record: BibRecord) => T | null;

/** Takes the places (in the list of records) of the records a value came from, where somebody asks. */
export type From = number[] | null;

/** A rule chooses among what the records have, and tells where that came from. */
export type Rule<T, V> = (records: readonly BibRecord[], read: Read<T>, from: From) => V;

/**
 * The writing most records agree on, compared folded; among the writings of that form the most
 * frequent, then one in simplified script, then the longest, then the first. Null where no record
 * has the field.
 */
export function mostCommon(
  records: readonly BibRecord[],
  read: Read<string>,
  from: From,
): string | null {
  if (agree(records, read)) return chosen(records, read, from, firstOf(records, read));
  const counts = new Map<string, number>();
  const folds: (string | null)[] = [];
  for (const record of records) {
    const value = read(record);
    const fold = value === null ? null : foldForMatching(value) || value;
    folds.push(fold);
    if (fold !== null) counts.set(fold, (counts.get(fold) ?? 0) + 1);
  }
  const form = best(counts.keys(), (fold) => counts.get(fold) ?? 0);
  const writings = new Map<string, number>();
  records.forEach((record, i) => {
    const value = read(record);
    if (value !== null && folds[i] === form) writings.set(value, (writings.get(value) ?? 0) + 1);
  });
  const value = best(
    writings.keys(),
    (text) => (writings.get(text) ?? 0) * 8192 + simplified(text) * 4096 + text.length,
  );
  return chosen(records, read, from, value ?? null);
}

/** The value most records have, compared as it is. */
export function mostFrequent<T extends string | number>(
  records: readonly BibRecord[],
  read: Read<T>,
  from: From,
): T | null {
  if (agree(records, read)) return chosen(records, read, from, firstOf(records, read));
  const counts = new Map<T, number>();
  for (const record of records) {
    const value = read(record);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const value = best(counts.keys(), (one) => counts.get(one) ?? 0);
  return chosen(records, read, from, value ?? null);
}

/** The longest text; of equally long ones one in simplified script, then the first. */
export function longest(
  records: readonly BibRecord[],
  read: Read<string>,
  from: From,
): string | null {
  if (agree(records, read)) return chosen(records, read, from, firstOf(records, read));
  const texts = records.map(read).filter((one) => one !== null);
  const value = best(texts, (text) => text.length * 2 + simplified(text));
  return chosen(records, read, from, value ?? null);
}

/** The list with the most entries; of equally long ones one in simplified script, then the first. */
export function fullest(
  records: readonly BibRecord[],
  read: Read<readonly string[]>,
  from: From,
): readonly string[] {
  let most = 0;
  let at = -1;
  let equal = 0;
  for (let i = 0; i < records.length; i++) {
    const { length } = read(records[i] as BibRecord) ?? none;
    if (length > most) {
      most = length;
      at = i;
      equal = 1;
    } else if (length === most) equal++;
  }
  if (most === 0) return none;
  const inSimplified = (record: BibRecord) => {
    const list = read(record) ?? none;
    return list.length === most && simplified(list.join('')) === 1;
  };
  if (equal > 1) {
    const found = records.findIndex(inSimplified);
    if (found >= 0) at = found;
  }
  from?.push(at);
  return read(records[at] as BibRecord) ?? none;
}

const none: readonly string[] = [];

/** Every entry of every list once, in order, at most `limit`; entries are the same when `form` is. */
export function union(
  form: (entry: string) => string,
  limit: number,
): Rule<readonly string[], readonly string[]> {
  return (records, read, from) => {
    if (from === null && areSameLists(records, read)) {
      const [first] = records;
      const list = first === undefined ? none : (read(first) ?? none);
      if (list.length < 2) return list;
    }
    const seen = new Set<string>();
    const value: string[] = [];
    records.forEach((record, i) => {
      for (const entry of read(record) ?? none) {
        if (value.length >= limit) return;
        const key = form(entry);
        if (seen.has(key)) continue;
        seen.add(key);
        value.push(entry);
        if (from !== null && from.at(-1) !== i) from.push(i);
      }
    });
    return value;
  };
}

/** Whether every record has the very same list; the usual case of identifiers, and cheap. */
function areSameLists(records: readonly BibRecord[], read: Read<readonly string[]>): boolean {
  const [first] = records;
  const list = first === undefined ? none : (read(first) ?? none);
  for (const record of records) {
    const other = read(record) ?? none;
    if (other.length !== list.length) return false;
    for (let i = 0; i < list.length; i++) if (other[i] !== list[i]) return false;
  }
  return true;
}

/** Whether all records that have the field say one thing; the usual case, and cheap. */
function agree<T>(records: readonly BibRecord[], read: Read<T>): boolean {
  let value: T | null = null;
  for (const record of records) {
    const one = read(record);
    if (one === null || one === value) continue;
    if (value !== null) return false;
    value = one;
  }
  return true;
}

function firstOf<T>(records: readonly BibRecord[], read: Read<T>): T | null {
  for (const record of records) {
    const value = read(record);
    if (value !== null) return value;
  }
  return null;
}

/** The value, with the records that have it. */
function chosen<T>(
  records: readonly BibRecord[],
  read: Read<T>,
  from: From,
  value: T | null,
): T | null {
  if (from !== null && value !== null) {
    records.forEach((record, i) => {
      if (read(record) === value) from.push(i);
    });
  }
  return value;
}

/** 1 for text that simplified script would not change (Latin text too), else 0. */
function simplified(text: string): number {
  return toSimplified(text) === text ? 1 : 0;
}

function best<T>(list: Iterable<T>, worth: (one: T) => number): T | undefined {
  let found: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const one of list) {
    const value = worth(one);
    if (value > most) {
      most = value;
      found = one;
    }
  }
  return found;
}
