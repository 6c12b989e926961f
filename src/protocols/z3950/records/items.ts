import { readDate, readStatus } from '../../../marc/dialects/index.ts';
import type { Item, ItemStatus } from '../../../marc/record.ts';
import type { OpacCirculation, OpacHoldings, OpacRecord } from './opac.ts';

/** The copies that an OPAC record describes: one for each circulation record, else one for each holding. */
export function itemsOfOpac(record: OpacRecord): Item[] {
  return record.holdings.flatMap((one) => (one.kind === 'holdings' ? itemsOf(one.data) : []));
}

function itemsOf(holdings: OpacHoldings): Item[] {
  const common = {
    callNumber: filled(holdings.callNumber),
    volume: filled(holdings.enumAndChron),
    location: locationOf(holdings),
    barcode: null,
    status: 'unknown',
    dueDate: null,
    lendable: null,
    lendableWhy: null,
  } as const;
  if (holdings.circulation.length > 0) {
    return holdings.circulation.map((one) => ({
      ...common,
      volume: filled(one.enumAndChron) ?? common.volume,
      location: filled(one.temporaryLocation) ?? common.location,
      barcode: filled(one.itemId),
      status: statusOf(one),
      dueDate: one.availableNow === false ? readDate(one.availabilityDate ?? '') : null,
      lendableWhy: filled(one.restrictions),
    }));
  }
  if (holdings.volumes.length > 0) {
    return holdings.volumes.map((one) => ({
      ...common,
      volume: filled(one.enumAndChron ?? [one.enumeration, one.chronology].join(' ')),
    }));
  }
  return [common];
}

/** Being available says nothing about lending; not being available, without a date, not why. */
function statusOf(one: OpacCirculation): ItemStatus {
  if (one.availableNow === undefined) return 'unknown';
  const restriction = readStatus(one.restrictions ?? '').status;
  if (one.availableNow) return restriction === 'library_use' ? restriction : 'available';
  return filled(one.availabilityDate) === null ? 'unavailable' : 'on_loan';
}

function locationOf(holdings: OpacHoldings): string | null {
  const parts = [holdings.localLocation, holdings.shelvingLocation].map(filled);
  return filled([...new Set(parts.filter((part) => part !== null))].join(' '));
}

function filled(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
