import Type from 'typebox';
import type { QueryCharset, RecordCharset } from '../marc/types.ts';
import type { IndexMap } from '../query/types.ts';
import { closed, literals, nullable } from './schema/common.ts';
import { httpConnector } from './schema/http.ts';
import { sruConnector } from './schema/sru.ts';
import { xserviceConnector } from './schema/xservice.ts';
import { z3950Connector } from './schema/z3950.ts';

const isoDate = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const text = Type.String({ maxLength: 500 });
const bilingual = closed({ zh: Type.Optional(text), en: Type.Optional(text) });
const service = Type.Union([
  Type.Boolean(),
  closed({
    from: Type.Optional(isoDate),
    to: Type.Optional(isoDate),
    foreign: Type.Optional(Type.Boolean()),
  }),
]);

export const libraryStatuses = [
  'draft',
  'testing',
  'approved',
  'live',
  'paused',
  'retired',
] as const;
export type LibraryStatus = (typeof libraryStatuses)[number];

/**
 * The library document: the one schema behind files, the API, `/schemas/library.json` and the types.
 * Everything but `id`, `code`, `name.zh` and the connector's protocol and address has a default.
 */
export const librarySchema = closed({
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,31}$' }),
  code: Type.String({ minLength: 1, maxLength: 32 }),
  name: closed({ zh: Type.String({ minLength: 1, maxLength: 200 }), en: Type.Optional(text) }),
  aliases: Type.Optional(Type.Array(text, { maxItems: 50 })),
  kind: Type.Optional(literals(['member', 'national', 'public', 'partner'] as const)),
  outsideLimit: Type.Optional(Type.Boolean()),
  parent: Type.Optional(nullable(Type.String({ pattern: '^[a-z][a-z0-9-]{1,31}$' }))),
  categories: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }), { maxItems: 20 }),
  ),
  status: Type.Optional(literals(libraryStatuses)),
  verified: Type.Optional(
    closed({ on: Type.Optional(nullable(isoDate)), how: Type.Optional(text) }),
  ),
  identifiers: Type.Optional(
    closed({ calis: Type.Optional(nullable(text)), isil: Type.Optional(nullable(text)) }),
  ),
  campuses: Type.Optional(
    Type.Array(
      closed({
        id: Type.String({ minLength: 1, maxLength: 32 }),
        name: Type.Union([text, bilingual]),
        address: Type.Optional(text),
        desk: Type.Optional(Type.Union([text, bilingual])),
        hours: Type.Optional(text),
        pickup: Type.Optional(Type.Boolean()),
      }),
      { maxItems: 50 },
    ),
  ),
  contact: Type.Optional(
    closed({
      desk: Type.Optional(bilingual),
      phone: Type.Optional(text),
      email: Type.Optional(text),
    }),
  ),
  services: Type.Optional(
    closed({
      search: Type.Optional(service),
      lend: Type.Optional(service),
      borrow: Type.Optional(service),
      copy: Type.Optional(service),
      delivery: Type.Optional(
        Type.Array(literals(['courier', 'pickup'] as const), { maxItems: 2 }),
      ),
    }),
  ),
  calendar: Type.Optional(
    closed({
      timezone: Type.Optional(text),
      closed: Type.Optional(Type.Array(text, { maxItems: 400 })),
      open: Type.Optional(Type.Array(text, { maxItems: 400 })),
      movesDueDates: Type.Optional(Type.Boolean()),
    }),
  ),
  connector: Type.Union([z3950Connector, sruConnector, xserviceConnector, httpConnector]),
});

/** A document as somebody writes it: defaults not yet filled in. */
export type LibraryInput = Type.Static<typeof librarySchema>;
export type ConnectorInput = LibraryInput['connector'];
export type Z3950Input = Type.Static<typeof z3950Connector>;
export type SruInput = Type.Static<typeof sruConnector>;
export type XserviceInput = Type.Static<typeof xserviceConnector>;
export type HttpInput = Type.Static<typeof httpConnector>;

type Filled<T, K extends keyof T> = T & { [P in K]-?: Exclude<T[P], undefined> };
export interface Limits {
  readonly pageSize: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly perMinute: number;
}

export type IsbnForm = 'hyphen13' | 'plain13' | 'hyphen10' | 'plain10';
export type SortSpelling = string | Readonly<Record<string, number | string>>;

/** Settings every protocol has once defaults are filled in. */
export interface CommonSettings {
  readonly charset: RecordCharset;
  readonly queryCharset: QueryCharset;
  readonly indexes: IndexMap;
  readonly terms: {
    readonly isbn: readonly IsbnForm[];
    readonly script: 'as-is' | 'simplified' | 'traditional' | 'both';
  };
  readonly sorts: { readonly [K in 'year' | 'title' | 'author']?: SortSpelling };
  readonly repairs: readonly string[];
  readonly reach: 'public' | 'cernet' | 'allowlist';
  readonly limits: Limits;
}
type Settings<T, K extends keyof T> = Omit<Filled<T, K>, keyof CommonSettings> & CommonSettings;

export type Z3950Settings = Settings<
  Z3950Input,
  | 'host'
  | 'port'
  | 'databases'
  | 'syntax'
  | 'elementSet'
  | 'auth'
  | 'negotiateCharset'
  | 'pipeline'
  | 'piggyback'
  | 'records'
>;
export type SruSettings = Settings<
  SruInput,
  'url' | 'version' | 'recordSchema' | 'recordPacking' | 'method' | 'records'
>;
export type XserviceSettings = Settings<
  XserviceInput,
  'url' | 'bases' | 'format' | 'method' | 'records'
>;
export type HttpSettings = Settings<
  HttpInput,
  'url' | 'answer' | 'method' | 'query' | 'headers' | 'page' | 'formCharset'
>;
export type ConnectorSettings = Z3950Settings | SruSettings | XserviceSettings | HttpSettings;

/** A validated document with every default filled in and addresses taken from the environment. */
export interface LibraryDocument<C extends ConnectorSettings = ConnectorSettings>
  extends Omit<
    Filled<
      LibraryInput,
      | 'aliases'
      | 'kind'
      | 'outsideLimit'
      | 'parent'
      | 'categories'
      | 'status'
      | 'campuses'
      | 'services'
      | 'contact'
      | 'calendar'
      | 'identifiers'
      | 'verified'
    >,
    'connector'
  > {
  readonly connector: C;
}
