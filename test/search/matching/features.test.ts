import t from 'tap';
import { compareEditions, editionOf } from '../../../src/search/matching/features/edition.ts';
import { compareExtents, extentOf } from '../../../src/search/matching/features/extent.ts';
import { compareFormats, formatOf } from '../../../src/search/matching/features/format.ts';
import { compareNames, namesOf } from '../../../src/search/matching/features/names.ts';
import {
  hanSign,
  latinSign,
  mayEndInNumber,
  signsOfPlaces,
} from '../../../src/search/matching/features/place-signs.ts';
import { comparePublishers, publisherOf } from '../../../src/search/matching/features/publisher.ts';
import { titleOf } from '../../../src/search/matching/features/title.ts';
import { compareTitles } from '../../../src/search/matching/features/title-levels.ts';
import { compareVolumes, takePlaces } from '../../../src/search/matching/features/volume.ts';
import {
  areFarApart,
  compareYears,
  yearAlone,
  yearOf,
} from '../../../src/search/matching/features/year.ts';
import { parseHanNumeral, parseNumeral } from '../../../src/search/matching/numerals.ts';
import { profileOf } from '../../../src/search/matching/profile.ts';
import { bib, type Facts } from './records.ts';

/** Runs a table of cases both ways round: a comparison has no first and second. */
function cases<T>(
  t: { equal(found: unknown, wanted: unknown, name: string): unknown },
  compare: (a: T, b: T) => string,
  rows: readonly (readonly [T, T, string])[],
): void {
  for (const [a, b, wanted] of rows) {
    const name = `${JSON.stringify(a)} / ${JSON.stringify(b)}`;
    t.equal(compare(a, b), wanted, name);
    t.equal(compare(b, a), wanted, `${name}, turned`);
  }
}

t.test('reads Chinese, Roman and spelled numbers', async (t) => {
  for (const [text, value] of [
    ['二', 2],
    ['十', 10],
    ['十二', 12],
    ['二十', 20],
    ['廿三', 23],
    ['一百零五', 105],
    ['一九', 19],
  ] as const) {
    t.equal(parseHanNumeral(text), value, text);
  }
  for (const [text, value] of [
    ['iv', 4],
    ['xxxix', 39],
    ['3rd', 3],
    ['second', 2],
    ['十一', 11],
    ['mix', null],
    ['abc', null],
  ] as const) {
    t.equal(parseNumeral(text), value, text);
  }
});

t.test('tells volumes apart wherever they are written', async (t) => {
  const volume = (facts: Facts) => {
    const profile = profileOf(bib({ title: '高等数学', ...facts }));
    if (profile === null) throw new Error('no title');
    return profile.volume;
  };
  cases<Facts>(t, (a, b) => compareVolumes(volume(a), volume(b)), [
    [{ partNumber: '上册' }, { partNumber: '下册' }, 'different'],
    [{ partNumber: '上册' }, { partNumber: '第1册' }, 'same'],
    [{ partNumber: '上' }, { title: '高等数学（上册）' }, 'same'],
    [{ partNumber: '第三卷' }, { partNumber: 'v. 3' }, 'same'],
    [{ partNumber: '卷二' }, { partNumber: 'Bd. II' }, 'same'],
    [{ partNumber: '第2册' }, { title: '高等数学 第二册' }, 'same'],
    [{ partNumber: '2' }, { title: '高等数学2' }, 'same'],
    [{ partNumber: 'Vol. 2' }, { partNumber: 'volume three' }, 'different'],
    [{ partNumber: '第1册' }, {}, 'one-sided'],
    [{ edition: '第2版 下册' }, { partNumber: '下册' }, 'same'],
    [{ partName: '力学' }, { partName: '电磁学' }, 'different'],
    [{ partNumber: '第1册', partName: '力学' }, { partName: '力学' }, 'same'],
    [{ title: 'Steel bridges, volume I' }, { title: 'Steel bridges', partNumber: '1' }, 'same'],
    [{ title: 'Poems', subtitle: 'second series' }, { title: 'Poems', partNumber: '2' }, 'same'],
    [{ partNumber: 'ser. 2, v. 3' }, { partNumber: 'ser. 2, v. 4' }, 'different'],
    // Not volumes: counts, years, dates, kings, regiments of text.
    [{ title: 'Rome', subtitle: 'in three volumes' }, { title: 'Rome' }, 'none'],
    [{ title: '红楼梦三卷本' }, { title: '红楼梦三卷本' }, 'none'],
    [{ title: '统计年鉴 2003' }, { title: '统计年鉴 2003' }, 'none'],
    [{ title: 'Speech of May 24' }, { title: 'Speech of May 24' }, 'none'],
    [{ title: 'The age of Louis XV' }, { title: 'The age of Louis XV' }, 'none'],
    [{ title: '上海史' }, { title: '天下' }, 'none'],
  ]);
});

