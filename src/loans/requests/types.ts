import type { Json } from '../../store/values.ts';
import type { Delivery } from '../lifecycle/machine.ts';

/** A work as the request form shows it; copied once and never looked up again. */
export interface Citation {
  readonly title: string;
  readonly parallelTitle: string | null;
  readonly author: string | null;
  readonly publisher: string | null;
  readonly place: string | null;
  readonly year: string | null;
  readonly edition: string | null;
  readonly volume: string | null;
  readonly series: string | null;
  /** ISBN or ISSN as the record writes it, separators kept. */
  readonly isbn: string | null;
  readonly language: string | null;
  readonly type: string;
  readonly classMark: string | null;
  readonly callNumber: string | null;
}

export const citationFields = [
  'title',
  'parallelTitle',
  'author',
  'publisher',
  'place',
  'year',
  'edition',
  'volume',
  'series',
  'isbn',
  'language',
  'type',
  'classMark',
  'callNumber',
] as const satisfies readonly (keyof Citation)[];

/** A copy, or several, that one library holds of a work. */
export interface CopyHeld {
  readonly library: string;
  readonly localId: string | null;
  readonly callNumber: string | null;
  readonly classMark: string | null;
  readonly collection: string | null;
  readonly location: string | null;
  readonly barcode: string | null;
  readonly status: string;
  /** True or false only where the library said so. */
  readonly lendable: boolean | null;
  readonly lendableWhy: string | null;
}

export interface Recipient {
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
}

/** What a reader sends: a record and the holding wanted, or a citation and perhaps a library. */
export interface RequestInput {
  readonly record?: string | null;
  readonly holding?: { readonly library: string; readonly localId: string } | null;
  readonly citation?: Readonly<Record<string, unknown>> | null;
  /** The lender wanted for a citation. */
  readonly library?: string | null;
  /** Further lenders to try, in this order, where policy sends a refused request on. */
  readonly alternatives?: readonly { readonly library: string; readonly localId: string | null }[];
  readonly service?: unknown;
  readonly delivery?: unknown;
  readonly volumes?: unknown;
  readonly recipient?: Readonly<Record<string, unknown>> | null;
  readonly ownReference?: unknown;
  readonly neededBy?: unknown;
  /** In CNY, at most two decimals. */
  readonly maxCost?: unknown;
  readonly note?: unknown;
}

/** A request's fields after reading, before any rule was asked. */
export interface ReadRequest {
  readonly record: string | null;
  readonly holding: { readonly library: string; readonly localId: string } | null;
  readonly citation: Citation | null;
  readonly library: string | null;
  readonly alternatives: readonly { readonly library: string; readonly localId: string | null }[];
  readonly service: 'loan' | 'copy';
  readonly delivery: Delivery | null;
  readonly volumes: number;
  readonly recipient: Recipient;
  readonly ownReference: string | null;
  readonly neededBy: string | null;
  readonly maxCost: number | null;
  readonly note: string | null;
}

/** A value as the store keeps it; interfaces have no index signature of their own. */
export function asStored(value: object | null): Json {
  return value as unknown as Json;
}
