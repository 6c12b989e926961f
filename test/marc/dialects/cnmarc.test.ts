import t from 'tap';
import { cnmarc } from './support.ts';

t.test('reads an everyday CNMARC record', async (t) => {
  const record = cnmarc(`
    001 000123
    010    $a978-7-312-03389-6$dCNY29.00
    100    $a20140601d2014    em y0chiy50      ea
    101 0  $achi
    200 1  $a化学工程实验$Ahua xue gong cheng shi yan$dChemical engineering experiments$f冯红艳, 徐铜文, 杨伟华主编$zeng
    205    $a第2版
    210    $a合肥$c中国科学技术大学出版社$d2014.2
    215    $a210页$c图$d26cm
    225 2  $a高等学校教材$v3
    330    $a本书介绍化工实验。
    606 0  $a化学工程$x实验$x高等学校$j教材
    690    $aTQ016$v5
    701  0 $a冯红艳$Afeng hong yan$4主编
    701  0 $a徐铜文$Axu tong wen$4主编
    701  0 $a杨伟华$Ayang wei hua$4主编
    905    $a900100$b00123$dTQ016$e58$sTQ016/58
  `);
  t.match(record, {
    controlNumber: '000123',
    title: '化学工程实验',
    titlePinyin: 'hua xue gong cheng shi yan',
    parallelTitle: 'Chemical engineering experiments',
    responsibility: '冯红艳, 徐铜文, 杨伟华主编',
    authors: ['冯红艳', '徐铜文', '杨伟华'],
    edition: '第2版',
    publisher: '中国科学技术大学出版社',
    place: '合肥',
    year: 2014,
    date: '2014.2',
    extent: '210页',
    series: '高等学校教材',
    seriesVolume: '3',
    isbn: ['9787312033896'],
    isbnAsWritten: ['978-7-312-03389-6'],
    language: 'chi',
    type: 'book',
    subjects: ['化学工程--实验--高等学校--教材'],
    classes: { clc: 'TQ016' },
    summary: '本书介绍化工实验。',
  });
  t.equal(record.subtitle, null);
  t.match(record.contributors[0], {
    name: '冯红艳',
    role: '主编',
    pinyin: 'feng hong yan',
    primary: true,
  });
  t.match(record.items, [
    { callNumber: 'TQ016/58', barcode: '00123', status: 'unknown', lendable: null },
  ]);
});

t.test('takes a typed equals sign off the parallel title', async (t) => {
  const record = cnmarc('200 1  $a中国发展报告$d= China development report$f国家统计局编');
  t.equal(record.parallelTitle, 'China development report');
  t.equal(
    cnmarc('200 1  $a中国发展报告 = China development report').parallelTitle,
    'China development report',
  );
  t.equal(cnmarc('200 1  $a中国发展报告 = China development report').title, '中国发展报告');
});

t.test('finds a parallel title that stands only in 510', async (t) => {
  const record = cnmarc(`
    200 1  $a经贸合作研究$f何军明著
    510 1  $aStudies of trade$ecooperation$zeng
  `);
  t.equal(record.parallelTitle, 'Studies of trade : cooperation');
  t.strictSame(record.otherTitles, []);
});

t.test('leaves what follows a parallel title to that title', async (t) => {
  const record = cnmarc(
    '200 1  $a经贸合作国别报告$i东亚篇$e进展$dCountry reports$iEast Asia$eprogress$f张晓涛著$g李一校$zeng',
  );
  t.match(record, {
    title: '经贸合作国别报告',
    partName: '东亚篇',
    subtitle: '进展',
    parallelTitle: 'Country reports. East Asia : progress',
    responsibility: '张晓涛著 ; 李一校',
  });
});

t.test(
  'leaves everything after the parallel title to it, and its statement to the Chinese one',
  async (t) => {
    const record = cnmarc(
      '200 1  $a国情$f总主编刘作奎$i俄罗斯$e政治$d= National condition$fLiu Zuokui$iRussia$ePolitics$f主编李晶',
    );
    t.match(record, {
      partName: '俄罗斯',
      subtitle: '政治',
      parallelTitle: 'National condition. Russia : Politics',
      authors: ['刘作奎', '李晶'],
    });
    t.equal(cnmarc('200 1  $a西岸经济$e形势$a东岸经济$e趋势').subtitle, '形势');
  },
);

