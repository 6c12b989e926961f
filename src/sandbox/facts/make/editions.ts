import type { Fact, FactMedium, FactPerson } from '../types.ts';
import { inventPeople, titlePinyin } from './people.ts';
import type { PublisherChoice } from './publishers.ts';
import type { Chance } from './random.ts';
import type { Work } from './works.ts';

/** An entry before keys, ISBNs and holders are given out. */
export interface Draft extends Omit<Fact, 'key' | 'edition' | 'isbn' | 'hardbackIsbn' | 'holders'> {
  readonly group: string;
  readonly publisherId: string;
  /** Drafts with the same number are the same edition. */
  readonly sameEdition: number;
  /** Drafts with the same number share one set ISBN; 0 for an ISBN of their own. */
  readonly isbnSet: number;
  readonly binding: 'only' | 'paperback' | 'hardback' | 'both';
}

export interface Makers {
  readonly chance: Chance;
  readonly name: () => string;
  readonly publishers: PublisherChoice;
  /** A new number at each call, for `sameEdition` and `isbnSet`. */
  readonly number: () => number;
}

interface Issue {
  readonly people: readonly FactPerson[];
  readonly publisher: { id: string; name: string; place: string };
  readonly year: number;
  readonly editionNumber: number;
  readonly medium: FactMedium;
  readonly volumes: number;
  readonly hardback: 'none' | 'same' | 'own';
}

/** No e-books before that year. */
const firstEbooks = 2003;
const series = [
  '普通高等教育规划教材',
  '高等学校教材',
  '研究生教学用书',
  '工程技术丛书',
  '当代学术文库',
];
const handbookParts = [
  '流体流动与输送',
  '传热及换热设备',
  '蒸馏与吸收',
  '化学反应与反应器',
  '过程控制与安全',
];

/**
 * Expands a work by its shape: `Ne` editions, `Nv` volumes, `a` the same title by others, `x` an
 * e-book of the last edition, `r` a reprint by another publisher years later, `h` two ISBNs for two
 * bindings, `H` the hardback as an entry of its own, `s` a score, `1` nothing special.
 */
export function expand(work: Work, makers: Makers): Draft[] {
  const { chance } = makers;
  const editions = countOf(work.shape, 'e');
  const volumes = countOf(work.shape, 'v');
  const first: Issue = {
    people: inventPeople(work, chance, makers.name),
    publisher: makers.publishers.choose(work, chance),
    year: work.year > 0 ? work.year : 2021 - editions * 5 - chance.below(24),
    editionNumber: 1,
    medium: work.shape.includes('s') ? 'score' : 'book',
    volumes,
    hardback: 'none',
  };
  const issues: Issue[] = [first];
  for (let edition = 2; edition <= editions; edition += 1) {
    const before = issues[issues.length - 1] ?? first;
    issues.push({ ...before, editionNumber: edition, year: before.year + 3 + chance.below(5) });
  }
  const last = issues[issues.length - 1] ?? first;
  if (work.shape.includes('h')) issues[issues.length - 1] = { ...last, hardback: 'same' };
  if (work.shape.includes('H')) issues[issues.length - 1] = { ...last, hardback: 'own' };
  if (work.shape.includes('x')) {
    const publisher = makers.publishers.electronic(work, last);
    const electronic = firstEbooks + chance.below(14);
    issues.push({ ...last, medium: 'ebook', publisher, year: Math.max(last.year, electronic) });
  }
  if (work.shape.includes('r')) {
    const publisher = makers.publishers.another(work, first.publisher.id, chance);
    issues.push({ ...first, publisher, year: Math.min(2024, last.year + 9 + chance.below(6)) });
  }
  if (work.shape.includes('a')) {
    const people = inventPeople({ ...work, people: [] }, chance, makers.name);
    const publisher = makers.publishers.another(work, first.publisher.id, chance);
    const romanised = work.language === 'chi' ? people : people.map(inverted);
    issues.push({ ...first, people: romanised, publisher, year: last.year - chance.below(4) });
  }
  return issues.flatMap((issue) => drafts(work, issue, makers));
}

function inverted(person: FactPerson): FactPerson {
  const [surname = 'Anon', given = 'A.'] = (person.pinyin || 'Marrow Jane').split(' ');
  return { name: `${surname}, ${given}`, role: '', pinyin: '', country: '' };
}

