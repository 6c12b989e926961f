import { SruDiagnostic } from './diagnostics.ts';
import { type RecordSchema, schemaOf } from './schemas.ts';

export const sruVersions = ['1.1', '1.2', '2.0'] as const;
export type SruVersion = (typeof sruVersions)[number];
export type SruOperation = 'explain' | 'searchRetrieve' | 'scan';

/** What can be said of a request before its parameters are checked: how to answer it, even to refuse. */
export interface Manner {
  readonly version: SruVersion;
  readonly operation: SruOperation;
}

export interface SearchParameters {
  readonly query: string;
  readonly queryType: 'cql' | 'searchTerms';
  /** From 1. */
  readonly start: number;
  readonly count: number;
  readonly schema: RecordSchema;
  readonly packing: 'xml' | 'string';
  readonly sortKeys: string;
  /** Ids and `@group` ids; null for the default set. */
  readonly libraries: readonly string[] | null;
}

/** Parameters of any version: some clients send those of one under the number of another. */
const known = new Set([
  'operation',
  'version',
  'query',
  'queryType',
  'startRecord',
  'maximumRecords',
  'recordPacking',
  'recordXMLEscaping',
  'recordSchema',
  'recordXPath',
  'resultSetTTL',
  'sortKeys',
  'stylesheet',
  'renderedBy',
  'httpAccept',
  'responseType',
  'extraRequestData',
  'scanClause',
  'responsePosition',
  'maximumTerms',
]);

/**
 * The version and operation asked for, without judging them. In 2.0 the parameters that are there tell
 * the operation (SRU 2.0 section 3.2); a 1.x request that forgets its version is answered as 1.2.
 */
export function mannerOf(parameters: URLSearchParams): Manner {
  const operation = parameters.get('operation');
  const version = parameters.get('version') ?? '';
  const isOld = version === '' ? operation !== null : version.startsWith('1.');
  return {
    version: sruVersions.find((one) => one === version) ?? (isOld ? '1.2' : '2.0'),
    operation:
      operation === 'searchRetrieve' || operation === 'scan' || operation === 'explain'
        ? operation
        : operation !== null
          ? 'explain'
          : parameters.has('query')
            ? 'searchRetrieve'
            : parameters.has('scanClause')
              ? 'scan'
              : 'explain',
  };
}

/** Refuses what no operation of this server takes. */
export function checkRequest(parameters: URLSearchParams, manner: Manner): void {
  const version = parameters.get('version');
  if (version !== null && version !== manner.version) {
    throw new SruDiagnostic(5, sruVersions.at(-1));
  }
  const operation = parameters.get('operation');
  if (operation !== null && operation !== manner.operation) throw new SruDiagnostic(4, operation);
  for (const name of parameters.keys()) {
    if (!known.has(name) && !name.startsWith('x-')) throw new SruDiagnostic(8, name.slice(0, 100));
  }
}

/** The parameters of a search, checked; throws SruDiagnostic. */
export function readSearchParameters(
  parameters: URLSearchParams,
  { version }: Manner,
  limits: { readonly records: number; readonly defaultRecords: number },
): SearchParameters {
  const query = parameters.get('query');
  if (query === null || query.trim() === '') throw new SruDiagnostic(7, 'query');
  // What was not UTF-8 would only be searched in vain.
  if (query.includes('\ufffd')) throw new SruDiagnostic(10, 'the query is not UTF-8');
  if (parameters.get('recordXPath')) throw new SruDiagnostic(72);
  const count = wholeNumber(parameters, 'maximumRecords', limits.defaultRecords, 0);
  wholeNumber(parameters, 'resultSetTTL', 0, 0);
  return {
    query,
    queryType: queryTypeOf(parameters),
    start: wholeNumber(parameters, 'startRecord', 1, 1),
    count: Math.min(count, limits.records),
    schema: schemaOf(parameters.get('recordSchema') ?? ''),
    packing: packingOf(parameters, version),
    sortKeys: parameters.get('sortKeys') ?? '',
    libraries: librariesOf(parameters.get('x-libraries')),
  };
}

export interface ScanParameters {
  readonly clause: string;
  readonly count: number;
  /** Place of the term in the list; 0 for one that begins behind it. */
  readonly position: number;
  readonly libraries: readonly string[] | null;
}

/** The parameters of a scan, checked; throws SruDiagnostic. */
export function readScanParameters(
  parameters: URLSearchParams,
  limits: { readonly terms: number; readonly defaultTerms: number },
): ScanParameters {
  const clause = parameters.get('scanClause');
  if (clause === null || clause.trim() === '') throw new SruDiagnostic(7, 'scanClause');
  if (clause.includes('\ufffd')) throw new SruDiagnostic(10, 'the scan clause is not UTF-8');
  const wanted = wholeNumber(parameters, 'maximumTerms', limits.defaultTerms, 1);
  const count = Math.min(wanted, limits.terms);
  const position = wholeNumber(parameters, 'responsePosition', 1, 0);
  if (position > wanted + 1) throw new SruDiagnostic(120, String(position));
  return {
    clause,
    count,
    position: Math.min(position, count + 1),
    libraries: librariesOf(parameters.get('x-libraries')),
  };
}

/** Only 2.0 has other types than CQL. */
function queryTypeOf(parameters: URLSearchParams): SearchParameters['queryType'] {
  const type = parameters.get('queryType') ?? '';
  if (type === '' || type.toLowerCase() === 'cql') return 'cql';
  if (type === 'searchTerms') return type;
  throw new SruDiagnostic(11, type.slice(0, 100));
}

/** 2.0 calls it recordXMLEscaping; its recordPacking means the layout of records, which is one here. */
function packingOf(parameters: URLSearchParams, version: SruVersion): 'xml' | 'string' {
  const packing = parameters.get('recordPacking') ?? '';
  const escaping = parameters.get('recordXMLEscaping') ?? '';
  const isLayout = version === '2.0' && (packing === 'packed' || packing === 'unpacked');
  const asked = escaping || (isLayout ? '' : packing) || 'xml';
  if (asked === 'xml' || asked === 'string') return asked;
  throw new SruDiagnostic(71, asked.slice(0, 100));
}

function wholeNumber(
  parameters: URLSearchParams,
  name: string,
  otherwise: number,
  least: number,
): number {
  const given = parameters.get(name);
  if (given === null || given === '') return otherwise;
  const number = /^[0-9]{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= least) return number;
  throw new SruDiagnostic(6, name);
}

function librariesOf(given: string | null): readonly string[] | null {
  const ids = (given ?? '').split(',').map((id) => id.trim());
  const named = ids.filter((id) => id !== '');
  return named.length === 0 ? null : named;
}
