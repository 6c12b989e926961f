import { sharedByOneLanguage } from './languages.ts';
import { decodeWithPlatform } from './platform.ts';

/**
 * How much a text looks like something a library wrote: 1 for text made of common characters in likely
 * company, 0 for noise, negative where it is damaged. ASCII says nothing either way.
 */
export interface Plausibility {
  readonly score: number;
  /** Bytes of the source the score rests on. */
  readonly weight: number;
}

const NONE = 0;
const LATIN_COMMON = 1;
const LATIN_RARE = 2;
const CYRILLIC_COMMON = 3;
const CYRILLIC_RARE = 4;
const OTHER_ALPHABET = 5;
const MARK = 6;
const QUOTE_OR_DASH = 7;
const SYMBOL = 8;
const BROKEN = 9;
const HAN_FREQUENT = 10;
const HAN_COMMON = 11;
const HAN_LEVEL_2 = 12;
const HAN_RARE = 13;
const KANA_OR_HANGUL = 14;
const WIDE_PUNCTUATION = 15;
const NON_SORTING = 16;
/** Ligatures and signs that only romanisations have. */
const ROMANISING = 17;

/** Controls that text and records have: tab, line ends, the three delimiters. */
const LAYOUT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x1d, 0x1e, 0x1f]);

/** The characters that titles, imprints and subjects of Chinese books are made of most. */
const FREQUENT_HAN =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处理世编著译书出版社北京上海南京主编教材大学清华人民科学技术研究历史中国史文化艺术经济管理哲学语言文学小说集选册卷丛书系列修订第版印刷';
const FREQUENT_HAN_TRADITIONAL =
  '這個國們時來於會過說產種經學動對發當業體實應開還線與關樣間點從問題變條結義書編譯論運農幾區強決戰處據圖統組計別機電無數見長員臺灣灣東華歷藝術濟管語選冊叢訂';

/** Letters that stand in more books than all others with marks together. */
const WESTERN: ReadonlySet<string> = new Set('éèàâêçëîïôûùäöüßáíóúñåøæãõÉÈÀÄÖÜÅØ');
/** By how common the ideograph is: frequent, level 1, level 2, beyond. */
const HAN_VALUES = [1, 0.8, 0.1, -0.7];
/** What letters that no one language shares take from the score of a Latin text, at most. */
const MIXTURE_PENALTY = 0.5;

let classes: Uint8Array | null = null;

export function plausibility(text: string): Plausibility {
  classes ??= classify();
  let sum = 0;
  let weight = 0;
  let latin: Map<string, number> | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      if (unit >= 0x20 || LAYOUT.has(unit)) continue;
      sum -= 3;
      weight += 1;
      continue;
    }
    if (unit >= 0xd800 && unit <= 0xdfff) {
      // Beyond the BMP: rare ideographs, by the pair.
      at += 1;
      sum -= 2;
      weight += 4;
      continue;
    }
    const kind = classes[unit] as number;
    const bytes = kind >= HAN_FREQUENT && kind <= WIDE_PUNCTUATION ? 2 : 1;
    sum += bytes * valueAt(kind, text, at);
    weight += bytes;
    if (kind === LATIN_COMMON || kind === LATIN_RARE) {
      const letter = (text[at] as string).toLowerCase();
      latin ??= new Map();
      latin.set(letter, (latin.get(letter) ?? 0) + 1);
    }
  }
  if (weight === 0) return { score: 0, weight };
  const strangers = latin === null ? 0 : 1 - sharedByOneLanguage(text, latin);
  return { score: sum / weight - MIXTURE_PENALTY * strangers, weight };
}

function valueAt(kind: number, text: string, at: number): number {
  switch (kind) {
    case HAN_FREQUENT:
    case HAN_COMMON:
    case HAN_LEVEL_2:
    case HAN_RARE:
      return standsInLatinWord(text, at) ? -0.8 : (HAN_VALUES[kind - HAN_FREQUENT] as number);
    case KANA_OR_HANGUL:
      return neighbourIs(KANA_OR_HANGUL, text, at) ? 0.7 : 0;
    case WIDE_PUNCTUATION:
      return 0.5;
    case LATIN_COMMON:
    case LATIN_RARE:
    case CYRILLIC_COMMON:
    case CYRILLIC_RARE:
    case OTHER_ALPHABET:
      return letterValue(kind, text, at);
    case MARK:
      return isLetter(text.charCodeAt(at - 1)) ? -0.2 : -1.5;
    case QUOTE_OR_DASH:
      return isLetter(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at + 1)) ? -0.2 : 0.4;
    case SYMBOL:
      return isLetter(text.charCodeAt(at - 1)) || isLetter(text.charCodeAt(at + 1)) ? -0.9 : -0.3;
    case ROMANISING:
      return isLetter(text.charCodeAt(at - 1)) || isLetter(text.charCodeAt(at + 1)) ? 0.7 : 0;
    case NON_SORTING:
      return 0;
    case BROKEN:
      return -3;
    default:
      return -0.3;
  }
}

