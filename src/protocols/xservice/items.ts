import type { Item } from '../../marc/record.ts';
import { childrenOf, firstChild, type XmlElement } from '../../marc/xml/tree.ts';
import { own, tableOf, type XserviceDocument } from './document.ts';
import { readDue } from './due.ts';

/** Most copies taken from one answer; Aleph itself continues above 990 in a `-multi` operation. */
const maxItems = 2000;

/** Where the next answer of `item-data-multi` or `circ-stat-m` begins; null where this was the last. */
export function nextStartPoint({ root }: XserviceDocument): string | null {
  const written = own(root, 'start-point') ?? own(root, 'start_point') ?? '';
  return /^\d{1,9}$/.test(written) && Number(written) > 0 ? written : null;
}

/** One copy as the library's reader interface shows it (`circ-status`). */
export interface CircStatusEntry {
  readonly item: Item;
  readonly loanStatus: string | null;
  /** As written: a date, or words. */
  readonly due: string | null;
  readonly dueHour: string | null;
  /** `n1 (n2/n3)`: requests waiting, as written. */
  readonly requests: string | null;
  readonly note: string | null;
}

export function decodeCircStatus({ root }: XserviceDocument): CircStatusEntry[] {
  return childrenOf(root, 'item-data').slice(0, maxItems).map(circStatusEntry);
}

function circStatusEntry(entry: XmlElement): CircStatusEntry {
  const of = (name: string) => own(entry, name);
  const due = of('due-date');
  const { status, date } = readDue(due);
  return {
    item: {
      callNumber: of('location') ?? of('location-2'),
      volume: of('z30-description'),
      location: place(of('sub-library'), of('collection')),
      barcode: of('barcode'),
      status,
      dueDate: date,
      lendable: null,
      lendableWhy: null,
    },
    loanStatus: of('loan-status'),
    due,
    dueHour: of('due-hour'),
    requests: of('no-requests'),
    note: of('opac-note'),
  };
}

/** One copy with the keys that requests need (`item-data`). */
export interface ItemDataEntry {
  readonly item: Item;
  /** Number of the document in the administrative library, which may differ from the bibliographic one. */
  readonly admDocument: string | null;
  readonly itemSequence: string | null;
  readonly itemStatus: string | null;
  readonly note: string | null;
  readonly onHold: boolean | null;
  readonly requested: boolean | null;
  readonly expected: boolean | null;
}

export function decodeItemData({ root }: XserviceDocument): ItemDataEntry[] {
  return childrenOf(root, 'item').slice(0, maxItems).map(itemDataEntry);
}

function itemDataEntry(entry: XmlElement): ItemDataEntry {
  const of = (name: string) => own(entry, name);
  const key = /^(\d{9})(\d{6})$/.exec(of('rec-key') ?? '');
  const dueText = of('loan-due-date') ?? of('due-date') ?? of('z36-due-date');
  const { status, date } = readDue(dueText);
  return {
    item: {
      callNumber: callNumber(of('call-no-1') ?? of('call-no-2')),
      volume: of('description'),
      location: place(of('sub-library'), of('collection')),
      barcode: of('barcode'),
      status,
      dueDate: date,
      lendable: null,
      lendableWhy: null,
    },
    admDocument: key?.[1] ?? null,
    itemSequence: key?.[2] ?? null,
    itemStatus: of('item-status'),
    note: of('note'),
    onHold: flag(of('on-hold')),
    requested: flag(of('requested')),
    expected: flag(of('expected')),
  };
}

/** An item of the administrative library (`read-item`): the whole Z30 and what of it makes a copy. */
export interface ReadItem {
  readonly z30: Readonly<Record<string, string>>;
  readonly item: Item;
  readonly admDocument: string | null;
  readonly itemSequence: string | null;
}

export function decodeReadItem({ root }: XserviceDocument): ReadItem | null {
  const found = firstChild(root, 'z30');
  if (found === null) return null;
  const z30 = tableOf(found);
  return {
    z30,
    item: itemOfZ30(z30),
    admDocument: z30['z30-doc-number'] ?? null,
    itemSequence: z30['z30-item-sequence'] ?? null,
  };
}

/** The copy a Z30 describes; where it is at the moment stands elsewhere. */
export function itemOfZ30(z30: Readonly<Record<string, string>>): Item {
  return {
    callNumber: callNumber(z30['z30-call-no'] ?? z30['z30-call-no-2'] ?? null),
    volume: z30['z30-description'] ?? null,
    location: place(z30['z30-sub-library'] ?? null, z30['z30-collection'] ?? null),
    barcode: z30['z30-barcode'] ?? null,
    status: 'unknown',
    dueDate: null,
    lendable: null,
    lendableWhy: null,
  };
}

/** A call number with MARC subfield marks (`$$2…$$h…$$i…`) as people read it. */
function callNumber(written: string | null): string | null {
  if (written === null || !written.includes('$$')) return written;
  const parts = written.split('$$').filter((part) => /^[a-z0-9]./i.test(part));
  // $2 names the classification, $x and $z are notes (MARC 21 holdings, 852).
  const shown = parts.filter((part) => /^[hijklmt]/.test(part)).map((part) => part.slice(1));
  return shown.join(' ').replace(/\s+/g, ' ').trim() || null;
}

function place(subLibrary: string | null, collection: string | null): string | null {
  return [subLibrary, collection].filter((part) => part !== null).join(' ') || null;
}

function flag(text: string | null): boolean | null {
  if (text === null) return null;
  return /^y/i.test(text) ? true : /^n/i.test(text) ? false : null;
}
