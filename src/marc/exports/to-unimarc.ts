import type { BibRecord, Contributor, Item, RecordType } from '../record.ts';
import { hasHan } from '../text.ts';
import type { DataField, Field, MarcRecord } from '../types.ts';
import { isbnsOf } from './contributors.ts';
import { compactDate, dataField, inTagOrder, sub } from './fields.ts';

/**
 * A record of any dialect as UNIMARC, or as CNMARC (WH/T 0503): pinyin in $A, roles in words, CLC in
 * 690 and copies in 905. Values carry no ISBD punctuation, which UNIMARC supplies by its subfields.
 */
export function toUnimarc(record: BibRecord, dialect: 'unimarc' | 'cnmarc', on: Date): MarcRecord {
  const chinese = dialect === 'cnmarc';
  const pinyin = (text: string | null) => (chinese ? sub('A', text) : null);
  const fields: (Field | null)[] = [
    record.controlNumber === null ? null : { tag: '001', value: record.controlNumber },
    ...isbnsOf(record).map(isbnField),
    ...record.issn.map((issn) => dataField('011', '  ', [sub('a', issn)])),
    dataField('100', '  ', [sub('a', codedData(record, on))]),
    dataField('101', '0 ', [sub('a', record.language)]),
    titleField(record, pinyin(record.titlePinyin)),
    dataField('205', '  ', [sub('a', record.edition)]),
    dataField('210', '  ', [
      sub('a', record.place),
      sub('c', record.publisher),
      sub('d', record.date ?? record.year),
    ]),
    dataField('215', '  ', [sub('a', record.extent)]),
    dataField('225', '2 ', [sub('a', record.series), sub('v', record.seriesVolume)]),
    ...record.notes.map((note) => dataField('300', '  ', [sub('a', note)])),
    dataField('330', '  ', [sub('a', record.summary)]),
    ...record.otherTitles.map((title) => dataField('517', '1 ', [sub('a', title)])),
    ...record.subjects.map(subjectField),
    dataField('675', '  ', [sub('a', record.classes.udc)]),
    dataField('676', '  ', [sub('a', record.classes.ddc)]),
    dataField('680', '  ', [sub('a', record.classes.lcc)]),
    dataField('686', '  ', [sub('a', record.classes.other)]),
    dataField('690', '  ', [sub('a', record.classes.clc)]),
    ...record.contributors.map((contributor) => nameField(contributor, pinyin(contributor.pinyin))),
    dataField('801', ' 0', [chinese ? sub('a', 'CN') : null]),
    ...record.links.map(({ url, label }) =>
      dataField('856', '4 ', [sub('u', url), sub('y', label)]),
    ),
    ...record.items.map(itemField),
  ];
  return { leader: leaderOf(record), fields: inTagOrder(fields) };
}

const typeCodes: Readonly<Record<RecordType, string>> = {
  book: 'am',
  serial: 'as',
  article: 'aa',
  map: 'em',
  music: 'cm',
  sound: 'jm',
  video: 'gm',
  image: 'km',
  computer: 'lm',
  manuscript: 'bm',
  kit: 'mm',
  object: 'rm',
  other: 'am',
};

function leaderOf(record: BibRecord): string {
  return `00000n${typeCodes[record.type]}0 2200000   450 `;
}

/** 100 $a, 36 characters: dates, language of cataloguing, character set (50 is ISO 10646). */
function codedData(record: BibRecord, on: Date): string {
  const year = record.year === null ? 'u    ' : `d${record.year}`;
  return `${compactDate(on)}${year}    |||y0chiy50      ea`;
}

function isbnField({
  isbn13,
  asWritten,
  qualifier,
}: BibRecord['isbnStatements'][number]): DataField | null {
  return dataField('010', '  ', [sub(isbn13 === null ? 'z' : 'a', asWritten), sub('b', qualifier)]);
}

/** 200: $e other title information, $d parallel title, $f first and $g further statements. */
function titleField(record: BibRecord, pinyin: ReturnType<typeof sub>): DataField | null {
  const [first, ...further] = (record.responsibility ?? '').split(' ; ');
  return dataField('200', '1 ', [
    sub('a', record.title),
    pinyin,
    sub('h', record.partNumber),
    sub('i', record.partName),
    ...(record.subtitle?.split(' : ') ?? []).map((part) => sub('e', part)),
    sub('d', record.parallelTitle),
    sub('f', first),
    ...further.map((statement) => sub('g', statement)),
  ]);
}

/** 70x persons, 71x bodies: x1 for creators, x2 for the rest; a Western name in its two halves. */
function nameField(contributor: Contributor, pinyin: ReturnType<typeof sub>): DataField | null {
  const { name, kind, role, primary } = contributor;
  const tag = `7${kind === 'person' ? '0' : '1'}${primary ? '1' : '2'}`;
  const comma = kind === 'person' && !hasHan(name) ? name.indexOf(', ') : -1;
  const indicators =
    kind === 'person' ? ` ${comma > 0 ? '1' : '0'}` : `${kind === 'meeting' ? '1' : '0'}2`;
  return dataField(tag, indicators, [
    sub('a', comma > 0 ? name.slice(0, comma) : name),
    sub('b', comma > 0 ? name.slice(comma + 2) : null),
    pinyin,
    sub('4', role),
  ]);
}

function subjectField(subject: string): DataField | null {
  const [heading = '', ...subdivisions] = subject.split('--');
  return dataField('606', '0 ', [sub('a', heading), ...subdivisions.map((part) => sub('x', part))]);
}

/** 905: $b barcode, $c location, $s whole shelf mark, $v volume. */
function itemField(item: Item): DataField | null {
  return dataField('905', '  ', [
    sub('b', item.barcode),
    sub('c', item.location),
    sub('s', item.callNumber),
    sub('v', item.volume),
  ]);
}
