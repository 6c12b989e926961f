import type { FieldFault } from '../errors.ts';
import type { CardScheme } from './scheme.ts';

/** Weights and check characters of GB 11643-1999, which is ISO 7064 MOD 11-2. */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const checkCharacters = '10X98765432';

/** First digits of a place of registration: provinces, regions, Hong Kong, Macao, Taiwan. */
const places = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'.split(
    ' ',
  ),
);

/** A card number as it is compared: folded widths, capitals, no blanks or hyphens. */
export function cardKey(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\u2010-\u2015-]/gu, '');
}

/** Whether the text is a resident identity number, of 18 characters or in the old form of 15. */
export function isResidentNumber(text: string): boolean {
  const key = cardKey(text);
  if (!places.has(key.slice(0, 2))) return false;
  if (/^\d{15}$/.test(key)) return isDay(`19${key.slice(6, 12)}`);
  if (!/^\d{17}[\dX]$/.test(key) || !isDay(key.slice(6, 14))) return false;
  let sum = 0;
  for (const [i, weight] of weights.entries()) sum += weight * Number(key[i]);
  return checkCharacters[sum % 11] === key[17];
}

/** Whether YYYYMMDD is a day somebody can have been born on. */
function isDay(digits: string): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)];
  if (Number(year) < 1880 || Number(year) > 2100) return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

/** ISO/IEC 7812-1, annex B: every second digit from the right doubled. */
export function passesLuhn(digits: string): boolean {
  if (!/^\d{2,}$/.test(digits)) return false;
  let sum = 0;
  for (const [i, digit] of [...digits].reverse().entries()) {
    const value = i % 2 === 1 ? Number(digit) * 2 : Number(digit);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** `#` a digit, `@` a letter, `*` either; any other character itself. No pattern can be slow. */
export function fitsMask(key: string, mask: string): boolean {
  if (key.length !== mask.length) return false;
  for (const [i, sign] of [...mask].entries()) {
    const character = key[i] ?? '';
    const fits =
      sign === '#'
        ? /\d/.test(character)
        : sign === '@'
          ? /[A-Z]/.test(character)
          : sign === '*'
            ? /[\dA-Z]/.test(character)
            : character === sign.toUpperCase();
    if (!fits) return false;
  }
  return true;
}

/**
 * Why this cannot be a card number under the library's scheme; null if it can. An identity-card
 * number is refused unless the scheme asks for one: it is not ours to keep. The old form of 15
 * digits has no check character, so a mask of 15 characters is believed instead.
 */
export function cardFault(text: string, scheme: CardScheme, pointer: string): FieldFault | null {
  const key = cardKey(text);
  const { zh, en } = scheme.label;
  const fitting = scheme.masks.some((mask) => fitsMask(key, mask));
  const asked = scheme.check === 'resident';
  if (!asked && isResidentNumber(key) && !(key.length === 15 && fitting)) {
    return {
      pointer,
      rule: 'card.resident',
      zh: `请填写“${zh}”，不要填写居民身份证号码。`,
      en: `Enter the ${en}, not an identity-card number.`,
    };
  }
  const checked =
    scheme.check === 'none' ||
    (scheme.check === 'luhn' && passesLuhn(key)) ||
    (asked && isResidentNumber(key));
  if (!/^[\dA-Z./_*-]{2,32}$/.test(key) || !checked || (scheme.masks.length > 0 && !fitting)) {
    const example = scheme.example === '' ? '' : scheme.example;
    return {
      pointer,
      rule: 'card.form',
      zh: `“${zh}”格式不对${example && `，例如 ${example}`}。`,
      en: `This is not a ${en}${example && `, such as ${example}`}.`,
    };
  }
  return null;
}
