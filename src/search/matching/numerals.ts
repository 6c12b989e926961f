/**
 * Numbers as titles, volumes and editions write them. Text comes folded (`foldForMatching`): lower
 * case, half width, simplified, so `Ⅱ` is `ii` and `①` is `1` already.
 */

const hanDigits: Readonly<Record<string, number>> = {
  〇: 0,
  零: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  壹: 1,
  贰: 2,
  叁: 3,
  肆: 4,
  伍: 5,
  陆: 6,
  柒: 7,
  捌: 8,
  玖: 9,
};

const hanUnits: Readonly<Record<string, number>> = { 十: 10, 拾: 10, 廿: 20, 卅: 30, 百: 100 };

/** For regular expressions: one or more characters of a Chinese number. */
export const hanNumeral = '[〇零一二两三四五六七八九十百壹贰叁肆伍陆柒捌玖拾廿卅]{1,7}';

const cardinals: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
};

const ordinals: Readonly<Record<string, number>> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  eleventh: 11,
  twelfth: 12,
  erste: 1,
  erster: 1,
  zweite: 2,
  zweiter: 2,
  dritte: 3,
  dritter: 3,
  vierte: 4,
  vierter: 4,
  premiere: 1,
  premier: 1,
  deuxieme: 2,
  seconde: 2,
  troisieme: 3,
  quatrieme: 4,
  prima: 1,
  seconda: 2,
  terza: 3,
  primera: 1,
  segunda: 2,
  tercera: 3,
};

/** Alternatives for regular expressions, longest first. */
export const ordinalWord = alternatives(ordinals);
export const numberWord = alternatives({ ...cardinals, ...ordinals });

function alternatives(words: Readonly<Record<string, number>>): string {
  return Object.keys(words)
    .sort((a, b) => b.length - a.length)
    .join('|');
}

/** The value of a Chinese number up to 999 (`二十一`, `廿三`, `一九`), or null. */
export function parseHanNumeral(text: string): number | null {
  let total = 0;
  let digit = -1;
  let units = false;
  for (const character of text) {
    const unit = hanUnits[character];
    if (unit !== undefined) {
      units = true;
      total += unit === 20 || unit === 30 ? unit : (digit < 0 ? 1 : digit) * unit;
      digit = -1;
      continue;
    }
    const value = hanDigits[character];
    if (value === undefined) return null;
    // Two digits side by side are positional: 一九 is 19.
    digit = digit < 0 || units ? value : digit * 10 + value;
    if (digit > 9999) return null;
  }
  if (digit >= 0) total += digit;
  return text.length > 0 ? total : null;
}

const romanValues: Readonly<Record<string, number>> = {
  i: 1,
  v: 5,
  x: 10,
  l: 50,
  c: 100,
};

const romanForm = /^(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$/;

/** The value of a Roman number up to 399, or null; `mix` and other words are not numbers. */
export function parseRoman(text: string): number | null {
  if (text.length === 0 || text.length > 9 || !romanForm.test(text)) return null;
  let total = 0;
  for (let i = 0; i < text.length; i++) {
    const value = romanValues[text[i] ?? ''] ?? 0;
    const next = romanValues[text[i + 1] ?? ''] ?? 0;
    total += value < next ? -value : value;
  }
  return total;
}

/** The value of one token: digits (with an ordinal ending), Chinese, Roman or an ordinal word. */
export function parseNumeral(token: string): number | null {
  const first = token.charCodeAt(0);
  if (first >= 48 && first <= 57) {
    const digits = /^(\d{1,5})(?:st|nd|rd|th|d|e|a|o|eme|re|er|η)?$/.exec(token);
    return digits?.[1] === undefined ? null : Number(digits[1]);
  }
  if (first > 127) return parseHanNumeral(token);
  return ordinals[token] ?? cardinals[token] ?? parseRoman(token);
}
