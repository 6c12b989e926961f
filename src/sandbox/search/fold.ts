/**
 * How the demonstration servers compare text: widths, case and marks do not count, scripts do (a
 * catalogue in traditional characters is not found by simplified ones). Each Han character and each
 * run of other letters and digits is a unit; units stand between blanks, with one at either end, so
 * that a phrase is found by looking for it as a string.
 */
export function fold(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .normalize('NFC');
  const units = plain.match(/\p{Script=Han}|[\p{L}\p{N}]+?(?=\p{Script=Han}|[^\p{L}\p{N}]|$)/gu);
  return units === null ? ' ' : ` ${units.join(' ')} `;
}

/** The words of a term: what stands between blanks, each folded; a run of Han is one word. */
export function foldWords(text: string): string[] {
  return text
    .split(/[\s\u3000]+/)
    .map(fold)
    .filter((word) => word !== ' ');
}
