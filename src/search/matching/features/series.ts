import type { BibRecord } from '../../../marc/record.ts';
import { foldForMatching } from '../../../marc/text.ts';
import { parseNumeral } from '../numerals.ts';

/** The series and the number in it. */
export interface SeriesFeature {
  readonly title: string;
  readonly volume: string;
}

export type SeriesLevel = 'same-number' | 'same' | 'unknown' | 'other-number';

const maxSeries = 200;

const none: SeriesFeature = { title: '', volume: '' };

export function seriesOf(record: BibRecord): SeriesFeature {
  if (record.series === null) return none;
  const title = foldForMatching(record.series.slice(0, maxSeries)).replaceAll(' ', '');
  return { title, volume: record.seriesVolume === null ? '' : numberOf(record.seriesVolume) };
}

/** `v. 40`, `第40种` and `no.40` are 40. */
function numberOf(written: string): string {
  const folded = foldForMatching(written.slice(0, maxSeries));
  const digits = /\d+/g;
  const found = folded.match(digits);
  if (found !== null) return found.map(Number).join('-');
  for (const word of folded.split(' ').reverse()) {
    const value = parseNumeral(word.replace(/^第|[卷册辑集种号]$/gu, ''));
    if (value !== null) return String(value);
  }
  return folded;
}

export function compareSeries(a: SeriesFeature, b: SeriesFeature): SeriesLevel {
  if (a.title === '' || b.title === '' || a.title !== b.title) return 'unknown';
  if (a.volume === '' || b.volume === '') return 'same';
  return a.volume === b.volume ? 'same-number' : 'other-number';
}
