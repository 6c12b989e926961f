import { selectLibraries } from '../../members/selection.ts';
import { QuerySyntaxError } from '../../query/errors.ts';
import { checkIndexes, parseReaderQuery } from '../../query/index.ts';
import { type IndexName, indexNames } from '../../query/types.ts';
import {
  type FacetName,
  facetNames,
  type SearchRequest,
  type SortOrder,
  sortOrders,
  type View,
} from '../../search/types.ts';
import type { WebContext } from '../context.ts';
import { type BadInput, busy, type ProblemError } from '../problem.ts';

export const answerModes = ['complete', 'enough', 'first', 'now'] as const;
export type AnswerMode = (typeof answerModes)[number];

export interface SearchInput {
  readonly request: SearchRequest;
  readonly view: View;
  readonly answer: AnswerMode;
}

/** Parameters as they came, from the query string or a JSON body. */
export type RawInput = Readonly<Record<string, unknown>>;

const viewNames = ['page', 'size', 'sort', 'filter', 'timings', 'lang'] as const;
const searchNames = ['q', 'syntax', 'index', 'libraries', 'wait', 'answer', ...viewNames] as const;

/** Checks a search request whole: the search it asks for, or every fault with its pointer. */
export function readSearchInput(
  raw: RawInput,
  context: WebContext,
  refresh: boolean,
): SearchInput | { errors: BadInput[] } {
  const errors: BadInput[] = [];
  refuseUnknown(raw, [...searchNames], errors);
  const view = readView(raw, context, errors);
  const waitMs = wholeNumber(raw, 'wait', context.settings.search.waitMs, errors, {
    minimum: 0,
    maximum: context.settings.search.maxWaitMs,
  });
  const answer = oneOf(raw, 'answer', answerModes, 'complete', errors);
  const query = readQuery(raw, errors);
  const libraries = readLibraries(raw, context, errors);
  if (errors.length > 0 || query === null || libraries === null) return { errors };
  return {
    view,
    answer,
    request: { ...query, libraries, sort: view.sort, waitMs, refresh },
  };
}

/** The part of the parameters that only chooses what to show of a search. */
export function readViewInput(
  raw: RawInput,
  context: WebContext,
  alsoKnown: readonly string[] = [],
): View | { errors: BadInput[] } {
  const errors: BadInput[] = [];
  refuseUnknown(raw, [...viewNames, ...alsoKnown], errors);
  const view = readView(raw, context, errors);
  return errors.length > 0 ? { errors } : view;
}

/** The page of one library's own list; what else stands there is not looked at. */
export function readListInput(
  raw: RawInput,
): { readonly page: number; readonly size: number } | { errors: BadInput[] } {
  const errors: BadInput[] = [];
  const page = wholeNumber(raw, 'page', 1, errors, { minimum: 1, maximum: 1_000_000 });
  const size = wholeNumber(raw, 'size', 20, errors, { minimum: 1, maximum: 100 });
  return errors.length > 0 ? { errors } : { page, size };
}

function readView(raw: RawInput, context: WebContext, errors: BadInput[]): View {
  const { pageSize, maxPageSize, maxPage } = context.settings.search;
  return {
    page: wholeNumber(raw, 'page', 1, errors, { minimum: 1, maximum: maxPage }),
    size: wholeNumber(raw, 'size', pageSize, errors, { minimum: 1, maximum: maxPageSize }),
    sort: oneOf<SortOrder>(raw, 'sort', sortOrders, 'relevance', errors),
    filters: readFilters(raw.filter, errors),
    timings: flag(raw, 'timings', errors),
  };
}

