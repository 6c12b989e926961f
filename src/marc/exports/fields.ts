import type { DataField, Field, Subfield } from '../types.ts';

/** Builds fields for records that are written out. */

/** A subfield, or null where there is no value. */
export function sub(code: string, value: string | number | null | undefined): Subfield | null {
  return value === null || value === undefined || value === ''
    ? null
    : { code, value: String(value) };
}

/** A data field of the subfields that are there, or null where none is. */
export function dataField(
  tag: string,
  indicators: string,
  subfields: readonly (Subfield | null)[],
): DataField | null {
  const present = subfields.filter((one) => one !== null);
  if (present.length === 0) return null;
  return { tag, ind1: indicators.charAt(0), ind2: indicators.charAt(1), subfields: present };
}

/** The fields that are there, in the order of their tags; equal tags keep their order. */
export function inTagOrder(fields: readonly (Field | null)[]): readonly Field[] {
  const present = fields.filter((field) => field !== null);
  return present.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0));
}

/** The date as YYYYMMDD. */
export function compactDate(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}
