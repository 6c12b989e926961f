import type { MarcRecord } from '../../src/marc/types.ts';

/** A record as its test wants it: `"245 10$aTitle$cSomebody"`, or `"001 text"` for a control field. */
export function marc(leader: string, lines: readonly string[]): MarcRecord {
  return {
    leader,
    fields: lines.map((line) => {
      const tag = line.slice(0, 3);
      if (tag < '010') return { tag, value: line.slice(4) };
      const [indicators = '', ...parts] = line.slice(4).split('$');
      return {
        tag,
        ind1: indicators[0] ?? ' ',
        ind2: indicators[1] ?? ' ',
        subfields: parts.map((part) => ({ code: part[0] ?? '', value: part.slice(1) })),
      };
    }),
  };
}

const marc21Titles = [
  ['Étude de la chimie appliquée', 'Lefèvre, Hélène', 'Éditions du Fleuve'],
  ['Grundzüge der Wärmelehre', 'Müller, Jörg', 'Verlag am Fluß'],
  ['Chemical engineering practice', 'Marsh, Edith', 'Reed & Alder'],
  ['Bibliotheksführung für Anfänger', 'Großmann, Käthe', 'Verlag am Fluß'],
  ['Łódź and its rivers', 'Żuraw, Łucja', 'Wydawnictwo Wisła'],
  ['Introduction to library networks', 'Marsh, Edith', 'Reed & Alder'],
] as const;

/** Invented MARC 21 records in Latin script, `test00001` and on; every sixth has the same title words. */
export function marc21Catalogue(count = 60): MarcRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const [title, author, publisher] = marc21Titles[at % marc21Titles.length] ?? marc21Titles[0];
    const id = `test${String(at + 1).padStart(5, '0')}`;
    const year = 1960 + (at % 50);
    return marc('00000nam a2200000 a 4500', [
      `001 ${id}`,
      '005 20260101000000.0',
      `008 260101s${year}    xx            000 0 eng  `,
      `050  4$aQD${100 + at}$b.T${at}`,
      `100 1 $a${author}`,
      `245 10$a${title} :$bvolume ${at + 1} /$c${author}.`,
      `260   $aRiverside :$b${publisher},$c${year}.`,
      `300   $a${100 + at} p.`,
      '650  0$aScience.',
    ]);
  });
}

const cnmarcTitles = [
  ['化学工程实验', '河边大学出版社', '周明远', 'TQ016'],
  ['化学工程基础', '河边大学出版社', '李清和', 'TQ02'],
  ['图书馆学概论', '南湖出版社', '王思宁', 'G250'],
  ['中国古代文学史', '南湖出版社', '陈立言', 'I209'],
  ['经济发展报告', '北岸经济出版社', '赵文彬', 'F124'],
] as const;

/** Invented CNMARC records, `cn00001` and on; two of five are about 化学工程. */
export function cnmarcCatalogue(count = 50): MarcRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const [title, publisher, author, clc] =
      cnmarcTitles[at % cnmarcTitles.length] ?? cnmarcTitles[0];
    const id = `cn${String(at + 1).padStart(5, '0')}`;
    const year = 1980 + (at % 40);
    return marc('00000nam0 2200000   450 ', [
      `001 ${id}`,
      '005 20260101000000.0',
      `010   $d${20 + at}.00元`,
      `100   $a20260101d${year}    em y0chiy50      ea`,
      '101 0 $achi',
      '102   $aCN$b110000',
      `200 1 $a${title}$h第${at + 1}册$f${author}主编`,
      `210   $a北京$c${publisher}$d${year}`,
      `215   $a${100 + at}页$d26cm`,
      `606 0 $a${title.slice(0, 4)}`,
      `690   $a${clc}$v5`,
      `701  0$a${author}$4主编`,
      '801  0$aCN$bTEST',
      `905   $aTEST$d${clc}$e${at + 1}$b1${String(at).padStart(6, '0')}`,
    ]);
  });
}
