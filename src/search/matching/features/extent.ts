import { foldWidth } from '../../../marc/text.ts';

/** How long the thing is: pages of the main sequence, or number of volumes. */
export interface ExtentFeature {
  readonly pages: number | null;
  readonly volumes: number | null;
}

export type ExtentLevel =
  | 'same'
  /** Within a few pages: unnumbered leaves counted or not. */
  | 'near'
  | 'unknown'
  | 'different'
  /** One is a set of volumes, the other a single book. */
  | 'set-and-volume';

const none: ExtentFeature = { pages: null, volumes: null };

const pageCount =
  /(\d{1,5})[\])*]{0,2}[ ,]{0,2}(?:p\b|pp\b|pages?\b|pgs?\b|页|頁|面|ページ|s\b|seiten\b|sivua\b|sid\b|stran\b|l\b|ll\b|leaves\b|leaf\b|bl\b|с\b|c\b|str\b|hal\b)/giu;
const pageRange = /(?:p|pp|pages)\.? ?\[?\d{1,5}\]?-\[?(\d{1,5})/i;
const volumeCount =
  /(\d{1,4})[\])]?[ ]?(?:v\b|vols?\b|volumes?\b|bde?\b|bände\b|tomes?\b|t\b|册|冊|卷|函|巻|osaa\b)/iu;

export function extentOf(statement: string | null): ExtentFeature {
  if (statement === null) return none;
  const text = foldWidth(statement);
  let pages: number | null = null;
  for (const match of text.matchAll(pageCount)) {
    const value = Number(match[1]);
    if (pages === null || value > pages) pages = value;
  }
  if (pages === null) {
    const range = pageRange.exec(text);
    if (range !== null) pages = Number(range[1]);
  }
  const counted = volumeCount.exec(text);
  const volumes = counted === null ? null : Number(counted[1]);
  return pages === null && volumes === null ? none : { pages, volumes };
}

export function compareExtents(a: ExtentFeature, b: ExtentFeature): ExtentLevel {
  if (isEmpty(a) || isEmpty(b)) return 'unknown';
  const one = a.volumes ?? 1;
  const two = b.volumes ?? 1;
  if (one !== two) {
    return Math.min(one, two) === 1
      ? a.pages === b.pages && a.pages !== null
        ? 'near'
        : 'set-and-volume'
      : 'different';
  }
  if (a.pages === null || b.pages === null) return one > 1 ? 'same' : 'unknown';
  const apart = Math.abs(a.pages - b.pages);
  if (apart === 0) return 'same';
  if (apart <= 4 || apart * 50 <= Math.max(a.pages, b.pages)) return 'near';
  return 'different';
}

function isEmpty(extent: ExtentFeature): boolean {
  return extent.pages === null && extent.volumes === null;
}
