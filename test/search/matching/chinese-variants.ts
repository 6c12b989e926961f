import type { Field, MarcRecord } from '../../../src/marc/types.ts';
import { field, type Labelled, sourceOf } from './latin-variants.ts';

/** One invented Chinese book with the forms other catalogues give its words in. */
export interface ChineseWork {
  readonly title: string;
  readonly traditional: string;
  readonly pinyin: string;
  readonly subtitle: string;
  readonly part: string;
  readonly latinPart: string;
  readonly edition: string;
  readonly author: string;
  readonly authorTraditional: string;
  readonly authorPinyin: string;
  readonly publisher: string;
  readonly publisherTraditional: string;
  readonly place: string;
  readonly year: number;
  readonly pages: number;
  readonly isbn: string | null;
}

type Make = (work: ChineseWork) => MarcRecord;

const wide = (text: string) =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const hanEdition = (edition: string) =>
  edition.replace(/\d/, (digit) => '零一二三四五六七八九'.charAt(Number(digit)));

/** Records of the same edition, each as some kind of catalogue makes it. */
export const sameEdition: Readonly<Record<string, Make>> = {
  cnmarc: (work) => cnmarc(work),
  'cnmarc, full width': (work) =>
    cnmarc({
      ...work,
      title: wide(work.title),
      part: wide(work.part),
      edition: wide(work.edition),
    }),
  'cnmarc, no ISBN': (work) => cnmarc({ ...work, isbn: null }),
  'cnmarc, Chinese numerals': (work) => cnmarc({ ...work, edition: hanEdition(work.edition) }),
  'cnmarc, no author heading': (work) => cnmarc(work, { authorHeading: false }),
  'cnmarc, volume in the title': (work) =>
    cnmarc({
      ...work,
      title: work.part === '' ? work.title : `${work.title}(${work.part})`,
      part: '',
    }),
  'cnmarc, subtitle left out': (work) => cnmarc({ ...work, subtitle: '' }),
  'cnmarc, publisher shortened': (work) =>
    cnmarc({ ...work, publisher: work.publisher.replace('出版社', '') }),
  'cnmarc, traditional': (work) => cnmarc(traditional(work)),
  'marc21, simplified': (work) => marc21(work),
  'marc21, traditional': (work) => marc21(traditional(work)),
  'marc21, pinyin with 880': (work) => marc21WithGraphics(work),
  'marc21, pinyin author': (work) => marc21({ ...work, author: work.authorPinyin }),
  'marc21, pinyin alone': (work) =>
    marc21({ ...work, title: work.pinyin, subtitle: '', author: work.authorPinyin, publisher: '' }),
  'marc21, pinyin alone, no ISBN': (work) =>
    marc21({
      ...work,
      title: work.pinyin,
      subtitle: '',
      author: work.authorPinyin,
      publisher: '',
      isbn: null,
    }),
  'marc21, no ISBN': (work) => marc21({ ...work, isbn: null }),
};

/** Other books that share most of their words, and sometimes the ISBN, with it. */
export const otherThings: Readonly<Record<string, Make>> = {
  'other volume under the same ISBN': (work) =>
    cnmarc({ ...work, part: work.part === '上册' ? '下册' : '第七册' }),
  'volume 9': (work) => marc21({ ...work, latinPart: 'v. 9' }),
  'next edition': (work) => cnmarc({ ...work, edition: '第9版', year: work.year + 2, isbn: null }),
  'later edition without the ISBN': (work) =>
    marc21({
      ...work,
      edition: '10th ed.',
      year: work.year + 1,
      pages: work.pages + 12,
      isbn: null,
    }),
  'other publisher': (work) => cnmarc({ ...work, publisher: '灯塔人民出版社', isbn: null }),
  'other author': (work) =>
    cnmarc({ ...work, author: '欧阳不同', authorPinyin: 'Ouyang, Butong', isbn: null }),
  'e-book': (work) => cnmarc({ ...work, isbn: null }, { online: true }),
  'study guide under the same ISBN': (work) =>
    cnmarc({ ...work, title: `${work.title}学习指导`, pages: work.pages - 120 }),
  'exercises under the same ISBN': (work) =>
    marc21({ ...work, title: `${work.title}习题解答`, pages: 96 }),
  'title of one other character': (work) =>
    cnmarc({ ...work, title: otherCharacter(work.title), isbn: null, pages: work.pages + 40 }),
};

/** 古代 for 近代, 化学 for 数学: one character makes another subject. */
function otherCharacter(title: string): string {
  const at = Math.floor(title.length / 2);
  return `${title.slice(0, at)}${title.charAt(at) === '新' ? '旧' : '新'}${title.slice(at + 1)}`;
}

function traditional(work: ChineseWork): ChineseWork {
  return {
    ...work,
    title: work.traditional,
    author: work.authorTraditional,
    publisher: work.publisherTraditional,
    edition: work.edition.replace('修订', '修訂'),
    part: work.part.replace('册', '冊'),
  };
}

