import { foldWidth } from '../../../marc/text.ts';
import { chineseKey } from './chinese.ts';
import { ddcKey, lccKey } from './western.ts';

/** 中图法, 科图法, 人大法, Dewey, Library of Congress. */
export const shelfSchemes = ['clc', 'lcas', 'ruc', 'ddc', 'lcc'] as const;
export type ShelfScheme = (typeof shelfSchemes)[number];

const maxKeyLength = 200;

/** Before everything that cannot be read, after everything that can. */
const unreadable = '~';

/**
 * A text that orders call numbers by plain comparison of bytes as the books stand on the shelf. A
 * call number that is not of the scheme comes after all that are, in its own alphabet.
 */
export function shelfKey(callNumber: string, scheme: ShelfScheme): string {
  const text = foldWidth(callNumber.normalize('NFKC')).trim().replace(/\s+/g, ' ').slice(0, 200);
  if (text === '') return `${unreadable}${unreadable}`;
  const key = keyOf(text, scheme);
  return (key ?? `${unreadable}${text.toUpperCase()}`).slice(0, maxKeyLength);
}

function keyOf(text: string, scheme: ShelfScheme): string | null {
  switch (scheme) {
    case 'ddc':
      return ddcKey(text);
    case 'lcc':
      return lccKey(text);
    default:
      return chineseKey(text, scheme);
  }
}
