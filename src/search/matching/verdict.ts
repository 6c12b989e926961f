import { compareEditions, type EditionLevel } from './features/edition.ts';
import { compareExtents, type ExtentLevel } from './features/extent.ts';
import { compareFormats } from './features/format.ts';
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
const threshold = 7.5;

const titlePoints: Readonly<Record<TitleLevel, number>> = {
  same: 4,
  'same-proper': 3,
  variant: 3,
  misspelt: 2.5,
  similar: 1,
  contained: 1,
  'other-subtitle': -2,
  unlike: -10,
};
const genericTitlePoints = -1.5;

const identifierPoints: Readonly<Record<IdentifiersLevel, number>> = {
  'same-isbn': 5,
  'same-issn': 5,
  unknown: 0,
  'other-isbn': -4,
  'other-isbn-explained': -1,
  'other-issn': -2,
};

const namesPoints: Readonly<Record<NamesLevel, number>> = {
  same: 3,
  'same-body': 2,
  'in-statement': 2,
  unknown: 0,
  different: -5,
};

const yearPoints: Readonly<Record<YearLevel, number>> = {
  same: 2.5,
  near: -1,
  reprint: -2.5,
  unknown: 0,
  apart: -3.5,
  far: -8,
};

const editionPoints: Readonly<Record<EditionLevel, number>> = {
  none: 0,
  same: 1,
  unsaid: 0,
  'one-sided': -1.5,
  unclear: -1,
  different: -10,
};

const publisherPoints: Readonly<Record<PublisherLevel, number>> = {
  same: 2,
  unknown: 0,
  different: -2,
  'different-place': -4,
};

const extentPoints: Readonly<Record<ExtentLevel, number>> = {
  same: 2.5,
  near: 1,
  unknown: 0,
  different: -2.5,
  'set-and-volume': -5,
};

const seriesPoints: Readonly<Record<SeriesLevel, number>> = {
  'same-number': 1,
  same: 0.5,
  unknown: 0,
  'other-number': -3,
};

const volumePoints: Readonly<Record<VolumeLevel, number>> = {
  none: 0,
  same: 0.5,
  'one-sided': -2,
  different: -10,
};

const languagePoints = -3;

/** Below this, two records speak against each other; above it, they only say too little. */
const opposingScore = 0.12;

const unlikeTitles: Verdict = {
  match: false,
  score: 0,
  reasons: ['titles differ'],
  forbidden: true,
};

function forbidden(reason: string): Verdict {
  return { match: false, score: 0, reasons: [reason], forbidden: true };
}

const otherVolume = forbidden('volumes differ');
const volumeUnsaid = forbidden('volume given in one only');
const otherFormat = forbidden('formats differ');
const otherEdition = forbidden('editions differ');
const otherYear = forbidden('years too far apart');

/** The verdict on two records; the same whichever comes first. Cheap tests come first. */
export function judge(a: Profile, b: Profile): Verdict {
  const year = compareYears(a.year, b.year);
  const serial = a.format.type === 'serial' && b.format.type === 'serial';
  if (year === 'far' && !serial) return otherYear;
  const volume = compareVolumes(a.volume, b.volume);
  if (volume === 'different') return otherVolume;
  if (compareFormats(a.format, b.format) === 'different') return otherFormat;
  const edition = compareEditions(a.edition, b.edition);
  if (edition === 'different') return otherEdition;
  const title = compareTitles(a.title, b.title);
  if (title === 'unlike') return unlikeTitles;
  return weigh(a, b, { year: serial ? 'unknown' : year, volume, edition, title });
}

/**
 * Whether two records may not stand in one group even where a third record matches both: a brief
 * record must not carry one publisher's edition over to another's.
 */
export function opposes(a: Profile, b: Profile): boolean {
  const verdict = judge(a, b);
  return verdict.forbidden || (!verdict.match && verdict.score < opposingScore);
}

interface Early {
  readonly year: YearLevel;
  readonly volume: VolumeLevel;
  readonly edition: EditionLevel;
  readonly title: TitleLevel;
}

function weigh(a: Profile, b: Profile, early: Early): Verdict {
  const { year, volume, edition, title } = early;
  const identifiers = compareIdentifiers(a.identifiers, b.identifiers);
  const names = compareNames(a.names, b.names);
  const publisher = comparePublishers(a.publisher, b.publisher);
  const extent = compareExtents(a.extent, b.extent);
  if (volume === 'one-sided' && !(identifiers === 'same-isbn' && extent === 'same')) {
    return volumeUnsaid;
  }
  const series = compareSeries(a.series, b.series);
  const language = a.language !== null && b.language !== null && a.language !== b.language;
  const generic = a.title.generic || b.title.generic;
  const points =
    titlePoints[title] +
    (generic ? genericTitlePoints : 0) +
    identifierPoints[identifiers] +
    namesPoints[names] +
    yearPoints[year] +
    editionPoints[edition] +
    publisherPoints[publisher] +
    extentPoints[extent] +
    seriesPoints[series] +
    volumePoints[volume] +
    (language ? languagePoints : 0);
  const score = 1 / (1 + Math.exp((threshold - points) / 1.5));
  const evidence: string[] = [];
  if (identifiers === 'same-isbn') evidence.push('isbn');
  if (identifiers === 'same-issn') evidence.push('issn');
  evidence.push('title');
  if (namesPoints[names] > 0) evidence.push('author');
  if (year === 'same') evidence.push('year');
  if (publisher === 'same') evidence.push('publisher');
  if (extent === 'same') evidence.push('extent');
  if (edition === 'same') evidence.push('edition');
  if (series === 'same-number') evidence.push('series');
  if (points >= threshold && evidence.length > 1) {
    return { match: true, score, reasons: evidence, forbidden: false };
  }
  return { match: false, score: Math.min(score, 0.49), reasons: objections(), forbidden: false };

  function objections(): readonly string[] {
    const found: string[] = [];
    if (names === 'different') found.push('authors differ');
    if (identifiers === 'other-isbn') found.push('isbn differs');
    if (year === 'apart' || year === 'reprint') found.push('years differ');
    if (publisher.startsWith('different')) found.push('publishers differ');
    if (extent === 'different') found.push('extents differ');
    if (extent === 'set-and-volume') found.push('set and single volume');
    if (edition === 'one-sided') found.push('edition given in one only');
    if (series === 'other-number') found.push('series numbers differ');
    if (language) found.push('languages differ');
    if (title === 'other-subtitle') found.push('subtitles differ');
    return found.length > 0 ? found : ['too little evidence'];
  }
}