t.test('reads part number, part name and the pinyin of $9', async (t) => {
  const record = cnmarc(
    '200 1  $a高等数学$9gao deng shu xue$h下册$i级数$e习题$b专著$f同济大学数学系编',
  );
  t.match(record, {
    title: '高等数学',
    partNumber: '下册',
    partName: '级数',
    subtitle: '习题',
    titlePinyin: 'gao deng shu xue',
  });
  t.equal(
    cnmarc('200 1  $a高等数学$91234567').titlePinyin,
    null,
    'an authority number is no pinyin',
  );
});

t.test('keeps a second work of the volume as a title it is known by', async (t) => {
  const record = cnmarc('200 1  $a狂人日记$a阿Q正传$f鲁迅著$c子夜$f茅盾著');
  t.equal(record.title, '狂人日记');
  t.strictSame(record.otherTitles, ['阿Q正传', '子夜']);
  t.equal(record.responsibility, '鲁迅著 ; 茅盾著');
});

t.test('takes several subjects out of one 606 $a', async (t) => {
  const record = cnmarc(`
    200 1  $a尘肺病的护理与康复
    606 0  $axyz尘肺－护理；尘肺－康复
    610 0  $a职业病;康复 $a护理
  `);
  t.strictSame(record.subjects, ['尘肺--护理', '尘肺--康复', '职业病', '康复', '护理']);
});

t.test('reads a role with a blank before it and a name with one', async (t) => {
  const record = cnmarc(`
    200 1  $a尘肺病$f李智民 刘璐 张健杰
    701  0 $a李智民$4 主编
    701  0 $a 刘 璐$4 主编
    702  0 $a(美)史密斯$4译
  `);
  t.match(record.contributors, [
    { name: '李智民', role: '主编', primary: true },
    { name: '刘璐', role: '主编', primary: true },
    { name: '史密斯', role: '译', primary: false },
  ]);
});

t.test('reads several names in one field', async (t) => {
  const record = cnmarc('701  0 $a马月坤，陈昊$4主编\n200 1  $a导论');
  t.strictSame(record.authors, ['马月坤', '陈昊']);
  t.strictSame(cnmarc('200 1  $a导论\n701  0 $a李智民 刘璐 张健杰').authors, [
    '李智民',
    '刘璐',
    '张健杰',
  ]);
});

t.test('takes the names from the statement where no field has them', async (t) => {
  const record = cnmarc(
    '200 1  $a化学工程实验$f冯红艳, 徐铜文, 杨伟华主编$g国家统计局统计科学研究所审定',
  );
  t.strictSame(record.authors, ['冯红艳', '徐铜文', '杨伟华', '国家统计局统计科学研究所']);
  t.match(record.contributors, [
    { name: '冯红艳', role: '主编', kind: 'person' },
    { role: '主编' },
    { role: '主编' },
    { role: '审定', kind: 'body' },
  ]);
  t.strictSame(cnmarc('200 1  $a书$f(美) 史密斯著$g王力等译').authors, ['史密斯', '王力']);
});

t.test('tells the ISBNs of set, volume and binding apart', async (t) => {
  const record = cnmarc(`
    010    $a978-7-302-58350-9$b全套$dCNY390.00
    010    $a978-7-312-03389-6（上册）
    010    $a7-5037-1744-0 (精装)$dCNY68.00
    010    $a7-5037-1744-1$b平装
    010    $dCNY80.00
    010    $aCNY39.00
    200 1  $a大辞典
  `);
  t.strictSame(record.isbn, ['9787302583509', '9787312033896', '9787503717444']);
  t.strictSame(record.isbnStatements, [
    { isbn13: '9787302583509', asWritten: '978-7-302-58350-9', qualifier: '全套' },
    { isbn13: '9787312033896', asWritten: '978-7-312-03389-6', qualifier: '上册' },
    { isbn13: '9787503717444', asWritten: '7-5037-1744-0', qualifier: '精装' },
    { isbn13: null, asWritten: '7-5037-1744-1', qualifier: '平装' },
  ]);
});

t.test('reads full-width ISBNs and keeps them as written', async (t) => {
  const record = cnmarc('010    $a９７８－７－３１２－０３３８９－６（精装）CNY29.00\n200 1  $a书');
  t.strictSame(record.isbn, ['9787312033896']);
  t.strictSame(record.isbnAsWritten, ['９７８－７－３１２－０３３８９－６']);
  t.equal(record.isbnStatements[0]?.qualifier, '精装');
});

