import type { QueryCharset, RecordCharset } from '../marc/types.ts';
import { queryCharsets } from '../marc/types.ts';
import type { IndexMap } from '../query/types.ts';
import type {
  ConnectorInput,
  ConnectorSettings,
  HttpInput,
  LibraryDocument,
  LibraryInput,
  Limits,
  SruInput,
  XserviceInput,
  Z3950Input,
} from './document.ts';

/** Attributes that most Z39.50 catalogues answer (bib-1; Bath profile, functional area A). */
const z3950Indexes: IndexMap = {
  any: { '1': 1016 },
  title: { '1': 4 },
  author: { '1': 1003 },
  isbn: { '1': 7 },
  issn: { '1': 8 },
  subject: { '1': 21 },
  publisher: { '1': 1018 },
  year: { '1': 31 },
  callnumber: { '1': 53 },
  class: { '1': 20 },
  series: { '1': 5 },
  id: { '1': 12 },
};

/** Index names of the cql, dc, bath and rec context sets. */
const sruIndexes: IndexMap = {
  any: 'cql.serverChoice',
  title: 'dc.title',
  author: 'dc.creator',
  isbn: 'bath.isbn',
  issn: 'bath.issn',
  subject: 'dc.subject',
  publisher: 'dc.publisher',
  year: 'dc.date',
  id: 'rec.id',
};

/** Find codes of the tab00 that Aleph ships. */
const xserviceIndexes: IndexMap = {
  any: 'WRD',
  title: 'WTI',
  author: 'WAU',
  isbn: 'ISB',
  issn: 'ISS',
  subject: 'WSU',
  publisher: 'WPU',
  year: 'WYR',
};

const defaultLimits: Limits = { pageSize: 20, connections: 2, timeoutMs: 8000, perMinute: 120 };

/**
 * Fills in what a document leaves out. Addresses named by `hostEnv` and `urlEnv` are taken from
 * `environment`; where the variable is unset the address stays empty and the library cannot be asked.
 */
export function fillDefaults(
  input: LibraryInput,
  environment: Readonly<Record<string, string | undefined>>,
): LibraryDocument {
  const { connector, ...about } = input;
  return {
    aliases: [],
    kind: 'member',
    outsideLimit: false,
    parent: null,
    categories: [],
    status: 'live',
    verified: { on: null, how: '' },
    identifiers: { calis: null, isil: null },
    campuses: [],
    contact: {},
    calendar: { timezone: 'Asia/Shanghai', closed: [], open: [], movesDueDates: true },
    ...about,
    services: {
      search: true,
      lend: true,
      borrow: true,
      copy: true,
      delivery: ['courier', 'pickup'],
      ...about.services,
    },
    connector: fillConnector(connector, environment),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

function fillConnector(input: ConnectorInput, environment: Environment): ConnectorSettings {
  switch (input.protocol) {
    case 'z3950':
      return fillZ3950(input, environment);
    case 'sru':
      return { ...fillSru(input, environment), ...common(input, sruIndexes) };
    case 'xservice':
      return { ...fillXservice(input, environment), ...common(input, xserviceIndexes) };
    case 'http':
      return { ...fillHttp(input, environment), ...common(input, {}) };
  }
}

function common(input: ConnectorInput, indexes: IndexMap) {
  const charset: RecordCharset = input.charset ?? 'auto';
  return {
    charset,
    queryCharset: input.queryCharset ?? queryCharsetFor(charset),
    indexes: input.indexes ?? indexes,
    terms: {
      isbn: input.terms?.isbn ?? (['plain13', 'hyphen13', 'plain10', 'hyphen10'] as const).slice(),
      script: input.terms?.script ?? 'as-is',
    },
    sorts: input.sorts ?? {},
    repairs: input.repairs ?? [],
    reach: input.reach ?? 'public',
    limits: { ...defaultLimits, ...input.limits },
  } as const satisfies Record<string, unknown>;
}

/** Terms go out in the charset of the records where terms can be said in it at all. */
function queryCharsetFor(charset: RecordCharset): QueryCharset {
  return (queryCharsets as readonly string[]).includes(charset)
    ? (charset as QueryCharset)
    : 'utf-8';
}

function fillZ3950(input: Z3950Input, environment: Environment) {
  return {
    ...input,
    ...common(input, z3950Indexes),
    records: input.records ?? 'auto',
    host: input.host ?? fromEnvironment(input.hostEnv, environment),
    port: input.port ?? 210,
    databases: input.databases?.length ? input.databases : [{ name: input.database ?? 'Default' }],
    syntax: input.syntax ?? 'usmarc',
    elementSet: input.elementSet ?? 'F',
    auth: input.auth ?? { kind: 'anonymous' as const },
    negotiateCharset: input.negotiateCharset ?? false,
    pipeline: input.pipeline ?? false,
    piggyback: input.piggyback ?? true,
  };
}

function fillSru(input: SruInput, environment: Environment) {
  return {
    ...input,
    records: input.records ?? ('auto' as const),
    url: input.url ?? fromEnvironment(input.urlEnv, environment),
    version: input.version ?? ('1.2' as const),
    recordSchema: input.recordSchema ?? 'marcxml',
    recordPacking: input.recordPacking ?? ('xml' as const),
    method: input.method ?? ('get' as const),
  };
}

function fillXservice(input: XserviceInput, environment: Environment) {
  return {
    ...input,
    records: input.records ?? ('auto' as const),
    url: input.url ?? fromEnvironment(input.urlEnv, environment),
    bases: input.bases ?? ['MAI01'],
    format: input.format ?? 'marc',
    method: input.method ?? ('get' as const),
  };
}

function fillHttp(input: HttpInput, environment: Environment) {
  return {
    ...input,
    url: input.url ?? fromEnvironment(input.urlEnv, environment),
    answer: input.answer ?? ('json' as const),
    method: input.method ?? ('get' as const),
    query: input.query ?? {},
    headers: input.headers ?? {},
    page: input.page ?? {},
    formCharset: input.formCharset ?? ('utf-8' as const),
  };
}

function fromEnvironment(name: string | undefined, environment: Environment): string {
  return (name === undefined ? undefined : environment[name]) ?? '';
}