t.test('compares editions by number, then by kind, then by words', async (t) => {
  cases<string | null>(t, (a, b) => compareEditions(editionOf(a), editionOf(b)), [
    ['第2版', '2nd ed.', 'same'],
    ['第二版', '2. Aufl.', 'same'],
    ['第２版', '二版', 'same'],
    ['2e éd.', 'Second edition', 'same'],
    ['第2版修订版', '第2版', 'same'],
    ['第2版', '第3版', 'different'],
    ['1st ed.', 'Rev. ed.', 'different'],
    ['第1版', null, 'unsaid'],
    ['第3版', null, 'one-sided'],
    ['修订版', null, 'one-sided'],
    ['增订版', '第2版', 'unclear'],
    ['Large print ed.', null, 'other-kind'],
    ['教师用书', '学生用书', 'other-kind'],
    ['影印版', null, 'other-kind'],
    ['第2版第3次印刷', '第2版', 'same'],
    [null, null, 'none'],
  ]);
});

t.test(
  'knows a name in either script, in pinyin, by its initials and in a statement',
  async (t) => {
    const names = (facts: Facts) => namesOf(bib({ title: 'x', ...facts }));
    cases<Facts>(t, (a, b) => compareNames(names(a), names(b)), [
      [{ by: ['冯红艳'] }, { by: ['馮紅艷'] }, 'same'],
      [{ by: ['冯红艳'] }, { by: ['Feng, Hongyan'] }, 'same'],
      [{ by: ['冯红艳'] }, { by: ['Hong-yan Feng'] }, 'same'],
      [{ by: ['单志诚'] }, { by: ['Shan, Zhicheng'] }, 'same'],
      [{ by: ['吕国栋'] }, { by: ['Lü, Guodong'] }, 'same'],
      [{ by: ['Abercrombie, John Neil'] }, { by: ['J. N. Abercrombie'] }, 'same'],
      [{ by: ['Dalla Valle, Joseph'] }, { by: ['DallaValle, J.'] }, 'same'],
      [{ by: ['Lefèvre, Hélène'] }, { by: ['Lefevre, Helene'] }, 'same'],
      [{ by: ['Smith, John'] }, { by: ['Smith, Mary'] }, 'different'],
      [{ by: ['冯红艳'] }, { by: ['徐铜文'] }, 'different'],
      [{ by: ['冯红艳'] }, { responsibility: '冯红艳, 徐铜文主编' }, 'in-statement'],
      [{ by: ['冯红艳'] }, {}, 'unknown'],
    ]);
  },
);

