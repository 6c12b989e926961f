import type { ColumnType } from 'kysely';
import pg from 'pg';

/** Anything jsonb can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * A jsonb column: read as a value, written as text made by `asJson`. The driver would turn a
 * JavaScript array into a PostgreSQL array, so plain values must not reach it.
 */
export type JsonColumn<T = Json> = ColumnType<T, string, string>;
export type NullableJsonColumn<T = Json> = ColumnType<T | null, string | null, string | null>;

/** A value as jsonb text. NUL cannot be stored in PostgreSQL; it becomes the replacement sign. */
export function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === 'string' ? part.replaceAll('\u0000', '\uFFFD') : part,
  );
}

const int8 = 20;
const date = 1082;

/**
 * How column values become JavaScript ones, the same on both engines: timestamptz is a Date, date
 * is its ISO text (a day has no time zone), int8 a number as long as it is a safe one, numeric
 * stays text.
 */
export const valueTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === int8) return readInt8;
    if (format !== 'binary' && oid === date) return (text: string) => text;
    return format === 'binary'
      ? pg.types.getTypeParser(oid, 'binary')
      : pg.types.getTypeParser(oid, 'text');
  },
};

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond a safe integer`);
  return value;
}
