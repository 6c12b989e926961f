import type { HttpSettings } from '../../members/document.ts';
import type { SortWish } from '../../members/types.ts';
import type { HttpRequest } from '../types.ts';
import {
  fill,
  fillHeader,
  fillJson,
  fillPairs,
  fillUrl,
  isFillable,
  type Variables,
} from './template.ts';

/** One page of a catalogue's list. */
export interface ListPage {
  /** From 0. */
  readonly number: number;
  readonly size: number;
}

/** Records the server puts on one page. */
export function pageSizeOf(settings: HttpSettings): number {
  return settings.pageSize ?? settings.limits.pageSize;
}

/** The variables of one page: the query's own, the place in the list, the session's token, the order. */
export function pageVariables(
  settings: HttpSettings,
  query: Variables,
  { number, size }: ListPage,
  token: string | null,
  sort: SortWish | null,
): Variables {
  const first = settings.page.first ?? 1;
  const order = sort === null ? undefined : settings.sorts[sort.key];
  return {
    ...query,
    page: number + first,
    offset: number * size + first,
    start: number * size + 1,
    size,
    ...(token === null ? {} : { token }),
    ...(sort === null || typeof order !== 'string'
      ? {}
      : { sort: order, order: sort.descending ? 'desc' : 'asc' }),
  };
}

/** The request for one page, after the document's templates. */
export function encodeAsk(settings: HttpSettings, variables: Variables): HttpRequest {
  const { formCharset } = settings;
  const url = fillUrl(settings.url, variables, formCharset);
  const query = fillPairs(settings.query, variables, formCharset);
  if (query !== '') url.search = url.search === '' ? query : `${url.search.slice(1)}&${query}`;
  const headers: Record<string, string> = {};
  for (const [name, template] of Object.entries(settings.headers)) {
    if (isFillable(template, variables)) {
      headers[name.toLowerCase()] = fillHeader(template, variables);
    }
  }
  const body = bodyOf(settings, variables);
  if (body !== null) headers['content-type'] ??= body.type;
  return {
    url,
    method: settings.method === 'post' ? 'POST' : 'GET',
    headers,
    body: settings.method === 'post' ? Buffer.from(body?.text ?? '') : null,
    connections: settings.limits.connections,
    // A search changes nothing at the library and may be sent again.
    repeatable: true,
  };
}

function bodyOf({ body, formCharset }: HttpSettings, variables: Variables) {
  if (body?.json !== undefined) {
    return { type: 'application/json', text: JSON.stringify(fillJson(body.json, variables)) };
  }
  if (body?.form === undefined) return null;
  const text = fillPairs(body.form, variables, formCharset);
  return { type: 'application/x-www-form-urlencoded', text };
}

/** The request for something about one record: its copies, its full description. */
export function encodeAbout(
  settings: HttpSettings,
  template: string,
  id: string,
  token: string | null,
): HttpRequest {
  const variables = { id, ...(token === null ? {} : { token }) };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings.headers)) {
    if (name.toLowerCase() !== 'content-type') headers[name.toLowerCase()] = fill(value, variables);
  }
  return {
    url: fillUrl(template, variables, settings.formCharset),
    method: 'GET',
    headers,
    body: null,
    connections: settings.limits.connections,
  };
}
