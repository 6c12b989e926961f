/**
 * How a library's ISBN index was built: `any-form` knows that both lengths are one number, `digits`
 * only drops the hyphens, `as-written` keeps them. Real systems come in all three kinds.
 */
export type IsbnIndex = 'any-form' | 'digits' | 'as-written';

export function isbnKey(text: string, index: IsbnIndex): string {
  const trimmed = text.trim().toUpperCase();
  if (index === 'as-written') return trimmed;
  const digits = trimmed.replace(/[^0-9X]/g, '');
  return index === 'any-form' && digits.length === 10 ? thirteen(digits) : digits;
}

function thirteen(ten: string): string {
  const body = `978${ten.slice(0, 9)}`;
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return body + String((10 - (sum % 10)) % 10);
}
