import type { BibRecord } from '../../marc/record.ts';
import { foldForMatching } from '../../marc/text.ts';
import { type EditionFeature, editionOf } from './features/edition.ts';
import { type ExtentFeature, extentOf } from './features/extent.ts';
import { type FormatFeature, formatOf } from './features/format.ts';
import { type IdentifiersFeature, identifiersOf } from './features/identifiers.ts';
import { type NamesFeature, namesOf } from './features/names.ts';
import { type PublisherFeature, publisherOf } from './features/publisher.ts';
import { type SeriesFeature, seriesOf } from './features/series.ts';
import { type TitleFeature, titleOf } from './features/title.ts';
import { takePlaces, type VolumeFeature, volumeOf } from './features/volume.ts';
import { type YearFeature, yearOf } from './features/year.ts';

/** Everything about one record that matching compares; made once for each record. */
export interface Profile {
  readonly title: TitleFeature;
  readonly volume: VolumeFeature;
  readonly identifiers: IdentifiersFeature;
  readonly names: NamesFeature;
  readonly year: YearFeature;
  readonly edition: EditionFeature;
  readonly format: FormatFeature;
  readonly language: string | null;
  readonly record: BibRecord;
  /** What few comparisons come to; made when the first one does (`detailsOf`). */
  details: Details | null;
}

export interface Details {
  readonly publisher: PublisherFeature;
  readonly extent: ExtentFeature;
  readonly series: SeriesFeature;
}

/** Null for a record without a title: nothing may be concluded from it, and it gets no key. */
export function profileOf(record: BibRecord): Profile | null {
  const { title, places } = titleOf(record);
  if (title === null) return null;
  return {
    title,
    volume: volumeFeature(record, places),
    identifiers: identifiersOf(record),
    names: namesOf(record),
    year: yearOf(record),
    edition: editionOf(record.edition?.slice(0, maxStatement) ?? null),
    format: formatOf(record),
    language: record.language,
    record,
    details: null,
  };
}

export function detailsOf(profile: Profile): Details {
  const { record } = profile;
  profile.details ??= {
    publisher: publisherOf(record),
    extent: extentOf(record.extent?.slice(0, maxStatement) ?? null),
    series: seriesOf(record),
  };
  return profile.details;
}

/** What of a longer statement is read. */
const maxStatement = 300;

/** Volumes stand in 200 $h and $i or 245 $n and $p, in the title, or (上册) in the edition. */
function volumeFeature(record: BibRecord, fromTitle: readonly string[]): VolumeFeature {
  const inEdition =
    record.edition === null || !/[上中下]|册|卷/.test(record.edition)
      ? []
      : takePlaces(foldForMatching(record.edition.slice(0, maxStatement)), 'part').places;
  return volumeOf(
    record.partNumber === null ? '' : foldForMatching(record.partNumber.slice(0, maxStatement)),
    record.partName === null ? '' : foldForMatching(record.partName.slice(0, maxStatement)),
    inEdition.length === 0 ? fromTitle : [...fromTitle, ...inEdition],
  );
}
