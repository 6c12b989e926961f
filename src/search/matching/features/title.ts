import type { BibRecord } from '../../../marc/record.ts';
import { foldForMatching } from '../../../marc/text.ts';
import { pinyinOf } from '../pinyin.ts';
import { isYear, takePlaces } from './volume.ts';

/** The title of a record in the forms that other catalogues may give it. */
export interface TitleFeature {
  /** The title proper, squeezed: no blanks, no leading article, no `and`, no volume. Never empty. */
  readonly core: string;
  /** Title and subtitle, squeezed alike. */
  readonly full: string;
  /** Words of title and subtitle, for the comparisons that need them. */
  readonly words: readonly string[];
  readonly hasSubtitle: boolean;
  readonly han: boolean;
  /** Parallel titles, titles in the other script, cover titles, pinyin: squeezed. */
  readonly variants: readonly string[];
  /** The title says little alone: Report, Poems, 年鉴, or a very short one. */
  readonly generic: boolean;
}

/** A title with the places (volumes) that were written in it. */
export interface TitleAndPlaces {
  readonly title: TitleFeature | null;
  readonly places: readonly string[];
}

export type TitleLevel =
  /** Equal, subtitle included. */
  | 'same'
  /** Equal titles proper; at least one record has no subtitle. */
  | 'same-proper'
  /** Equal titles proper under subtitles that differ. */
  | 'other-subtitle'
  /** Equal to a form the other record also gives (parallel, 880, pinyin). */
  | 'variant'
  /** The words of one begin the other, or all stand in it. */
  | 'contained'
  /** One Chinese title begins the other inside a word: 化学工程, 化学工程手册. */
  | 'begun'
  /** Equal but for a misspelt word or two. */
  | 'misspelt'
  /** A long title equal but for one number: a misprint, unless all else speaks otherwise. */
  | 'renumbered'
  /** Half of the words in common: one work only where everything else is equal. */
  | 'similar'
  | 'unlike';

const maxVariants = 8;

/** Null when the record has no title: such a record matches nothing. */
export function titleOf(record: BibRecord): TitleAndPlaces {
  const raw = splitTitle(record);
  const proper = takePlaces(foldForMatching(raw.title), 'title');
  const main = withoutArticle(proper.rest);
  const core = squeeze(main);
  if (core === '') return { title: null, places: proper.places };
  const sub =
    raw.subtitle === null ? noParts : takePlaces(foldForMatching(raw.subtitle), 'subtitle');
  const text = sub.rest === '' ? main : `${main} ${sub.rest}`;
  const years = yearsOf(record, text);
  const words = years.length === 0 ? wordsOf(text) : [...wordsOf(text), ...years];
  const han = hanStart.test(core);
  return {
    title: {
      core,
      full: words.length === 1 ? text : words.join(''),
      words,
      hasSubtitle: sub.rest !== '',
      han,
      variants: variantsOf(record, raw.parallel, core),
      generic: isGeneric(core, han),
    },
    places: sub.places.length === 0 ? proper.places : [...proper.places, ...sub.places],
  };
}

/** The year of a yearbook, when it stands in the part number and not in the title. */
function yearsOf(record: BibRecord, text: string): readonly string[] {
  if (record.partNumber === null) return noVariants;
  const folded = foldForMatching(record.partNumber);
  return folded.split(' ').filter((word) => isYear(word) && !text.includes(word));
}

const noParts = { rest: '', places: [] as readonly string[] };
const hanStart = /[\u3400-\u9fff]/;

interface RawTitle {
  readonly title: string;
  readonly subtitle: string | null;
  readonly parallel: string | null;
}

const separators = / = | \/ | [:;] |: |：|——|[;；]/;

/** Some catalogues (DC, web pages, old cards) write the whole ISBD area into the title. */
function splitTitle(record: BibRecord): RawTitle {
  const whole = record.title;
  if (!separators.test(whole)) {
    return { title: whole, subtitle: record.subtitle, parallel: null };
  }
  let rest = whole;
  let parallel: string | null = null;
  const statement = rest.indexOf(' / ', 1);
  if (statement > 0) rest = rest.slice(0, statement);
  const equals = rest.indexOf(' = ', 1);
  if (equals > 0) {
    parallel = rest.slice(equals + 3);
    rest = rest.slice(0, equals);
  }
  const mark = /\s*(?: [:;] |: |：|——|[;；])\s*/.exec(rest);
  if (mark === null || mark.index === 0)
    return { title: rest, subtitle: record.subtitle, parallel };
  const inside = rest.slice(mark.index + mark[0].length);
  const subtitle = record.subtitle === null ? inside : `${inside} ${record.subtitle}`;
  return { title: rest.slice(0, mark.index), subtitle, parallel };
}

const articles = new Set(
  'the a an der die das ein eine le la les un une el los las il lo gli de het een den det en ett os as o'.split(
    ' ',
  ),
);

