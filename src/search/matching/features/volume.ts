import { hanNumeral, numberWord, ordinalWord, parseNumeral, parseRoman } from '../numerals.ts';
import { hanSign, latinSign, mayEndInNumber, signsOfPlaces } from './place-signs.ts';

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
/** Units that a title names a volume by. A report's `no. 9` stays in the title, whose numbers count. */
const latinUnit =
  'volumes?|vols?|v|band|bde?|tomes?|tom|tomo|t|parts?|pts?|pt|teil|books?|bk|series|ser';
/**
 * v. 2, vol. II, Bd. 3, part one; `volumes 1 3` is a range. Digits may follow the unit at once (`v2`),
 * Roman numbers and words may not; `part II of the report` and `R.O.T.C.` name no volume.
 */
const latinPlaces = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${latinUnit})( ?\\d{1,3}[a-z]?| (?:[ivx]{1,6}[a-d]?|${numberWord}))(?: (\\d{1,3}))?(?![\\p{L}\\p{N}])(?! of )`,
  'gu',
);
/** 2nd series, second part, 3. Band; `second series of essays` is no volume. */
const latinOrdinals = new RegExp(
  `(?<![\\p{L}\\p{N}])(\\d{1,3}(?:st|nd|rd|th|d|e)?|${ordinalWord}) (?:volume|vol|band|bd|part|pt|series|ser|teil|tome|tomo)(?![\\p{L}\\p{N}])(?! of )`,
  'gu',
);

/** 第3卷, 第二册, 第1-3卷; 卷一, 之二, 册3; 上册, 下, 中卷. */
const hanPlaces: readonly RegExp[] = [
  new RegExp(`第 ?(${number})(?: (?:第 ?)?(${number}))? ?(?:${hanUnit})(?:分册|册)?`, 'gu'),
  new RegExp(`(?:卷|册|辑|编|篇|部|之|分册) ?(${number})(?![\\p{Script=Han}\\d])`, 'gu'),
];
const hanThirds =
  /(?<![\p{Script=Han}\d])([上中下])(?:分册|册|卷|集|编|篇|辑|部)?(?![\p{L}\p{N}])/gu;
const hanThirdsAtEnd = /([上中下])(?:分册|册|卷|集|编|篇|辑)(?![\p{L}\p{N}])/gu;

/** Where a text stands: what ends a title may be its volume; inside a subtitle it is running text. */
export type TextKind = 'title' | 'subtitle' | 'part';

/** A text without the places it named, and the places. */
export interface Parted {
  readonly rest: string;
  readonly places: readonly string[];
}

const noPlaces: readonly string[] = [];

/**
 * Takes the places out of folded text. A count (`in 3 volumes`, 三卷本) is not a place. A number that
 * ends a title (大学英语 2, Windows 98) is one; in a subtitle a place begins or ends the text.
 */
export function takePlaces(folded: string, kind: TextKind): Parted {
  const signs = signsOfPlaces(folded);
  const han = (signs & hanSign) !== 0;
  const latin = (signs & latinSign) !== 0;
  const trailing = kind === 'title' && mayEndInNumber(folded) && trailingNumber.test(folded);
  if (!han && !latin && !trailing) return { rest: folded, places: noPlaces };
  const places: string[] = [];
  let rest = folded;
  const take = (match: string, first: string, ...more: (string | number | undefined)[]): string => {
    const [second, at] = typeof more[0] === 'number' ? [undefined, more[0]] : more;
    const place = placeOf(first, typeof second === 'string' ? second : undefined);
    const outer = at === 0 || Number(at) + match.length === rest.length;
    if (place === null || (kind === 'subtitle' && !outer)) return match;
    places.push(place);
    return ' ';
  };
  const takeThird = (_match: string, third: string): string => {
    places.push(third === '上' ? 'first' : third === '中' ? 'middle' : 'last');
    return ' ';
  };
  if (han) {
    for (const pattern of hanPlaces) rest = rest.replace(pattern, take);
    rest = rest.replace(hanThirds, takeThird).replace(hanThirdsAtEnd, takeThird);
  }
  if (latin) rest = rest.replace(latinPlaces, take).replace(latinOrdinals, take);
  rest = tidy(rest);
  const last = kind === 'title' ? trailingNumber.exec(rest) : null;
  const value = last === null ? null : parseNumeral(last[1] ?? last[2] ?? '');
  if (last !== null && value !== null && value <= maxTrailing) {
    places.push(String(value));
    rest = rest.slice(0, last.index);
  }
  return { rest, places };
}

/** Higher numbers that end a title are years ('96), highways and degrees. */
const maxTrailing = 40;

/**
 * A number standing alone at the end, or digits right behind a Han character: 大学英语2. Longer
 * numbers are years, laws and degrees and stay in the title, and so does the day after a month. A single Roman letter is more
 * often a name's (Henry V, Vitamin C), and World War II is no second volume.
 */
const months =
  'jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november|december';
const rulers =
  'louis|charles|george|henry|edward|william|james|richard|john|paul|philip|pius|leo|gregory|frederick|friedrich|wilhelm|karl|heinrich|ludwig|napoleon|alexander|nicholas|catherine|elizabeth';
const trailingNumber = new RegExp(
  `(?<!${months}|${rulers}|war|[\\d ]\\d) (\\d{1,2}|[ivx]{2,5}|${hanNumeral})$|(?<=\\p{Script=Han}) ?(\\d{1,2}|[ivx]{1,5})$`,
  'u',
);

function placeOf(first: string, second: string | undefined): string | null {
  const written = first.trimStart();
  const one = parseNumeral(written) ?? letterOf(written);
  if (one === null) return null;
  const two = second === undefined ? null : parseNumeral(second);
  return two === null || typeof one !== 'number' || two <= one ? String(one) : `${one}-${two}`;
}

/** `2a` and `iib` keep their letter. */
function letterOf(text: string): string | null {
  if (/^\d{1,3}[a-z]$/.test(text)) return text;
  const roman = parseRoman(text.slice(0, -1));
  return roman === null || roman === 0 ? null : `${roman}${text.slice(-1)}`;
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
  if (partNumber !== '') readPartNumber(partNumber, places, names);
  if (partName !== '') {
    const parted = takePlaces(partName, 'part');
    places.push(...parted.places);
    const value = parseNumeral(parted.rest);
    if (value !== null && !isYear(parted.rest)) places.push(String(value));
    else if (parted.rest !== '') names.push(parted.rest.replaceAll(' ', ''));
  }
  return { places: withoutRepeats(places), names };
}

/** A series with its numbers stands there too (`Fieldiana Zoology v. 7, no. 9`); it numbers that. */
const seriesInPartNumber = /^[a-z]{4,} (?:[a-z]{2,} )*[a-z]{4,}(?: |$)/;

/** Beside places, a part number holds a bare number (`2`, `II`, 三), a letter (`A`) or a name. */
function readPartNumber(partNumber: string, places: string[], names: string[]): void {
  const unitFirst = unitWords.has(partNumber.split(' ', 1)[0] ?? '');
  if (!unitFirst && seriesInPartNumber.test(partNumber)) return;
  const parted = takePlaces(partNumber, 'part');
  const words = parted.rest.split(' ').filter((word) => word !== '' && !unitWords.has(word));
  places.push(...parted.places);
  const kept: string[] = [];
  for (const word of words) {
    const value = /^[a-z]{3,}$/.test(word) && words.length > 1 ? null : parseNumeral(word);
    if (value !== null && isYear(word)) continue;
    if (value !== null) places.push(String(value));
    else if (/^[a-z甲乙丙丁戊己庚辛壬癸]$/u.test(word)) places.push(word);
    else kept.push(word);
  }
  if (kept.length > 0) names.push(kept.join(''));
}

/** Left when the number they belong to was read: `no. 3`, `Abt. B`. */
const unitWords = new Set(
  'no nr number numbers num v vol volume volumes bd band pt part parts t teil book bk abt abteilung heft hft fasc issue ser series section sect sec chapter unit'.split(
    ' ',
  ),
);

/** A year as part number (统计年鉴. 2003) is read with the title, where others write it. */
export function isYear(word: string): boolean {
  return /^(?:1[5-9]|20)\d\d$/.test(word);
}

function withoutRepeats(places: readonly string[]): readonly string[] {
  return places.length < 2 ? places : [...new Set(places)];
}

/** 上 is 1 and 中 is 2; 下 is 2, for most works so divided have two volumes. */
function placesAgree(a: string, b: string): boolean {
  if (a === b) return true;
  return thirdAgrees(a, b) || thirdAgrees(b, a);
}

function thirdAgrees(third: string, other: string): boolean {
  if (third === 'first') return other === '1';
  if (third === 'middle') return other === '2';
  return third === 'last' && other === '2';
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
