import { isChinese } from './features/language.ts';
import type { Profile } from './profile.ts';

/** Lengths of the title pieces that serve as keys; Han characters say more than letters. */
const letterKey = 14;
const hanKey = 5;
/** Creators whose name and year make a key. */
const maxNames = 3;

/**
 * The keys under which a record meets the records it may equal. Two records that match share at
 * least one: an identifier, the title proper, the beginning or the end of the whole title (so that
 * one misprint or a missing subtitle leaves the other), another form of the title, or a name with
 * the year. A key only makes two records be compared; it never makes them equal.
 */
export function keysOf(profile: Profile): readonly string[] {
  const keys: string[] = [];
  for (const isbn of profile.identifiers.isbn) keys.push(isbn);
  for (const issn of profile.identifiers.issn) keys.push(issn);
  const { core, full, han, variants } = profile.title;
  const length = han ? hanKey : letterKey;
  keys.push(`t${core}`);
  if (full.length > length) {
    keys.push(`b${full.slice(0, length)}`, `e${full.slice(-length)}`);
  } else if (full !== core) keys.push(`t${full}`);
  for (const variant of variants) keys.push(`t${variant}`);
  const year = profile.year.year;
  if (year !== null) {
    let named = 0;
    for (const name of profile.names.names) {
      if (!name.primary || ++named > maxNames) continue;
      const word = name.han !== '' ? name.han : name.inverted ? name.latin[0] : name.latin.at(-1);
      if (word !== undefined && word.length > 1) keys.push(`n${word} ${year}`);
    }
  }
  return keys;
}

/** Keys by which a romanised title meets the Chinese titles of its year, and they it. */
export interface ScriptKeys {
  readonly own: string;
  readonly other: string;
}

/** Null for what is neither a Chinese title nor the pinyin of one without its characters. */
export function scriptKeysOf(profile: Profile): ScriptKeys | null {
  const { title, year, language } = profile;
  if (year.year === null) return null;
  if (title.han) return { own: `h${year.year}`, other: `r${year.year}` };
  const romanised =
    isChinese(language) && !title.variants.some((form) => /[\u3400-\u9fff]/.test(form));
  return romanised ? { own: `r${year.year}`, other: `h${year.year}` } : null;
}
