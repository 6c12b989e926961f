import { codeAt } from './code-at.ts';
import { readPairs } from './script.ts';

/**
 * The fold is a table of one entry for each UTF-16 code unit, filled a page of 256 at a time when a
 * text first needs it, so that folding is one look-up a character.
 */

/** Entries that are not the character itself. */
const drop = 0;
const blank = 0x20;
const apostrophe = 0x27;
/** Every entry above it and below `unmade` is a character to copy. */
const plus = 0x2b;
/** The page of the character was not needed yet; no character folds to U+FFFD. */
const unmade = 0xfffd;
/** The character becomes several, or lies outside the basic plane: see `expansions`. */
const expanded = 0xffff;
/** Composition is needed first (half-width forms, jamo, kana voice marks). */
const composing = 0xfffe;

const entries = new Uint16Array(0x10000).fill(unmade);
/** Folded text of single characters that become several; at most one entry for each code unit. */
const expansions = new Map<number, string>();
const scratch = new Uint16Array(4096);
const scratchBytes = Buffer.from(scratch.buffer);
const narrowBytes = Buffer.alloc(scratch.length);

/**
 * The words of a text without what writers of the same title do differently: compatibility forms
 * (NFKC), letter case, diacritics, Chinese script (traditional, Hong Kong, Taiwan and Japanese forms
 * become simplified ones, one character by one), and punctuation, which becomes single blanks.
 * `C++` and `C#` keep their signs; `Xi'an` becomes `xian`. Folding a folded text changes nothing.
 */
export function foldForMatching(text: string): string {
  return fold(text, false);
}

/**
 * False where the folded text surely does not hold the word, itself folded and without blanks: the answer
 * of `foldForMatching(text).includes(word)` for most texts, with nothing made. True asks for a closer
 * look, also where a character leaves the text, becomes several or composes with its neighbours.
 */
export function mayHoldFolded(text: string, word: string): boolean {
  const first = word.charCodeAt(0);
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const entry = entryAt(text, i);
    if (entry === blank) continue;
    if (entry <= plus || entry > unmade) return true;
    if (entry === first && mayStandAt(text, i, word)) return true;
  }
  return word === '';
}

/** Every letter, for a text of which nothing can be said without folding it. */
const anyLetters = -1;
const digitBit = 1 << 26;
const otherBit = 1 << 27;

/** The letters of each character below U+0100; made with the first text. */
let latinLetters: Int32Array | null = null;

/**
 * The letters of the folded text, one bit each: a word stands in no text that lacks one of its letters.
 * Digits have one bit, all writings but Latin another.
 */
export function foldedLetters(text: string): number {
  latinLetters ??= Int32Array.from({ length: 256 }, (_, code) => lettersOf(entryOf(code)));
  const { length } = text;
  let letters = 0;
  for (let i = 0; i < length; i++) {
    const code = codeAt(text, i);
    letters |= code < 256 ? (latinLetters[code] as number) : lettersOf(entryAt(text, i));
  }
  return letters;
}

function lettersOf(entry: number): number {
  if (entry > 0x7a && entry < unmade) return otherBit;
  if (entry >= 0x61 && entry <= 0x7a) return 1 << (entry - 0x61);
  if (entry === blank) return 0;
  if (entry <= plus || entry > unmade) return anyLetters;
  return entry >= 0x30 && entry <= 0x39 ? digitBit : otherBit;
}

function mayStandAt(text: string, at: number, word: string): boolean {
  for (let i = 1; i < word.length; i++) {
    if (at + i >= text.length) return false;
    const entry = entryAt(text, at + i);
    if (entry === codeAt(word, i)) continue;
    return entry !== blank && (entry <= plus || entry > unmade);
  }
  return true;
}

function entryAt(text: string, at: number): number {
  const code = codeAt(text, at);
  const entry = entries[code] as number;
  return entry === unmade ? makeEntry(code) : entry;
}