t.test('weighs years by how far apart they are and how sure', async (t) => {
  const year = (facts: Facts) => yearOf(bib({ title: 'x', ...facts }));
  cases<Facts>(t, (a, b) => compareYears(year(a), year(b)), [
    [{ year: 2014 }, { year: 2014, date: '2014.2' }, 'same'],
    [{ year: 2014 }, { year: 2015 }, 'near'],
    [{ year: 2014 }, { year: 2016 }, 'apart'],
    [{ year: 2014 }, { year: 2019 }, 'far'],
    [{ year: 2014 }, {}, 'unknown'],
    [{ year: 1901, date: '1901-1905' }, { year: 1903 }, 'near'],
    [{ year: 1947, date: '1947, c1939' }, { year: 1939 }, 'reprint'],
    [{ year: null, date: '[191-]' }, { year: 1915 }, 'near'],
    [{ year: 1904, codedYear: 1879 }, { year: 1889, codedYear: 1879 }, 'coded'],
  ]);
});

t.test('reads pages and volumes out of what catalogues count', async (t) => {
  for (const [text, pages, volumes] of [
    ['210页', 210, null],
    ['xxiii, 380 p.', 380, null],
    ['xii, 141, [1] p., [8] leaves of plates', 141, null],
    ['p. 313-355', 355, null],
    ['2 v. (xii, 1058 p.)', 1058, 2],
    ['3册', null, 3],
    ['1册 (245頁)', 245, 1],
    ['1 online resource (300 pages)', 300, null],
    ['245页 + 1光盘', 245, null],
  ] as const) {
    t.same(extentOf(text), { pages, volumes }, text);
  }
  cases<string | null>(t, (a, b) => compareExtents(extentOf(a), extentOf(b)), [
    ['210页', 'xi, 210 p.', 'same'],
    ['210页', '213页', 'near'],
    ['210页', '310页', 'different'],
    ['3册', '210页', 'set-and-volume'],
    ['3册', '3 v.', 'same-count'],
    ['3册', '4册', 'other-count'],
    ['210页', null, 'unknown'],
  ]);
});

t.test(
  'tells books from e-books, serials and maps, but not from records that do not say',
  async (t) => {
    const format = (facts: Facts) => formatOf(bib({ title: 'x', ...facts }));
    cases<Facts>(t, (a, b) => compareFormats(format(a), format(b)), [
      [{ extent: '210页' }, { extent: '1 online resource (210 p.)' }, 'different'],
      [{ extent: '210页' }, { extent: '210页', carrier: 'online' }, 'different'],
      [{ extent: '210页' }, { extent: '1张光盘' }, 'different'],
      [{ extent: '210页' }, { type: 'serial', extent: '210页' }, 'different'],
      [{ type: 'map', extent: '1 sheet' }, { extent: '210页' }, 'different'],
      [{ extent: '210页' }, {}, 'unsaid'],
      [{ extent: '245页 + 1光盘' }, { extent: '245页' }, 'same'],
      [{ type: 'computer', carrier: 'online' }, { extent: '1在线资源' }, 'same'],
      [{ type: 'manuscript', extent: '85 leaves' }, { extent: '85 leaves' }, 'related'],
    ]);
  },
);

t.test('knows a publisher under the forms of its name', async (t) => {
  const publisher = (facts: Facts) => publisherOf(bib({ title: 'x', ...facts }));
  cases<Facts>(t, (a, b) => comparePublishers(publisher(a), publisher(b)), [
    [{ publisher: '清华大学出版社' }, { publisher: '清華大學出版社有限公司' }, 'same'],
    [{ publisher: '清华大学出版社' }, { publisher: '清华大学' }, 'same'],
    [{ publisher: '江苏教育出版社' }, { publisher: '江西教育出版社' }, 'surely-different'],
    [{ publisher: 'Macmillan & Co.' }, { publisher: 'The Macmillan Company' }, 'same'],
    [{ publisher: 'U.S. Govt. Print. Off.' }, { publisher: 'U.S. G.P.O.' }, 'same'],
    [
      { publisher: 'Pitman', place: 'London' },
      { publisher: 'Knopf', place: 'New York' },
      'elsewhere',
    ],
    [{ publisher: 'Pitman' }, {}, 'unknown'],
    [{ publisher: '商务印书馆' }, { publisher: 'Commercial Press' }, 'unknown'],
  ]);
});

