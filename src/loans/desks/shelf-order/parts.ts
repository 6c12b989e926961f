/** A whole number that compares as text: leading zeros up to nine digits. */
export function numberKey(digits: string): string {
  return digits.slice(0, 9).padStart(9, '0');
}

/** A part that ends before anything longer that begins with it. */
export function partKey(part: string): string {
  return `${part} `;
}
