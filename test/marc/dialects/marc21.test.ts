import t from 'tap';
import { marc21 } from './support.ts';

const title = (subfields: string, indicators = '10') => marc21(`245 ${indicators} ${subfields}`);

t.test('takes ISBD marks off the ends and keeps those inside', async (t) => {
  const record = marc21(`
    001 9912
    008 980202s1997    nyua          001 0 eng d
    020    $a0306406152 (pbk.) :$c$20.00
    020    $a9780306406157$qhardcover
    020    $z9780131103627
    100 1  $aKernighan, Brian W.,$d1942-$eauthor.
    245 14 $aThe practice of programming :$bstyle ; testing /$cBrian W. Kernighan, Rob Pike.
    250    $a2nd ed.
    264  1 $aReading, Mass. :$bAddison-Wesley,$cc1999.
    300    $axi, 267 p. :$bill. ;$c24 cm.
    490 1  $aProfessional computing series ;$vno. 3
    650  0 $aComputer programming$xHistory.
    700 1  $aPike, Rob,$eillustrator.
  `);
  t.match(record, {
    title: 'The practice of programming',
    sortTitle: 'practice of programming',
    subtitle: 'style ; testing',
    responsibility: 'Brian W. Kernighan, Rob Pike',
    authors: ['Kernighan, Brian W.', 'Pike, Rob'],
    edition: '2nd ed.',
    place: 'Reading, Mass.',
    publisher: 'Addison-Wesley',
    date: 'c1999',
    year: 1999,
    extent: 'xi, 267 p.',
    series: 'Professional computing series',
    seriesVolume: 'no. 3',
    isbn: ['9780306406157'],
    language: 'eng',
    type: 'book',
  });
  t.strictSame(record.isbnAsWritten, ['0306406152', '9780306406157']);
  t.strictSame(record.subjects, ['Computer programming--History']);
  t.match(record.contributors, [
    { name: 'Kernighan, Brian W.', role: 'author', primary: true },
    { name: 'Pike, Rob', role: 'illustrator', primary: false },
  ]);
});

t.test('tells other title information from a parallel title by the mark before it', async (t) => {
  t.match(title('$aChemistry =$bChimie : principes /$cA. B.'), {
    title: 'Chemistry',
    subtitle: null,
    parallelTitle: 'Chimie : principes',
  });
  t.match(title('$aChemistry :$bprinciples = Chimie : principes /$cA. B.'), {
    subtitle: 'principles',
    parallelTitle: 'Chimie : principes',
  });
  t.match(title('$aAnnual report.$nPart 2,$pStatistics =$bRapport annuel.$nPartie 2'), {
    title: 'Annual report',
    partNumber: 'Part 2',
    partName: 'Statistics',
    parallelTitle: 'Rapport annuel. Partie 2',
  });
  t.match(title('$aCyllidebau ysgolion =$bSchool budgets.$n1990/91.'), {
    parallelTitle: 'School budgets. 1990/91',
    partNumber: null,
  });
  t.equal(marc21('245 10 $aChemistry\n246 31 $aChimie').parallelTitle, 'Chimie');
});

t.test('divides a title typed whole into $a', async (t) => {
  t.match(title('$a化学工程 = Chemical engineering : an introduction / 张三编'), {
    title: '化学工程',
    parallelTitle: 'Chemical engineering : an introduction',
    responsibility: '张三编',
  });
});

t.test('keeps stops that abbreviate and marks that are letters', async (t) => {
  const titles: readonly (readonly [string, string])[] = [
    ['The cat.', 'The cat'],
    ['History of the U.S.', 'History of the U.S.'],
    ['Smith & Co.', 'Smith & Co.'],
    ['Wait ...', 'Wait ...'],
    ['.NET in brief /', '.NET in brief'],
    ['C++ /', 'C++'],
    ['What is life? /', 'What is life?'],
    ['[Letters].', 'Letters'],
    ['Almanac [for 1472]', 'Almanac [for 1472]'],
    ['[Six maps, illustrative', 'Six maps, illustrative'],
    ['100 % proof ;', '100 % proof'],
  ];
  for (const [written, read] of titles) t.equal(title(`$a${written}`).title, read, written);
});

t.test('believes the filing indicator only where a word ends', async (t) => {
  t.equal(title('$aThe cat', '14').sortTitle, 'cat');
  t.equal(title("$aL'été", '12').sortTitle, 'été');
  t.equal(title('$aTheory of sets', '14').sortTitle, 'Theory of sets');
  t.equal(title('$a化学', '14').sortTitle, '化学');
  t.equal(title('$aCat', '19').sortTitle, 'Cat');
});

