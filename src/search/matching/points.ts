import type { EditionLevel } from './features/edition.ts';
import type { ExtentLevel } from './features/extent.ts';
import type { FormatLevel } from './features/format.ts';
import type { IdentifiersLevel } from './features/identifiers.ts';
import type { NamesLevel } from './features/names.ts';
import type { PublisherLevel } from './features/publisher.ts';
import type { SeriesLevel } from './features/series.ts';
import type { TitleLevel } from './features/title-levels.ts';
import type { YearLevel } from './features/year.ts';

/** How two records compare, feature by feature. */
export interface Levels {
  readonly title: TitleLevel;
  /** One of the titles says little alone. */
  readonly generic: boolean;
  readonly identifiers: IdentifiersLevel;
  readonly names: NamesLevel;
  readonly year: YearLevel;
  readonly edition: EditionLevel;
  readonly publisher: PublisherLevel;
  readonly extent: ExtentLevel;
  readonly series: SeriesLevel;
  readonly format: FormatLevel;
  readonly otherLanguage: boolean;
}

/**
 * Points for and against one edition, near the natural logarithm of the odds measured on labelled
 * pairs of library records. What no record says counts nothing. A pair needs `matchingPoints`.
 * Levels of ten points against are never added up: verdict.ts refuses the pair before.
 */
export const matchingPoints = 2.25;

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

/** Report, 年鉴: with a common author hardly less, without one next to nothing. */
const genericPoints = { named: -0.25, nameless: -4.5 } as const;

const identifierPoints: Readonly<Record<IdentifiersLevel, number>> = {
  'same-isbn': 4,
  'same-issn': 4,
  unknown: 0,
  'other-isbn-explained': -2,
  'other-issn': -2,
  'other-isbn': -7,
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

const otherSeriesNumberPoints = -1.5;
const relatedFormatPoints = -1;
const otherLanguagePoints = -3;

export function pointsOf(levels: Levels): number {
  const { title, identifiers, names, year, edition, publisher, extent } = levels;
  const reprinted =
    identifiers === 'same-isbn' ||
    (edition === 'same' && extent === 'same' && publisher === 'same');
  let points =
    titlePoints[title] +
    identifierPoints[identifiers] +
    namesPoints[names] +
    (year === 'apart' && reprinted ? reprintedPoints : yearPoints[year]) +
    editionPoints[edition] +
    publisherPoints[publisher] +
    extentPoints[extent];
  if (levels.generic) points += agrees(names) ? genericPoints.named : genericPoints.nameless;
  if (levels.series === 'other-number') points += otherSeriesNumberPoints;
  if (levels.format === 'related') points += relatedFormatPoints;
  if (levels.otherLanguage) points += otherLanguagePoints;
  return points;
}

/** Points as a number from 0 to 1, 0.5 where a match begins. */
export function scoreOf(points: number): number {
  return 1 / (1 + Math.exp((matchingPoints - points) / 1.5));
}

/** What agrees, the strongest first. The title does: unlike ones are refused before. */
export function evidenceOf(levels: Levels): readonly string[] {
  const { identifiers, year, publisher, extent, edition, series } = levels;
  const found: string[] = [];
  if (identifiers === 'same-isbn') found.push('isbn');
  if (identifiers === 'same-issn') found.push('issn');
  found.push('title');
  if (agrees(levels.names)) found.push('author');
  if (year === 'same') found.push('year');
  if (publisher === 'same') found.push('publisher');
  if (extent === 'same' || extent === 'same-count') found.push('extent');
  if (edition === 'same') found.push('edition');
  if (series === 'same-number') found.push('series');
  return found;
}

/** What speaks against the two; empty where they only say too little. */
export function objectionsTo(levels: Levels): readonly string[] {
  const { identifiers, year, publisher, extent, edition } = levels;
  const found: string[] = [];
  if (levels.names === 'different') found.push('authors differ');
  if (identifiers === 'other-isbn') found.push('isbn differs');
  if (year === 'apart' || year === 'reprint') found.push('years differ');
  if (publisherPoints[publisher] < 0) found.push('publishers differ');
  if (extent === 'different' || extent === 'other-count') found.push('extents differ');
  if (extent === 'set-and-volume') found.push('set and single volume');
  if (edition === 'one-sided' || edition === 'other-kind') found.push('edition given in one only');
  if (levels.series === 'other-number') found.push('series numbers differ');
  if (levels.otherLanguage) found.push('languages differ');
  if (levels.title === 'other-subtitle') found.push('subtitles differ');
  return found;
}

/** Whether some name is common to both. */
export function agrees(names: NamesLevel): boolean {
  return namesPoints[names] > 0;
}

/** Whether the publishers are two. */
export function publishersDiffer(publisher: PublisherLevel): boolean {
  return publisherPoints[publisher] < 0;
}
