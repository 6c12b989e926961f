import type { BibRecord } from '../../../marc/record.ts';
import { foldForMatching } from '../../../marc/text.ts';
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
  const folded = foldForMatching(record.partNumber.slice(0, maxTitle));
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
  const whole = record.title.slice(0, 2 * maxTitle);
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
const blanksAndConjunctions = /(?:^| )(?:and|und|et)(?= |$)| /g;

function wordsOf(folded: string): readonly string[] {
  if (!folded.includes(' ')) return [folded];
  return folded.split(' ').filter((word) => word !== '' && !conjunctions.has(word));
}

/** The folded text without blanks and conjunctions: `&`, `and` and `Co-operation` come out alike. */
export function squeeze(folded: string): string {
  return folded.includes(' ') ? folded.replace(blanksAndConjunctions, '') : folded;
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
    const folded = foldForMatching(text.slice(0, maxTitle));
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
