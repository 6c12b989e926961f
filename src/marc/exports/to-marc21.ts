import type { BibRecord, Contributor, Item, RecordType } from '../record.ts';
import type { DataField, Field, MarcRecord, Subfield } from '../types.ts';
import { isbnsOf } from './contributors.ts';
import { compactDate, dataField, inTagOrder, sub } from './fields.ts';

/**
 * A record of any dialect as MARC 21 Bibliographic, in UTF-8 with ISBD punctuation (leader/18 `i`):
 * what the record model holds, and nothing invented for what it does not.
 */
export function toMarc21(record: BibRecord, on: Date): MarcRecord {
  const main = mainEntry(record);
  const added = record.contributors.filter((contributor) => contributor !== main);
  const fields: (Field | null)[] = [
    record.controlNumber === null ? null : { tag: '001', value: record.controlNumber },
    { tag: '008', value: fixedField(record, on) },
    ...isbnsOf(record).map(isbnField),
    ...record.issn.map((issn) => dataField('022', '  ', [sub('a', issn)])),
    dataField('050', ' 4', [sub('a', record.classes.lcc)]),
    dataField('080', '  ', [sub('a', record.classes.udc)]),
    dataField('082', '04', [sub('a', record.classes.ddc)]),
    dataField('084', '  ', [
      sub('a', record.classes.clc),
      record.classes.clc ? sub('2', 'clc') : null,
    ]),
    dataField('084', '  ', [
      sub('a', record.classes.other),
      record.classes.other ? sub('2', 'z') : null,
    ]),
    main === undefined ? null : nameField(main, '1'),
    titleField(record, main !== undefined),
    dataField('246', '31', [sub('a', record.parallelTitle)]),
    ...record.otherTitles.map((title) => dataField('246', '3 ', [sub('a', title)])),
    dataField('246', '3 ', [sub('a', record.titlePinyin)]),
    dataField('250', '  ', [sub('a', record.edition)]),
    publicationField(record),
    dataField('300', '  ', [sub('a', record.extent)]),
    seriesField(record),
    ...record.notes.map((note) => dataField('500', '  ', [sub('a', note)])),
    dataField('520', '  ', [sub('a', record.summary)]),
    ...record.subjects.map((subject) => subjectField(subject)),
    ...added.map((contributor) => nameField(contributor, '7')),
    ...record.items.map(itemField),
    ...record.links.map(({ url, label }) =>
      dataField('856', '4 ', [sub('u', url), sub('y', label)]),
    ),
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
  computer: 'mm',
  manuscript: 'tm',
  kit: 'om',
  object: 'rm',
  other: 'am',
};

function leaderOf(record: BibRecord): string {
  return `00000n${typeCodes[record.type]} a2200000ui 4500`;
}

/** 008 with what is known: date of export, year, language; the rest is not coded (`|`). */
function fixedField(record: BibRecord, on: Date): string {
  const dates = record.year === null ? 'n        ' : `s${record.year}    `;
  const language = record.language ?? 'und';
  return `${compactDate(on).slice(2)}${dates}xx ${'|'.repeat(17)}${language}||`;
}

function isbnField({
  isbn13,
  asWritten,
  qualifier,
}: BibRecord['isbnStatements'][number]): DataField | null {
  const number = isbn13 === null ? sub('z', asWritten) : sub('a', asWritten.replace(/[-\s]/g, ''));
  return dataField('020', '  ', [number, sub('q', qualifier)]);
}

/** The first creator is the main entry; MARC 21 has one at most. */
function mainEntry(record: BibRecord): Contributor | undefined {
  return record.contributors.find(({ primary }) => primary);
}

const kindDigits: Readonly<Record<Contributor['kind'], string>> = {
  person: '00',
  body: '10',
  meeting: '11',
};

/** 1xx or 7xx: $e is the role; a person's first indicator says whether the name is inverted. */
function nameField({ name, kind, role }: Contributor, block: '1' | '7'): DataField | null {
  const inverted = name.includes(',') ? '1' : '0';
  const roleCode = kind === 'meeting' ? 'j' : 'e';
  const tag = block + kindDigits[kind];
  return dataField(tag, `${kind === 'person' ? inverted : '2'} `, [
    sub('a', role === null ? name : `${name},`),
    sub(roleCode, role),
  ]);
}

/** 245 with the ISBD mark of each element at the end of the subfield before it. */
function titleField(record: BibRecord, hasMainEntry: boolean): DataField | null {
  const rest = [
    record.subtitle && ` : ${record.subtitle}`,
    record.parallelTitle && ` = ${record.parallelTitle}`,
  ];
  const other = rest.filter(Boolean).join('');
  const elements: (readonly [code: string, mark: string, value: string | null])[] = [
    ['a', '', record.title || '[untitled]'],
    ['n', '.', record.partNumber],
    ['p', record.partNumber === null ? '.' : ',', record.partName],
    ['b', other.slice(0, 2), other === '' ? null : other.slice(3)],
    ['c', ' /', record.responsibility],
  ];
  const subfields: Subfield[] = [];
  for (const [code, mark, value] of elements) {
    if (value === null || value === '') continue;
    const before = subfields.pop();
    if (before !== undefined) subfields.push({ code: before.code, value: before.value + mark });
    subfields.push({ code, value });
  }
  return dataField('245', `${hasMainEntry ? '1' : '0'}${nonFiling(record)}`, subfields);
}

/** Characters that filing passes over, where the sort title is the title without its beginning. */
function nonFiling({ title, sortTitle }: BibRecord): string {
  const skipped = title.length - sortTitle.length;
  return skipped > 0 && skipped <= 9 && title.endsWith(sortTitle) ? String(skipped) : '0';
}

function publicationField({ place, publisher, date, year }: BibRecord): DataField | null {
  const written = date ?? (year === null ? null : String(year));
  return dataField('264', ' 1', [
    sub(
      'a',
      place === null ? null : `${place}${publisher !== null ? ' :' : written !== null ? ',' : ''}`,
    ),
    sub('b', publisher === null ? null : `${publisher}${written !== null ? ',' : ''}`),
    sub('c', written),
  ]);
}

function seriesField({ series, seriesVolume }: BibRecord): DataField | null {
  if (series === null) return null;
  return dataField('490', '0 ', [
    sub('a', seriesVolume === null ? series : `${series} ;`),
    sub('v', seriesVolume),
  ]);
}

function subjectField(subject: string): DataField | null {
  const [heading = '', ...subdivisions] = subject.split('--');
  return dataField('650', ' 4', [sub('a', heading), ...subdivisions.map((part) => sub('x', part))]);
}

/** 852 with the whole shelf mark in $h, as one library's copies. */
function itemField(item: Item): DataField | null {
  return dataField('852', '  ', [
    sub('c', item.location),
    sub('h', item.callNumber),
    sub('p', item.barcode),
    sub('3', item.volume),
  ]);
}
