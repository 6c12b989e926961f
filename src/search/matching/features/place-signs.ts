import { codeAt } from '../../../marc/text.ts';

/**
 * Whether a folded text may name a volume at all. The expressions that read places cost a hundred times
 * as much as one look at each character, and most titles name none. Every text with a place in it has
 * its sign; a text with a sign need not have a place.
 */

const letterA = 0x61;
const letterZ = 0x7a;

/** A character that Chinese places are written with. */
export const hanSign = 1;
/** A unit that Latin places are written with, at the beginning of a word and not running on in it. */
export const latinSign = 2;

const hanSigns: ReadonlySet<number> = codesOf('第卷册辑编篇部之上中下');

/** The units of volume.ts by their first letter, the longer ones first. */
const units: readonly (readonly string[] | undefined)[] = unitsByLetter(
  'volumes volume vols vol v band bde bd tomes tome tomo tom teil t parts part pts pt books book bk ' +
    'series ser',
);

export function signsOfPlaces(folded: string): number {
  let signs = 0;
  let inWord = false;
  const { length } = folded;
  for (let i = 0; i < length; i++) {
    const code = codeAt(folded, i);
    if (code >= letterA && code <= letterZ) {
      if (!inWord && (signs & latinSign) === 0 && isUnit(folded, i, code)) signs |= latinSign;
      inWord = true;
    } else {
      const han = code > 0x4dff && code < 0xa000;
      if (han && hanSigns.has(code)) signs |= hanSign;
      inWord = han || (code >= 0x30 && code <= 0x39);
    }
  }
  return signs;
}

function isUnit(folded: string, at: number, first: number): boolean {
  const candidates = units[first - letterA];
  if (candidates === undefined) return false;
  for (const unit of candidates) {
    const end = at + unit.length;
    if (isLetter(folded, end) && isLetter(folded, end + 1)) continue;
    if (folded.startsWith(unit, at)) return true;
  }
  return false;
}

function isLetter(text: string, at: number): boolean {
  if (at >= text.length) return false;
  const code = codeAt(text, at);
  return code >= letterA && code <= letterZ;
}

const hanNumerals: ReadonlySet<number> = codesOf(
  '〇零一二两三四五六七八九十百壹贰叁肆伍陆柒捌玖拾廿卅',
);

/**
 * Whether the text ends in a number of few digits that stands alone or behind a character that is no
 * digit or Latin letter. `1984` and `mix` end in none.
 */
export function mayEndInNumber(folded: string): boolean {
  if (folded === '') return false;
  const kindOf = kindOfNumeral(codeAt(folded, folded.length - 1));
  if (kindOf === null) return false;
  let start = folded.length - 1;
  while (start > 0 && kindOfNumeral(codeAt(folded, start - 1)) === kindOf) start--;
  if (start === 0 || folded.length - start > longest[kindOf]) return false;
  const before = codeAt(folded, start - 1);
  return before === 0x20 || before >= 0x80;
}

type NumeralKind = 'digits' | 'roman' | 'han';

const longest: Readonly<Record<NumeralKind, number>> = { digits: 2, roman: 5, han: 7 };

function kindOfNumeral(code: number): NumeralKind | null {
  if (code >= 0x30 && code <= 0x39) return 'digits';
  if (code === 0x69 || code === 0x76 || code === 0x78) return 'roman';
  return code > 0x3000 && hanNumerals.has(code) ? 'han' : null;
}

function codesOf(characters: string): ReadonlySet<number> {
  return new Set([...characters].map((character) => character.charCodeAt(0)));
}

function unitsByLetter(words: string): readonly (readonly string[] | undefined)[] {
  const lists: (string[] | undefined)[] = new Array(26).fill(undefined);
  for (const word of words.split(' ')) {
    const letter = word.charCodeAt(0) - letterA;
    const list = lists[letter] ?? [];
    lists[letter] = list;
    list.push(word);
  }
  return lists;
}
