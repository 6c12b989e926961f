import type { Dialect, QueryCharset, RecordCharset } from '../../marc/types.ts';
import type { Z3950Settings } from '../../members/document.ts';
import type { Authentication, PresentRequest, SearchRequest, SortRequest } from './apdu/index.ts';
import type { WireQuery } from './apdu/query.ts';
import { recordSyntaxes } from './oid.ts';
import { sortAttributeSet, sortAttributes } from './wording.ts';

/** One database of a library with every setting that may be its own. */
export interface DatabaseSettings {
  readonly name: string;
  /** Record syntaxes by object identifier: the document's own, then those to fall back to. */
  readonly syntaxes: readonly string[];
  readonly charset: RecordCharset;
  readonly queryCharset: QueryCharset;
  readonly records: Dialect | 'auto';
}

/** What else may be asked for where a server has no data in a syntax; structured MARC before all. */
const fallbacks = ['usmarc', 'unimarc', 'xml'] as const;

export function databasesOf(connector: Z3950Settings): DatabaseSettings[] {
  return connector.databases.map((one) => {
    const syntax = one.syntax ?? connector.syntax;
    return {
      name: one.name,
      syntaxes: [syntax, ...fallbacks.filter((other) => other !== syntax)].map(
        (name) => recordSyntaxes[name],
      ),
      charset: one.charset ?? connector.charset,
      queryCharset: one.queryCharset ?? queryCharsetOf(one.charset) ?? connector.queryCharset,
      records: one.records ?? connector.records,
    };
  });
}

/** A database with a charset of its own is asked in it, where terms can be said in it. */
function queryCharsetOf(charset: RecordCharset | undefined): QueryCharset | undefined {
  switch (charset) {
    case 'utf-8':
    case 'gb2312':
    case 'gbk':
    case 'gb18030':
    case 'big5':
    case 'big5-hkscs':
      return charset;
    default:
      return undefined;
  }
}

/** Who to be at the library. Throws RangeError where a secret is not set. */
export function authenticationOf(
  auth: Z3950Settings['auth'],
  secret: (name: string) => string | undefined,
): Authentication {
  if (auth.kind === 'anonymous') return { kind: 'anonymous' };
  const need = (name: string | undefined) => {
    if (name === undefined) return undefined;
    const value = secret(name);
    if (value === undefined) throw new RangeError(`The environment variable ${name} is not set.`);
    return value;
  };
  const user = auth.user ?? need(auth.userEnv);
  const password = need(auth.passwordEnv);
  if (auth.kind === 'idPass') return { kind: 'idPass', group: auth.group, user, password };
  const parts = [user ?? '', ...(password === undefined ? [] : [password])];
  return { kind: 'open', token: parts.join('/') };
}

/** No server has more hits, so that every result is a small or a medium set. */
const everySize = 2_147_483_647;

export interface SearchWish {
  readonly database: string;
  readonly set: string;
  readonly query: WireQuery;
  /** Records to come with the answer; 0 for none. */
  readonly piggyback: number;
  readonly syntax: string | undefined;
  readonly elementSet: string;
}

/**
 * A Search that brings its first records along (ISO 23950 section 3.2.2.1.2). Both element sets and the
 * syntax go with it, else records come in whatever form the server likes.
 */
export function searchRequest(wish: SearchWish): SearchRequest {
  const { piggyback } = wish;
  const elementSet = piggyback > 0 && wish.elementSet !== '' ? wish.elementSet : undefined;
  return {
    type: 'searchRequest',
    smallSetUpperBound: piggyback,
    largeSetLowerBound: piggyback > 0 ? everySize : 1,
    mediumSetPresentNumber: piggyback,
    replaceIndicator: true,
    resultSetName: wish.set,
    databaseNames: [wish.database],
    smallSetElementSetNames: elementSet,
    mediumSetElementSetNames: elementSet,
    preferredRecordSyntax: piggyback > 0 ? wish.syntax : undefined,
    query: wish.query,
  };
}

export interface PresentWish {
  readonly set: string;
  readonly start: number;
  readonly count: number;
  readonly syntax: string | undefined;
  readonly elementSet: string;
}

export function presentRequest(wish: PresentWish): PresentRequest {
  return {
    type: 'presentRequest',
    resultSetName: wish.set,
    start: wish.start,
    count: wish.count,
    elementSetNames: wish.elementSet === '' ? undefined : wish.elementSet,
    preferredRecordSyntax: wish.syntax,
  };
}

/** Orders a result set in its own place; the key as the document spells it for the library. */
export function sortRequest(
  set: string,
  key: string | Readonly<Record<string, number | string>>,
  descending: boolean,
): SortRequest {
  return {
    type: 'sortRequest',
    inputResultSetNames: [set],
    sortedResultSetName: set,
    keys: [
      {
        key:
          typeof key === 'string'
            ? { kind: 'field', field: key }
            : {
                kind: 'attributes',
                attributeSet: sortAttributeSet,
                attributes: sortAttributes(key),
              },
        relation: descending ? 1 : 0,
        caseSensitivity: 1,
      },
    ],
  };
}
