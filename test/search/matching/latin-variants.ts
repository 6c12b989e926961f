import { toBibRecord } from '../../../src/marc/dialects/index.ts';
import type { DataField, Field, MarcRecord } from '../../../src/marc/types.ts';
import type { SourceRecord } from '../../../src/members/types.ts';

/** One invented book, and how other catalogues, or other books, differ from its record. */
export interface LatinWork {
  readonly article: string;
  readonly title: string;
  readonly subtitle: string;
  readonly family: string;
  readonly given: string;
  readonly place: string;
  readonly publisher: string;
  readonly year: number;
  readonly pages: number;
  readonly isbn: string | null;
}

interface Copy extends LatinWork {
  readonly edition: string;
  readonly part: string;
  readonly language: string;
  readonly online: boolean;
  readonly authorTag: '100' | '700' | '';
  readonly dated: boolean;
  readonly subtitleApart: boolean;
  readonly punctuation: boolean;
}

type Change = (work: Copy) => Partial<Copy>;

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');

/** Doubles the fourth letter of the longest word, as a slip of the finger does. */
function misspelt(title: string): string {
  const word = title.split(' ').reduce((a, b) => (b.length > a.length ? b : a), '');
  return title.replace(word, word.slice(0, 4) + word.charAt(3) + word.slice(4));
}

/** Records of the same edition. */
export const sameEdition: Readonly<Record<string, Change>> = {
  base: () => ({}),
  'no subtitle': () => ({ subtitle: '' }),
  'no dates': () => ({ dated: false }),
  'no punctuation': () => ({ punctuation: false }),
  ampersand: (work) => ({
    title: work.title.replace(' and ', ' & '),
    subtitle: work.subtitle.replace(' and ', ' & '),
  }),
  decomposed: (work) => ({
    title: work.title.normalize('NFD'),
    family: work.family.normalize('NFD'),
  }),
  'no diacritics': (work) => ({
    title: plain(work.title),
    subtitle: plain(work.subtitle),
    family: plain(work.family),
    given: plain(work.given),
  }),
  typo: (work) => ({ title: misspelt(work.title) }),
  initials: (work) => ({ given: work.given.replace(/(\p{Lu})\p{L}+/gu, '$1.') }),
  'author in 700': () => ({ authorTag: '700' }),
  'article dropped': () => ({ article: '' }),
  'subtitle joined': () => ({ subtitleApart: false }),
  'no author': () => ({ authorTag: '' }),
};

/** Records of something else, which share most of their words with the book. */
export const otherThings: Readonly<Record<string, Change>> = {
  'other edition': (work) => ({ edition: '2nd ed.', year: work.year + 6, pages: work.pages + 31 }),
  'revised edition': (work) => ({ edition: 'Rev. and enl. ed.', year: work.year + 3 }),
  'volume 2': () => ({ part: 'v. 2', isbn: null }),
  'volume 3': () => ({ part: 'Volume III', isbn: null }),
  'other author': () => ({ family: 'Quillfeather', given: 'Obadiah', isbn: null }),
  'e-book': () => ({ online: true, isbn: null }),
  'later year': (work) => ({ year: work.year + 9, isbn: null }),
};

const untouched = {
  edition: '',
  part: '',
  language: 'eng',
  online: false,
  authorTag: '100',
  dated: true,
  subtitleApart: true,
  punctuation: true,
} as const;

/** A labelled record: records with the same truth are of the same edition. */
export interface Labelled {
  readonly source: SourceRecord;
  readonly truth: string;
  readonly variant: string;
}

export function latinCorpus(works: readonly LatinWork[]): readonly Labelled[] {
  return works.flatMap((work, w) => [
    ...Object.entries(sameEdition).map(([name, change]) => labelled(work, change, name, `w${w}`)),
    ...Object.entries(otherThings).map(([name, change]) =>
      labelled(work, change, name, `w${w} ${name}`),
    ),
  ]);
}

function labelled(work: LatinWork, change: Change, variant: string, truth: string): Labelled {
  const before: Copy = { ...work, ...untouched };
  const marc = marc21({ ...before, ...change(before) });
  const localId = `${truth} ${variant}`.replaceAll(' ', '-');
  return { source: sourceOf(marc, localId), truth, variant };
}

export function sourceOf(marc: MarcRecord, localId: string, library = 'lib'): SourceRecord {
  return {
    library,
    localId,
    position: 1,
    record: toBibRecord(marc, { dialect: 'auto' }),
    marc,
    raw: new Uint8Array(),
    syntax: 'test',
    charset: 'utf-8',
    warnings: [],
  };
}

function marc21(copy: Copy): MarcRecord {
  const mark = (text: string) => (copy.punctuation ? text : '');
  const year = copy.dated ? String(copy.year) : 'uuuu';
  const form = copy.online ? 'o' : ' ';
  const name = `${copy.family}, ${copy.given}${mark(',')}`;
  const title = copy.article === '' ? copy.title : `${copy.article} ${copy.title}`;
  const subtitle = copy.subtitle === '' ? [] : [copy.subtitle];
  const fields: Field[] = [
    { tag: '008', value: `200101s${year}    xx            ${form}    000 0 ${copy.language} d` },
  ];
  if (copy.isbn !== null) fields.push(field('020', '  ', { a: copy.isbn }));
  if (copy.authorTag === '100') fields.push(field('100', '1 ', { a: name }));
  fields.push(
    field('245', copy.authorTag === '100' ? '10' : '00', {
      a: copy.subtitleApart
        ? title + mark(copy.part !== '' ? '.' : subtitle.length > 0 ? ' :' : '')
        : [title, ...subtitle].join(' '),
      ...(copy.part === '' ? {} : { n: copy.part }),
      ...(copy.subtitleApart && subtitle.length > 0 ? { b: `${copy.subtitle}${mark(' /')}` } : {}),
    }),
  );
  if (copy.edition !== '') fields.push(field('250', '  ', { a: copy.edition }));
  fields.push(
    field('260', '  ', {
      a: copy.place + mark(' :'),
      b: copy.publisher + mark(copy.dated ? ',' : '.'),
      ...(copy.dated ? { c: `${copy.year}${mark('.')}` } : {}),
    }),
    field('300', '  ', {
      a: copy.online
        ? `1 online resource (${copy.pages} pages)`
        : `xii, ${copy.pages} p.${mark(' ;')}`,
    }),
  );
  if (copy.authorTag === '700') fields.push(field('700', '1 ', { a: name }));
  return { leader: '00000nam a2200000 a 4500', fields };
}

export function field(
  tag: string,
  indicators: string,
  subfields: Readonly<Record<string, string>>,
): DataField {
  return {
    tag,
    ind1: indicators.charAt(0),
    ind2: indicators.charAt(1),
    subfields: Object.entries(subfields).map(([code, value]) => ({ code, value })),
  };
}