/** Two-letter and longer titles that are nothing but an article keep it. */
function withoutArticle(folded: string): string {
  const blank = folded.indexOf(' ');
  if (blank < 1 || blank > 3) return folded;
  return articles.has(folded.slice(0, blank)) ? folded.slice(blank + 1) : folded;
}

const conjunctions = new Set(['and', 'und', 'et']);

function wordsOf(folded: string): readonly string[] {
  if (!folded.includes(' ')) return [folded];
  return folded.split(' ').filter((word) => word !== '' && !conjunctions.has(word));
}

/** The folded text without blanks and conjunctions: `&`, `and` and `Co-operation` come out alike. */
export function squeeze(folded: string): string {
  return folded.includes(' ') ? wordsOf(folded).join('') : folded;
}

function variantsOf(record: BibRecord, parallel: string | null, core: string): readonly string[] {
  if (
    record.parallelTitle === null &&
    record.titlePinyin === null &&
    record.partName === null &&
    parallel === null &&
    record.otherTitles.length === 0
  ) {
    return noVariants;
  }
  const variants: string[] = [];
  const add = (text: string | null): void => {
    if (text === null || variants.length >= maxVariants) return;
    const folded = foldForMatching(text);
    const parted = takePlaces(folded, 'title');
    const form = squeeze(withoutArticle(parted.rest));
    if (form !== '' && form !== core && !variants.includes(form)) variants.push(form);
  };
  add(record.parallelTitle);
  add(parallel);
  add(record.titlePinyin);
  // Where one library takes the series for the title, the part's name is the other's title.
  if (record.partName !== null && record.partName.length >= 4) add(record.partName);
  for (const other of record.otherTitles) add(other);
  return variants;
}

const noVariants: readonly string[] = [];

const genericTitles = new Set(
  (
    'frontmatter backmatter introduction preface contents index appendix abstracts abstract editorial report ' +
    'reports annualreport finalreport proceedings transactions bulletin journal papers collectedpapers selectedpapers ' +
    'essays selectedessays works completeworks collectedworks selectedworks selectedwritings writings poems ' +
    'selectedpoems collectedpoems poeticalworks poeticalworks plays stories shortstories letters speeches addresses ' +
    'catalogue catalog handbook manual guide dictionary constitution bylaws memoirs sermons yearbook statistics ' +
    'werke gesammeltewerke gedichte bericht jahresbericht oeuvres oeuvrescompletes rapport memoires opere obras ' +
    '年鉴 统计年鉴 论文集 学术论文集 文集 选集 全集 作品集 作品选 诗选 诗集 散文选 小说选 习题集 学报 公报 报告 年报 年度报告 工作报告 目录 索引 ' +
    '前言 序言 后记 封面 简报 通讯 会刊 资料汇编 文件汇编 论文选 会议论文集 手册 词典 字典 概论 导论 绪论 教程 习题 习题解答 学习指导 实验 实验指导'
  ).split(' '),
);

function isGeneric(core: string, han: boolean): boolean {
  return core.length < (han ? 3 : 6) || genericTitles.has(core);
}

export function compareTitles(a: TitleFeature, b: TitleFeature): TitleLevel {
  if (a.full === b.full) return 'same';
  if (a.core === b.core) return compareSubtitles(a, b);
  if (a.core === b.full || a.full === b.core) return 'same-proper';
  if (sharesVariant(a, b)) return 'variant';
  const [few, many] = a.full.length <= b.full.length ? [a, b] : [b, a];
  if (beginsWith(many, few)) return 'contained';
  if (a.han !== b.han) return isPinyinTitle(a, b) ? 'variant' : 'unlike';
  return a.han ? compareHan(few, many) : compareWords(few, many);
}

function compareSubtitles(a: TitleFeature, b: TitleFeature): TitleLevel {
  if (!a.hasSubtitle || !b.hasSubtitle) return 'same-proper';
  const [few, many] = a.full.length <= b.full.length ? [a, b] : [b, a];
  if (many.full.startsWith(few.full)) return 'same';
  const rest = compareRest(few, many);
  if (rest === 'misspelt') return 'same';
  if (rest === 'renumbered') return rest;
  if (rest !== 'unlike') return 'same-proper';
  return numbersDiffer(few, many) ? 'unlike' : 'other-subtitle';
}

/** Both name numbers and neither names all of the other's: S. 1970 and S. 501, 2003 and 2004. */
function numbersDiffer(few: TitleFeature, many: TitleFeature): boolean {
  const one = few.words.filter(isNumber);
  const two = many.words.filter(isNumber);
  return one.some((word) => !two.includes(word)) && two.some((word) => !one.includes(word));
}

function isNumber(word: string): boolean {
  return /\d/.test(word);
}

function compareRest(few: TitleFeature, many: TitleFeature): TitleLevel {
  return few.han && many.han ? compareHan(few, many) : compareWords(few, many);
}

