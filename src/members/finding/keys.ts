import { foldForMatching, hasHan } from '../../marc/text.ts';
import type { Entry } from '../directory.ts';
import { readingsOf } from './readings.ts';

/** One spelling a reader may type, without blanks. */
export interface Key {
  readonly text: string;
  /** `lettersOf` the text: what cannot be in it is told without looking through it. */
  readonly letters: number;
  /** Length without the 图书馆 or "Library" at its end, which nobody types. */
  readonly stem: number;
  /** `text`: characters or English; `pinyin`: whole syllables; `initials`: a letter for each. */
  readonly kind: 'text' | 'pinyin' | 'initials';
  /** What a key that is less likely meant costs: another reading, an alias, a campus. */
  readonly cost: number;
  /** Made with a reading that is not the usual one; with an error on top it is not believed. */
  readonly doubtful?: true;
}

/** A name syllable by syllable, for input that mixes characters, whole syllables and initials. */
export interface Syllable {
  readonly character: string;
  readonly readings: readonly string[];
  /** What may be typed for the character: each reading whole, its initial of two letters, its first letter. */
  readonly parts: readonly string[];
}

export interface Name {
  readonly syllables: readonly Syllable[];
  readonly letters: number;
}

export interface SearchKeys {
  readonly keys: readonly Key[];
  readonly names: readonly Name[];
}

/** Another reading costs more than another name: the right reading of any name comes first. */
const otherReadingCost = 300;
const otherNameCost = 100;
/** Names of one library whose spellings are made; the rest are found by their characters. */
const maxSpelled = 60;
const maxOtherReadings = 6;

const keysByEntry = new WeakMap<Entry, SearchKeys>();

/** Everything a library is found by; made once for each version of its entry. */
export function keysOf(entry: Entry): SearchKeys {
  const known = keysByEntry.get(entry);
  if (known) return known;
  const made = makeKeys(entry);
  keysByEntry.set(entry, made);
  return made;
}

function makeKeys({ library }: Entry): SearchKeys {
  const campusNames = library.campuses.flatMap(({ name }) =>
    typeof name === 'string' ? [name] : [name.zh ?? '', name.en ?? ''],
  );
  const others = [...library.aliases, ...campusNames];
  const keys: Key[] = [plain(library.code, 0), plain(library.id, 0)];
  const names: Name[] = [];
  const add = (text: string, cost: number) => {
    if (text.trim() === '') return;
    keys.push(...textKeys(text, cost));
    if (!hasHan(text) || names.length >= maxSpelled) return;
    const syllables = syllablesOf(text);
    const typed = syllables.flatMap(({ character, parts }) => [character, ...parts]);
    names.push({ syllables, letters: lettersOf(typed.join('')) });
    keys.push(...spelledKeys(syllables, cost));
  };
  add(library.name.zh, 0);
  add(library.name.en ?? '', 0);
  for (const text of others) add(text, otherNameCost);
  return { keys: keys.filter(({ text }) => text !== ''), names };
}

function plain(text: string, cost: number): Key {
  const squeezed = squeeze(text);
  return keyOf(squeezed, squeezed.length, 'text', cost);
}

function keyOf(text: string, stem: number, kind: Key['kind'], cost: number): Key {
  return { text, letters: lettersOf(text), stem, kind, cost };
}

/** The characters of a text as bits: one for each Latin letter, the rest shared among all others. */
export function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    letters |= 1 << (code >= 0x61 && code <= 0x7a ? code - 0x61 : 26 + (code % 6));
  }
  return letters;
}

/** Folded and without blanks: what is typed and what is searched are made alike by this. */
export function squeeze(text: string): string {
  return foldForMatching(text).replaceAll(' ', '');
}

const libraryAtEnd = /(?:图书馆|图书文献中心|文献信息中心|图书信息中心|图书档案馆)$/;
const smallWords = new Set(['of', 'and', 'the', 'for', 'in', 'at', 'library', 'libraries']);

function textKeys(text: string, cost: number): readonly Key[] {
  const folded = foldForMatching(text);
  const whole = folded.replaceAll(' ', '');
  const stem = whole.replace(hasHan(whole) ? libraryAtEnd : /librar(?:y|ies)$/, '').length;
  const keys: Key[] = [keyOf(whole, stem || whole.length, 'text', cost)];
  if (hasHan(whole)) return keys;
  const words = folded.split(' ');
  for (let at = 1; at < words.length; at++) {
    if (smallWords.has(words[at] as string)) continue;
    const rest = words.slice(at).join('');
    keys.push(keyOf(rest, rest.length, 'text', cost + otherNameCost));
  }
  const capitals = words.filter((word) => !smallWords.has(word)).map((word) => word[0] ?? '');
  if (capitals.length > 2) keys.push(plain(capitals.join(''), cost + otherNameCost));
  return keys;
}

function syllablesOf(text: string): readonly Syllable[] {
  const characters = foldForMatching(text).replaceAll(' ', '');
  const readings = readingsOf(characters);
  return [...characters].map((character, at) => {
    const own = readings[at] ?? [];
    return { character, readings: own, parts: partsOf(own) };
  });
}

function partsOf(readings: readonly string[]): readonly string[] {
  const typed = readings.flatMap((reading) => ['v', 'u'].map((u) => reading.replaceAll('ü', u)));
  const initials = typed.flatMap((one) => (/^[zcs]h/.test(one) ? [one.slice(0, 2)] : []));
  return [...new Set([...typed, ...initials, ...typed.map((one) => one.slice(0, 1))])];
}

function spelledKeys(name: readonly Syllable[], cost: number): readonly Key[] {
  const characters = name.map(({ character }) => character).join('');
  const stem = [...characters.replace(libraryAtEnd, '')].length || name.length;
  const usual = name.map(({ readings }) => readings[0] ?? '');
  const keys = [...spellings(usual, stem, cost)];
  let made = 0;
  name.forEach(({ readings }, at) => {
    for (const other of readings.slice(1)) {
      made += 1;
      if (made > maxOtherReadings) return;
      const changed = usual.with(at, other);
      const initial = other[0] !== usual[at]?.[0];
      for (const more of spellings(changed, stem, cost + otherReadingCost)) {
        if (more.kind === 'pinyin' || initial) keys.push({ ...more, doubtful: true });
      }
    }
  });
  return keys;
}

/** `ü` is typed as `v` and as `u`. */
function spellings(syllables: readonly string[], stem: number, cost: number): readonly Key[] {
  const key = (parts: readonly string[], kind: Key['kind']): Key =>
    keyOf(parts.join(''), parts.slice(0, stem).join('').length, kind, cost);
  const typed = (u: string) => syllables.map((syllable) => latin(syllable.replaceAll('ü', u)));
  const initials = key(
    syllables.map((syllable) => latin(syllable).slice(0, 1)),
    'initials',
  );
  const whole = key(typed('v'), 'pinyin');
  const other = key(typed('u'), 'pinyin');
  return whole.text === other.text ? [whole, initials] : [whole, other, initials];
}

function latin(text: string): string {
  return text.replace(/[^a-z0-9]/g, '');
}
