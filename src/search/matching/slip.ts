import { codeAt } from '../../marc/text.ts';

/**
 * Whether one word may be a slip for the other: one letter more, less or other, two swapped, or a
 * longer ending (process, processes), in a word of at least five letters. Digits never slip, and a
 * word that begins otherwise is another one (typical, atypical).
 */
export function isSlip(a: string, b: string): boolean {
  const short = a.length <= b.length ? a : b;
  const long = short === a ? b : a;
  if (short.length < 4 || long.length < 5 || long.length - short.length > 2) return false;
  let start = 0;
  while (start < short.length && codeAt(short, start) === codeAt(long, start)) start++;
  if (start === 0) return false;
  let end = 0;
  while (
    end < short.length - start &&
    codeAt(short, short.length - 1 - end) === codeAt(long, long.length - 1 - end)
  ) {
    end++;
  }
  const lostShort = short.length - end - start;
  const lostLong = long.length - end - start;
  if (lostShort > 2 || lostLong > 2) return false;
  if (hasDigit(short, start, lostShort) || hasDigit(long, start, lostLong)) return false;
  if (lostShort <= 1 && lostLong <= 1) return true;
  if (end === 0 && lostShort === 0 && short.length >= 6) return true;
  return (
    lostShort === 2 &&
    lostLong === 2 &&
    codeAt(short, start) === codeAt(long, start + 1) &&
    codeAt(short, start + 1) === codeAt(long, start)
  );
}

/** Whether a digit stands in the part of a text; nothing is cut out, since this is asked a lot. */
export function hasDigit(text: string, start = 0, length = text.length): boolean {
  for (let at = start; at < start + length; at++) {
    const code = codeAt(text, at);
    if (code >= 0x30 && code <= 0x39) return true;
  }
  return false;
}