t.test('finds the year in whatever way the date is written', async (t) => {
  const next = new Date().getFullYear() + 1;
  const dates: readonly (readonly [string, number | null])[] = [
    ['2014.2', 2014],
    ['2016.', 2016],
    ['200710', 2007],
    ['20071001', 2007],
    ['[1998?]', 1998],
    ['c2001', 2001],
    ['1998-', 1998],
    ['民国25 [1936]', 1936],
    ['民国25年', 1936],
    ['民國二十五年', 1936],
    ['民国元年', 1912],
    ['清光绪二十三年', 1897],
    ['昭和 46-47 [1971-1972]', 1971],
    ['昭和46年', 1971],
    ['二〇〇八年', 2008],
    ['一九三六', 1936],
    ['２０１４', 2014],
    [String(next), next],
    [String(next + 1), null],
    ['0998', null],
    ['[19--]', null],
    ['12345', null],
    ['出版日期不详', null],
  ];
  for (const [date, year] of dates) {
    t.equal(cnmarc(`200 1  $a书\n210    $d${date}`).year, year, date);
  }
  const coded = '100    $a20140601d1936    em y0chiy50      ea';
  t.equal(cnmarc(`${coded}\n200 1  $a书\n210    $d[19--]`).year, 1936, 'falls back to coded data');
  t.equal(cnmarc(`${coded}\n200 1  $a书\n210    $d1435 [1936]`).year, 1936, 'coded data chooses');
});

t.test('takes nothing for a place or publisher that says there is none', async (t) => {
  const record = cnmarc('200 1  $a书\n210    $a[出版地不详]$c[出版者不详]$d[1950]');
  t.strictSame([record.place, record.publisher, record.year], [null, null, 1950]);
  t.equal(cnmarc('200 1  $a书\n210    $a[北京]$c商务印书馆').place, '北京');
});

t.test('keeps non-sorting marks out of the text and the words out of the sort title', async (t) => {
  const record = cnmarc('200 1  $a\u0098Les \u009cmisérables$f\u0088Victor \u0089Hugo', 'unimarc');
  t.match(record, {
    title: 'Les misérables',
    sortTitle: 'misérables',
    responsibility: 'Victor Hugo',
  });
});

t.test('reads Western names of UNIMARC in their usual order', async (t) => {
  const record = cnmarc(
    '200 1  $aHarry Potter\n700  1 $aRowling$bJ. K.$f1965-$4070\n702  1 $aMénard$bJean-François$4730\n710 02 $aNations Unies$bCommission$4651',
    'unimarc',
  );
  t.match(record.contributors, [
    { name: 'Rowling, J. K.', role: 'author', primary: true },
    { name: 'Ménard, Jean-François', role: 'translator', primary: false },
    { name: 'Nations Unies. Commission', kind: 'body', role: 'publishing director' },
  ]);
  t.equal(cnmarc('200 1  $a选集\n701  0 $a毛$b泽东').authors[0], '毛泽东');
});

t.test('takes the series from an embedded link where 225 is left out', async (t) => {
  const record = cnmarc('200 1  $a史部\n461  0 $1001012345$12001 $a四库全书$v第3册');
  t.strictSame([record.series, record.seriesVolume], ['四库全书', '第3册']);
  t.equal(cnmarc('200 1  $a书\n410  0 $tSérie verte$v7', 'unimarc').series, 'Série verte');
});

t.test('reads variant titles but not former ones', async (t) => {
  const record = cnmarc(`
    200 1  $a'94中国发展报告
    500 10 $a中国发展报告
    517 1  $a九四年中国发展报告
    516 1  $a发展报告
    520 1  $a旧名
  `);
  t.strictSame(record.otherTitles, ['中国发展报告', '九四年中国发展报告', '发展报告']);
});

t.test('takes only addresses that a browser may follow', async (t) => {
  const record = cnmarc(`
    200 1  $a书
    856 4  $uhttp://example.org/a?b=1$y全文
    856 4  $ujavascript:alert(1)
    856 4  $uhttp://example.org/"><script>
  `);
  t.strictSame(record.links, [{ url: 'http://example.org/a?b=1', label: '全文' }]);
});

t.test('survives records of nothing and of far too much', async (t) => {
  const empty = cnmarc('');
  t.match(empty, { title: '', authors: [], isbn: [], year: null, items: [] });
  const many = Array.from(
    { length: 5000 },
    (_, i) => `701  0 $a甲${i}乙丙\n610 0  $a词${i}\n905    $b${i}$sA/${i}`,
  );
  const record = cnmarc(`200 1  $a书\n${many.join('\n')}`);
  t.ok(record.contributors.length <= 100);
  t.ok(record.subjects.length <= 200);
  t.ok(record.items.length <= 500);
});