function fold(text: string, composed: boolean): string {
  let out = '';
  let length = 0;
  /** All code units so far in one: whether a byte is enough for each. */
  let all = 0;
  let pending = false;
  const end = text.length;
  for (let i = 0; i < end; i++) {
    const entry = entryAt(text, i);
    if (entry > plus && entry < unmade && length < scratch.length - 64) {
      if (pending && (length > 0 || out !== '')) scratch[length++] = blank;
      pending = false;
      scratch[length++] = entry;
      all |= entry;
      continue;
    }
    if (entry === blank) {
      pending = true;
      continue;
    }
    if (entry === drop) continue;
    if (entry === composing && !composed) return fold(text.normalize('NFKC'), true);
    if (length > scratch.length - 64) {
      out += flush(length, all);
      length = 0;
      all = 0;
    }
    const previous = length > 0 ? (scratch[length - 1] as number) : 0;
    if (entry === apostrophe) {
      if (pending || !isAlphabetic(previous) || !isAlphabetic(text.charCodeAt(i + 1)))
        pending = true;
      continue;
    }
    const isSign = entry === plus || entry === 0x23;
    if (isSign && !belongs(previous, pending, foldedAfter(text, i + 1))) {
      pending = true;
      continue;
    }
    const expansion = entry === expanded || entry === composing ? expansionOf(text, i) : null;
    if (expansion !== null && codeAt(text, i) >> 10 === 0x36) i++;
    if (expansion === ' ') {
      pending = true;
      continue;
    }
    if (expansion === '') continue;
    if (pending) {
      if (length > 0 || out !== '') scratch[length++] = blank;
      pending = false;
    }
    if (expansion === null) {
      scratch[length++] = entry;
      all |= entry;
    } else {
      for (let n = 0; n < expansion.length; n++) all |= codeAt(expansion, n);
      length = append(expansion, length);
    }
  }
  return out === '' && length === end && unchanged(text, length) ? text : out + flush(length, all);
}

/** `+` and `#` belong to a name when they follow a letter at once and no letter follows: C++, C#. */
function belongs(previous: number, pending: boolean, next: number): boolean {
  if (pending || isAsciiWord(next)) return false;
  return isAsciiWord(previous) || previous === 0x2b || previous === 0x23;
}

/** The first code unit of what the text from there on folds to; a blank where that is nothing. */
function foldedAfter(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const entry = entryAt(text, at);
    if (entry === drop) continue;
    if (entry < composing) return entry;
    const expansion = expansionOf(text, at);
    if (expansion !== '') return codeAt(expansion, 0);
    if (codeAt(text, at) >> 10 === 0x36) at++;
  }
  return blank;
}

function isAsciiWord(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39)
  );
}

/** Letters of alphabets, among which an apostrophe joins; between Han it is a quotation mark. */
function isAlphabetic(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0xc0 && code < 0x2000)
  );
}

function unchanged(text: string, length: number): boolean {
  for (let i = 0; i < length; i++) if (codeAt(text, i) !== scratch[i]) return false;
  return true;
}

function flush(length: number, all: number): string {
  if (all > 0xff) return scratchBytes.toString('utf16le', 0, length * 2);
  for (let i = 0; i < length; i++) narrowBytes[i] = scratch[i] as number;
  return narrowBytes.toString('latin1', 0, length);
}

/** Fills the page of the code unit. */
function makeEntry(code: number): number {
  const first = code & 0xff00;
  for (let i = first; i < first + 256; i++) entries[i] = entryOf(i);
  return entries[code] as number;
}

