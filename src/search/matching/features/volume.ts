import { hanNumeral, ordinalWord, parseNumeral } from '../numerals.ts';

/**
 * Which part of a larger whole a record describes: volume, part, number, series. Two volumes of one
 * work share everything else (title, author, publisher, often the ISBN of the set), and a loan
 * request for the wrong one is worthless, so this feature alone can forbid a match.
 */
export interface VolumeFeature {
  /** Places in order of writing: `1`, `12`, `a`, `first`, `middle`, `last`, or a range `1-3`. */
  readonly places: readonly string[];
  /** Names of parts (力学, Summary) squeezed, without the places. */
  readonly names: readonly string[];
}

export type VolumeLevel = 'none' | 'same' | 'different' | 'one-sided';

const noVolume: VolumeFeature = { places: [], names: [] };

const number = `\\d{1,4}|${hanNumeral}`;
const hanUnit = '分册|册|卷|辑|集|部分|部|编|篇|函|期|号|回|种|季|届';
const latinUnit =
  'volumes?|vols?|v|band|bde?|tomes?|tom|tomo|t|parts?|pts?|pt|teil|books?|bk|numbers?|no|nr|heft|hft|fasc|issue|series|ser|section|sect|chapter|jahrg';
const latinNumber = `\\d{1,4}[a-z]?|[ivxlc]{1,7}|${ordinalWord}`;

/** 第3卷, 第二册, 第1-3卷; 卷一, 之二, 册3; 上册, 下, 中卷. */
const hanPlaces: readonly RegExp[] = [
  new RegExp(`第 ?(${number})(?: (?:第 ?)?(${number}))? ?(?:${hanUnit})(?:分册|册)?`, 'gu'),
  new RegExp(`(?:卷|册|辑|编|篇|部|之|分册) ?(${number})(?![\\p{Script=Han}\\d])`, 'gu'),
];
const hanThirds =
  /(?<![\p{Script=Han}\d])([上中下])(?:分册|册|卷|集|编|篇|辑|部)?(?![\p{L}\p{N}])/gu;
const hanThirdsAtEnd = /([上中下])(?:分册|册|卷|集|编|篇|辑)(?![\p{L}\p{N}])/gu;

