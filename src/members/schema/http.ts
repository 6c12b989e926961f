import Type from 'typebox';
import { queryCharsets } from '../../marc/types.ts';
import { closed, connectorCommon, environmentName, literals } from './common.ts';

/**
 * A selector into the answer: a JSON path (`content[].title`), an XML or CSS selector with an optional
 * `@attribute`; the object form adds a fixed clean-up, never code.
 */
const selector = Type.Union([
  Type.String({ minLength: 1, maxLength: 300 }),
  closed({
    select: Type.String({ minLength: 1, maxLength: 300 }),
    /** text after / before a literal, between two, split on one; or a named clean-up. */
    after: Type.Optional(Type.String({ maxLength: 100 })),
    before: Type.Optional(Type.String({ maxLength: 100 })),
    split: Type.Optional(Type.String({ maxLength: 20 })),
    part: Type.Optional(Type.Integer({ minimum: -20, maximum: 20 })),
    as: Type.Optional(literals(['text', 'html-text', 'digits', 'year', 'isbn'] as const)),
    map: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 100 })),
    ),
  }),
]);

const recordFields = closed({
  id: Type.Optional(selector),
  title: selector,
  subtitle: Type.Optional(selector),
  parallelTitle: Type.Optional(selector),
  responsibility: Type.Optional(selector),
  authors: Type.Optional(selector),
  edition: Type.Optional(selector),
  publisher: Type.Optional(selector),
  place: Type.Optional(selector),
  date: Type.Optional(selector),
  extent: Type.Optional(selector),
  series: Type.Optional(selector),
  partNumber: Type.Optional(selector),
  partName: Type.Optional(selector),
  isbn: Type.Optional(selector),
  issn: Type.Optional(selector),
  language: Type.Optional(selector),
  type: Type.Optional(selector),
  subjects: Type.Optional(selector),
  clc: Type.Optional(selector),
  callNumber: Type.Optional(selector),
  summary: Type.Optional(selector),
});

const itemFields = closed({
  callNumber: Type.Optional(selector),
  barcode: Type.Optional(selector),
  location: Type.Optional(selector),
  volume: Type.Optional(selector),
  status: Type.Optional(selector),
  dueDate: Type.Optional(selector),
});

const firstRequest = closed({
  url: Type.String({ pattern: '^https?://', maxLength: 2000 }),
  method: Type.Optional(literals(['get', 'post'] as const)),
  /** A selector in the first answer, or `@url` for its address, whose value becomes `{token}`. */
  token: Type.Optional(selector),
});

const secondRequest = closed({
  url: Type.String({ pattern: '^https?://', maxLength: 2000 }),
  answer: Type.Optional(literals(['json', 'xml', 'html'] as const)),
  /** A selector that must be there, else the answer is a bad one. */
  expect: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  items: Type.Optional(Type.String({ maxLength: 300 })),
  fields: Type.Optional(itemFields),
});

/**
 * Connector keys of `protocol: http`. Templates name variables in braces: the index variables of
 * `indexes`, `{start}` `{page}` `{offset}` `{size}` `{sort}` `{order}` `{token}` `{id}`; each is encoded for
 * where it stands.
 */
export const httpConnector = closed({
  protocol: Type.Literal('http'),
  url: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2000 })),
  urlEnv: Type.Optional(environmentName),
  answer: Type.Optional(literals(['json', 'xml', 'html'] as const)),
  method: Type.Optional(literals(['get', 'post'] as const)),
  /** Query parameters by name, values are templates; one whose variable is unset is left out. */
  query: Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 500 })),
  ),
  headers: Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 500 })),
  ),
  /** A form (by name) or a JSON document whose strings are templates. */
  body: Type.Optional(
    closed({
      form: Type.Optional(Type.Record(Type.String(), Type.String())),
      json: Type.Optional(Type.Unknown()),
    }),
  ),
  /** Charset of form and URL values; utf-8 by default. */
  formCharset: Type.Optional(literals(queryCharsets)),
  session: Type.Optional(firstRequest),
  page: Type.Optional(
    closed({
      /** `next`: pages are reached by the link that `next` selects. */
      style: Type.Optional(literals(['page', 'offset', 'next'] as const)),
      first: Type.Optional(Type.Integer({ minimum: 0, maximum: 1 })),
      next: Type.Optional(selector),
    }),
  ),
  /** Records the server puts on one page, whatever was asked. */
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  /** A selector that must be there, so that a login page is a bad answer and never an empty list. */
  expect: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  /** A selector that is there only when nothing was found, for catalogues that give no count then. */
  empty: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  count: Type.Optional(selector),
  records: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  fields: Type.Optional(recordFields),
  items: Type.Optional(closed({ select: Type.String({ maxLength: 300 }), fields: itemFields })),
  detail: Type.Optional(secondRequest),
  holdings: Type.Optional(secondRequest),
  charset: connectorCommon.charset,
  queryCharset: connectorCommon.queryCharset,
  indexes: connectorCommon.indexes,
  terms: connectorCommon.terms,
  sorts: connectorCommon.sorts,
  repairs: connectorCommon.repairs,
  limits: connectorCommon.limits,
  reach: connectorCommon.reach,
});
