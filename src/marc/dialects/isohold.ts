import type { Item, ItemStatus } from '../record.ts';
import type { XmlElement } from '../xml/tree.ts';
import { children, textAt } from './elements.ts';
import { readDate } from './status.ts';

/** Most copies read from one answer. */
const maximumItems = 500;

/**
 * The copies in an ISO 20775 holdings record (`<holdings>`), one for each copy described, or one for a
 * holding whose copies are not. Availability for loan at the library (`availableFor` 1) is a status; it
 * never says that the library lends to others.
 */
export function itemsFromIsohold(root: XmlElement): readonly Item[] {
  const holdings = root.name === 'holding' ? [root] : children(root, 'holding');
  return holdings.flatMap(itemsOfHolding).slice(0, maximumItems);
}

function itemsOfHolding(holding: XmlElement): readonly Item[] {
  const library = textAt(holding, 'physicalLocation');
  const simple = children(holding, 'holdingSimple');
  const structured = children(holding, 'holdingStructured').flatMap((one) => children(one, 'set'));
  const copies = [
    ...simple.flatMap((one) => children(one, 'copyInformation')),
    ...structured.flatMap((one) => children(one, 'component')),
  ];
  if (copies.length === 0) {
    const status = simple.flatMap((one) =>
      children(one, 'copiesSummary').flatMap((summary) => children(summary, 'status')),
    );
    const shelf = textAt(holding, 'shelfLocator');
    if (library === null && shelf === null) return [];
    return [itemOf(shelf, library, null, null, statusOf(status, 'availableCount'), null)];
  }
  return copies.map((copy) => {
    const place = [library, textAt(copy, 'sublocation')].filter((one) => one !== null).join(' ');
    const states = children(copy, 'availabilityInformation').flatMap((one) =>
      children(one, 'status'),
    );
    const status = statusOf(states, 'availabilityStatus');
    return itemOf(
      textAt(copy, 'shelfLocator'),
      place === '' ? null : place,
      textAt(copy, 'pieceIdentifier', 'value'),
      textAt(copy, 'enumerationAndChronology', 'text'),
      status,
      status === 'on_loan' ? dueDate(states) : null,
    );
  });
}

function itemOf(
  callNumber: string | null,
  location: string | null,
  barcode: string | null,
  volume: string | null,
  status: ItemStatus,
  due: string | null,
): Item {
  return {
    callNumber,
    volume,
    location,
    barcode,
    status,
    dueDate: due,
    lendable: null,
    lendableWhy: null,
  };
}

/**
 * `availabilityStatus` 1 is available, 2 not; `availableCount` counts. `availableFor` 1 is loan and 5
 * use in the library: a copy that may only be used there is that.
 */
function statusOf(states: readonly XmlElement[], measure: string): ItemStatus {
  let loan: boolean | null = null;
  let inside: boolean | null = null;
  let any: boolean | null = null;
  let later = false;
  for (const state of states) {
    const value = textAt(state, measure);
    if (value === null) continue;
    const available = measure === 'availableCount' ? Number(value) > 0 : value === '1';
    if (!available && measure !== 'availableCount' && value !== '2') continue;
    const purpose = textAt(state, 'availableFor');
    if (purpose === '1') loan = available;
    if (purpose === '5') inside = available;
    any = any === true || available;
    later ||= !available && textAt(state, 'dateTimeAvailable') !== null;
  }
  if (loan === true) return 'available';
  if (inside === true) return 'library_use';
  if (any === null) return 'unknown';
  if (any && loan === null) return 'available';
  return later ? 'on_loan' : 'unavailable';
}

function dueDate(states: readonly XmlElement[]): string | null {
  for (const state of states) {
    const date = readDate(textAt(state, 'dateTimeAvailable') ?? '');
    if (date !== null) return date;
  }
  return null;
}
