/**
 * Whether one word may be a slip for the other: one letter more, less or other, two swapped, or a
 * longer ending (process, processes), in a word of at least five letters. Digits never slip, and a
 * word that begins otherwise is another one (typical, atypical).
 */
export function isSlip(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length < 4 || long.length < 5 || long.length - short.length > 2) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  if (start === 0) return false;
  let end = 0;
  while (
    end < short.length - start &&
    short[short.length - 1 - end] === long[long.length - 1 - end]
  ) {
    end++;
  }
  const lostShort = short.slice(start, short.length - end);
  const lostLong = long.slice(start, long.length - end);
  if (/\d/.test(lostShort + lostLong)) return false;
  if (lostShort.length <= 1 && lostLong.length <= 1) return true;
  if (end === 0 && lostShort === '' && short.length >= 6) return true;
  return (
    lostShort.length === 2 &&
    lostLong.length === 2 &&
    lostShort[0] === lostLong[1] &&
    lostShort[1] === lostLong[0]
  );
}
