import type { Directory, Entry } from './directory.ts';
import { keysOf, lettersOf, squeeze } from './finding/keys.ts';
import { rankOf } from './finding/rank.ts';

/** Nobody types more; what is longer is cut. */
const maxTyped = 100;

/**
 * Libraries found by name (Chinese or English), alias, campus, code, pinyin or pinyin initials, also
 * mixed (`北京yd`), in any letter case and width: whole names first, then beginnings, parts, letters in
 * order (`bjydx` in `bjyddx`), one typing error. Among equals the shorter name, then the directory's order.
 */
export function findLibraries(entries: readonly Entry[], text: string): readonly Entry[] {
  const typed = squeeze(text).slice(0, maxTyped);
  if (typed === '') return text.trim() === '' ? entries : [];
  const found: { entry: Entry; rank: number }[] = [];
  const letters = lettersOf(typed);
  for (const entry of entries) {
    const rank = rankOf(keysOf(entry), typed, letters);
    if (rank !== null) found.push({ entry, rank });
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
}

/** Makes what finding needs as soon as a library is there or changes, so that no search waits for it. */
export function prepareFinding(directory: Directory): void {
  for (const entry of directory.list()) keysOf(entry);
  directory.onChange((_id, entry) => {
    if (entry) setImmediate(keysOf, entry);
  });
}
