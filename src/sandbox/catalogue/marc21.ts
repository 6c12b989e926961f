import type { DataField, Field, MarcRecord } from '../../marc/types.ts';
import { type Cataloguing, dataField } from './cnmarc.ts';
import type { Description } from './describe.ts';
import type { CopyFields, Habits } from './habits.ts';

const romanisable = /\p{Script=Han}/u;

/** A description as a MARC 21 record with ISBD punctuation, in the habits of the library. */
export function marc21Record(
  described: Description,
  habits: Habits,
  cataloguing: Cataloguing,
): MarcRecord {
  const { fact } = described;
  const romanise = habits.romanised && fact.language === 'chi';
  const linked: DataField[] = [];
  const link = (field: DataField | null, romanised: DataField | null): DataField | null => {
    if (!romanise || field === null || romanised === null) return field;
    const number = String(linked.length + 1).padStart(2, '0');
    const six = (tag: string): { code: string; value: string } => ({
      code: '6',
      value: tag === '880' ? `${field.tag}-${number}/$1` : `880-${number}`,
    });
    linked.push({ ...field, tag: '880', subfields: [six('880'), ...field.subfields] });
    return { ...romanised, subfields: [six(field.tag), ...romanised.subfields] };
  };
  const title = link(titleField(described), romanisedTitle(described));
  const people = described.people.map((_, at) =>
    link(personField(described, at, false), personField(described, at, true)),
  );
  const fields: (Field | null)[] = [
    { tag: '001', value: cataloguing.localId },
    { tag: '005', value: `${cataloguing.entered}093000.0` },
    fact.medium === 'ebook' ? { tag: '007', value: 'cr |||||||||||' } : null,
    { tag: '008', value: fixedData(described, cataloguing.entered) },
    ...described.isbns.map((isbn) =>
      dataField('020', '  ', [
        ['a', isbn.text],
        ['q', isbn.qualifier === '' ? '' : `(${isbn.qualifier})`],
      ]),
    ),
    dataField('040', '  ', [
      ['a', cataloguing.libraryCode],
      ['c', cataloguing.libraryCode],
    ]),
    dataField('041', '0 ', [['a', fact.language]]),
    dataField('082', '04', [['a', fact.ddc]]),
    dataField('084', '  ', [
      ['a', habits.classification === 'clc' ? fact.clc : ''],
      ['2', habits.classification === 'clc' ? 'clc' : ''],
    ]),
    people[0] ?? null,
    title,
    parallelAccess(described),
    dataField('250', '  ', [['a', described.edition]]),
    imprint(described),
    dataField('300', '  ', [
      ['a', described.extent],
      ['c', fact.medium === 'ebook' ? '' : '26 cm'],
    ]),
    dataField('337', '  ', [
      ['a', fact.medium === 'ebook' ? 'computer' : ''],
      ['b', fact.medium === 'ebook' ? 'c' : ''],
      ['2', fact.medium === 'ebook' ? 'rdamedia' : ''],
    ]),
    dataField('490', '0 ', [['a', described.series]]),
    ...described.subjects.map((subject) => dataField('650', ' 7', [['a', subject]])),
    ...people.slice(1),
    ...copyFields(cataloguing, habits.copies),
    ...linked,
  ];
  return { leader: leader(described), fields: fields.filter((field) => field !== null) };
}

function leader(described: Description): string {
  const type = { book: 'a', ebook: 'a', score: 'c' }[described.fact.medium];
  return `00000n${type}m a2200000 i 4500`;
}

/** MARC 21 008: date entered, kind of date, year, country, 17 positions by material, language. */
function fixedData(described: Description, entered: string): string {
  const { fact } = described;
  const country = fact.language === 'chi' ? 'cc ' : 'xx ';
  const form = fact.medium === 'ebook' ? 'o' : ' ';
  return `${entered.slice(2)}s${fact.year}    ${country}     ${form}     000 0 ${fact.language} d`;
}

function titleField(described: Description): DataField | null {
  const { title, parallelTitle, subtitle, partNumber, partName, responsibility } = described;
  const parts: [string, string][] = [['a', title]];
  const punctuate = (mark: string): void => {
    const last = parts[parts.length - 1];
    if (last !== undefined) last[1] += mark;
  };
  const add = (mark: string, code: string, value: string): void => {
    if (value === '') return;
    punctuate(mark);
    parts.push([code, value]);
  };
  add('.', 'n', partNumber);
  add(partNumber === '' ? '.' : ',', 'p', partName);
  if (described.fact.medium === 'ebook') parts.push(['h', '[electronic resource]']);
  add(' :', 'b', subtitle);
  if (parallelTitle !== '') {
    if (subtitle === '') add(' =', 'b', parallelTitle);
    else punctuate(` = ${parallelTitle}`);
  }
  add(' /', 'c', responsibility === '' ? '' : `${responsibility}.`);
  return dataField('245', `1${nonFiling(described)}`, parts);
}

/** MARC 21 245 second indicator: characters of a leading article. */
function nonFiling(described: Description): string {
  if (described.fact.language === 'chi') return '0';
  const article = /^(?:The |An? |L'|Le |La |Der |Die |Das |El )/.exec(described.title);
  return String(article?.[0].length ?? 0);
}

function romanisedTitle(described: Description): DataField | null {
  const { pinyin, partNumber } = described;
  if (pinyin === '') return null;
  const capital = pinyin.charAt(0).toUpperCase() + pinyin.slice(1);
  const names = described.people.map((person) => person.pinyin || person.name);
  return dataField('245', '10', [
    ['a', partNumber === '' ? `${capital} /` : `${capital}.`],
    ['n', partNumber === '' ? '' : `${romanisedPart(partNumber)} /`],
    ['h', described.fact.medium === 'ebook' ? '[electronic resource]' : ''],
    ['c', `${names.join(', ')}.`],
  ]);
}

const romanParts: Readonly<Record<string, string>> = { 上册: 'shang ce', 下册: 'xia ce' };

function romanisedPart(part: string): string {
  return romanParts[part] ?? part.replace('第', 'di ').replace('卷', ' juan');
}

function parallelAccess(described: Description): DataField | null {
  return dataField('246', '31', [['a', described.parallelTitle]]);
}

function personField(described: Description, at: number, romanise: boolean): DataField | null {
  const person = described.people[at];
  if (person === undefined) return null;
  const name = romanise && person.pinyin !== '' ? person.pinyin.replace(' ', ', ') : person.name;
  const tag = at === 0 ? '100' : '700';
  if (romanise && romanisable.test(name)) return null;
  return dataField(tag, '1 ', [
    ['a', person.role === '' ? name : `${name},`],
    ['e', person.role === '' || romanise ? '' : `${person.role}.`],
  ]);
}

function imprint(described: Description): DataField | null {
  return dataField('260', '  ', [
    ['a', described.place === '' ? '' : `${described.place} :`],
    ['b', `${described.publisher},`],
    ['c', `${described.date}.`],
  ]);
}

function copyFields(cataloguing: Cataloguing, layout: CopyFields | null): (DataField | null)[] {
  if (layout === null) return [];
  return cataloguing.copies.map((copy, at) => {
    const [first, second] = layout.callNumber;
    return dataField(layout.tag, '4 ', [
      [layout.library, cataloguing.libraryCode],
      [layout.location, copy.location],
      [first, second === undefined ? `${copy.classNumber} ${copy.bookNumber}` : copy.classNumber],
      [second ?? 'i', second === undefined ? '' : copy.bookNumber],
      [layout.barcode, copy.barcode],
      ['t', cataloguing.copies.length > 1 ? String(at + 1) : ''],
    ]);
  });
}
