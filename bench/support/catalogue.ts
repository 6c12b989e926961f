import type { MarcRecord } from '../../src/marc/types.ts';
import { marc } from '../../test/support/catalogue.ts';

const adjectives = [
  'Applied',
  'Modern',
  'General',
  'Advanced',
  'Elementary',
  'Practical',
  'Comparative',
  'Historical',
];
const nouns = [
  'jazz',
  'harmony',
  'rhythm',
  'improvisation',
  'orchestra',
  'notation',
  'melody',
  'acoustics',
];
const places = ['Lisbon', 'Łódź', 'Zürich', 'Málaga', 'Tromsø', 'Reykjavík', 'Budapest', 'Porto'];
const chinese = [
  '爵士乐',
  '和声学',
  '节奏训练',
  '即兴演奏',
  '管弦乐法',
  '记谱法',
  '旋律写作',
  '音响学',
];

/**
 * The catalogue of one of ten libraries: `count` different records that all carry the word `jazz`. About a
 * third are held by the next library too, so that merging has something to do. Another `series` has other
 * works in it.
 */
export function benchCatalogue(library: number, count: number, series = 0): MarcRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const shared = at % 3 === 0;
    const owner = shared ? Math.floor(library / 2) * 2 : library;
    const id = series === 0 ? `lib${library}-${at}` : `lib${library}-${series}-${at}`;
    return record(series * 100_000 + owner * 10_000 + at, id);
  });
}

function record(work: number, id: string): MarcRecord {
  const pick = (list: readonly string[], by: number) => list[by % list.length] ?? '';
  const adjective = pick(adjectives, work);
  const noun = pick(nouns, Math.floor(work / 8));
  const place = pick(places, Math.floor(work / 64));
  const year = 1950 + (work % 70);
  const isbn = isbn13(work);
  return marc('00000nam a2200000 a 4500', [
    `001 ${id}`,
    '005 20260101000000.0',
    `008 260101s${year}    xx            000 0 eng  `,
    `020   $a${isbn}$qpaperback`,
    `050  4$aML${work % 4000}$b.J${work}`,
    `100 1 $aMüller-${work}, Jörg,$d1940-`,
    `245 10$aJazz ${noun} ${work} :$b${adjective.toLowerCase()} studies from ${place} /$cJörg Müller-${work} and others.`,
    `246 3 $a${pick(chinese, work)} ${work}`,
    `250   $a${1 + (work % 4)}. ed.`,
    `260   $a${place} :$bÉditions du Fleuve,$c${year}.`,
    `300   $a${100 + (work % 400)} p. :$bill. ;$c24 cm.`,
    `490 0 $aStudies in ${noun} ;$vv. ${1 + (work % 90)}`,
    '504   $aIncludes bibliographical references and index.',
    `520   $aA survey of ${noun} as it was practised in ${place} since ${year}, with examples and exercises.`,
    '650  0$aJazz$xHistory and criticism.',
    `650  0$a${noun} (Music)$zEurope.`,
    `700 1 $aØrsted, Åse,$eeditor.`,
    `852   $aLIB$bMAIN$hML${work % 4000}$i.J${work}`,
  ]);
}

/** A valid check digit in a range no agency has given out. */
function isbn13(work: number): string {
  const digits = `9786990${String(work % 100_000).padStart(5, '0')}`;
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return digits + String((10 - (sum % 10)) % 10);
}