t.test('shows the writing of the book and keeps the romanisation beside it', async (t) => {
  const record = marc21(`
    008 100512s2010    cc            000 1 chi d
    245 10 $6880-01$aQiaobusi de mi mi ri ji /$cLiu Ning yi.
    250    $6880-02$aDi 1 ban.
    264  1 $6880-03$aBeijing Shi :$bZhong xin chu ban she,$c2010.
    700 1  $6880-04$aLiu, Ning,$etranslator.
    880 10 $6245-01/(B$a乔布斯的秘密日记 /$c刘宁译.
    880    $6250-02/(B$a第1版.
    880  1 $6264-03/(B$a北京市 :$b中信出版社.
    880 1  $6700-04/(B$a刘, 宁.
  `);
  t.match(record, {
    title: '乔布斯的秘密日记',
    titlePinyin: 'Qiaobusi de mi mi ri ji',
    responsibility: '刘宁译',
    edition: '第1版',
    place: '北京市',
    publisher: '中信出版社',
    date: '2010',
  });
  t.strictSame(record.otherTitles, ['Qiaobusi de mi mi ri ji']);
  t.match(record.contributors, [{ name: '刘宁', pinyin: 'Liu, Ning', alternate: 'Liu, Ning' }]);
});

t.test('keeps the field where the 880 is the romanised one', async (t) => {
  const record = marc21('245 10 $6880-01$a鳥\n880 10 $6245-01$aTori');
  t.match(record, { title: '鳥', titlePinyin: null });
  t.strictSame(record.otherTitles, ['Tori']);
});

t.test('reads an 880 that nothing is linked to as the missing field', async (t) => {
  const record = marc21('245 10 $aZeh\n880    $6260-00$aאור יהודה :$bכנרת,$c2011.');
  t.match(record, { place: 'אור יהודה', publisher: 'כנרת', year: 2011 });
  t.equal(marc21('245 10 $aA\n880 10 $6245-00$aБ').title, 'A', 'but never in place of one');
  t.equal(marc21('245 10 $aA\n880 10 $aБ').title, 'A', 'nor without a link');
});

t.test('takes the publication from 264 second indicator 1', async (t) => {
  const record = marc21(`
    245 10 $aA
    264  4 $c©2012
    264  3 $aPrintville :$bPrinter,$c2014
    264  1 $aLondon ;$aNew York :$bRoutledge,$c2013.
    264  1 $aElsewhere
  `);
  t.match(record, { place: 'London', publisher: 'Routledge', date: '2013', year: 2013 });
  t.match(marc21('245 10 $aA\n264  4 $c©2012'), { date: '©2012', year: 2012 });
  t.match(marc21('245 10 $aA\n260    $a[S.l. :$bs.n.,$c1998]'), {
    place: null,
    publisher: null,
    date: '1998',
  });
});

t.test('skips names of related works and keeps those of works inside', async (t) => {
  const record = marc21(`
    245 10 $aA
    100 1  $aDay, Thomas
    700 1  $aOther, A.$tAnother work
    700 12 $aWollstonecraft, Mary$tStories
    710 2  $aUnited Nations.$bSecretariat.
    711 2  $aConference on Ships$d(1991)$eCommittee
  `);
  t.strictSame(record.authors, [
    'Day, Thomas',
    'United Nations. Secretariat',
    'Conference on Ships',
    'Wollstonecraft, Mary',
  ]);
});

t.test('takes the uniform title where 245 is missing', async (t) => {
  t.equal(marc21('240 10 $aPlays.$kSelections\n260    $c1983').title, 'Plays. Selections');
  t.equal(marc21('245 00 $kPapers,$f1900-1950').title, 'Papers, 1900-1950');
});

t.test('reads classes by their scheme', async (t) => {
  const record = marc21(`
    245 10 $aA
    050 00 $aQA76.73$b.K5
    080    $a004.43
    082 00 $a005.13/3$223
    084    $aTP312$2clc
  `);
  t.strictSame(record.classes, { lcc: 'QA76.73', udc: '004.43', ddc: '005.133', clc: 'TP312' });
  t.strictSame(marc21('245 10 $aA\n093    $aI247.5').classes, { clc: 'I247.5' });
  t.strictSame(marc21('245 10 $aA\n084    $aST 250$2rvk').classes, { other: 'ST 250' });
});