function countOf(shape: readonly string[], unit: string): number {
  const token = shape.find((one) => new RegExp(`^[0-9]${unit}$`).test(one));
  return token === undefined ? 1 : Number(token.charAt(0));
}

function drafts(work: Work, issue: Issue, makers: Makers): Draft[] {
  const { chance } = makers;
  const set = issue.volumes > 1 && chance.happens(0.4) ? makers.number() : 0;
  const month = work.language === 'chi' && chance.happens(0.6) ? 1 + chance.below(12) : 0;
  const inSeries = work.language === 'chi' && chance.happens(0.25);
  const shared = {
    work: '',
    language: work.language,
    medium: issue.medium,
    title: work.title,
    pinyin: work.language === 'chi' ? titlePinyin(work.title) : '',
    parallelTitle: issue.medium === 'score' ? '' : work.english,
    subtitle: work.subtitle,
    people: issue.people,
    editionStatement: editionStatement(work, issue.editionNumber, chance),
    publisherId: issue.publisher.id,
    publisher: issue.publisher.name,
    place: issue.publisher.place,
    year: issue.year,
    month,
    series: inSeries ? chance.pick(series) : '',
    seriesVolume: '',
    clc: work.clc,
    ddc: work.ddc,
    subjects: work.subjects,
    group: work.group,
    isbnSet: set,
  };
  const made: Draft[] = [];
  for (let volume = 1; volume <= issue.volumes; volume += 1) {
    const sameEdition = makers.number();
    const part = partOf(work, issue.volumes, volume);
    const binding = issue.hardback === 'same' ? 'both' : 'only';
    const draft: Draft = {
      ...shared,
      ...part,
      extent: extent(work, issue, chance),
      sameEdition,
      binding,
    };
    if (issue.hardback === 'own') {
      made.push({ ...draft, binding: 'paperback' }, { ...draft, binding: 'hardback' });
    } else {
      made.push(draft);
    }
  }
  return made;
}

function partOf(
  work: Work,
  volumes: number,
  volume: number,
): Pick<Draft, 'partNumber' | 'partName'> {
  if (volumes === 1) return { partNumber: '', partName: '' };
  if (work.language === 'rus') return { partNumber: `Том ${volume}`, partName: '' };
  if (work.language !== 'chi') return { partNumber: `Volume ${volume}`, partName: '' };
  if (volumes === 5) {
    return { partNumber: `第${volume}卷`, partName: handbookParts[volume - 1] ?? '' };
  }
  const names = volumes === 2 ? ['上册', '下册'] : ['第1卷', '第2卷', '第3卷'];
  return { partNumber: names[volume - 1] ?? `第${volume}册`, partName: '' };
}

function editionStatement(work: Work, edition: number, chance: Chance): string {
  if (edition === 1) return work.editionStatement;
  if (work.language === 'chi') {
    return edition === 2 && chance.happens(0.15)
      ? chance.pick(['修订版', '增订版'])
      : `第${edition}版`;
  }
  const started = Number(/[0-9]/.exec(work.editionStatement)?.[0] ?? '1');
  const number = started + edition - 1;
  const ordinal = ['', '', '2nd', '3rd', '4th', '5th'][number] ?? `${number}th`;
  const forms = { eng: `${ordinal} ed.`, fre: `${number}e éd.`, ger: `${number}. Aufl.` };
  return { ...forms, rus: `${number}-е изд.`, spa: `${number}a ed.` }[work.language];
}

function extent(work: Work, issue: Issue, chance: Chance): string {
  const pages = 150 + chance.below(480) + issue.editionNumber * 12;
  if (issue.medium === 'ebook') return work.language === 'chi' ? '1在线资源' : '1 online resource';
  if (issue.medium === 'score' && work.language === 'chi') return `${60 + (pages % 90)}页`;
  if (work.language === 'chi') return `${pages}页`;
  return issue.editionNumber === 1 && issue.volumes === 1 ? work.extent : latinPages(work, pages);
}

function latinPages(work: Work, pages: number): string {
  if (work.language === 'rus') return `${pages} с.`;
  return work.language === 'ger' ? `${pages} S.` : `${pages} p.`;
}