function entryOf(code: number): number {
  if (code >= 0xd800 && code <= 0xdfff) return expanded;
  if ((code >= 0x3400 && code <= 0x4dbf) || (code >= 0x4e00 && code <= 0x9fff)) {
    return singleUnit(hanForm(String.fromCharCode(code)), code);
  }
  if (isComposing(code)) return composing;
  const character = String.fromCharCode(code);
  if (/['\u2018\u2019\u02bb\u02bc\u0060\u00b4\uff07]/u.test(character)) return apostrophe;
  if (/[\u0088\u0089\u0098\u009c]/.test(character)) return drop;
  const folded = foldCharacter(character);
  return folded === '' ? drop : singleUnit(folded, code);
}

function singleUnit(folded: string, code: number): number {
  if (folded.length === 1) return codeAt(folded, 0);
  expansions.set(code, folded);
  return expanded;
}

function isComposing(code: number): boolean {
  return (
    (code >= 0x3099 && code <= 0x309c) ||
    (code >= 0x1100 && code <= 0x11ff) ||
    (code >= 0x3131 && code <= 0x318e) ||
    (code >= 0x3200 && code <= 0x321e) ||
    (code >= 0x3260 && code <= 0x327e) ||
    (code >= 0xff65 && code <= 0xffdc)
  );
}

function expansionOf(text: string, at: number): string {
  const known = expansions.get(codeAt(text, at));
  return known ?? foldCharacter(String.fromCodePoint(text.codePointAt(at) ?? blank));
}

function append(text: string, length: number): number {
  for (let i = 0; i < text.length; i++) scratch[length + i] = codeAt(text, i);
  return length + text.length;
}

/** Marks that spell a letter's variant, not another letter; vowel signs of Indic scripts stay. */
const diacritic =
  /[\u0300-\u036f]|[\u0483-\u0487]|[\u0591-\u05c7]|[\u0610-\u061a]|[\u064b-\u065f]|\u0670|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f]/gu;
/** Joiners, variation selectors and modifier letters of romanisation (ayn, alif, soft sign). */
const invisible =
  /\p{Cf}|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|[\u02b0-\u02ff]|\u034f|[\u115f\u1160\u3164]/gu;

/** Letters with a stroke or of two letters, which Unicode does not decompose. */
const plainLetters: Readonly<Record<string, string>> = {
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  ƀ: 'b',
  ơ: 'o',
  ư: 'u',
  ŋ: 'n',
  ə: 'e',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  '♯': '#',
  // A circle typed for the Chinese zero, as in 二○○八.
  '○': '〇',
  '◯': '〇',
};

function foldCharacter(character: string): string {
  const lower = character.normalize('NFKC').toLowerCase();
  const bare = lower
    .normalize('NFD')
    .replace(diacritic, '')
    .normalize('NFC')
    .replace(invisible, '');
  let out = '';
  for (const one of bare) {
    const plain = plainLetters[one] ?? hanForm(one);
    out += /^[\p{L}\p{N}\p{M}+#]/u.test(plain) ? plain : ' ';
  }
  return out.length > 1 ? out.trim() : out;
}

let hanForms: ReadonlyMap<string, string> | null = null;

function hanForm(character: string): string {
  hanForms ??= readHanForms();
  return hanForms.get(character) ?? character;
}

/** Old printing forms that no dictionary of scripts pairs with the usual one. */
const printingForms =
  '澂澄敎教眞真淸清靑青緖绪愼慎槪概硏研甁瓶鄕乡郞郎飮饮戶户敍叙黃黄錬炼擧举鑛矿渋涩倂并竝并飜翻褒褒';

/**
 * One simplified form for every form of a character. Japanese and regional forms count only where
 * they are not characters of GB 2312 themselves (芸 is a Chinese word beside 藝).
 */
function readHanForms(): ReadonlyMap<string, string> {
  const forms = new Map(readPairs('TSCharacters'));
  const mainland = gb2312Characters();
  const simple = (character: string) => forms.get(character) ?? character;
  const simplified = new Set(forms.values());
  for (const [from, to] of readPairs('STCharacters')) {
    if (!forms.has(to) && to !== from) forms.set(to, from);
    if (!simplified.has(from) && simple(to) !== from) forms.set(from, simple(to));
  }
  for (const name of ['TWVariantsRev', 'HKVariantsRev', 'JPShinjitaiCharacters']) {
    for (const [from, to] of readPairs(name)) {
      if (!forms.has(from) && !mainland.has(from)) forms.set(from, simple(to));
    }
  }
  for (const [to, from] of readPairs('JPShinjitaiCharactersRev')) {
    if (!forms.has(from) && !mainland.has(from)) forms.set(from, simple(to));
  }
  for (let i = 0; i + 1 < printingForms.length; i += 2) {
    forms.set(printingForms.charAt(i), printingForms.charAt(i + 1));
  }
  // Traditional text writes 著 for both words; simplified text keeps them apart.
  forms.set('着', '著');
  return closed(forms);
}

/** Follows each chain of forms to its end, so that folding twice changes nothing. */
function closed(forms: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const ends = new Map<string, string>();
  for (const [from, first] of forms) {
    let to = first;
    for (let step = 0; step < 4; step++) {
      const next = forms.get(to);
      if (next === undefined || next === to || next === from) break;
      to = next;
    }
    if (to !== from) ends.set(from, to);
  }
  return ends;
}

function gb2312Characters(): ReadonlySet<string> {
  const bytes: number[] = [];
  for (let lead = 0xb0; lead <= 0xf7; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) bytes.push(lead, trail);
  }
  return new Set(new TextDecoder('gbk').decode(Uint8Array.from(bytes)));
}
