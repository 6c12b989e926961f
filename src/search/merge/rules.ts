import { foldForMatching, toSimplified } from '../../marc/text.ts';

/** A value and the places (in the list of records) of the records it came from. */
export interface Chosen<T> {
  readonly value: T;
  readonly from: readonly number[];
}

/** The values one field has in each record of a group, in the group's order. */
export type Values<T> = readonly (T | null)[];

/**
 * The writing most records agree on, compared folded; among the writings of that form the most
 * frequent, then one in simplified script, then the longest, then the first. Null where no record
 * has the field.
 */
export function mostCommon(values: Values<string>): Chosen<string | null> {
  const only = agreed(values);
  if (only !== undefined) return only;
  const counts = new Map<string, number>();
  const folds: (string | null)[] = [];
  for (const value of values) {
    const fold = value === null ? null : foldForMatching(value) || value;
    folds.push(fold);
    if (fold !== null) counts.set(fold, (counts.get(fold) ?? 0) + 1);
  }
  const form = best([...counts], ([, count]) => count)?.[0];
  if (form === undefined) return { value: null, from: [] };
  const writings = new Map<string, number>();
  values.forEach((value, i) => {
    if (value !== null && folds[i] === form) writings.set(value, (writings.get(value) ?? 0) + 1);
  });
  const value =
    best(
      [...writings],
      ([text, count]) => count * 8192 + simplified(text) * 4096 + text.length,
    )?.[0] ?? null;
  return { value, from: indexesOf(values, (other) => other === value) };
}

/** The value most records have, compared as it is. */
export function mostFrequent<T extends string | number>(values: Values<T>): Chosen<T | null> {
  const only = agreed(values);
  if (only !== undefined) return only;
  const counts = new Map<T, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const value = best([...counts], ([, count]) => count)?.[0] ?? null;
  return { value, from: value === null ? [] : indexesOf(values, (other) => other === value) };
}

/** The longest text; of equally long ones one in simplified script, then the first. */
export function longest(values: Values<string>): Chosen<string | null> {
  const only = agreed(values);
  if (only !== undefined) return only;
  const value =
    best(
      values.filter((one) => one !== null),
      (text) => text.length * 2 + simplified(text),
    ) ?? null;
  return { value, from: value === null ? [] : indexesOf(values, (other) => other === value) };
}

/** The list with the most entries; of equally long ones one in simplified script, then the first. */
export function fullest(values: readonly (readonly string[])[]): Chosen<readonly string[]> {
  const most = Math.max(0, ...values.map((list) => list.length));
  const longestOnes = values.filter((list) => list.length === most);
  const value =
    longestOnes.length < 2
      ? longestOnes[0]
      : (longestOnes.find((list) => simplified(list.join('')) === 1) ?? longestOnes[0]);
  if (value === undefined || value.length === 0) return { value: [], from: [] };
  return { value, from: [values.indexOf(value)] };
}

/** Every entry of every list once, in order, at most `limit`; entries are the same when `form` is. */
export function union(
  values: readonly (readonly string[])[],
  form: (entry: string) => string,
  limit: number,
): Chosen<readonly string[]> {
  const seen = new Set<string>();
  const value: string[] = [];
  const from: number[] = [];
  values.forEach((list, i) => {
    for (const entry of list) {
      if (value.length >= limit) return;
      const key = form(entry);
      if (seen.has(key)) continue;
      seen.add(key);
      value.push(entry);
      if (from.at(-1) !== i) from.push(i);
    }
  });
  return { value, from };
}

/** What all records that have the field say, where they say one thing; the usual case, and cheap. */
function agreed<T>(values: Values<T>): Chosen<T | null> | undefined {
  let value: T | null = null;
  for (const one of values) {
    if (one === null || one === value) continue;
    if (value !== null) return undefined;
    value = one;
  }
  return { value, from: value === null ? [] : indexesOf(values, (other) => other === value) };
}

/** 1 for text that simplified script would not change (Latin text too), else 0. */
function simplified(text: string): number {
  return toSimplified(text) === text ? 1 : 0;
}

function best<T>(list: readonly T[], worth: (one: T) => number): T | undefined {
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

function indexesOf<T>(values: readonly T[], is: (value: T) => boolean): readonly number[] {
  const found: number[] = [];
  values.forEach((value, i) => {
    if (is(value)) found.push(i);
  });
  return found;
}