t.test('grades how alike two titles are', async (t) => {
  const title = (facts: Facts) => {
    const found = titleOf(bib(facts)).title;
    if (found === null) throw new Error('no title');
    return found;
  };
  cases<Facts>(t, (a, b) => compareTitles(title(a), title(b)), [
    [{ title: 'The harbours and ports' }, { title: 'Harbours & ports' }, 'same'],
    [{ title: '紅樓夢' }, { title: '红楼梦' }, 'same'],
    [{ title: 'ＡＢＣ分析法' }, { title: 'ABC分析法' }, 'same'],
    [{ title: 'Heat', subtitle: 'a primer' }, { title: 'Heat' }, 'same-proper'],
    [{ title: 'Heat : a primer' }, { title: 'Heat', subtitle: 'a primer' }, 'same'],
    [{ title: 'Organic chemistry' }, { title: 'Inorganic chemistry' }, 'similar'],
    [{ title: 'Typical cases of law' }, { title: 'Atypical cases of law' }, 'similar'],
    [{ title: 'Distillation and absorption' }, { title: 'Distilation and absorption' }, 'misspelt'],
    [
      { title: 'Report', subtitle: 'on S. 501' },
      { title: 'Report', subtitle: 'on S. 1970' },
      'unlike',
    ],
    [{ title: 'C++程序设计' }, { title: 'C#程序设计' }, 'unlike'],
    [{ title: '化学工程' }, { title: '化学工程手册' }, 'begun'],
    [{ title: '中国古代文学史' }, { title: '中国近代文学史' }, 'similar'],
    [{ title: '实验化学' }, { title: 'Shi yan hua xue' }, 'variant'],
    [{ title: '实验化学' }, { title: 'x', otherTitles: ['實驗化學'] }, 'variant'],
  ]);
});

t.test(
  'every text that names a volume has the sign of it, and most others have none',
  async (t) => {
    const named = [
      '第3卷',
      '高等数学 上册',
      '卷一',
      'v 2',
      'poems vol ii',
      'x2 bd 3',
      '2nd series',
      'part one',
    ];
    for (const text of named) {
      t.not(takePlaces(text, 'title').places.length, 0, text);
      t.not(signsOfPlaces(text), 0, `${text} has a sign`);
    }
    for (const text of ['大学英语2', 'poems 2', 'history iv', '文学史 二']) {
      t.not(takePlaces(text, 'title').places.length, 0, text);
      t.ok(mayEndInNumber(text), `${text} may end in a number`);
    }
    for (const text of ['jazz harmony', 'the thing', 'provolume', '化学工程', 'c++ primer']) {
      t.equal(signsOfPlaces(text), 0, text);
    }
    for (const text of ['windows 1998', 'mix', '一', '2', 'remix'])
      t.notOk(mayEndInNumber(text), text);
    t.equal(signsOfPlaces('文学 上 v 2'), hanSign | latinSign);
  },
);

t.test(
  'years that stand alone are far apart exactly where comparing their dates says so',
  async (t) => {
    const years = [1990, 1991, 1993, 1994, 1999, null].flatMap((year) =>
      [null, 1990, 1994].flatMap((codedYear) =>
        ['', `${year}.5`, `c${year}`, `${year} (printing 1999)`, `[${year}?]`, `${year}-1999`].map(
          (date) => yearOf(bib({ title: 'x', year, codedYear, date: date === '' ? null : date })),
        ),
      ),
    );
    let apart = 0;
    for (const a of years) {
      for (const b of years) {
        if (!areFarApart(yearAlone(a), yearAlone(b))) continue;
        apart++;
        if (compareYears(a, b) !== 'far') t.fail(JSON.stringify([a, b]));
      }
    }
    t.ok(apart > 20, `${apart} pairs are apart`);
    const plain = (year: number) => yearAlone(yearOf(bib({ title: 'x', year })));
    t.ok(areFarApart(plain(1990), plain(1994)));
    t.notOk(areFarApart(plain(1990), plain(1993)));
  },
);
