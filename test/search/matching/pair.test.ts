import t from 'tap';
import { comparePair } from '../../../src/search/matching/index.ts';
import { bib, type Facts } from './records.ts';

const book = {
  title: '化学工程实验',
  by: ['冯红艳'],
  publisher: '中国科学技术大学出版社',
  place: '合肥',
  year: 2014,
  extent: '210页',
  isbn: ['9787312033896'],
} as const;
const { isbn: _, ...unnumbered } = book;

/** Compares both ways round, which must come to the same. */
function verdict(a: Facts, b: Facts) {
  const found = comparePair(bib(a), bib(b));
  const turned = comparePair(bib(b), bib(a));
  if (turned.match !== found.match || turned.score !== found.score) {
    throw new Error(`${JSON.stringify(found)} turned round is ${JSON.stringify(turned)}`);
  }
  return found;
}

t.test('names the evidence that agrees, the strongest first', async (t) => {
  t.same(verdict(book, { ...book, title: '化學工程實驗' }).reasons, [
    'isbn',
    'title',
    'author',
    'year',
    'publisher',
    'extent',
  ]);
});

t.test('names what speaks against a match', async (t) => {
  const reasons = (changes: Facts) => verdict(book, { ...book, ...changes }).reasons;
  t.same(reasons({ partNumber: '下册' }), ['volume given in one only']);
  t.same(reasons({ edition: '第2版', year: 2016 }), ['edition given in one only']);
  t.same(reasons({ year: 2021 }), ['years too far apart']);
  t.same(reasons({ extent: '1在线资源' }), ['formats differ']);
  t.same(reasons({ title: '物理化学' }), ['titles differ']);
  t.same(reasons({ title: '' }), ['no title']);
});

t.test('does not merge unlike titles under one ISBN', async (t) => {
  for (const title of ['化学工程实验学习指导', '物理化学实验', '化学工程', '分析化学实验']) {
    t.notOk(verdict(book, { ...book, title, extent: '96页' }).match, title);
  }
});

t.test('needs more than one kind of evidence', async (t) => {
  t.notOk(verdict({ title: book.title }, { title: book.title }).match, 'title alone');
  t.notOk(verdict({ title: book.title, by: book.by }, book).match, 'title and author');
  t.notOk(verdict({ isbn: book.isbn }, book).match, 'ISBN without a title');
  t.ok(verdict({ title: book.title, isbn: book.isbn }, book).match, 'title and ISBN');
  t.ok(verdict({ ...unnumbered, extent: null }, unnumbered).match, 'title, author, year');
});

t.test('asks more of titles that say little', async (t) => {
  for (const title of ['年鉴', 'Proceedings', 'Frontmatter', '论文集', 'Poems']) {
    const bare = { title, year: 2004, publisher: 'Lantern' };
    t.notOk(verdict(bare, { ...bare }).match, title);
    t.ok(verdict({ ...bare, by: ['Ortega, Ana'] }, { ...bare, by: ['Ortega, A.'] }).match, title);
  }
});

t.test('lets another ISBN stand where a set or a binding explains it', async (t) => {
  const statement = (isbn13: string, qualifier: string | null) => ({
    isbn: [isbn13],
    isbnStatements: [{ isbn13, asWritten: isbn13, qualifier }],
  });
  const paper = { ...unnumbered, ...statement('9787312033896', '平装') };
  t.ok(verdict(paper, { ...unnumbered, ...statement('9787312033902', '精装') }).match);
  t.notOk(
    verdict(
      { ...unnumbered, ...statement('9787312033896', null) },
      {
        ...unnumbered,
        ...statement('9787312033902', null),
      },
    ).match,
  );
});

t.test(
  'takes a later printing under one ISBN for the same edition, up to three years',
  async (t) => {
    t.ok(verdict(book, { ...book, year: 2016 }).match);
    t.notOk(verdict(unnumbered, { ...unnumbered, year: 2016 }).match);
    t.notOk(verdict(book, { ...book, year: 2019 }).match);
  },
);

t.test('keeps translations, other publishers and other authors apart', async (t) => {
  t.notOk(verdict(unnumbered, { ...unnumbered, by: ['徐铜文'] }).match);
  t.notOk(verdict(unnumbered, { ...unnumbered, publisher: '化学工业出版社' }).match);
  const english = { ...unnumbered, title: 'Experiments', otherTitles: [book.title] };
  t.notOk(verdict({ ...unnumbered, language: 'chi' }, { ...english, language: 'eng' }).match);
});

t.test('keeps books of one series title and author apart by their subtitles', async (t) => {
  const perl = { title: 'Perl', by: ['Brown, Martin'], publisher: 'Tern', year: 1999 } as const;
  const reference = { ...perl, subtitle: "programmer's reference", extent: 'xix, 380 p.' };
  t.notOk(
    verdict(reference, { ...perl, subtitle: 'the complete reference', extent: '1179 p.' }).match,
  );
  t.ok(verdict(reference, { ...perl, subtitle: 'programmers reference', extent: '380 p.' }).match);
});

t.test('takes the codes of one language for one', async (t) => {
  for (const [a, b] of [
    ['chi', 'zho'],
    ['ger', 'deu'],
    ['eng', 'und'],
  ] as const) {
    t.equal(
      verdict({ ...unnumbered, language: a }, { ...unnumbered, language: b }).score,
      verdict(unnumbered, unnumbered).score,
    );
  }
});

t.test('treats serials by title and ISSN, whatever year a record was made for', async (t) => {
  const serial = { title: '化工学报', type: 'serial', issn: ['0438-1157'] } as const;
  t.ok(verdict({ ...serial, year: 1952 }, { ...serial, year: 2008 }).match);
  t.notOk(verdict(serial, { ...serial, title: '化工进展' }).match);
  t.notOk(verdict(serial, { ...book, title: '化工学报' }).match, 'a book of that title');
});

t.test('reads no more of a hostile record than a title page could hold', async (t) => {
  const long = [
    'vol. '.repeat(50_000),
    '第一二三'.repeat(50_000),
    'a '.repeat(100_000),
    '1 '.repeat(100_000),
    '上下'.repeat(60_000),
    'eds 2nd '.repeat(20_000),
    ', ['.repeat(50_000),
  ];
  for (const text of long) {
    const hostile: Facts = {
      title: text,
      subtitle: text,
      partNumber: text,
      partName: text,
      edition: text,
      publisher: text,
      place: text,
      extent: text,
      series: text,
      seriesVolume: text,
      responsibility: text,
      date: text,
      by: [text, text],
      otherTitles: [text, text],
    };
    const { score } = verdict(hostile, { ...hostile, title: `${text}x` });
    t.ok(score >= 0 && score <= 1, text.slice(0, 12));
    t.notOk(verdict(hostile, book).match);
  }
});