export function chineseCorpus(works: readonly ChineseWork[]): readonly Labelled[] {
  return works.flatMap((work, w) => [
    ...Object.entries(sameEdition).map(([variant, make]) => labelled(make(work), variant, `c${w}`)),
    ...Object.entries(otherThings).map(([variant, make]) =>
      labelled(make(work), variant, `c${w} ${variant}`),
    ),
  ]);
}

function labelled(marc: MarcRecord, variant: string, truth: string): Labelled {
  const localId = `${truth} ${variant}`.replaceAll(' ', '-');
  return { source: sourceOf(marc, localId), truth, variant };
}

function cnmarc(
  work: ChineseWork,
  options: { authorHeading?: boolean; online?: boolean } = {},
): MarcRecord {
  const fields: Field[] = [];
  if (work.isbn !== null) fields.push(field('010', '  ', { a: work.isbn, d: 'CNY48.00' }));
  fields.push(
    field('100', '  ', { a: `20200101d${work.year}    em y0chiy50      ea` }),
    field('101', '0 ', { a: 'chi' }),
    field('200', '1 ', {
      a: work.title,
      ...(work.subtitle === '' ? {} : { e: work.subtitle }),
      ...(work.part === '' ? {} : { h: work.part }),
      f: `${work.author}著`,
      A: work.pinyin,
    }),
  );
  if (work.edition !== '') fields.push(field('205', '  ', { a: work.edition }));
  fields.push(
    field('210', '  ', { a: work.place, c: work.publisher, d: `${work.year}.3` }),
    field('215', '  ', { a: options.online ? '1在线资源' : `${work.pages}页`, d: '26cm' }),
  );
  if (options.authorHeading !== false) {
    fields.push(field('701', ' 0', { a: work.author, A: work.authorPinyin, 4: '著' }));
  }
  return { leader: '00000nam0 2200000   450 ', fields };
}

/** 第2版 as an English catalogue says it. */
function latinEdition(edition: string): string {
  const number = /\d+/.exec(edition)?.[0];
  if (/[a-z]/.test(edition)) return edition;
  if (number === undefined) return edition === '' ? '' : 'Rev. ed.';
  return `${number}${number === '2' ? 'nd' : number === '3' ? 'rd' : 'th'} ed.`;
}

function marc21(work: ChineseWork): MarcRecord {
  const fields: Field[] = [
    { tag: '008', value: `200101s${work.year}    cc            000 0 chi d` },
  ];
  if (work.isbn !== null) fields.push(field('020', '  ', { a: work.isbn }));
  fields.push(
    field('100', '1 ', { a: `${work.author},` }),
    field('245', '10', {
      a: `${work.title}${work.latinPart === '' ? (work.subtitle === '' ? ' /' : ' :') : '.'}`,
      ...(work.latinPart === '' ? {} : { n: work.latinPart }),
      ...(work.subtitle === '' ? {} : { b: `${work.subtitle} /` }),
      c: /[a-z]/.test(work.author) ? `${work.author} zhu.` : `${work.author}著.`,
    }),
  );
  if (work.edition !== '') fields.push(field('250', '  ', { a: latinEdition(work.edition) }));
  fields.push(
    field('264', ' 1', { a: `${work.place} :`, b: `${work.publisher},`, c: `${work.year}.` }),
    field('300', '  ', { a: `${work.pages} pages ;`, c: '26 cm' }),
  );
  return { leader: '00000nam a2200000 i 4500', fields };
}

/** Romanised fields with their originals in 880, as libraries outside China have them. */
function marc21WithGraphics(work: ChineseWork): MarcRecord {
  const fields: Field[] = [
    { tag: '008', value: `200101s${work.year}    cc            000 0 chi d` },
  ];
  if (work.isbn !== null) fields.push(field('020', '  ', { a: work.isbn }));
  fields.push(
    field('100', '1 ', { 6: '880-01', a: `${work.authorPinyin}.` }),
    field('245', '10', {
      6: '880-02',
      a: `${work.pinyin}${work.latinPart === '' ? ' /' : '.'}`,
      ...(work.latinPart === '' ? {} : { n: work.latinPart }),
      c: `${work.authorPinyin} zhu.`,
    }),
  );
  if (work.edition !== '') fields.push(field('250', '  ', { a: latinEdition(work.edition) }));
  fields.push(
    field('264', ' 1', { a: 'China :', b: 'Publisher in pinyin,', c: `${work.year}.` }),
    field('300', '  ', { a: `${work.pages} pages ;`, c: '26 cm' }),
    field('880', '1 ', { 6: '100-01/$1', a: `${work.authorTraditional}.` }),
    field('880', '10', {
      6: '245-02/$1',
      a: `${work.traditional}${work.latinPart === '' ? ' /' : '.'}`,
      ...(work.latinPart === '' ? {} : { n: work.part }),
      c: `${work.authorTraditional}著.`,
    }),
  );
  return { leader: '00000nam a2200000 i 4500', fields };
}
