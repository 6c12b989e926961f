import { hasHan, toSimplified, toTraditional } from '../marc/text.ts';
import type { SourceRecord } from '../members/types.ts';
import type { IndexName } from '../query/types.ts';

/** Words that stand in nearly every catalogue of some size; asked until one finds something. */
export const latinSeeds = [
  'history',
  'china',
  'science',
  'chemistry',
  'introduction',
  'computer',
  'the',
];
export const hanSeeds = ['中国', '化学', '经济', '文学', '图书馆', '历史', '研究'];
export const yearSeeds = ['2010', '2005', '2000', '1995', '1985', '2015', '2020'];

/** A sample of so many tells enough; a smaller one is made do with after so many words. */
export const enoughHits = 20;
export const enoughSeeds = 12;

/** A term that no catalogue has. */
export const nonsenseTerm = 'qzxjvkwqzx';
export const nonsenseNumber = '48151623';

/** The term by which a record can be found again in an index, or null where it has none. */
export function termOf({ record }: SourceRecord, index: IndexName): string | null {
  switch (index) {
    case 'any':
    case 'title':
      return titleTerm(record.title);
    case 'author':
      return nameTerm(record.authors[0] ?? '');
    case 'isbn':
      return record.isbn[0] ?? null;
    case 'issn':
      return record.issn[0] ?? null;
    case 'subject':
      return words(record.subjects[0]?.split(/--|-/)[0] ?? '');
    case 'publisher':
      return words(record.publisher ?? '');
    case 'year':
      return record.year === null ? null : String(record.year);
    case 'callnumber':
      return record.items[0]?.callNumber ?? null;
    case 'class':
      return Object.values(record.classes)[0] ?? null;
    case 'series':
      return words(record.series ?? '');
    case 'id':
      return record.controlNumber;
  }
}

/** A title's words without punctuation; of a long Latin title only the first ones. */
export function titleTerm(title: string): string | null {
  const plain = words(title);
  if (plain === null || plain.length < 2) return null;
  return hasHan(plain) ? (plain.split(' ')[0] ?? plain) : plain.split(' ').slice(0, 4).join(' ');
}

function nameTerm(name: string): string | null {
  const plain = words(name.replace(/[([（〔].*?[)\]）〕]/g, ' '));
  if (plain === null) return null;
  return hasHan(plain) ? plain : (plain.split(' ')[0] ?? plain);
}

function words(text: string): string | null {
  const plain = text
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, 60);
  return plain === '' ? null : plain;
}

/** The first characters of a title, for searches at its start. */
export function beginningOf(term: string): string {
  const [first = term] = term.split(' ');
  if (hasHan(first)) return first.slice(0, 2);
  return first.length > 4 ? first.slice(0, -1) : first;
}

/** The record with most to find it by; one whose title tells charsets apart before all others. */
export function knownItem(records: readonly SourceRecord[]): SourceRecord | null {
  const worth = (one: SourceRecord) => {
    const term = titleTerm(one.record.title);
    // A damaged title cannot be asked for, but the record may have a number that can.
    const isDamaged = term === null || one.record.title.includes('\ufffd');
    if (isDamaged) return one.record.controlNumber === null ? -1 : 0;
    const telling = hasHan(term) ? 20 : /[^\p{ASCII}]/u.test(term) ? 10 : 0;
    const { record } = one;
    const known = [record.isbn[0], record.authors[0], record.subjects[0], record.publisher];
    const length = hasHan(term)
      ? Math.min(6, term.length)
      : Math.min(6, term.split(' ').length * 2);
    return (
      telling + known.filter((value) => value !== undefined && value !== null).length * 2 + length
    );
  };
  const ranked = records
    .map((one) => ({ one, value: worth(one) }))
    .filter(({ value }) => value >= 0)
    .sort((a, b) => b.value - a.value);
  return ranked[0]?.one ?? null;
}

/** The known item first, then the others, so that each index is asked for something some record has. */
export function firstTerm(
  known: SourceRecord,
  records: readonly SourceRecord[],
  index: IndexName,
): string | null {
  for (const one of [known, ...records]) {
    const term = termOf(one, index);
    if (term !== null && !term.includes('\ufffd')) return term;
  }
  return null;
}

/** The same term in the other script, or null where it has only one form. */
export function otherScript(term: string): string | null {
  const simplified = toSimplified(term);
  if (simplified !== term) return simplified;
  const traditional = toTraditional(term);
  return traditional === term ? null : traditional;
}

/** Whether two records are the same one. */
export function isSame(a: SourceRecord, b: SourceRecord): boolean {
  if (a.record.controlNumber !== null || b.record.controlNumber !== null) {
    return a.record.controlNumber === b.record.controlNumber && a.record.title === b.record.title;
  }
  return a.record.title === b.record.title && a.record.year === b.record.year;
}
