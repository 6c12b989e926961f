import type { Item, ItemStatus } from '../../marc/record.ts';
import type { SourceRecord } from '../../members/types.ts';
import type { Holding } from '../types.ts';

type HeldRecord = Pick<SourceRecord, 'library' | 'localId'> & {
  readonly record: Pick<SourceRecord['record'], 'items'>;
};

/**
 * The one holding of a source record. What its copies agree on stands in the holding itself, so
 * that a line can be shown without opening it; where they differ the copies alone tell.
 */
export function holdingOf(source: HeldRecord): Holding {
  const { items } = source.record;
  const only = items.length === 1 ? items[0] : undefined;
  const status = statusOf(items);
  const lendable = lendableOf(items);
  return {
    library: source.library,
    localId: source.localId,
    campus: null,
    callNumber: items.find((item) => item.callNumber !== null)?.callNumber ?? null,
    volume: agreed(items, 'volume'),
    location: agreed(items, 'location'),
    barcode: only?.barcode ?? null,
    status,
    dueDate: status === 'on_loan' ? earliestDue(items) : null,
    lendable,
    lendableWhy: lendable === false ? agreed(items, 'lendableWhy') : null,
    asOf: null,
    items,
  };
}

/** 2 when a copy can be lent, 1 when one is on the shelf, 0 when nothing is known of any. */
export function availabilityOf(items: readonly Item[]): number {
  let best = 0;
  for (const { lendable, status } of items) {
    if (lendable === true) return 2;
    if (status === 'available') best = 1;
  }
  return best;
}

function agreed(
  items: readonly Item[],
  field: 'volume' | 'location' | 'lendableWhy',
): string | null {
  const first = items[0]?.[field] ?? null;
  return items.every((item) => item[field] === first) ? first : null;
}

/** One copy on the shelf makes the record available; otherwise all copies must say the same. */
function statusOf(items: readonly Item[]): ItemStatus {
  const first = items[0];
  if (first === undefined) return 'unknown';
  if (items.some((item) => item.status === 'available')) return 'available';
  return items.every((item) => item.status === first.status) ? first.status : 'unknown';
}

/** Yes if the library said so of any copy, no if it said so of all; being there implies nothing. */
function lendableOf(items: readonly Item[]): boolean | null {
  if (items.some((item) => item.lendable === true)) return true;
  return items.length > 0 && items.every((item) => item.lendable === false) ? false : null;
}

function earliestDue(items: readonly Item[]): string | null {
  const dates = items.flatMap((item) => (item.dueDate === null ? [] : [item.dueDate]));
  return dates.length === 0 ? null : dates.reduce((a, b) => (a < b ? a : b));
}
