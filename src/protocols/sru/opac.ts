import type { Item, ItemStatus } from '../../marc/record.ts';
import { childrenOf, firstChild, textOf, type XmlElement } from '../../marc/xml/tree.ts';

const maxItems = 1000;

/**
 * The copies of an `opacRecord` (Z39.50's OPAC syntax written as XML, as YAZ based servers send it): one
 * item for each circulation entry, or one for a holding without any.
 */
export function opacItems(record: XmlElement): Item[] {
  const items: Item[] = [];
  const holdings = firstChild(record, 'holdings');
  for (const holding of holdings === null ? [] : childrenOf(holdings, 'holding')) {
    const circulations = firstChild(holding, 'circulations');
    const entries = circulations === null ? [] : childrenOf(circulations, 'circulation');
    if (entries.length === 0) items.push(itemOf(holding, null));
    for (const entry of entries) items.push(itemOf(holding, entry));
    if (items.length >= maxItems) break;
  }
  return items.slice(0, maxItems);
}

function itemOf(holding: XmlElement, circulation: XmlElement | null): Item {
  const of = (name: string) => own(holding, name);
  const dueDate = circulation === null ? null : own(circulation, 'availabilityDate');
  return {
    callNumber: of('callNumber'),
    volume: (circulation === null ? null : own(circulation, 'enumAndChron')) ?? of('enumAndChron'),
    location: [of('localLocation'), of('shelvingLocation')].filter(Boolean).join(' ') || null,
    barcode: circulation === null ? null : own(circulation, 'itemId'),
    status: statusOf(circulation, dueDate),
    dueDate: /^\d{4}-\d{2}-\d{2}/.exec(dueDate ?? '')?.[0] ?? null,
    lendable: null,
    lendableWhy: null,
  };
}

/** `availableNow` says whether a copy is on the shelf; one that comes back at a date is on loan. */
function statusOf(circulation: XmlElement | null, dueDate: string | null): ItemStatus {
  const flag = circulation === null ? null : firstChild(circulation, 'availableNow');
  if (flag === null) return 'unknown';
  const value = (flag.attributes.value ?? textOf(flag)).trim().toLowerCase();
  if (value === '1' || value === 'true') return 'available';
  if (value !== '0' && value !== 'false') return 'unknown';
  return dueDate === null ? 'unavailable' : 'on_loan';
}

function own(element: XmlElement, name: string): string | null {
  const child = firstChild(element, name);
  return child === null ? null : textOf(child).trim() || null;
}
