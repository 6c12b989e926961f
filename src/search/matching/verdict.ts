import { compareEditions } from './features/edition.ts';
import { compareExtents } from './features/extent.ts';
import { compareFormats } from './features/format.ts';
import { compareIdentifiers } from './features/identifiers.ts';
import { languagesDiffer } from './features/language.ts';
import { compareNames } from './features/names.ts';
import { comparePublishers } from './features/publisher.ts';
import { compareSeries } from './features/series.ts';
import { compareTitles, type TitleLevel } from './features/title-levels.ts';
import { compareVolumes } from './features/volume.ts';
import { compareYears } from './features/year.ts';
import {
  agrees,
  evidenceOf,
  type Levels,
  matchingPoints,
  objectionsTo,
  pointsOf,
  publishersDiffer,
  scoreOf,
} from './points.ts';
import { detailsOf, type Profile } from './profile.ts';

/** What comparing two records came to. */
export interface Verdict {
  readonly match: boolean;
  /** 0 to 1; at least 0.5 for a match, less for any other pair. */
  readonly score: number;
  /** For a match, the evidence that agrees, strongest first; else what speaks against it. */
  readonly reasons: readonly string[];
}

function refusal(reason: string): Verdict {
  return { match: false, score: 0, reasons: [reason] };
}

const otherYear = refusal('years too far apart');
const otherVolume = refusal('volumes differ');
const volumeUnsaid = refusal('volume given in one only');
const otherFormat = refusal('formats differ');
const otherEdition = refusal('editions differ');
const editionUnsaid = refusal('edition given in one only');
const otherTitle = refusal('titles differ');
const otherNumber = refusal('numbers in the titles differ');
const otherExtent = refusal('titles and extents differ');
const otherLanguage = refusal('languages differ');
const tooLittle = 'too little evidence';

/** The verdict on two records; the same whichever comes first. Cheap noes come first. */
export function judge(a: Profile, b: Profile): Verdict {
  const year = compareYears(a.year, b.year);
  const serials = a.format.type === 'serial' && b.format.type === 'serial';
  if (year === 'far' && !serials) return otherYear;
  const volume = compareVolumes(a.volume, b.volume);
  if (volume === 'different') return otherVolume;
  if (volume === 'one-sided' && !sameDespiteVolume(a, b)) return volumeUnsaid;
  const format = compareFormats(a.format, b.format);
  if (format === 'different') return otherFormat;
  const edition = compareEditions(a.edition, b.edition);
  if (edition === 'different') return otherEdition;
  // An edition that one record alone names, or names otherwise, is another one in another year.
  if (year !== 'same' && edition === 'one-sided') return editionUnsaid;
  if (year !== 'same' && edition === 'unclear' && year !== 'unknown') return otherEdition;
  const title = compareTitles(a.title, b.title);
  if (title === 'unlike') return otherTitle;
  const one = detailsOf(a);
  const two = detailsOf(b);
  const levels: Levels = {
    title,
    generic: a.title.generic || b.title.generic,
    identifiers: compareIdentifiers(a.identifiers, b.identifiers),
    names: compareNames(a.names, b.names),
    // A serial is catalogued in any of its years.
    year: serials && year !== 'same' ? 'unknown' : year,
    edition,
    publisher: comparePublishers(one.publisher, two.publisher),
    extent: compareExtents(one.extent, two.extent),
    series: compareSeries(one.series, two.series),
    format,
    otherLanguage: languagesDiffer(a.language, b.language),
  };
  return refusalOf(levels) ?? weigh(levels);
}

function weigh(levels: Levels): Verdict {
  const points = pointsOf(levels);
  const score = scoreOf(points);
  const evidence = evidenceOf(levels);
  // Title and author make a work; which edition of it takes one thing more.
  const ofOneEdition = evidence.some((kind) => kind !== 'title' && kind !== 'author');
  if (points >= matchingPoints && ofOneEdition) return { match: true, score, reasons: evidence };
  const objections = objectionsTo(levels);
  return {
    match: false,
    score: Math.min(score, 0.49),
    reasons: objections.length > 0 ? objections : [tooLittle],
  };
}

/**
 * Whether two records may not stand in one group even where a third record matches both: something
 * speaks against them, and a brief record must not carry one edition over to another.
 */
export function opposes(a: Profile, b: Profile): boolean {
  const verdict = judge(a, b);
  return !verdict.match && verdict.reasons[0] !== tooLittle;
}

/** Titles that are not equal, only alike. */
const weakTitles: ReadonlySet<TitleLevel> = new Set([
  'contained',
  'begun',
  'other-subtitle',
  'similar',
  'renumbered',
]);

/** The noes that take more than one feature to see. */
function refusalOf(levels: Levels): Verdict | null {
  const { title, extent } = levels;
  // A longer or other title and another length: a summary, a companion, another book under one ISBN.
  if (weakTitles.has(title) && (extent === 'different' || extent === 'set-and-volume')) {
    return otherExtent;
  }
  // The title of a translation's original is a title of the translation too.
  if (levels.otherLanguage && title === 'variant') return otherLanguage;
  if ((title === 'renumbered' || title === 'similar') && levels.identifiers !== 'same-isbn') {
    const equal = agrees(levels.names) && levels.year === 'same' && extent === 'same';
    if (!equal || publishersDiffer(levels.publisher)) {
      return title === 'similar' ? otherTitle : otherNumber;
    }
  }
  return null;
}

/** A volume that one record alone names is another book, but for two ways of writing one. */
function sameDespiteVolume(a: Profile, b: Profile): boolean {
  return partInTitle(a, b) || partInTitle(b, a) || countedAsSet(a, b);
}

/** The part that `a` names without a number is in the title of `b`. */
function partInTitle(a: Profile, b: Profile): boolean {
  const { places, names } = a.volume;
  return (
    places.length === 0 &&
    b.volume.places.length === 0 &&
    names.length > 0 &&
    names.every((name) => name.length >= 4 && b.title.full.includes(name))
  );
}

/** Both count the volumes of the set, and the one that says `v. 1` was labelled from its first. */
function countedAsSet(a: Profile, b: Profile): boolean {
  const places = a.volume.places.length > 0 ? a.volume.places : b.volume.places;
  return (
    places.length === 1 &&
    places[0] === '1' &&
    a.volume.names.length + b.volume.names.length === 0 &&
    compareExtents(detailsOf(a).extent, detailsOf(b).extent) === 'same-count'
  );
}
