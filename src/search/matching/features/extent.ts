import { foldWidth } from '../../../marc/text.ts';

/** How long the thing is: pages of the main sequence, or number of volumes. */
export interface ExtentFeature {
  readonly pages: number | null;
  readonly volumes: number | null;
}

export type ExtentLevel =
  | 'same'
  /** As many volumes, pages not given: less than equal pages, for most sets have two or three. */
  | 'same-count'
  /** Within a few pages: unnumbered leaves counted or not. */
  | 'near'
  | 'unknown'
  | 'different'
  /** Sets of different numbers of volumes: bound otherwise, or catalogued while they came out. */
  | 'other-count'
  /** One is a set of volumes, the other a single book. */
  | 'set-and-volume';

const none: ExtentFeature = { pages: null, volumes: null };

/** What stands right after a number that counts pages, or leads on to one that does. */
const pagesFollow =
  /^[\])*}]*(?:\s*$|\s*[,.;+&[(-]|\s*(?:p|pp|pages?|pgs?|pg|s|ss|seiten|sivua|sid|sidor|stran|str|strony|hal|l|ll|lvs|leaf|leaves|bl|с|стр|c)(?![\p{L}])|\s*(?:页|頁|面|ページ|叶|葉))/iu;
const platesFollow = /^[\])]*\s*(?:p\.?|leaves|l\.?|pages?)\s*(?:of\s+)?plates/i;
const volumesFollow =
  /^[\])]*\s*(?:v|vols?|volumes?|bde?|b\u00e4nde|tomes?|tomos?|t|osaa)(?![\p{L}])|^[\])]*\s*(?:册|冊|卷|函|巻|本)/iu;

/** One sequence of pages, with its preliminaries or without: most records have no more. */
const plainPages = /^(?:[ivxlc]+, ?)?(\d{1,5}) ?(?:页|頁|p\.?|pages)$/;

const maxNumbers = 24;

export function extentOf(statement: string | null): ExtentFeature {
  if (statement === null || statement === '') return none;
  const plain = plainPages.exec(statement);
  if (plain !== null) return { pages: Number(plain[1]), volumes: null };
  const text = foldWidth(statement);
  let pages: number | null = null;
  let volumes: number | null = null;
  let seen = 0;
  for (const match of text.matchAll(/\d{1,5}/g)) {
    if (++seen > maxNumbers) break;
    const value = Number(match[0]);
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 24);
    if (volumesFollow.test(after)) volumes ??= value;
    else if (platesFollow.test(after) || !pagesFollow.test(after)) continue;
    else if (pages === null || value > pages) pages = value;
  }
  return pages === null && volumes === null ? none : { pages, volumes };
}

/** So few pages are preliminaries alone, or equal by chance. */
const fewPages = 8;

export function compareExtents(a: ExtentFeature, b: ExtentFeature): ExtentLevel {
  if (isEmpty(a) || isEmpty(b)) return 'unknown';
  const pages = comparePages(a.pages, b.pages);
  const one = a.volumes ?? 1;
  const two = b.volumes ?? 1;
  if (one === two) return pages === 'unknown' && one > 1 ? 'same-count' : pages;
  if (pages === 'same') return 'near';
  return Math.min(one, two) > 1 ? 'other-count' : 'set-and-volume';
}

function comparePages(a: number | null, b: number | null): ExtentLevel {
  if (a === null || b === null) return 'unknown';
  if (Math.min(a, b) <= fewPages) return a === b ? 'near' : 'unknown';
  const apart = Math.abs(a - b);
  if (apart === 0) return 'same';
  return apart <= 4 || apart * 50 <= Math.max(a, b) ? 'near' : 'different';
}

function isEmpty(extent: ExtentFeature): boolean {
  return extent.pages === null && extent.volumes === null;
}
