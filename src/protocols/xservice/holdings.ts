import type { Item } from '../../marc/record.ts';
import type { LibraryDocument, XserviceSettings } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import type { EgressCall } from '../types.ts';
import type { CircStatusEntry, ItemDataEntry } from './items.ts';
import type { XserviceOperations } from './operations.ts';
import type { Reply } from './patrons.ts';

/**
 * The copies of one document now: `circ-status` says where they are, `item-data` what else is known of
 * them. One of the two is enough, since servers often allow only one. Null for a document that has no
 * copies by either; rejects with ConnectorError, `unsupported` where neither may be asked.
 */
export async function xserviceHoldings(
  library: LibraryDocument<XserviceSettings>,
  operations: Pick<XserviceOperations, 'circStatus' | 'itemData'>,
  localId: string,
  { signal, deadline, trace }: EgressCall,
): Promise<readonly Item[] | null> {
  const { base, document } = placeOf(library, localId);
  const [circulation, items] = await Promise.allSettled([
    operations.circStatus(base, document, { signal, deadline, ...(trace ? { trace } : {}) }),
    operations.itemData(base, document, { signal, deadline }),
  ]);
  const status = entriesOf(circulation);
  const data = entriesOf(items);
  if (status !== null && status.length > 0) return joined(status, data ?? []);
  if (data !== null && data.length > 0) return data.map(itemOf);
  if (status !== null || data !== null) return null;
  for (const one of [circulation, items]) {
    if (one.status === 'rejected' && !isDisallowed(one.reason)) throw one.reason;
  }
  if (circulation.status === 'fulfilled' || items.status === 'fulfilled') return null;
  throw new ConnectorError(library.id, 'unsupported', 'Copies cannot be asked for here.', {
    reason: 'holdings',
  });
}

/** Documents of several bases carry their base before the number. */
function placeOf({ connector }: LibraryDocument<XserviceSettings>, localId: string) {
  const [first = ''] = connector.bases;
  const base = connector.bases.find(
    (one) => connector.bases.length > 1 && localId.startsWith(one.toUpperCase()),
  );
  return base === undefined
    ? { base: first, document: localId }
    : { base, document: localId.slice(base.length) };
}

function entriesOf<T>(settled: PromiseSettledResult<Reply<T>>): T | null {
  return settled.status === 'fulfilled' && settled.value.ok ? settled.value.value : null;
}

/** The account may not use the operation, or the server does not have it. */
function isDisallowed(error: unknown): boolean {
  return (
    error instanceof ConnectorError && (error.code === 'refused' || error.code === 'malformed')
  );
}

function joined(status: readonly CircStatusEntry[], data: readonly ItemDataEntry[]): Item[] {
  const byBarcode = new Map<string, ItemDataEntry>();
  for (const entry of data) {
    if (entry.item.barcode !== null) byBarcode.set(entry.item.barcode, entry);
  }
  return status.map(({ item }) => {
    const more = item.barcode === null ? undefined : byBarcode.get(item.barcode);
    if (more === undefined) return item;
    const known = itemOf(more);
    const isHeld = item.status === 'available' && known.status === 'unavailable';
    return {
      ...item,
      callNumber: item.callNumber ?? known.callNumber,
      volume: item.volume ?? known.volume,
      location: item.location ?? known.location,
      status: item.status === 'unknown' || isHeld ? known.status : item.status,
      dueDate: item.dueDate ?? known.dueDate,
    };
  });
}

/** A copy that waits for somebody is not to be had, wherever it stands. */
function itemOf({ item, onHold }: ItemDataEntry): Item {
  return item.status === 'available' && onHold === true ? { ...item, status: 'unavailable' } : item;
}
