import { escapePointer } from '../faults.ts';

/** One place at which two versions of a document differ. */
export interface Difference {
  readonly op: 'add' | 'remove' | 'replace';
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * What has to be done to the first value to get the second, as in a JSON Patch; lists are compared as
 * wholes, since an element moved would else look like many changed.
 */
export function differencesOf(from: unknown, to: unknown, pointer = ''): readonly Difference[] {
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => {
      const inner = `${pointer}/${escapePointer(key)}`;
      if (!Object.hasOwn(from, key)) return [{ op: 'add' as const, pointer: inner, to: to[key] }];
      if (!Object.hasOwn(to, key)) {
        return [{ op: 'remove' as const, pointer: inner, from: from[key] }];
      }
      return differencesOf(from[key], to[key], inner);
    });
  }
  return isSame(from, to) ? [] : [{ op: 'replace', pointer, from, to }];
}

/** Whether two JSON values are the same, in whatever order their keys stand. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, index) => isSame(one, b[index]));
  }
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
    );
  }
  return a === b;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
