import { pinyin } from 'pinyin-pro';
import { foldForMatching } from '../marc/text.ts';
import type { Entry } from './directory.ts';

interface SearchKeys {
  /** Names, aliases, campuses and codes, folded. */
  readonly texts: readonly string[];
  /** Pinyin whole and initials, without blanks. */
  readonly spellings: readonly string[];
}

const keysByEntry = new WeakMap<Entry, SearchKeys>();

/**
 * Libraries found by name (Chinese or English), alias, campus, code, pinyin or pinyin initials, in any
 * letter case. Prefixes come first, then parts, then letters in order (`bjydx` in `bjyddx`), then one
 * typing error; within a tier the directory's order stays.
 */
export function findLibraries(entries: readonly Entry[], text: string): readonly Entry[] {
  const wanted = foldForMatching(text).trim();
  const letters = wanted.replaceAll(' ', '');
  if (wanted === '') return entries;
  const tiers: Entry[][] = [[], [], [], []];
  for (const entry of entries) {
    const tier = tierOf(keysOf(entry), wanted, letters);
    if (tier !== null) tiers[tier]?.push(entry);
  }
  return tiers.flat();
}

function tierOf(keys: SearchKeys, wanted: string, letters: string): number | null {
  const all = [...keys.texts, ...keys.spellings];
  if (all.some((key) => key.startsWith(wanted) || key.startsWith(letters))) return 0;
  if (all.some((key) => key.includes(wanted) || key.includes(letters))) return 1;
  if (!/^[a-z0-9]{3,}$/.test(letters)) {
    return keys.texts.some((key) => isSubsequence(letters, key)) ? 2 : null;
  }
  if (
    keys.spellings.some((key) => isSubsequence(letters, key) && letters.length * 3 >= key.length)
  ) {
    return 2;
  }
  return keys.spellings.some((key) => beginsWithinOneEdit(letters, key)) ? 3 : null;
}

/** One typing error away from the beginning of a key: nobody types 图书馆 at its end. */
function beginsWithinOneEdit(letters: string, key: string): boolean {
  return [-1, 0, 1].some((longer) => withinOneEdit(letters, key.slice(0, letters.length + longer)));
}

function keysOf(entry: Entry): SearchKeys {
  const known = keysByEntry.get(entry);
  if (known) return known;
  const { name, aliases, campuses, code, id } = entry.library;
  const campusNames = campuses.map((campus) =>
    typeof campus.name === 'string' ? campus.name : (campus.name.zh ?? ''),
  );
  const chinese = [name.zh, ...aliases, ...campusNames].filter((text) => text !== '');
  const syllables = chinese.map((text) => pinyin(text, { toneType: 'none', type: 'array' }));
  const keys = {
    texts: [...chinese, name.en ?? '', code, id].map(foldForMatching).filter((key) => key !== ''),
    spellings: syllables.flatMap((parts) => [
      spelling(parts),
      spelling(parts.map((part) => part.slice(0, 1))),
    ]),
  };
  keysByEntry.set(entry, keys);
  return keys;
}

function spelling(parts: readonly string[]): string {
  return parts
    .join('')
    .toLowerCase()
    .replaceAll('ü', 'v')
    .replace(/[^a-z0-9]/g, '');
}

function isSubsequence(wanted: string, key: string): boolean {
  let at = 0;
  for (const character of key) if (character === wanted[at]) at += 1;
  return at === wanted.length;
}

/** One insertion, deletion, replacement or swap of neighbours apart. */
export function withinOneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const restA = a.slice(start);
  const restB = b.slice(start);
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}
