import type { Fact } from '../facts/types.ts';
import { dice } from './dice.ts';

export type CopyStatus = 'available' | 'on_loan' | 'library_use';

/** One copy on a shelf, or off it. */
export interface Copy {
  readonly barcode: string;
  readonly location: string;
  readonly classNumber: string;
  readonly bookNumber: string;
  readonly status: CopyStatus;
  /** Days from today until it is due back; 0 unless on loan. */
  readonly dueInDays: number;
}

export interface Shelving {
  readonly libraryId: string;
  readonly barcodePrefix: string;
  readonly locations: readonly string[];
  readonly classification: 'clc' | 'ddc';
}

/** The copies a library has of an entry; none of an e-book. */
export function copiesOf(fact: Fact, shelving: Shelving, number: number): Copy[] {
  if (fact.medium === 'ebook') return [];
  const { libraryId } = shelving;
  const count = 1 + dice(4, libraryId, fact.key, 'copies');
  return Array.from({ length: count }, (_, at): Copy => {
    const word = `copy ${at}`;
    const chance = dice(100, libraryId, fact.key, word, 'status');
    const status = chance < 55 ? 'available' : chance < 85 ? 'on_loan' : 'library_use';
    const location = shelving.locations[dice(shelving.locations.length, libraryId, fact.key, word)];
    return {
      barcode: shelving.barcodePrefix + String(number * 10 + at).padStart(7, '0'),
      location: location ?? '',
      classNumber: shelving.classification === 'clc' ? fact.clc : fact.ddc,
      bookNumber: bookNumber(fact, shelving),
      status,
      dueInDays: status === 'on_loan' ? 1 + dice(45, libraryId, fact.key, word, 'due') : 0,
    };
  });
}

/** A number by author and year with CLC, a Cutter number with Dewey; every library has its own. */
function bookNumber(fact: Fact, shelving: Shelving): string {
  const author = fact.people[0]?.name ?? fact.title;
  const number = 100 + dice(8900, shelving.libraryId, author);
  if (shelving.classification === 'clc') {
    const edition = /[0-9]/.exec(fact.editionStatement)?.[0];
    return edition === undefined ? String(number) : `${number}(${edition})`;
  }
  const letter = (fact.people[0]?.pinyin || author).charAt(0).toUpperCase();
  return `${letter}${number} ${fact.year}`;
}

/** ISO date so many days after the given moment. */
export function dueDate(copy: Copy, now: Date): string | null {
  if (copy.status !== 'on_loan') return null;
  return new Date(now.getTime() + copy.dueInDays * 86_400_000).toISOString().slice(0, 10);
}