/** A letter is judged by its neighbours: same alphabet, and no capital in the middle of a word. */
function letterValue(kind: number, text: string, at: number): number {
  const character = text[at] as string;
  const before = unitBefore(text, at);
  const after = text.charCodeAt(at + 1);
  const upper = character !== character.toLowerCase();
  if (upper && isLowerCase(before)) return -1;
  if (upper && isUpperCase(before) && isLowerCase(after)) return -0.5;
  if (!upper && isUpperCase(before) && isUpperCase(after)) return -0.6;
  const latin = kind <= LATIN_RARE;
  const asciiNeighbour = isAsciiLetter(before) || isAsciiLetter(after);
  if (latin) {
    // MARC-8 read as a Latin charset has another vowel behind each of its vowels (`âe` for é).
    const doubled = !upper && isOddPair(character, text[at + 1] ?? '');
    const value = doubled
      ? 0
      : kind === LATIN_COMMON
        ? WESTERN.has(character)
          ? 0.95
          : 0.85
        : 0.2;
    if (asciiNeighbour) return upper && isUpperCase(after) ? value - 0.2 : value;
    return isLetter(before) || isLetter(after) ? value - 0.7 : value - 0.5;
  }
  if (asciiNeighbour) return -1;
  const alone = !isLetter(before) && !isLetter(after);
  const value = kind === CYRILLIC_COMMON ? 1 : kind === OTHER_ALPHABET ? 0.8 : 0.1;
  if (alone) return value - 0.6;
  return upper && isUpperCase(before) ? value - 0.4 : value;
}

/** A vowel with a mark before a vowel, where that is none of the pairs languages have. */
function isOddPair(letter: string, next: string): boolean {
  return (
    'àáâãäåæèêëìîïòôùûāăąęįē'.includes(letter) &&
    'aeiou'.includes(next) &&
    !COMMON_PAIRS.has(letter + next)
  );
}

const COMMON_PAIRS: ReadonlySet<string> = new Set(
  'ão ãe ãi äu äi ïe ïa ïo ëe áu îe àu òu'.split(' '),
);

/**
 * An ideograph by itself beside a Latin letter: two bytes of a Latin word read as one character.
 */
function standsInLatinWord(text: string, at: number): boolean {
  const before = unitBefore(text, at);
  const after = text.charCodeAt(at + 1);
  if (isHan(before) || isHan(after)) return false;
  return isAsciiLetter(after) || isAsciiLetter(before);
}

/** The character before that one, or NaN where that is a subfield code. */
function unitBefore(text: string, at: number): number {
  return text.charCodeAt(at - 2) === 0x1f ? Number.NaN : text.charCodeAt(at - 1);
}

function isHan(unit: number): boolean {
  const kind = classOf(unit);
  return kind >= HAN_FREQUENT && kind <= HAN_RARE;
}

function neighbourIs(kind: number, text: string, at: number): boolean {
  return classOf(text.charCodeAt(at - 1)) === kind || classOf(text.charCodeAt(at + 1)) === kind;
}

function classOf(unit: number): number {
  return Number.isNaN(unit) ? NONE : ((classes as Uint8Array)[unit] as number);
}

