import { foldForMatching, hasHan } from '../../marc/text.ts';
import type { IndexName, Query } from '../../query/types.ts';
import type { Library, SourceRecord } from '../types.ts';

/**
 * A record that a library is known to have, to ask it for. It is drawn by chance from what searches
 * brought, holds nothing of who searched or for what, and is shown to nobody.
 */
export interface KnownItem {
  readonly localId: string;
  readonly title: string;
  readonly isbn: string | null;
  /** Day on which it was learned, ISO. */
  readonly learnedOn: string;
  /** Hits of its query when it was last found, or null before. */
  readonly hits: number | null;
  /** Checks in a row that asked for it in vain. */
  readonly missed: number;
}

/** Items kept of a library: enough to tell a withdrawn book from a lost index. */
const maxKnownItems = 4;

/** After so many vain checks an item is let go of. */
const maxMissed = 3;

/** An item is replaced by a newer one after so many days, so that the set follows the catalogue. */
const renewAfterDays = 14;

const minTitleCharacters = 4;
const maxTitleCharacters = 120;

/** The index and term by which an item can be asked for, or null where the library has no way to. */
export function questionOf(
  item: Pick<KnownItem, 'title' | 'isbn'>,
  library: Library,
): { readonly index: IndexName; readonly term: string } | null {
  const { indexes } = library.connector;
  if (item.isbn !== null && indexes.isbn !== undefined) return { index: 'isbn', term: item.isbn };
  const term = titleTerm(item.title);
  if (term === null) return null;
  for (const index of ['title', 'any'] as const) {
    if (indexes[index] !== undefined) return { index, term };
  }
  return null;
}

/** A query of one clause; the term has no character that means anything in CQL. */
export function clauseQuery(index: IndexName, term: string): Query {
  return {
    node: { type: 'clause', index, relation: { name: '=', modifiers: [] }, term },
    sort: [],
    prefixes: [],
  };
}

/** A title's words without punctuation; of a long Latin title only the first ones. */
function titleTerm(title: string): string | null {
  const words = title
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
    .split(' ');
  const kept = hasHan(title) ? words.slice(0, 1) : words.slice(0, 4);
  const term = kept.join(' ').slice(0, 60);
  return term.length < 2 ? null : term;
}

/** The record as an item to ask for, or null where it is not fit to be found again. */
export function itemOf(
  { localId, record }: SourceRecord,
  library: Library,
  day: string,
): KnownItem | null {
  const title = record.title.trim();
  if (title.length < minTitleCharacters || title.length > maxTitleCharacters) return null;
  if (title.includes('\ufffd') || localId === '') return null;
  const item = { localId, title, isbn: record.isbn[0] ?? null };
  if (questionOf(item, library) === null) return null;
  return { ...item, learnedOn: day, hits: null, missed: 0 };
}

/** Whether a new item is wanted: the set is not full, or one of it has grown old. */
export function wantsItem(items: readonly KnownItem[], day: string): boolean {
  return items.length < maxKnownItems || oldestOf(items, day) !== null;
}

/** The set with one more item, in place of an old one where it is full. */
export function withItem(
  items: readonly KnownItem[],
  item: KnownItem,
  day: string,
): readonly KnownItem[] {
  if (items.some(({ localId, title }) => localId === item.localId || title === item.title)) {
    return items;
  }
  if (items.length < maxKnownItems) return [...items, item];
  const oldest = oldestOf(items, day);
  return oldest === null ? items : [...items.filter((one) => one !== oldest), item];
}

function oldestOf(items: readonly KnownItem[], day: string): KnownItem | null {
  const before = new Date(Date.parse(day) - renewAfterDays * 86_400_000).toISOString().slice(0, 10);
  return items.find(({ learnedOn }) => learnedOn < before) ?? null;
}

/** The set after a check asked for some of its items. */
export function afterAsking(
  items: readonly KnownItem[],
  asked: readonly { readonly item: KnownItem; readonly hits: number; readonly found: boolean }[],
): readonly KnownItem[] {
  return items.flatMap((item) => {
    const answer = asked.find((one) => one.item.localId === item.localId);
    if (answer === undefined) return [item];
    if (answer.found) return [{ ...item, hits: answer.hits, missed: 0 }];
    const missed = item.missed + 1;
    return missed >= maxMissed ? [] : [{ ...item, missed }];
  });
}

/** How a record that came back stands to the item that was asked for. */
export function compareItem(item: KnownItem, found: SourceRecord): 'same' | 'changed' | 'other' {
  const { record, localId } = found;
  const sameTitle = foldForMatching(record.title) === foldForMatching(item.title);
  if (sameTitle) return 'same';
  const sameNumber =
    localId === item.localId || (item.isbn !== null && record.isbn.includes(item.isbn));
  if (!sameNumber) return 'other';
  // The number is the item's, its title is not: a catalogue corrects titles, but not into damage.
  return record.title.includes('\ufffd') || !sharesWords(record.title, item.title)
    ? 'changed'
    : 'same';
}

function sharesWords(a: string, b: string): boolean {
  const folded = foldForMatching(a);
  const characters = [...new Set(foldForMatching(b).replaceAll(' ', ''))];
  const shared = characters.filter((character) => folded.includes(character)).length;
  return shared * 2 >= characters.length;
}
