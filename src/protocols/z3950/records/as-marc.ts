import type { DataField, Field, MarcRecord, Subfield } from '../../../marc/types.ts';
import type { GrsContent, GrsElement } from './grs1.ts';

/** A book without any coded data. */
const plainLeader = '00000nam a2200000 a 4500';

/** A record of another syntax in the form of MARC, so that one set of rules reads them all. */
export interface AsMarc {
  readonly marc: MarcRecord;
  /** False where the library's record never was MARC and only borrows its fields. */
  readonly genuine: boolean;
}

/**
 * A GRS-1 record as MARC. Servers that hold MARC tag their elements with MARC tags (245, then indicators or
 * subfields below); others use tagSet-G, whose few elements have a place in MARC 21.
 */
export function marcFromGrs1(elements: readonly GrsElement[]): AsMarc {
  const fields = elements.flatMap((one): Field[] => {
    const tag = String(one.tag);
    if (hasMarcTag(one)) return [marcField(tag, one.content)];
    const place = one.tagType === 2 ? tagSetG[tag] : undefined;
    const value = place === undefined ? '' : textOf(one.content);
    return place === undefined || value === '' ? [] : [dataField(place[0], place[1], value)];
  });
  const leader = elements.find((one) => /^(leader|ldr|000)$/i.test(String(one.tag)));
  const text = leader === undefined ? '' : textOf(leader.content);
  if (!fields.some((field) => titleTags.includes(field.tag))) {
    return marcFromSutrs(elements.map((one) => textOf(one.content)).join('\n'));
  }
  const marc = { leader: text.length === 24 ? text : plainLeader, fields };
  return { marc, genuine: elements.some(hasMarcTag) };
}

function hasMarcTag({ tag, tagType }: GrsElement): boolean {
  return /^(?!000)[0-9]{3}$/.test(String(tag)) && tagType !== 1 && tagType !== 2;
}

/** Titles of MARC 21 and of UNIMARC. Without one, a record's elements are lines of text like any. */
const titleTags: readonly string[] = ['245', '200'];

/** Elements of tagSet-G (Z39.50 TAG.4.2) by number, in MARC 21. */
const tagSetG: Readonly<Record<string, readonly [tag: string, code: string]>> = {
  1: ['245', 'a'],
  2: ['720', 'a'],
  3: ['260', 'a'],
  4: ['260', 'c'],
  5: ['035', 'a'],
  6: ['520', 'a'],
  7: ['720', 'a'],
  9: ['500', 'a'],
  10: ['710', 'a'],
  20: ['041', 'a'],
  21: ['653', 'a'],
  28: ['020', 'a'],
  31: ['260', 'b'],
};

function marcField(tag: string, content: GrsContent): Field {
  if (content.kind !== 'subtree') {
    const value = textOf(content);
    return tag < '010' ? { tag, value } : dataField(tag, 'a', value);
  }
  const [first] = content.elements;
  const below =
    content.elements.length === 1 && first?.content.kind === 'subtree' ? first : undefined;
  const indicators = below === undefined ? '  ' : String(below.tag).padEnd(2).slice(0, 2);
  const elements = below?.content.kind === 'subtree' ? below.content.elements : content.elements;
  const subfields = elements.map(
    (one): Subfield => ({ code: String(one.tag).slice(0, 1), value: textOf(one.content) }),
  );
  return { tag, ind1: indicators[0] ?? ' ', ind2: indicators[1] ?? ' ', subfields };
}

function dataField(tag: string, code: string, value: string): DataField {
  return { tag, ind1: ' ', ind2: ' ', subfields: [{ code, value }] };
}

function textOf(content: GrsContent): string {
  switch (content.kind) {
    case 'text':
    case 'date':
      return content.text;
    case 'octets':
      return new TextDecoder().decode(content.octets);
    case 'number':
      return String(content.value);
    case 'subtree':
      return content.elements
        .map((one) => textOf(one.content))
        .filter((text) => text !== '')
        .join(' ');
    default:
      return '';
  }
}

const labels: readonly (readonly [label: RegExp, tag: string, code: string])[] = [
  [/^(title|ti|题名|書名|书名|篇名)$/i, '245', 'a'],
  [/^(author|au|creator|著者|作者|责任者)$/i, '720', 'a'],
  [/^(publisher|出版社|出版者)$/i, '260', 'b'],
  [/^(date|year|published|出版年|出版日期)$/i, '260', 'c'],
  [/^(isbn)$/i, '020', 'a'],
  [/^(issn)$/i, '022', 'a'],
  [/^(subject|subjects|主题)$/i, '653', 'a'],
  [/^(call ?number|索书号|索取号)$/i, '852', 'h'],
  [/^(language|语种)$/i, '546', 'a'],
];

/**
 * A SUTRS record (unstructured text) as MARC: lines `Label: value` whose label says what it is find their
 * place, the first other line is the title where none is labelled so, and the rest are notes.
 */
export function marcFromSutrs(text: string): AsMarc {
  const fields: DataField[] = [];
  const others: string[] = [];
  for (const line of text.split(/\r?\n/).slice(0, maxLines)) {
    const match = /^\s*([^:：]{1,30}?)\s*[:：]\s*(.+)$/.exec(line);
    const place = match === null ? undefined : labels.find(([label]) => label.test(match[1] ?? ''));
    if (match !== null && place !== undefined) {
      fields.push(dataField(place[1], place[2], (match[2] ?? '').trim()));
    } else if (line.trim() !== '') others.push(line.trim());
  }
  if (!fields.some((field) => field.tag === '245')) {
    fields.push(dataField('245', 'a', others.shift() ?? ''));
  }
  fields.push(...others.map((line) => dataField('500', 'a', line)));
  return { marc: { leader: plainLeader, fields }, genuine: false };
}

const maxLines = 200;
