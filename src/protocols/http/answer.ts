import type { BibRecord, Item } from '../../marc/record.ts';
import type { HttpSettings } from '../../members/document.ts';
import { AnswerError } from '../answers/errors.ts';
import { itemOfCallNumber, itemsAt, recordAt } from './record.ts';
import type { Page } from './selectors.ts';
import { firstValueOf } from './values.ts';

/** One record of a list, or null where its selectors find no title. */
export interface ListRecord {
  readonly record: BibRecord | null;
  readonly id: string | null;
  readonly items: readonly Item[];
  /** The record as it arrived. */
  readonly source: string;
}

export interface ListAnswer {
  /** Null where the page gives no count. */
  readonly hits: number | null;
  readonly records: readonly ListRecord[];
  /** Address of the next page, where the catalogue pages by links. */
  readonly next: string | null;
}

const maxRecords = 1000;

/**
 * Reads one page of a list. A page on which what must be there is not is AnswerError and never an empty
 * list: it may be a login form, an error page or another catalogue.
 */
export function decodeAnswer<P>(settings: HttpSettings, page: Page<P>): ListAnswer {
  const { root } = page;
  if (settings.expect !== undefined && !isThere(page, settings.expect)) {
    throw new AnswerError('expect_missing', 'What must be on every answer of this library is not.');
  }
  const isEmpty = settings.empty !== undefined && isThere(page, settings.empty);
  const counted = isEmpty ? '0' : firstValueOf(page, root, settings.count);
  const hits = countOf(counted);
  const found = isEmpty ? { there: true, values: [] } : placesOf(settings, page);
  if (settings.expect === undefined && hits === null && !found.there) {
    throw new AnswerError('no_list', 'The answer has neither a count nor records.');
  }
  return {
    hits,
    records: found.values.slice(0, maxRecords).map((place) => listRecord(settings, page, place)),
    next: firstValueOf(page, root, settings.page.next),
  };
}

function placesOf<P>(settings: HttpSettings, page: Page<P>) {
  return settings.records === undefined
    ? { there: false, values: [] }
    : page.places(page.root, settings.records);
}

function isThere<P>(page: Page<P>, select: string): boolean {
  return page.places(page.root, select).there || page.texts(page.root, select).there;
}

/** The first number of a count in words (`检索到 1,560 条`). */
function countOf(text: string | null): number | null {
  const digits = /(?<![-−.\d])\d[\d,]{0,14}/.exec(text ?? '')?.[0].replaceAll(',', '');
  return digits === undefined ? null : Number(digits);
}

function listRecord<P>(settings: HttpSettings, page: Page<P>, place: P): ListRecord {
  const { fields, items } = settings;
  const record = fields === undefined ? null : recordAt(page, place, fields);
  const copies = items === undefined ? [] : itemsAt(page, place, items.select, items.fields);
  const callNumber = firstValueOf(page, place, fields?.callNumber);
  return {
    record,
    id: firstValueOf(page, place, fields?.id),
    items: copies.length === 0 && callNumber !== null ? [itemOfCallNumber(callNumber)] : copies,
    source: page.source(place),
  };
}
