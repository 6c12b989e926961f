import { compareEditions, type EditionLevel } from './features/edition.ts';
import { compareExtents, type ExtentLevel } from './features/extent.ts';
import { compareFormats, type FormatLevel } from './features/format.ts';
import { compareIdentifiers, type IdentifiersLevel } from './features/identifiers.ts';
import { compareNames, type NamesLevel } from './features/names.ts';
import { comparePublishers, type PublisherLevel } from './features/publisher.ts';
import { compareSeries, type SeriesLevel } from './features/series.ts';
import { compareTitles, type TitleLevel } from './features/title.ts';
import { compareVolumes, type VolumeLevel } from './features/volume.ts';
import { compareYears, type YearLevel } from './features/year.ts';
import type { Profile } from './profile.ts';

/** What comparing two records came to. */
export interface Verdict {
  readonly match: boolean;
  /** 0 to 1; from 0.5 on a match, unless something forbids it. */
  readonly score: number;
  /** For a match, the evidence that agrees, strongest first; else what speaks against it. */
  readonly reasons: readonly string[];
  /** The two may never stand in one group, whatever else joins them. */
  readonly forbidden: boolean;
}

/**
 * Points for and against, near the logarithm of the odds measured on labelled pairs: 2 points make
 * a match about seven times as likely. A pair matches from `threshold` on, if nothing forbids it.
 */
const threshold = 2.25;

const titlePoints: Readonly<Record<TitleLevel, number>> = {
  same: 4,
  'same-proper': 3.5,
  misspelt: 3.5,
  variant: 2.5,
  contained: 2.5,
  renumbered: 2.5,
  'other-subtitle': 2.25,
  similar: -0.25,
  begun: -5,
  unlike: -10,
};
const genericTitlePoints = -0.25;
const genericWithoutNamesPoints = -4.5;

const identifierPoints: Readonly<Record<IdentifiersLevel, number>> = {
  'same-isbn': 4,
  'same-issn': 4,
  unknown: 0,
  'other-isbn': -7,
  'other-isbn-explained': -2,
  'other-issn': -2,
};

const namesPoints: Readonly<Record<NamesLevel, number>> = {
  same: 0.25,
  'same-body': 0.25,
  'in-statement': 0.25,
  unknown: 0,
  different: -6,
};

const yearPoints: Readonly<Record<YearLevel, number>> = {
  same: 2.25,
  coded: 1.25,
  unknown: 0,
  near: -1.75,
  reprint: -2,
  apart: -4,
  far: -10,
};

/** A reprint keeps its ISBN, or its edition and pages; catalogues date it by either printing. */
const reprintedPoints = -1.5;

/** Another publisher and another year together are a new issue, not two ways to describe one. */
const reissuePoints = 0;

const editionPoints: Readonly<Record<EditionLevel, number>> = {
  none: 0,
  same: 0,
  unsaid: -0.25,
  unclear: -1.25,
  'one-sided': -2,
  'other-kind': -6,
  different: -10,
};

const publisherPoints: Readonly<Record<PublisherLevel, number>> = {
  same: 0,
  unknown: 0,
  different: -1.25,
  elsewhere: -2,
  'surely-different': -6,
};

const extentPoints: Readonly<Record<ExtentLevel, number>> = {
  same: 0.75,
  'same-count': 0.5,
  near: 0.25,
  unknown: 0,
  'other-count': -1,
  'set-and-volume': -2,
  different: -2.25,
};

const seriesPoints: Readonly<Record<SeriesLevel, number>> = {
  'same-number': 0,
  same: 0,
  unknown: 0,
  'other-number': -1.5,
};

const volumePoints: Readonly<Record<VolumeLevel, number>> = {
  none: 0,
  same: 0,
  'one-sided': 0,
  different: -10,
};

const formatPoints: Readonly<Record<FormatLevel, number>> = {
  same: 0,
  unsaid: 0,
  related: -1,
  different: -10,
};

const languagePoints = -3;

const tooLittle = 'too little evidence';

/** Codes that name no language say nothing (ISO 639-2: several, undetermined, none). */
const noLanguage = new Set(['und', 'mul', 'zxx', 'mis', 'xxx', '|||', '']);

function languagesDiffer(a: string | null, b: string | null): boolean {
  return a !== b && a !== null && b !== null && !noLanguage.has(a) && !noLanguage.has(b);
}

const unlikeTitles: Verdict = {
  match: false,
  score: 0,
  reasons: ['titles differ'],
  forbidden: true,
};

function forbidden(reason: string): Verdict {
  return { match: false, score: 0, reasons: [reason], forbidden: true };
}

const weakTitles: ReadonlySet<TitleLevel> = new Set([
  'contained',
  'begun',
  'other-subtitle',
  'similar',
  'renumbered',
]);
const otherExtent = forbidden('titles and extents differ');
const otherNumber = forbidden('numbers in the titles differ');
const otherVolume = forbidden('volumes differ');
const volumeUnsaid = forbidden('volume given in one only');
const otherFormat = forbidden('formats differ');
const otherEdition = forbidden('editions differ');
const editionUnsaid = forbidden('edition given in one only');
const otherYear = forbidden('years too far apart');

