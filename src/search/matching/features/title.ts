import type { BibRecord } from '../../../marc/record.ts';
import { codeAt, foldForMatching } from '../../../marc/text.ts';
import { isYear, takePlaces } from './volume.ts';

/** The title of a record in the forms that other catalogues may give it. */
export interface TitleFeature {
  /** The title proper, squeezed: no blanks, no leading article, no `and`, no volume. Never empty. */
  readonly core: string;
  /** Title and subtitle, squeezed alike. */
  readonly full: string;
  /** Title proper, subtitle and years as they were folded, blanks kept; `wordsOf` parts them. */
  readonly spaced: readonly string[];
  /** Words of title and subtitle; made when the first comparison comes to them. */
  words: readonly string[] | null;
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

const maxVariants = 8;
/** What of a longer title is read: a title page holds no more, a hostile record does. */
const maxTitle = 600;

/** Null when the record has no title: such a record matches nothing. */
export function titleOf(record: BibRecord): TitleAndPlaces {
  const raw = splitTitle(record);
  const proper = takePlaces(foldForMatching(raw.title.slice(0, maxTitle)), 'title');
  const main = withoutArticle(proper.rest);
  const core = squeeze(main);
  if (core === '') return { title: null, places: proper.places };
  const sub =
    raw.subtitle === null
      ? noParts
      : takePlaces(foldForMatching(raw.subtitle.slice(0, maxTitle)), 'subtitle');
  const spaced = sub.rest === '' ? [main] : [main, sub.rest];
  let full = sub.rest === '' ? core : core + squeeze(sub.rest);
  if (record.partNumber !== null) full += addYears(record.partNumber, main, sub.rest, spaced);
  const han = hasPlainHan(core);
  return {
    title: {
      core,
      full,
      spaced,
      words: null,
      hasSubtitle: sub.rest !== '',
      han,
      variants: variantsOf(record, raw.parallel, core),
      generic: isGeneric(core, han),
    },
    places: sub.places.length === 0 ? proper.places : [...proper.places, ...sub.places],
  };
}

/** The words of title and subtitle without conjunctions. */
export function wordsOf(title: TitleFeature): readonly string[] {
  if (title.words !== null) return title.words;
  const words: string[] = [];
  for (const part of title.spaced) takeWords(part, words);
  title.words = words;
  return words;
}

/** The year of a yearbook, when it stands in the part number and not in the title; all of them as one text. */
function addYears(partNumber: string, main: string, sub: string, spaced: string[]): string {
  let years = '';
  for (const word of foldForMatching(partNumber.slice(0, maxTitle)).split(' ')) {
    if (!isYear(word) || main.includes(word) || sub.includes(word)) continue;
    spaced.push(word);
    years += word;
  }
  return years;
}

const noParts = { rest: '', places: [] as readonly string[] };

interface RawTitle {
  readonly title: string;
  readonly subtitle: string | null;
  readonly parallel: string | null;
}

const separators = / = | \/ | [:;] |: |：|——|[;；]/;

/** Whether the text has a character that some separator begins with or holds. */
function mayBeDivided(text: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    switch (codeAt(text, i)) {
      case 0x2f: // /
      case 0x3a: // :
      case 0x3b: // ;
      case 0x3d: // =
      case 0xff1a: // ：
      case 0xff1b: // ；
      case 0x2014: // —
        return true;
    }
  }
  return false;
}

/** Some catalogues (DC, web pages, old cards) write the whole ISBD area into the title. */
function splitTitle(record: BibRecord): RawTitle {
  const whole = record.title.slice(0, 2 * maxTitle);
  if (!mayBeDivided(whole) || !separators.test(whole)) {
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

/** The folded text without blanks and conjunctions; its words are added to the list, where there is one. */
function takeWords(folded: string, words: string[] | null): string {
  let squeezed = '';
  for (let at = 0; at < folded.length; ) {
    const blank = folded.indexOf(' ', at);
    const end = blank < 0 ? folded.length : blank;
    const word = at === 0 && blank < 0 ? folded : folded.slice(at, end);
    at = end + 1;
    if (word === '' || (word.length < 4 && conjunctions.has(word))) continue;
    words?.push(word);
    squeezed += word;
  }
  return squeezed;
}

/** The folded text without blanks and conjunctions: `&`, `and` and `Co-operation` come out alike. */
export function squeeze(folded: string): string {
  return folded.includes(' ') ? takeWords(folded, null) : folded;
}

/** Whether the text has a character of the blocks that nearly all Chinese text is written in. */
function hasPlainHan(text: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const code = codeAt(text, i);
    if (code >= 0x3400 && code <= 0x9fff) return true;
  }
  return false;
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
  addVariant(variants, record.parallelTitle, core);
  addVariant(variants, parallel, core);
  addVariant(variants, record.titlePinyin, core);
  // Where one library takes the series for the title, the part's name is the other's title.
  if (record.partName !== null && record.partName.length >= 4) {
    addVariant(variants, record.partName, core);
  }
  for (const other of record.otherTitles) addVariant(variants, other, core);
  return variants;
}

function addVariant(variants: string[], text: string | null, core: string): void {
  if (text === null || variants.length >= maxVariants) return;
  const parted = takePlaces(foldForMatching(text.slice(0, maxTitle)), 'title');
  const form = squeeze(withoutArticle(parted.rest));
  if (form !== '' && form !== core && !variants.includes(form)) variants.push(form);
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
