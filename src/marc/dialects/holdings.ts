import type { Item } from '../record.ts';
import { readStatus } from './status.ts';
import type { FieldView } from './view.ts';

/** Where a library's own records describe its copies: the `holdings` of its document. */
export interface HoldingsMap {
  readonly tag: string;
  readonly library?: string;
  readonly barcode?: string;
  readonly location?: string;
  readonly volume?: string;
  readonly status?: string;
  readonly callNumber?: {
    /** Subfield with the whole call number; wins over the parts. */
    readonly whole?: string;
    readonly parts?: readonly string[];
    readonly join?: string;
  };
}

/** CNMARC 905 as CALIS members use it, for MARC 21 records of the same libraries too. */
const field905: HoldingsMap = {
  tag: '905',
  library: 'a',
  barcode: 'b',
  location: 'c',
  volume: 'v',
  callNumber: { whole: 's', parts: ['d', 'e'], join: '/' },
};

/** MARC 21 holdings data in 852 (MARC 21 Format for Holdings Data, 852). */
const field852: HoldingsMap = {
  tag: '852',
  library: 'a',
  barcode: 'p',
  location: 'c',
  volume: '3',
  callNumber: { parts: ['k', 'h', 'i', 'm'], join: ' ' },
};

/** Koha's item field in MARC 21. */
const field952: HoldingsMap = {
  tag: '952',
  library: 'a',
  barcode: 'p',
  location: 'c',
  volume: 'h',
  callNumber: { whole: 'o' },
};

const layouts: ReadonlyMap<string, HoldingsMap> = new Map([
  ['905', field905],
  ['852', field852],
  ['952', field952],
]);

/** Most copies read from one record. */
const maximumItems = 500;

/**
 * The copies a record describes. The library's own map decides where there is one; else Alma's
 * availability (AVA), else 905, else 852; a record with none of them may still have a shelf mark in
 * 090. Lendable is never read from here: no field of these says it.
 */
export function readItems(fields: readonly FieldView[], map: HoldingsMap | undefined): Item[] {
  if (map !== undefined && map.tag !== 'AVA') return itemsOf(fields, completed(map));
  const there = holdingTags(fields);
  if (there === 0) return [];
  const stated = (there & has905) !== 0 ? itemsOf(fields, field905) : [];
  if ((there & hasAva) !== 0) {
    const available = fields.flatMap((field) => almaItem(field)).slice(0, maximumItems);
    return withShelfForm(available, stated);
  }
  if (stated.length > 0) return stated;
  const shelved = (there & has852) !== 0 ? itemsOf(fields, field852) : [];
  if (shelved.length > 0) return shelved;
  return (there & has090) !== 0 ? shelfMark(fields) : [];
}

const has905 = 1;
const has852 = 2;
const has090 = 4;
const hasAva = 8;

/** Which of the usual fields of copies the record has. */
function holdingTags(fields: readonly FieldView[]): number {
  let found = 0;
  for (const { number, tag } of fields) {
    switch (number) {
      case 90:
        found |= has090;
        break;
      case 852:
        found |= has852;
        break;
      case 905:
        found |= has905;
        break;
      case -1:
        if (tag === 'AVA') found |= hasAva;
    }
  }
  return found;
}

/** A map that names a field alone means that field's usual layout. */
function completed(map: HoldingsMap): HoldingsMap {
  const bare = Object.keys(map).length === 1;
  return bare ? { ...(layouts.get(map.tag) ?? field905), tag: map.tag } : map;
}

function itemsOf(fields: readonly FieldView[], map: HoldingsMap): Item[] {
  const items: Item[] = [];
  for (const field of fields) {
    if (field.tag !== map.tag || field.isControl) continue;
    if (items.length >= maximumItems) break;
    addItems(items, field, map);
  }
  return items;
}

