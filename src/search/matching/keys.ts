import { isChinese } from './features/language.ts';
import { familyWord } from './features/names.ts';
import type { Profile } from './profile.ts';

/** Lengths of the title pieces that serve as keys; Han characters say more than letters. */
const letterKey = 14;
const hanKey = 5;
/** Creators whose name and year make a key. */
const maxNames = 3;

/** What a key is taken from; equal texts of two kinds are two keys. */
export type KeyKind = 'number' | 'title' | 'beginning' | 'end' | 'name';

/**
 * Tells the keys under which a record meets the records it may equal. Two records that match share at
 * least one: an identifier, the title proper, the beginning or the end of the whole title (so that
 * one misprint or a missing subtitle leaves the other), another form of the title, or a name with
 * the year. A key only makes two records be compared; it never makes them equal.
 */
export function eachKey(profile: Profile, take: (kind: KeyKind, key: string) => void): void {
  for (const isbn of profile.identifiers.isbn) take('number', isbn);
  for (const issn of profile.identifiers.issn) take('number', issn);
  const { core, full, han, variants } = profile.title;
  const length = han ? hanKey : letterKey;
  take('title', core);
  if (full.length > length) {
    take('beginning', full.slice(0, length));
    take('end', full.slice(-length));
  } else if (full !== core) take('title', full);
  for (const variant of variants) take('title', variant);
  const year = profile.year.year;
  if (year === null) return;
  let named = 0;
  for (const name of profile.names.names) {
    if (!name.primary || ++named > maxNames) continue;
    const word = name.han !== '' ? name.han : familyWord(name);
    if (word !== undefined && word.length > 1) take('name', `${word} ${year}`);
  }
}

/**
 * The key by which a romanised title meets the Chinese titles of its year, and they it: the year, and
 * which of the two. Null for what is neither a Chinese title nor the pinyin of one without its characters.
 */
export function scriptKeyOf(profile: Profile): number | null {
  const { title, year, language } = profile;
  if (year.year === null) return null;
  if (title.han) return year.year * 2;
  const romanised =
    isChinese(language) && !title.variants.some((form) => /[\u3400-\u9fff]/.test(form));
  return romanised ? year.year * 2 + 1 : null;
}

/** The key of those that such a record meets. */
export function otherScript(key: number): number {
  return key % 2 === 0 ? key + 1 : key - 1;
}