function readQuery(raw: RawInput, errors: BadInput[]): Pick<SearchRequest, 'query' | 'cql'> | null {
  const syntax = oneOf(raw, 'syntax', ['auto', 'words', 'cql'] as const, 'auto', errors);
  const index = oneOf<IndexName>(raw, 'index', indexNames, 'any', errors);
  if (typeof raw.q !== 'string' || raw.q.trim() === '') {
    errors.push({ pointer: '/q', message: 'is empty: give words, an ISBN, an ISSN or CQL' });
    return null;
  }
  try {
    const parsed = parseReaderQuery(raw.q, { syntax, index });
    const unknown = checkIndexes(parsed.query);
    if (unknown === null) return parsed;
    errors.push({ pointer: '/q', message: `${unknown.index} is not a known index` });
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    errors.push({ pointer: '/q', message: `at position ${error.position}: ${error.message}` });
  }
  return null;
}

function readLibraries(raw: RawInput, context: WebContext, errors: BadInput[]): string[] | null {
  const chosen = listOf(raw.libraries);
  if (chosen === undefined) {
    errors.push({ pointer: '/libraries', message: 'must be ids separated by commas' });
    return null;
  }
  const selected = selectLibraries(chosen, context.directory, context.selection);
  if ('ids' in selected) return selected.ids;
  if (!context.isReady()) throw stillReading();
  errors.push(...selected.problems);
  return null;
}

/** Libraries that registered themselves come with the database, which opens while searching goes on. */
function stillReading(): ProblemError {
  const detail = 'registered libraries are still being read; try again in a moment';
  return busy(detail, 2);
}

/** Null where nothing was given, undefined where it is no list of ids. */
function listOf(value: unknown): string[] | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  const parts = Array.isArray(value) ? value : [value];
  if (!parts.every((part) => typeof part === 'string')) return undefined;
  const ids = (parts as string[])
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return ids.length === 0 ? null : ids;
}

function readFilters(value: unknown, errors: BadInput[]): View['filters'] {
  if (value === undefined) return [];
  const filters: { name: FacetName; value: string }[] = [];
  for (const part of Array.isArray(value) ? value : [value]) {
    const text = String(part);
    const name = text.slice(0, Math.max(0, text.indexOf(':')));
    if ((facetNames as readonly string[]).includes(name) && text.length > name.length + 1) {
      filters.push({ name: name as FacetName, value: text.slice(name.length + 1) });
    } else {
      const names = facetNames.join(', ');
      errors.push({ pointer: '/filter', message: `must be name:value with a name of ${names}` });
    }
  }
  return filters;
}

function wholeNumber(
  raw: RawInput,
  name: string,
  otherwise: number,
  errors: BadInput[],
  range: { minimum: number; maximum: number },
): number {
  const value = raw[name];
  if (value === undefined) return otherwise;
  const number =
    typeof value === 'number'
      ? value
      : /^-?[0-9]{1,9}$/.test(String(value))
        ? Number(value)
        : Number.NaN;
  if (!Number.isInteger(number)) {
    errors.push({
      pointer: `/${name}`,
      message: `must be a whole number, not ${JSON.stringify(value)}`,
    });
  } else if (number < range.minimum || number > range.maximum) {
    errors.push({
      pointer: `/${name}`,
      message: `must be from ${range.minimum} to ${range.maximum}, not ${number}`,
    });
  } else {
    return number;
  }
  return otherwise;
}

function oneOf<T extends string>(
  raw: RawInput,
  name: string,
  allowed: readonly T[],
  otherwise: T,
  errors: BadInput[],
): T {
  const value = raw[name];
  if (value === undefined || value === '') return otherwise;
  if ((allowed as readonly unknown[]).includes(value)) return value as T;
  errors.push({
    pointer: `/${name}`,
    message: `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`,
  });
  return otherwise;
}

function flag(raw: RawInput, name: string, errors: BadInput[]): boolean {
  const value = raw[name];
  if (value === undefined || value === '0' || value === 0 || value === false) return false;
  if (value === '1' || value === 1 || value === true) return true;
  errors.push({ pointer: `/${name}`, message: 'must be 1 or 0' });
  return false;
}

function refuseUnknown(raw: RawInput, known: readonly string[], errors: BadInput[]): void {
  for (const name of Object.keys(raw)) {
    if (!known.includes(name)) {
      errors.push({ pointer: `/${name}`, message: `is not a known parameter` });
    }
  }
}
