import { pinyinOf } from '../pinyin.ts';
import { isSlip } from '../slip.ts';
import type { TitleFeature } from './title.ts';

export type TitleLevel =
  /** Equal, subtitle included. */
  | 'same'
  /** Equal titles proper; at least one record has no subtitle. */
  | 'same-proper'
  /** Equal titles proper under subtitles that differ. */
  | 'other-subtitle'
  /** Equal to a form the other record also gives (parallel, 880, pinyin). */
  | 'variant'
  /** The words of one begin the other, or all stand in it. */
  | 'contained'
  /** One Chinese title begins the other inside a word: 化学工程, 化学工程手册. */
  | 'begun'
  /** Equal but for a misspelt word or two. */
  | 'misspelt'
  /** A long title equal but for one number: a misprint, unless all else speaks otherwise. */
  | 'renumbered'
  /** Half of the words in common: one work only where everything else is equal. */
  | 'similar'
  | 'unlike';

export function compareTitles(a: TitleFeature, b: TitleFeature): TitleLevel {
  if (a.full === b.full) return 'same';
  if (a.core === b.core) return compareSubtitles(a, b);
  if (a.core === b.full || a.full === b.core) return 'same-proper';
  if (sharesVariant(a, b)) return 'variant';
  const [few, many] = a.full.length <= b.full.length ? [a, b] : [b, a];
  if (beginsWith(many, few)) return 'contained';
  if (a.han !== b.han) return isPinyinTitle(a, b) ? 'variant' : 'unlike';
  const level = a.han ? compareHan(few, many) : compareWords(few, many);
  return level === 'akin' ? 'similar' : level;
}

function compareSubtitles(a: TitleFeature, b: TitleFeature): TitleLevel {
  if (!a.hasSubtitle || !b.hasSubtitle) return 'same-proper';
  const [few, many] = a.full.length <= b.full.length ? [a, b] : [b, a];
  if (many.full.startsWith(few.full)) return 'same';
  const rest = compareRest(few, many);
  if (rest === 'misspelt') return 'same';
  if (rest === 'renumbered') return rest;
  if (rest === 'contained' || rest === 'begun' || rest === 'akin') return 'same-proper';
  return numbersDiffer(few, many) ? 'unlike' : 'other-subtitle';
}

/** Both name numbers and neither names all of the other's: S. 1970 and S. 501, 2003 and 2004. */
function numbersDiffer(few: TitleFeature, many: TitleFeature): boolean {
  const one = few.words.filter(isNumber);
  const two = many.words.filter(isNumber);
  return one.some((word) => !two.includes(word)) && two.some((word) => !one.includes(word));
}

function isNumber(word: string): boolean {
  return /\d/.test(word);
}

function compareRest(few: TitleFeature, many: TitleFeature): WordLevel {
  return few.han && many.han ? compareHan(few, many) : compareWords(few, many);
}

/** Two Chinese titles that differ may well have one pinyin or one English title. */
function sharesVariant(a: TitleFeature, b: TitleFeature): boolean {
  return (
    gives(a, b) ||
    gives(b, a) ||
    (!(a.han && b.han) && b.variants.some((form) => form.length > 5 && a.variants.includes(form)))
  );
}

/** A variant that says little alone (Summary, 上册) is no title. */
function gives(a: TitleFeature, b: TitleFeature): boolean {
  return !b.generic && (a.variants.includes(b.core) || a.variants.includes(b.full));
}

/** A longer title is not romanised for a comparison. */
const longestSpelled = 80;

/** Whether the Latin title of the two spells the sounds of the Chinese one (Hua xue gong cheng). */
function isPinyinTitle(a: TitleFeature, b: TitleFeature): boolean {
  const [han, latin] = a.han ? [a, b] : [b, a];
  if (han.full.length > longestSpelled) return false;
  if (latin.core.length < han.core.length * 2 || latin.core.length > han.full.length * 6)
    return false;
  return [han.core, han.full].some((title) => {
    const sounds = pinyinOf(title).join('');
    return [latin.core, latin.full].some((text) => text === sounds || isSlip(text, sounds));
  });
}

/** Whether the shorter title ends where a word of the longer one ends. */
function beginsWith(many: TitleFeature, few: TitleFeature): boolean {
  if (!many.full.startsWith(few.full)) return false;
  let length = 0;
  for (const word of many.words) {
    length += word.length;
    if (length >= few.full.length) return length === few.full.length;
  }
  return false;
}

/** One other character (古代, 近代) is more often another work than a misprint. */
function compareHan(few: TitleFeature, many: TitleFeature): TitleLevel {
  const a = few.full;
  const b = many.full;
  if (a.length >= 4 && b.startsWith(a)) return 'begun';
  if (a.length < 6 || b.length - a.length > 1) return 'unlike';
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const lostA = a.slice(start, a.length - end);
  const lostB = b.slice(start, b.length - end);
  if (/[\d一二三四五六七八九十上中下]/.test(lostA + lostB)) return 'unlike';
  return lostA.length <= 1 && lostB.length <= 1 ? 'similar' : 'unlike';
}

/** Four fifths of the words in common: beside an equal title proper, the same subtitle in effect. */
type WordLevel = TitleLevel | 'akin';

/** The shares of letters in common words that make two titles similar, and akin. */
const half = 0.5;
const fourFifths = 0.8;

/** Words from which on a single other number may be a misprint. */
const longTitle = 7;

/** Words in common, each used once; then pairs of the rest that differ by one slip. */
function compareWords(few: TitleFeature, many: TitleFeature): WordLevel {
  const [a, b] = [few.words, many.words];
  if (few.full.length >= 7 && isSlip(few.full, many.full)) return 'misspelt';
  if (few.core.length >= 7 && !few.hasSubtitle && isSlip(few.core, many.core)) return 'misspelt';
  if (a.length < 2) return 'unlike';
  const left = [...b];
  const alone: string[] = [];
  let common = 0;
  let slips = 0;
  for (const word of a) {
    const at = left.indexOf(word);
    if (at < 0) alone.push(word);
    else {
      left.splice(at, 1);
      common += word.length;
    }
    // Most titles compared have little in common: give up as soon as that is sure.
    if (alone.length > 4 && alone.length > a.length / 2) return 'unlike';
  }
  const lost: string[] = [];
  for (const word of alone) {
    const at = left.findIndex((other) => isSlip(word, other));
    if (at < 0) {
      lost.push(word);
      continue;
    }
    left.splice(at, 1);
    slips++;
    common += word.length;
  }
  if (slips > 2) return 'unlike';
  if (hasNumber(lost) && hasNumber(left)) {
    return lost.length === 1 && left.length === 1 && a.length >= longTitle
      ? 'renumbered'
      : 'unlike';
  }
  if (lost.length === 0) {
    if (left.length === 0) return slips > 0 ? 'misspelt' : 'similar';
    return few.full.length >= 10 ? 'contained' : 'unlike';
  }
  const share = (common * 2) / (few.full.length + many.full.length);
  return share >= fourFifths ? 'akin' : share >= half ? 'similar' : 'unlike';
}

function hasNumber(words: readonly string[]): boolean {
  return words.some(isNumber);
}