function isAsciiLetter(unit: number): boolean {
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

function isLetter(unit: number): boolean {
  if (isAsciiLetter(unit)) return true;
  const kind = classOf(unit);
  return kind >= LATIN_COMMON && kind <= OTHER_ALPHABET;
}

function isLowerCase(unit: number): boolean {
  if (unit < 0x80) return unit >= 0x61 && unit <= 0x7a;
  if (!isLetter(unit)) return false;
  const character = String.fromCharCode(unit);
  return character === character.toLowerCase() && character !== character.toUpperCase();
}

function isUpperCase(unit: number): boolean {
  if (unit < 0x80) return unit >= 0x41 && unit <= 0x5a;
  if (!isLetter(unit)) return false;
  const character = String.fromCharCode(unit);
  return character !== character.toLowerCase();
}

function classify(): Uint8Array {
  const table = new Uint8Array(0x10000);
  table.fill(BROKEN, 0x80, 0xa0);
  table.fill(SYMBOL, 0xa0, 0xc0);
  table.fill(LATIN_RARE, 0xc0, 0x250);
  mark(table, '×÷', SYMBOL);
  table.fill(MARK, 0x300, 0x370);
  table.fill(OTHER_ALPHABET, 0x370, 0x400);
  table.fill(CYRILLIC_RARE, 0x400, 0x530);
  table.fill(OTHER_ALPHABET, 0x531, 0x700);
  table.fill(LATIN_RARE, 0x1e00, 0x1f00);
  table.fill(OTHER_ALPHABET, 0x1f00, 0x2000);
  table.fill(SYMBOL, 0x2000, 0x2e80);
  mark(table, '–—‘’“”…·•«»°©№™§®', QUOTE_OR_DASH);
  table.fill(HAN_RARE, 0x2e80, 0xa000);
  table.fill(WIDE_PUNCTUATION, 0x3000, 0x3040);
  table.fill(KANA_OR_HANGUL, 0x3040, 0x3100);
  table.fill(KANA_OR_HANGUL, 0xac00, 0xd7a4);
  table.fill(BROKEN, 0xe000, 0xf900);
  table.fill(HAN_RARE, 0xf900, 0xfb00);
  table.fill(WIDE_PUNCTUATION, 0xff00, 0xffe0);
  table.fill(BROKEN, 0xfff0, 0x10000);
  mark(table, '\u0098\u009c\u0088\u0089\u200c\u200d', NON_SORTING);
  mark(table, '\u0360\u0361\u02b9\u02ba\u02bb\u02bc', ROMANISING);
  markBothCases(table, 'éèêëàâäáãåçñöôóòõüùûúîíìïßøæœ', LATIN_COMMON);
  markBothCases(table, 'ěščřžýůďťňćąęłńśźżőűāēīōūşţğıășțđ', LATIN_COMMON);
  markBothCases(table, 'ḥḍṭṣẓṃṇṛḳḵẖḏṯĭĕŭ', LATIN_COMMON);
  markBothCases(table, 'абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ', CYRILLIC_COMMON);
  classifyHan(table);
  return table;
}

/** Levels by the national standards: GB 2312 rows 16–55 and 56–87, Big5 A440–C67E and C940–F9D5. */
function classifyHan(table: Uint8Array): void {
  const cells = (first: number, last: number, trails: readonly [number, number][]) => {
    const bytes: number[] = [];
    for (let lead = first; lead <= last; lead += 1) {
      for (const [low, high] of trails) {
        for (let trail = low; trail <= high; trail += 1) bytes.push(lead, trail);
      }
    }
    return Uint8Array.from(bytes);
  };
  const gb: [number, number][] = [[0xa1, 0xfe]];
  const big5: [number, number][] = [
    [0x40, 0x7e],
    [0xa1, 0xfe],
  ];
  mark(table, decodeWithPlatform(cells(0xc9, 0xf8, big5), 'big5'), HAN_LEVEL_2);
  mark(table, decodeWithPlatform(cells(0xd8, 0xf7, gb), 'gbk'), HAN_LEVEL_2);
  mark(table, decodeWithPlatform(cells(0xa4, 0xc5, big5), 'big5'), HAN_COMMON);
  mark(table, decodeWithPlatform(cells(0xb0, 0xd6, gb), 'gbk'), HAN_COMMON);
  mark(table, FREQUENT_HAN, HAN_FREQUENT);
  mark(table, FREQUENT_HAN_TRADITIONAL, HAN_FREQUENT);
}

function mark(table: Uint8Array, characters: string, kind: number): void {
  for (let at = 0; at < characters.length; at += 1) {
    const unit = characters.charCodeAt(at);
    if (unit !== 0xfffd) table[unit] = kind;
  }
}

function markBothCases(table: Uint8Array, characters: string, kind: number): void {
  mark(table, characters, kind);
  for (const character of characters) {
    const upper = character.toUpperCase();
    if (upper.length === 1 && upper > '\u007f') mark(table, upper, kind);
  }
}
