import type { Catalogue, CatalogueRecord } from '../../catalogue/catalogue.ts';
import type { Copy } from '../../catalogue/copies.ts';

/** A copy as Aleph's administrative library knows it. */
export interface AlephItem {
  readonly record: CatalogueRecord;
  readonly copy: Copy;
  /** Six digits, counted in tens. */
  readonly sequence: string;
}

export interface Patron {
  readonly id: string;
  readonly verification: string;
  readonly name: string;
  readonly status: string;
}

export interface Hold {
  readonly item: AlephItem;
  readonly patron: Patron;
  readonly sequence: string;
  readonly placed: Date;
}

export interface Loan {
  readonly item: AlephItem;
  readonly patron: Patron;
  /** Days added by renewals. */
  renewedDays: number;
}

/** What an X-Server remembers between requests; sets and holds are bounded. */
export interface AlephState {
  readonly catalogue: Catalogue;
  readonly patrons: readonly Patron[];
  readonly holds: Map<string, Hold>;
  readonly loans: readonly Loan[];
  keepSet(records: readonly CatalogueRecord[]): string;
  recallSet(number: string): readonly CatalogueRecord[] | undefined;
  itemsOf(record: CatalogueRecord): AlephItem[];
  findItem(
    barcode: string | null,
    document: string | null,
    sequence: string | null,
  ): AlephItem | undefined;
  nextSequence(): string;
}

const maxSets = 500;

/** Invented readers: an institution's card for interlibrary loan, and two people. */
const patrons: readonly Patron[] = [
  { id: 'ILL900000', verification: 'demo', name: '示范馆际互借中心', status: '10' },
  { id: 'R0000001', verification: 'demo', name: '测试读者甲', status: '01' },
  { id: 'R0000002', verification: 'demo', name: '测试读者乙', status: '01' },
];

export function createAlephState(catalogue: Catalogue): AlephState {
  const sets = new Map<string, readonly CatalogueRecord[]>();
  let setCounter = 0;
  let holdCounter = 0;
  let loans: readonly Loan[] | null = null;
  const itemsOf = (record: CatalogueRecord): AlephItem[] =>
    record.copies.map((copy, at) => ({
      record,
      copy,
      sequence: String((at + 1) * 10).padStart(6, '0'),
    }));
  return {
    catalogue,
    patrons,
    holds: new Map(),
    get loans() {
      loans ??= lendSome(catalogue, itemsOf);
      return loans;
    },
    keepSet: (records) => {
      setCounter = (setCounter % 999_999) + 1;
      const number = String(setCounter).padStart(6, '0');
      sets.set(number, records);
      const [oldest] = sets.keys();
      if (sets.size > maxSets && oldest !== undefined) sets.delete(oldest);
      return number;
    },
    recallSet: (number) => sets.get(number.padStart(6, '0')),
    itemsOf,
    findItem: (barcode, document, sequence) => {
      if (barcode !== null && barcode !== '') {
        for (const record of catalogue.records) {
          const item = itemsOf(record).find((one) => one.copy.barcode === barcode);
          if (item !== undefined) return item;
        }
        return undefined;
      }
      const record = catalogue.find((document ?? '').padStart(9, '0'));
      if (record === undefined) return undefined;
      return itemsOf(record).find((one) => one.sequence === (sequence ?? '').padStart(6, '0'));
    },
    nextSequence: () => {
      holdCounter = (holdCounter % 9999) + 1;
      return String(holdCounter).padStart(4, '0');
    },
  };
}

/** The first few copies that are on loan, shared out among the readers. */
function lendSome(catalogue: Catalogue, itemsOf: (record: CatalogueRecord) => AlephItem[]): Loan[] {
  const lent = catalogue.records
    .slice(0, 40)
    .flatMap(itemsOf)
    .filter((item) => item.copy.status === 'on_loan')
    .slice(0, 6);
  return lent.map((item, at) => ({
    item,
    patron: patrons[at % patrons.length] as Patron,
    renewedDays: 0,
  }));
}
