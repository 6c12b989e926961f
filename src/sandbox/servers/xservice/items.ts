import { dueDate } from '../../catalogue/copies.ts';
import { element } from '../xml.ts';
import { failed, type Operation, pad } from './answer.ts';
import { availability } from './availability.ts';
import type { AlephItem } from './state.ts';

/** Item statuses of Aleph's tab15: what they allow. */
const itemStatuses = {
  available: { code: '01', label: '普通外借' },
  on_loan: { code: '01', label: '普通外借' },
  library_use: { code: '05', label: '馆内阅览' },
} as const;

/** The operations that only look at items; null for other operations. */
export function items(op: string, operation: Operation): string | null {
  switch (op) {
    case 'item-data':
      return itemData(operation);
    case 'item-data-multi':
      return itemData(operation, startOf(operation));
    case 'circ-status':
      return circulationStatus(operation);
    case 'circ-stat-m':
      return circulationStatus(operation, startOf(operation));
    case 'publish-avail':
      return availability(operation);
    case 'read-item':
      return readItem(operation);
    default:
      return null;
  }
}

/** Copies before the one that the answer begins with. */
function startOf({ parameters }: Operation): number {
  const text = parameters.get('start_point') ?? '';
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
}

/** What is said of the copies: of all, or of as many as fit from a start point on, and where to go on. */
function listed(
  all: readonly AlephItem[],
  start: number | null,
  { settings }: Operation,
  print: (item: AlephItem) => string,
): string {
  if (start === null) return all.map(print).join('');
  const next = start + settings.itemsAtOnce;
  const more = next < all.length ? `${element('start-point', pad(next, 9))}\n` : '';
  return all.slice(start, next).map(print).join('') + more;
}

function itemData(operation: Operation, start: number | null = null): string {
  const { parameters, state, settings } = operation;
  const number = parameters.get('doc_number') ?? parameters.get('doc_num') ?? '';
  const record = state.catalogue.find(number.padStart(9, '0'));
  if (record === undefined) return failed(unknownDocument(number, parameters.get('base')));
  return listed(state.itemsOf(record), start, operation, (item) => {
    const due = compactDate(dueDate(item.copy, operation.now));
    return [
      '<item>',
      element('rec-key', record.localId + item.sequence),
      element('barcode', item.copy.barcode),
      element('library', settings.admLibrary),
      element('sub-library', item.copy.location),
      element('collection', '图书'),
      element('item-status', itemStatuses[item.copy.status].code),
      element('note', ''),
      element('call-no-1', callNumber(item)),
      element('call-no-2', ''),
      element('description', record.described.partNumber),
      element('on-hold', isHeld(item, operation) ? 'Y' : 'N'),
      element('requested', isHeld(item, operation) ? 'Y' : 'N'),
      element('expected', 'N'),
      due === '' ? '' : element('loan-due-date', due),
      '</item>\n',
    ].join('');
  });
}

function circulationStatus(operation: Operation, start: number | null = null): string {
  const { parameters, state, settings } = operation;
  const number = parameters.get('sys_no') ?? parameters.get('doc_number') ?? '';
  const record = state.catalogue.find(number.padStart(9, '0'));
  if (record === undefined) return failed(unknownDocument(number, parameters.get('library')));
  return listed(state.itemsOf(record), start, operation, (item) => {
    const due = compactDate(dueDate(item.copy, operation.now));
    const holds = isHeld(item, operation) ? '1 (1/1)' : '';
    return [
      '<item-data>',
      element('z30-description', record.described.partNumber),
      element('loan-status', itemStatuses[item.copy.status].label),
      element('due-date', due === '' ? shelfLabel(item, settings.onShelf) : due),
      element('due-hour', due === '' ? '' : '23:59'),
      element('sub-library', item.copy.location),
      element('collection', '图书'),
      element('location', `${item.copy.classNumber}/${item.copy.bookNumber}`),
      element('pages', ''),
      element('no-requests', holds),
      element('location-2', ''),
      element('barcode', item.copy.barcode),
      element('opac-note', ''),
      '</item-data>\n',
    ].join('');
  });
}

/** Where a copy is that nobody has borrowed. */
function shelfLabel(item: AlephItem, onShelf: string): string {
  return item.copy.status === 'library_use' ? itemStatuses.library_use.label : onShelf;
}

function readItem(operation: Operation): string {
  const { parameters, state } = operation;
  const barcode = parameters.get('item_barcode');
  const item = state.findItem(
    barcode,
    parameters.get('doc_number'),
    parameters.get('item_sequence'),
  );
  if (item === undefined) {
    return failed(`Item could not been found based on item barcode: ${barcode ?? ''}.`);
  }
  return printZ30(item);
}

/** The item record of a copy, Aleph's table Z30. */
export function printZ30(item: AlephItem): string {
  return [
    '<z30>',
    element('z30-doc-number', item.record.localId),
    element('z30-item-sequence', item.sequence),
    element('z30-barcode', item.copy.barcode),
    element('z30-sub-library', item.copy.location),
    element('z30-material', item.record.fact.medium === 'score' ? 'MUSIC' : 'BOOK'),
    element('z30-item-status', itemStatuses[item.copy.status].code),
    element('z30-no-loans', pad(item.record.number % 40, 3)),
    element('z30-collection', '图书'),
    element('z30-call-no', callNumber(item)),
    element('z30-description', item.record.described.partNumber),
    element('z30-item-process-status', ''),
    '</z30>\n',
  ].join('');
}

/** What a loan or hold shows of its book, Aleph's table Z13. */
export function printZ13(item: AlephItem): string {
  const { described, fact, localId } = item.record;
  return [
    '<z13>',
    element('z13-doc-number', localId),
    element('z13-year', fact.year),
    element('z13-author', described.people[0]?.name ?? ''),
    element('z13-title', described.title),
    element('z13-imprint', `${described.place} : ${described.publisher}`),
    element('z13-isbn-issn', described.isbns[0]?.text ?? ''),
    '</z13>',
  ].join('');
}

function callNumber(item: AlephItem): string {
  return `$$h${item.copy.classNumber}$$i${item.copy.bookNumber}`;
}

/** True when a reader asked for the copy. */
export function isHeld(item: AlephItem, operation: Operation): boolean {
  return [...operation.state.holds.values()].some(
    (hold) => hold.item.copy.barcode === item.copy.barcode,
  );
}

/** `yyyymmdd`, or empty. */
export function compactDate(iso: string | null): string {
  return (iso ?? '').replaceAll('-', '');
}

function unknownDocument(number: string, library: string | null): string {
  return `Document: ${number} doesn't exist in library: ${library ?? ''}. Make sure you insert BIB library.`;
}
