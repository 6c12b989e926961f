import { type Copy, dueDate } from '../../catalogue/copies.ts';

/** What an OPAC's page says of a copy, in the words Chinese OPACs use. */
export function statusWords(copy: Copy, now: Date): string {
  switch (copy.status) {
    case 'available':
      return '可借';
    case 'library_use':
      return '阅览';
    case 'on_loan':
      return `借出-应还日期：${dueDate(copy, now)}`;
  }
}

export function callNumberOf(copy: Copy | undefined): string {
  return copy === undefined ? '' : `${copy.classNumber}/${copy.bookNumber}`;
}

export function lendableCount(copies: readonly Copy[]): number {
  return copies.filter((copy) => copy.status === 'available').length;
}
