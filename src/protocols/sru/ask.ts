import type { SruSettings } from '../../members/document.ts';
import type { SortWish } from '../../members/types.ts';
import type { SruSupport } from '../../query/index.ts';
import type { IndexMap } from '../../query/types.ts';
import type { ConnectorDependencies, HttpRequest } from '../types.ts';

export const sruVersions = ['1.1', '1.2', '2.0'] as const;
export type SruVersion = (typeof sruVersions)[number];

/** What a connector has learned about its server by being told off; kept between searches. */
export interface SruDialect {
  readonly version: SruVersion;
  /** Parameters the server does not take. */
  readonly without: ReadonlySet<string>;
  /** What of CQL it can do; an absent key means that nothing is known. */
  readonly supports?: SruSupport;
  /** Index names from its explain record, where it refused those of the document. */
  readonly indexes?: IndexMap;
}

export interface SruPage {
  readonly cql: string;
  readonly start: number;
  readonly count: number;
  readonly sort: { readonly path: string; readonly descending: boolean } | null;
}

/** The request for one page of a search. */
export function encodeSearch(settings: SruSettings, dialect: SruDialect, page: SruPage) {
  const { version } = dialect;
  const parameters = new URLSearchParams();
  if (version !== '2.0') {
    parameters.set('version', version);
    parameters.set('operation', 'searchRetrieve');
  }
  parameters.set('query', sortedCql(page, version));
  parameters.set('startRecord', String(page.start));
  parameters.set('maximumRecords', String(page.count));
  if (settings.recordSchema !== '') parameters.set('recordSchema', settings.recordSchema);
  // SRU 2.0 section 4.3: recordPacking means something else there.
  if (version !== '2.0') parameters.set('recordPacking', settings.recordPacking);
  else if (settings.recordPacking === 'string') parameters.set('recordXMLEscaping', 'string');
  if (version === '1.1' && page.sort !== null) {
    // SRU 1.1: path, schema, ascending as 1 or 0.
    parameters.set('sortKeys', `${page.sort.path},,${page.sort.descending ? 0 : 1}`);
  }
  for (const name of dialect.without) parameters.delete(name);
  return parameters;
}

/** CQL 1.2 and SRU 2.0 sort by a clause of the query; the parameter is for other query types. */
function sortedCql({ cql, sort }: SruPage, version: SruVersion): string {
  if (sort === null || version === '1.1') return cql;
  return `${cql} sortby ${sort.path}/sort.${sort.descending ? 'descending' : 'ascending'}`;
}

/** The library's name for what the reader wants to sort by, or null when it cannot. */
export function sortPath(settings: SruSettings, wish: SortWish | null): SruPage['sort'] {
  const path = wish === null ? undefined : settings.sorts[wish.key];
  if (wish === null || typeof path !== 'string') return null;
  return { path, descending: wish.descending };
}

/** The parameters of an explain or scan request, without those a 2.0 server does not know. */
export function encodeOperation(
  dialect: SruDialect,
  operation: 'explain' | 'scan',
  extra: Readonly<Record<string, string>>,
): URLSearchParams {
  const versioned = dialect.version === '2.0' ? {} : { version: dialect.version, operation };
  return new URLSearchParams({ ...versioned, ...extra });
}

/** An account goes to the address that was approved and to no other, not even on the same host. */
const noneWithAccount = 0;

/** A request of any operation as HTTP; parameters that stand in the address stay there. */
export function toHttp(
  settings: SruSettings,
  parameters: URLSearchParams,
  secret: ConnectorDependencies['secret'],
): HttpRequest {
  const url = new URL(settings.url);
  const headers: Record<string, string> = { accept: 'application/sru+xml, text/xml, */*;q=0.1' };
  const { auth } = settings;
  if (auth !== undefined) {
    const user = (auth.userEnv === undefined ? auth.user : secret(auth.userEnv)) ?? '';
    const password = (auth.passwordEnv === undefined ? '' : secret(auth.passwordEnv)) ?? '';
    if (auth.kind === 'basic') {
      headers.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    } else {
      parameters.set('x-username', user);
      parameters.set('x-password', password);
    }
  }
  const { connections } = settings.limits;
  const redirects = auth === undefined ? 2 : noneWithAccount;
  if (settings.method === 'post') {
    headers['content-type'] = 'application/x-www-form-urlencoded; charset=utf-8';
    const body = Buffer.from(parameters.toString());
    // A search changes nothing at the library and may be sent again.
    return { url, method: 'POST', headers, body, connections, repeatable: true, redirects };
  }
  // Some servers take a plus sign in a query string for itself.
  const written = parameters.toString().replaceAll('+', '%20');
  url.search = url.search === '' ? written : `${url.search.slice(1)}&${written}`;
  return { url, method: 'GET', headers, body: null, connections, redirects };
}