/** The verdict on two records; the same whichever comes first. Cheap tests come first. */
export function judge(a: Profile, b: Profile): Verdict {
  const year = compareYears(a.year, b.year);
  const serial = a.format.type === 'serial' && b.format.type === 'serial';
  if (year === 'far' && !serial) return otherYear;
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
  if (title === 'unlike') return unlikeTitles;
  return weigh(a, b, { year: serial ? 'unknown' : year, volume, format, edition, title });
}

/**
 * Whether two records may not stand in one group even where a third record matches both: something
 * speaks against them, and a brief record must not carry one edition over to another.
 */
export function opposes(a: Profile, b: Profile): boolean {
  const verdict = judge(a, b);
  return !verdict.match && verdict.reasons[0] !== tooLittle;
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
    compareExtents(a.details().extent, b.details().extent) === 'same-count'
  );
}

interface Early {
  readonly year: YearLevel;
  readonly volume: VolumeLevel;
  readonly format: FormatLevel;
  readonly edition: EditionLevel;
  readonly title: TitleLevel;
}

function weigh(a: Profile, b: Profile, early: Early): Verdict {
  const { year, volume, format, edition, title } = early;
  const identifiers = compareIdentifiers(a.identifiers, b.identifiers);
  const names = compareNames(a.names, b.names);
  const [one, two] = [a.details(), b.details()];
  const publisher = comparePublishers(one.publisher, two.publisher);
  const extent = compareExtents(one.extent, two.extent);
  const series = compareSeries(one.series, two.series);
  const language = languagesDiffer(a.language, b.language);
  const generic = a.title.generic || b.title.generic;
  const reprinted =
    identifiers === 'same-isbn' ||
    (edition === 'same' && extent === 'same' && publisher === 'same');
  const points =
    titlePoints[title] +
    (generic ? (namesPoints[names] > 0 ? genericTitlePoints : genericWithoutNamesPoints) : 0) +
    identifierPoints[identifiers] +
    namesPoints[names] +
    (year === 'apart' && reprinted ? reprintedPoints : yearPoints[year]) +
    editionPoints[edition] +
    publisherPoints[publisher] +
    extentPoints[extent] +
    seriesPoints[series] +
    volumePoints[volume] +
    formatPoints[format] +
    (year !== 'same' && year !== 'unknown' && publisherPoints[publisher] < 0 ? reissuePoints : 0) +
    (language ? languagePoints : 0);
  const score = 1 / (1 + Math.exp((threshold - points) / 1.5));
  const evidence: string[] = [];
  if (identifiers === 'same-isbn') evidence.push('isbn');
  if (identifiers === 'same-issn') evidence.push('issn');
  evidence.push('title');
  if (namesPoints[names] > 0) evidence.push('author');
  if (year === 'same') evidence.push('year');
  if (publisher === 'same') evidence.push('publisher');
  if (extent === 'same' || extent === 'same-count') evidence.push('extent');
  if (edition === 'same') evidence.push('edition');
  if (series === 'same-number') evidence.push('series');
  // A longer or other subtitle and another length: an abridgement, a summary, a companion volume.
  if (weakTitles.has(title) && (extent === 'different' || extent === 'set-and-volume')) {
    return otherExtent;
  }
  // A title that only resembles the other needs the author, the year and the pages to be equal.
  if ((title === 'renumbered' || title === 'similar') && identifiers !== 'same-isbn') {
    const equal = namesPoints[names] > 0 && year === 'same' && extent === 'same';
    if (!equal || publisherPoints[publisher] < 0) {
      return title === 'similar' ? unlikeTitles : otherNumber;
    }
  }
  const sameEdition = evidence.some((kind) => kind !== 'title' && kind !== 'author');
  if (points >= threshold && sameEdition) {
    return { match: true, score, reasons: evidence, forbidden: false };
  }
  return { match: false, score: Math.min(score, 0.49), reasons: objections(), forbidden: false };

  function objections(): readonly string[] {
    const found: string[] = [];
    if (names === 'different') found.push('authors differ');
    if (identifiers === 'other-isbn') found.push('isbn differs');
    if (year === 'apart' || year === 'reprint') found.push('years differ');
    if (publisherPoints[publisher] < 0) found.push('publishers differ');
    if (extent === 'different' || extent === 'other-count') found.push('extents differ');
    if (extent === 'set-and-volume') found.push('set and single volume');
    if (edition === 'one-sided' || edition === 'other-kind') {
      found.push('edition given in one only');
    }
    if (series === 'other-number') found.push('series numbers differ');
    if (language) found.push('languages differ');
    if (title === 'other-subtitle') found.push('subtitles differ');
    return found.length > 0 ? found : [tooLittle];
  }
}
