/**
 * Text as libraries write it, made comparable: widths, scripts, non-sorting marks and the one fold
 * under which two spellings of the same words are equal.
 */

import { codeAt } from './text/code-at.ts';

export { codeAt } from './text/code-at.ts';
export { foldedLetters, foldForMatching, mayHoldFolded } from './text/fold.ts';
export { toSimplified, toTraditional } from './text/script.ts';

/** Full-width ASCII (U+FF01–FF5E) and the ideographic space as their ASCII twins; the rest stays. */
export function foldWidth(text: string): string {
  return /[\u3000\uff01-\uff5e]/.test(text)
    ? text.replace(/[\u3000\uff01-\uff5e]/g, (character) =>
        character === '\u3000' ? ' ' : String.fromCharCode(character.charCodeAt(0) - 0xfee0),
      )
    : text;
}

/**
 * Marks around words that do not count in sorting: ISO 6630 NSB and NSE as C1 controls (UNIMARC
 * U+0088/0089, MARC 21 and BnF U+0098/009C), and the spelled-out forms some systems export.
 */
const nonSortingMark = /[\u0088\u0089\u0098\u009c]|[<«{]NS[BE][>»}]/;
const nonSortingMarks = new RegExp(nonSortingMark, 'g');
const nonSortingWords =
  /(?:[\u0088\u0098]|[<«{]NSB[>»}])[^\u0089\u009c<«{]{0,40}(?:[\u0089\u009c]|[<«{]NSE[>»}])/g;

/** The text without non-sorting marks; the words between them stay. */
export function stripNonSorting(text: string): string {
  return nonSortingMark.test(text) ? text.replace(nonSortingMarks, '') : text;
}

/** The text without the marks and without the words between them, for sorting. */
export function withoutNonSortingWords(text: string): string {
  if (!nonSortingMark.test(text)) return text;
  const rest = text.replace(nonSortingWords, '').replace(nonSortingMarks, '').trimStart();
  return rest === '' ? stripNonSorting(text) : rest;
}

/** Whether the code point is a Han character (with 々 and 〇, which stand for one). */
export function isHan(codePoint: number): boolean {
  return (
    (codePoint >= 0x4e00 && codePoint <= 0x9fff) ||
    (codePoint >= 0x3400 && codePoint <= 0x4dbf) ||
    (codePoint >= 0x20000 && codePoint <= 0x3ffff) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    codePoint === 0x3005 ||
    codePoint === 0x3007
  );
}

/** Whether the text holds a Han character. */
export function hasHan(text: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const code = codeAt(text, i);
    if (code < 0x3005) continue;
    if (isHan(code) || (code >= 0xd840 && code <= 0xd8bf)) return true;
  }
  return false;
}