/** v. 2, vol. II, Bd. 3, part one, no 7; `volumes 1 3` is a range. */
const latinPlaces = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${latinUnit}) ?(${latinNumber})(?: (\\d{1,3}))?(?![\\p{L}\\p{N}])`,
  'gu',
);
/** 2nd series, second part, 3. Band (the full stop is folded away). */
const latinOrdinals = new RegExp(
  `(?<![\\p{L}\\p{N}])(\\d{1,3}(?:st|nd|rd|th|d|e)?|${ordinalWord}) (?:volume|vol|band|bd|part|pt|series|ser|teil|tome|tomo|book)(?![\\p{L}\\p{N}])`,
  'gu',
);

const mayHoldHan = /[第卷册辑编篇部之上中下]/;
const mayHoldLatin = new RegExp(`(?<![\\p{L}\\p{N}])(?:${latinUnit})(?![\\p{L}]{2})`, 'u');

/** A text without the places it named, and the places. */
export interface Parted {
  readonly rest: string;
  readonly places: readonly string[];
}

/**
 * Takes the places out of folded text. A count (`in 3 volumes`, 三卷本) is not a place. With
 * `trailing`, a number that ends the text (大学英语 2, Windows 98, 年鉴 2003) is a place too.
 */
export function takePlaces(folded: string, trailing: boolean): Parted {
  const han = mayHoldHan.test(folded);
  const latin = mayHoldLatin.test(folded);
  const end = trailing ? trailingNumber.exec(folded) : null;
  if (!han && !latin && end === null) return { rest: folded, places: [] };
  const places: string[] = [];
  let rest = folded;
  const take = (match: string, first?: string, second?: string): string => {
    const place = placeOf(first ?? '', typeof second === 'string' ? second : undefined);
    if (place === null) return match;
    places.push(place);
    return ' ';
  };
  if (han) {
    for (const pattern of hanPlaces) rest = rest.replace(pattern, take);
    rest = rest.replace(hanThirds, takeThird).replace(hanThirdsAtEnd, takeThird);
  }
  if (latin) {
    rest = rest
      .replace(latinPlaces, take)
      .replace(latinOrdinals, (match: string, one: string) => take(match, one));
  }
  function takeThird(_match: string, third: string): string {
    places.push(third === '上' ? 'first' : third === '中' ? 'middle' : 'last');
    return ' ';
  }
  rest = tidy(rest);
  if (trailing) {
    const last = trailingNumber.exec(rest);
    const value = last === null ? null : parseNumeral(last[1] ?? last[2] ?? '');
    if (last !== null && value !== null) {
      places.push(String(value));
      rest = rest.slice(0, last.index);
    }
  }
  return { rest, places };
}

/** A number standing alone at the end, or digits right behind a Han character: 大学英语2. */
const trailingNumber = new RegExp(
  ` (\\d{1,4}|[ivx]{1,5}|${hanNumeral})$|(?<=\\p{Script=Han})(\\d{1,4}|[ivx]{1,5})$`,
  'u',
);

function placeOf(first: string, second: string | undefined): string | null {
  const one = parseNumeral(first) ?? letterOf(first);
  if (one === null) return null;
  const two = second === undefined ? null : parseNumeral(second);
  return two === null || typeof one !== 'number' || two <= one ? String(one) : `${one}-${two}`;
}

/** `2a` and the like keep their letter. */
function letterOf(text: string): string | null {
  return /^\d{1,4}[a-z]$/.test(text) ? text : null;
}

function tidy(text: string): string {
  return text.replace(/ {2,}/g, ' ').trim();
}

/**
 * The places and part names of a record. `partNumber` and `partName` come folded, and the places of
 * title and subtitle as they were taken from them.
 */
export function volumeOf(
  partNumber: string,
  partName: string,
  fromTitle: readonly string[],
): VolumeFeature {
  if (partNumber === '' && partName === '' && fromTitle.length === 0) return noVolume;
  const places = [...fromTitle];
  const names: string[] = [];
  for (const text of [partNumber, partName]) {
    if (text === '') continue;
    const parted = takePlaces(text, false);
    places.push(...parted.places);
    // What is left of a part number is a bare number (`2`, `II`, 三), a letter (`A`) or a name.
    const words = parted.rest.split(' ').filter((word) => word !== '');
    const kept: string[] = [];
    for (const word of words) {
      const value = parseNumeral(word);
      if (value !== null) places.push(String(value));
      else if (/^[a-z]$/.test(word)) places.push(word);
      else kept.push(word);
    }
    if (kept.length > 0) names.push(kept.join(''));
  }
  return { places: withoutRepeats(places), names };
}

function withoutRepeats(places: readonly string[]): readonly string[] {
  return places.length < 2 ? places : [...new Set(places)];
}

/** `first` is 1, `middle` is 2, and `last` any number from 2 on. */
function placesAgree(a: string, b: string): boolean {
  if (a === b) return true;
  return thirdAgrees(a, b) || thirdAgrees(b, a);
}

function thirdAgrees(third: string, other: string): boolean {
  if (third === 'first') return other === '1';
  if (third === 'middle') return other === '2';
  return third === 'last' && /^\d+$/.test(other) && Number(other) >= 2;
}

/** `other` names what the volume without places calls itself by; see verdict.ts for one-sided. */
export function compareVolumes(a: VolumeFeature, b: VolumeFeature): VolumeLevel {
  const aSaysNothing = a.places.length === 0 && a.names.length === 0;
  const bSaysNothing = b.places.length === 0 && b.names.length === 0;
  if (aSaysNothing || bSaysNothing) return aSaysNothing && bSaysNothing ? 'none' : 'one-sided';
  const places = comparePlaces(a.places, b.places);
  if (places === 'different') return 'different';
  const names = compareNames(a.names, b.names);
  if (names === 'different') return places === 'same' ? 'one-sided' : 'different';
  return places === 'same' || names === 'same' ? 'same' : 'one-sided';
}

type Part = 'same' | 'different' | 'unknown';

/** Series 2, volume 3 against volume 3 alone agrees; against volume 2 alone it does not. */
function comparePlaces(a: readonly string[], b: readonly string[]): Part {
  if (a.length === 0 || b.length === 0) return 'unknown';
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  const within = few.every((place) => many.some((other) => placesAgree(place, other)));
  if (few.length < many.length) return within ? 'unknown' : 'different';
  const inOrder = few.every((place, i) => placesAgree(place, many[i] ?? ''));
  return inOrder ? 'same' : within ? 'unknown' : 'different';
}

function compareNames(a: readonly string[], b: readonly string[]): Part {
  if (a.length === 0 || b.length === 0) return 'unknown';
  const one = a.join('');
  const two = b.join('');
  return one === two || one.includes(two) || two.includes(one) ? 'same' : 'different';
}
