import type { DataField, Field, MarcRecord, Subfield } from '../../marc/types.ts';
import type { Copy } from './copies.ts';
import type { Description } from './describe.ts';
import type { CopyFields, Habits } from './habits.ts';

export interface Cataloguing {
  readonly localId: string;
  readonly libraryCode: string;
  /** `yyyymmdd`, the day the record was entered. */
  readonly entered: string;
  readonly copies: readonly Copy[];
}

type Pair = readonly [code: string, value: string];

/** A data field of the subfields that have something in them; null when none has. */
export function dataField(
  tag: string,
  indicators: string,
  pairs: readonly Pair[],
): DataField | null {
  const subfields: Subfield[] = pairs
    .filter(([, value]) => value !== '')
    .map(([code, value]) => ({ code, value }));
  if (subfields.length === 0) return null;
  return { tag, ind1: indicators.charAt(0), ind2: indicators.charAt(1), subfields };
}

/** A description as a CNMARC record (UNIMARC with 905 and pinyin), in the habits of the library. */
export function cnmarcRecord(
  described: Description,
  habits: Habits,
  cataloguing: Cataloguing,
): MarcRecord {
  const { fact } = described;
  const fields: (Field | null)[] = [
    { tag: '001', value: cataloguing.localId },
    { tag: '005', value: `${cataloguing.entered}093000.0` },
    ...described.isbns.map((isbn) =>
      dataField('010', '  ', [
        ['a', isbn.text],
        ['b', isbn.qualifier],
      ]),
    ),
    dataField('100', '  ', [['a', codedData(fact.year, cataloguing.entered)]]),
    dataField('101', described.people.some((person) => person.role === '译') ? '1 ' : '0 ', [
      ['a', fact.language],
    ]),
    fact.language === 'chi' ? dataField('102', '  ', [['a', 'CN']]) : null,
    fact.medium === 'book' ? dataField('105', '  ', [['a', 'ak  z   000yy']]) : null,
    dataField('106', '  ', [['a', fact.medium === 'ebook' ? 's' : 'r']]),
    titleField(described, habits),
    dataField('205', '  ', [['a', described.edition]]),
    dataField('210', '  ', [
      ['a', described.place],
      ['c', described.publisher],
      ['d', described.date],
    ]),
    dataField('215', '  ', [
      ['a', described.extent],
      ['d', fact.medium === 'ebook' ? '' : '26cm'],
    ]),
    dataField('225', '2 ', [['a', described.series]]),
    fact.medium === 'ebook' ? dataField('336', '  ', [['a', '文本型数据']]) : null,
    described.parallelTitle === ''
      ? null
      : dataField('510', '1 ', [
          ['a', described.parallelTitle],
          ['z', 'eng'],
        ]),
    ...subjectFields(described, habits),
    dataField('690', '  ', [
      ['a', fact.clc],
      ['v', '5'],
    ]),
    ...personFields(described, habits),
    dataField('801', ' 0', [
      ['a', 'CN'],
      ['b', cataloguing.libraryCode],
      ['c', cataloguing.entered],
    ]),
    ...copyFields(cataloguing, habits.copies),
  ];
  return { leader: leader(described), fields: fields.filter((field) => field !== null) };
}

function leader(described: Description): string {
  const type = { book: 'a', ebook: 'l', score: 'c' }[described.fact.medium];
  return `00000n${type}m0 22000003  450 `;
}

/** UNIMARC 100 $a: date entered, type of date, year, then codes up to the script of the title. */
function codedData(year: number, entered: string): string {
  return `${entered}d${year}    em y0chiy50      ea`;
}

function titleField(described: Description, habits: Habits): DataField | null {
  const parallel =
    described.parallelTitle === '' || habits.parallelTitle === 'access'
      ? ''
      : `${habits.parallelTitle === 'typed' ? '= ' : ''}${described.parallelTitle}`;
  return dataField('200', '1 ', [
    ['a', described.title],
    [habits.pinyin ?? '9', habits.pinyin === null ? '' : described.pinyin],
    ['h', described.partNumber],
    ['i', described.partName],
    ['b', described.fact.medium === 'ebook' ? '电子资源' : ''],
    ['d', parallel],
    ['e', described.subtitle],
    ...described.responsibility
      .split(' ; ')
      .map((statement, at): Pair => [at === 0 ? 'f' : 'g', statement]),
    ['z', parallel === '' ? '' : 'eng'],
  ]);
}

function subjectFields(described: Description, habits: Habits): (DataField | null)[] {
  if (habits.subjectsInOneField) {
    return [dataField('606', '0 ', [['a', described.subjects.join(';')]])];
  }
  return described.subjects.map((subject) => dataField('606', '0 ', [['a', subject]]));
}

function personFields(described: Description, habits: Habits): (DataField | null)[] {
  return described.people.map((person) =>
    dataField(person.role === '译' ? '702' : '701', ' 0', [
      ['a', person.name],
      ['c', person.country === '' ? '' : `(${person.country})`],
      [habits.pinyin ?? '9', habits.pinyin === null ? '' : person.pinyin],
      // Some systems put a blank before the role; readers of such records have to cope.
      ['4', person.role === '' || habits.pinyin !== '9' ? person.role : ` ${person.role}`],
    ]),
  );
}

function copyFields(cataloguing: Cataloguing, layout: CopyFields | null): (DataField | null)[] {
  if (layout === null) return [];
  return cataloguing.copies.map((copy) => {
    const [first, second] = layout.callNumber;
    const callNumber: Pair[] =
      second === undefined
        ? [[first, `${copy.classNumber}/${copy.bookNumber}`]]
        : [
            [first, copy.classNumber],
            [second, copy.bookNumber],
          ];
    return dataField(layout.tag, '  ', [
      [layout.library, cataloguing.libraryCode],
      [layout.barcode, copy.barcode],
      [layout.location, copy.location],
      ...callNumber,
    ]);
  });
}