/** Two Chinese titles that differ may well have one pinyin or one English title. */
function sharesVariant(a: TitleFeature, b: TitleFeature): boolean {
  return (
    gives(a, b) ||
    gives(b, a) ||
    (!(a.han && b.han) && b.variants.some((form) => form.length > 5 && a.variants.includes(form)))
  );
}

/** A variant that says little alone (Summary, 上册) is no title. */
function gives(a: TitleFeature, b: TitleFeature): boolean {
  return !b.generic && (a.variants.includes(b.core) || a.variants.includes(b.full));
}

/** Whether the Latin title of the two spells the sounds of the Chinese one (Hua xue gong cheng). */
function isPinyinTitle(a: TitleFeature, b: TitleFeature): boolean {
  const [han, latin] = a.han ? [a, b] : [b, a];
  if (latin.core.length < han.core.length * 2 || latin.core.length > han.full.length * 6)
    return false;
  return [han.core, han.full].some((title) => {
    const sounds = pinyinOf(title).join('');
    return [latin.core, latin.full].some((text) => text === sounds || isSlip(text, sounds));
  });
}

/** Whether the shorter title ends where a word of the longer one ends. */
function beginsWith(many: TitleFeature, few: TitleFeature): boolean {
  if (!many.full.startsWith(few.full)) return false;
  let length = 0;
  for (const word of many.words) {
    length += word.length;
    if (length >= few.full.length) return length === few.full.length;
  }
  return false;
}

/** One other character (古代, 近代) is more often another work than a misprint. */
function compareHan(few: TitleFeature, many: TitleFeature): TitleLevel {
  const a = few.full;
  const b = many.full;
  if (a.length >= 4 && b.startsWith(a)) return 'begun';
  if (a.length < 6 || b.length - a.length > 1) return 'unlike';
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const lostA = a.slice(start, a.length - end);
  const lostB = b.slice(start, b.length - end);
  if (/[\d一二三四五六七八九十上中下]/.test(lostA + lostB)) return 'unlike';
  return lostA.length <= 1 && lostB.length <= 1 ? 'similar' : 'unlike';
}

/** The share of letters in common words that makes two titles similar. */
const half = 0.5;

/** Words from which on a single other number may be a misprint. */
const longTitle = 7;

/** Words in common, each used once; then pairs of the rest that differ by one slip. */
function compareWords(few: TitleFeature, many: TitleFeature): TitleLevel {
  const [a, b] = [few.words, many.words];
  if (few.full.length >= 7 && isSlip(few.full, many.full)) return 'misspelt';
  if (few.core.length >= 7 && !few.hasSubtitle && isSlip(few.core, many.core)) return 'misspelt';
  if (a.length < 2) return 'unlike';
  const left = [...b];
  const alone: string[] = [];
  let common = 0;
  let slips = 0;
  for (const word of a) {
    const at = left.indexOf(word);
    if (at < 0) alone.push(word);
    else {
      left.splice(at, 1);
      common += word.length;
    }
    // Most titles compared have little in common: give up as soon as that is sure.
    if (alone.length > 4 && alone.length > a.length / 2) return 'unlike';
  }
  const lost: string[] = [];
  for (const word of alone) {
    const at = left.findIndex((other) => isSlip(word, other));
    if (at < 0) {
      lost.push(word);
      continue;
    }
    left.splice(at, 1);
    slips++;
    common += word.length;
  }
  if (slips > 2) return 'unlike';
  if (hasNumber(lost) && hasNumber(left)) {
    return lost.length === 1 && left.length === 1 && a.length >= longTitle
      ? 'renumbered'
      : 'unlike';
  }
  if (lost.length === 0) {
    if (left.length === 0) return slips > 0 ? 'misspelt' : 'similar';
    return few.full.length >= 10 ? 'contained' : 'unlike';
  }
  return common * 2 >= half * (few.full.length + many.full.length) ? 'similar' : 'unlike';
}

function hasNumber(words: readonly string[]): boolean {
  return words.some(isNumber);
}

/**
 * One letter more, less, other, or two swapped, in a word of at least five letters and no digit.
 * A first letter that differs is another word (typical, atypical stay apart by length elsewhere).
 */
export function isSlip(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length < 4 || long.length < 5 || long.length - short.length > 2) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  let end = 0;
  while (
    end < short.length - start &&
    short[short.length - 1 - end] === long[long.length - 1 - end]
  ) {
    end++;
  }
  const lostShort = short.slice(start, short.length - end);
  const lostLong = long.slice(start, long.length - end);
  if (/\d/.test(lostShort + lostLong)) return false;
  if (lostShort.length <= 1 && lostLong.length <= 1) return true;
  // A longer ending of the same stem: process, processes; ecclesiastic, ecclesiastical.
  if (end === 0 && lostShort === '' && short.length >= 6) return true;
  return (
    lostShort.length === 2 &&
    lostLong.length === 2 &&
    lostShort[0] === lostLong[1] &&
    lostShort[1] === lostLong[0]
  );
}
