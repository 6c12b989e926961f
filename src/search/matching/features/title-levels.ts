import { pinyinOf } from '../pinyin.ts';
import { hasDigit, isSlip } from '../slip.ts';
import { type TitleFeature, wordsOf } from './title.ts';

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
  const one = wordsOf(few).filter(isNumber);
  const two = wordsOf(many).filter(isNumber);
  return one.some((word) => !two.includes(word)) && two.some((word) => !one.includes(word));
}

function isNumber(word: string): boolean {
  return hasDigit(word);
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
  for (const word of wordsOf(many)) {
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

/** Which words of the two titles at hand have found their like; made once, since so many are compared. */
const takenHere = new Uint8Array(4096);
const takenThere = new Uint8Array(4096);

/** Words in common, each used once; then pairs of the rest that differ by one slip. */
function compareWords(few: TitleFeature, many: TitleFeature): WordLevel {
  if (few.full.length >= 7 && isSlip(few.full, many.full)) return 'misspelt';
  if (few.core.length >= 7 && !few.hasSubtitle && isSlip(few.core, many.core)) return 'misspelt';
  const a = wordsOf(few);
  const b = wordsOf(many);
  if (a.length < 2 || a.length > takenHere.length || b.length > takenThere.length) return 'unlike';
  takenHere.fill(0, 0, a.length);
  takenThere.fill(0, 0, b.length);
  const equal = takeEqual(a, b);
  // Most titles compared have little in common: give up as soon as that is sure.
  if (equal < 0) return 'unlike';
  const slips = takeSlips(a, b);
  if (slips > 2) return 'unlike';
  const lost = left(a, takenHere);
  const more = left(b, takenThere);
  if (lost.numbers && more.numbers) {
    return lost.words === 1 && more.words === 1 && a.length >= longTitle ? 'renumbered' : 'unlike';
  }
  if (lost.words === 0) {
    if (more.words === 0) return slips > 0 ? 'misspelt' : 'similar';
    return few.full.length >= 10 ? 'contained' : 'unlike';
  }
  const share = (lost.common * 2) / (few.full.length + many.full.length);
  return share >= fourFifths ? 'akin' : share >= half ? 'similar' : 'unlike';
}

/** Takes the equal words; how many there were, or -1 where too many have no equal. */
function takeEqual(a: readonly string[], b: readonly string[]): number {
  let alone = 0;
  for (let i = 0; i < a.length; i++) {
    let j = b.indexOf(a[i] as string);
    while (j >= 0 && takenThere[j] === 1) j = b.indexOf(a[i] as string, j + 1);
    if (j >= 0) {
      takenHere[i] = 1;
      takenThere[j] = 1;
    } else if (++alone > 4 && alone > a.length / 2) return -1;
  }
  return a.length - alone;
}

/** Takes the words that are slips for another of the rest. */
function takeSlips(a: readonly string[], b: readonly string[]): number {
  let slips = 0;
  for (let i = 0; i < a.length; i++) {
    if (takenHere[i] === 1) continue;
    for (let j = 0; j < b.length; j++) {
      if (takenThere[j] === 1 || !isSlip(a[i] as string, b[j] as string)) continue;
      takenHere[i] = 1;
      takenThere[j] = 1;
      slips++;
      break;
    }
  }
  return slips;
}

/** The words that were not taken, whether one is a number, and the letters of those that were. */
function left(words: readonly string[], taken: Uint8Array) {
  let count = 0;
  let numbers = false;
  let common = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (taken[i] === 1) common += word.length;
    else {
      count++;
      numbers ||= isNumber(word);
    }
  }
  return { words: count, numbers, common };
}
