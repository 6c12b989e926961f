import { createRequire } from 'node:module';

/**
 * Traditional and simplified Chinese by OpenCC's dictionaries (opencc-js), converted by longest
 * phrase, then by character. Dictionaries load with the first text that needs one: simplified takes
 * 2 ms, traditional, whose phrases fill a megabyte, some 40 ms.
 */

const require = createRequire(import.meta.url);

interface Dictionary {
  readonly words: ReadonlyMap<string, string>;
  /** The longest word, in code units, that begins with this code unit; absent where none does. */
  readonly longest: ReadonlyMap<number, number>;
}

let simplifying: readonly Dictionary[] | null = null;
let traditionalising: readonly Dictionary[] | null = null;

/** Simplified Chinese as on the mainland (OpenCC t2s); other text comes back unchanged. */
export function toSimplified(text: string): string {
  if (isLatin(text)) return text;
  simplifying ??= [readDictionary('TSPhrases', 'TSCharacters')];
  return convert(text, simplifying);
}

/** Traditional Chinese with Taiwan's character forms (OpenCC s2tw), as Big5 and EACC catalogues use. */
export function toTraditional(text: string): string {
  if (isLatin(text)) return text;
  traditionalising ??= [
    readDictionary('STPhrases', 'STPhrases_GeneratedFromRegionalPhrases', 'STCharacters'),
    readDictionary('TWVariantsPhrases', 'TWVariants'),
  ];
  return convert(text, traditionalising);
}

/** The pairs of one OpenCC dictionary: a word and its first conversion. */
export function readPairs(name: string): readonly (readonly [string, string])[] {
  const { default: text } = require(`opencc-js/dict/${name}`) as { readonly default: string };
  const pairs: (readonly [string, string])[] = [];
  let at = 0;
  while (at < text.length) {
    const bar = text.indexOf('|', at);
    const end = bar < 0 ? text.length : bar;
    const blank = text.indexOf(' ', at);
    const second = text.indexOf(' ', blank + 1);
    const until = second < 0 || second > end ? end : second;
    pairs.push([text.slice(at, blank), text.slice(blank + 1, until)]);
    at = end + 1;
  }
  return pairs;
}

/** Earlier names win, as in OpenCC's dictionary groups. */
function readDictionary(...names: readonly string[]): Dictionary {
  const words = new Map<string, string>();
  const longest = new Map<number, number>();
  for (const name of names) {
    for (const [from, to] of readPairs(name)) {
      if (words.has(from)) continue;
      words.set(from, to);
      const first = from.charCodeAt(0);
      if ((longest.get(first) ?? 0) < from.length) longest.set(first, from.length);
    }
  }
  return { words, longest };
}

function convert(text: string, dictionaries: readonly Dictionary[]): string {
  return dictionaries.reduce(convertOnce, text);
}

function convertOnce(text: string, { words, longest }: Dictionary): string {
  let out = '';
  let kept = 0;
  let at = 0;
  while (at < text.length) {
    const step = wordAt(text, at, longest.get(text.charCodeAt(at)) ?? 0, words);
    if (step > 0) {
      const word = text.slice(at, at + step);
      out += text.slice(kept, at) + (words.get(word) ?? word);
      kept = at + step;
    }
    at += step > 0 ? step : 1;
  }
  return kept === 0 ? text : out + text.slice(kept);
}

/** Length of the longest dictionary word at this place, or 0. */
function wordAt(
  text: string,
  at: number,
  longest: number,
  words: ReadonlyMap<string, string>,
): number {
  for (let length = Math.min(longest, text.length - at); length > 0; length--) {
    if (words.has(text.slice(at, at + length))) return length;
  }
  return 0;
}

/** Whether nothing in the text lies beyond U+2E7F, where Han and its kin begin. */
function isLatin(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x2e7f) return false;
  return true;
}