/** One field may hold several barcodes: one copy each, with the shelf mark they share. */
function addItems(items: Item[], field: FieldView, map: HoldingsMap): void {
  const barcodes = map.barcode === undefined ? none : valuesOf(field, map.barcode);
  const volumes = map.volume === undefined ? none : valuesOf(field, map.volume);
  const callNumber = callNumberOf(field, map);
  const location = map.location === undefined ? null : firstText(field, map.location);
  const words = map.status === undefined ? null : firstText(field, map.status);
  if (callNumber === null && barcodes.length === 0 && location === null) return;
  const stated = words === null ? null : readStatus(words);
  const copies = Math.min(Math.max(barcodes.length, 1), maximumItems - items.length);
  for (let i = 0; i < copies; i++) {
    items.push({
      callNumber,
      volume: (volumes.length === barcodes.length ? volumes[i] : volumes[0]) ?? null,
      location,
      barcode: barcodes[i] ?? null,
      status: stated?.status ?? 'unknown',
      dueDate: stated?.dueDate ?? null,
      lendable: null,
      lendableWhy: null,
    });
  }
}

function callNumberOf(field: FieldView, map: HoldingsMap): string | null {
  const { whole, parts = none, join = '/' } = map.callNumber ?? {};
  const written = whole === undefined ? null : firstText(field, whole);
  if (written !== null) return written;
  let joined: string | null = null;
  for (const code of parts) {
    const part = firstText(field, code);
    if (part !== null) joined = joined === null ? part : joined + join + part;
  }
  return joined;
}

const none: readonly string[] = [];

/** The first subfield with this code that has text. */
function firstText(field: FieldView, wanted: string): string | null {
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) !== wanted) continue;
    const text = field.cleanText(at);
    if (text !== '') return text;
  }
  return null;
}

function valuesOf(field: FieldView, wanted: string): readonly string[] {
  let values: string[] | null = null;
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) !== wanted) continue;
    const text = field.cleanText(at);
    if (text === '') continue;
    if (values === null) values = [text];
    else values.push(text);
  }
  return values ?? none;
}

/** Alma's availability of one holding: $c location, $d call number, $e availability, $q library ($v is coverage). */
function almaItem(field: FieldView): readonly Item[] {
  if (field.tag !== 'AVA' || field.isControl) return [];
  const value = (code: string) => firstText(field, code);
  const availability = value('e')?.toLowerCase();
  const place = [value('q') ?? value('b'), value('c') ?? value('j')].filter(Boolean).join(' ');
  return [
    {
      callNumber: value('d'),
      volume: null,
      location: place === '' ? null : place,
      barcode: null,
      status:
        availability === 'available' || availability === 'unavailable' ? availability : 'unknown',
      dueDate: null,
      lendable: null,
      lendableWhy: null,
    },
  ];
}

/** Alma writes `F124 26` where the library's own field has `F124/26`: the library's form is shown. */
function withShelfForm(items: readonly Item[], stated: readonly Item[]): Item[] {
  const bare = (mark: string) => mark.replace(/[\s/]+/g, '');
  const forms = new Map<string, string>();
  for (const { callNumber } of stated) if (callNumber) forms.set(bare(callNumber), callNumber);
  const only = forms.size === 1 ? [...forms.values()][0] : undefined;
  return items.map((item) => {
    const written = item.callNumber;
    const form = written === null ? only : forms.get(bare(written));
    return form === undefined ? item : { ...item, callNumber: form };
  });
}

/** 090: the shelf mark of the cataloguing library ($u whole in CALIS use, else $a and $b). */
function shelfMark(fields: readonly FieldView[]): Item[] {
  const field = fields.find((one) => one.number === 90 && !one.isControl);
  if (field === undefined) return [];
  const whole = firstText(field, 'u');
  const classMark = firstText(field, 'a');
  const bookNumber = firstText(field, 'b');
  if (whole === null && (classMark === null || bookNumber === null)) return [];
  const chinese =
    /^[A-Z]{1,2}[0-9][0-9.\-/=+():"A-Z]*$/.test(classMark ?? '') && /^[0-9]/.test(bookNumber ?? '');
  return [
    {
      callNumber: whole ?? `${classMark}${chinese ? '/' : ' '}${bookNumber}`,
      volume: null,
      location: null,
      barcode: null,
      status: 'unknown',
      dueDate: null,
      lendable: null,
      lendableWhy: null,
    },
  ];
}
