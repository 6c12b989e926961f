import { childrenOf, firstChild } from '../../marc/xml/tree.ts';
import { diagnosticCode } from '../../protocols/sru/diagnostics.ts';
import { escapeTerm } from '../../query/index.ts';
import type { IndexName } from '../../query/types.ts';
import type { ProbeContext } from '../context.ts';
import type { Counted } from './common.ts';
import { type Fetched, fetchXml, textAt } from './fetch.ts';

export type Version = '1.1' | '1.2' | '2.0';

/** The server being probed, and how it is to be asked. */
export interface Server {
  readonly context: ProbeContext;
  readonly url: URL;
  version: Version;
  schema: string;
}

/** What one search said. */
export interface SruCount {
  readonly hits: number;
  readonly records: number;
  readonly diagnostic: number | null;
  readonly fetched: Fetched;
}

/** A search that finds something. */
export interface Seed {
  readonly cql: string;
  readonly hits: number;
  readonly search: { readonly index: IndexName; readonly spelling: string; readonly term: string };
}

/** One search as it is, without repairs. */
export async function search(
  { context, url, version, schema }: Server,
  cql: string,
  start: number,
  count: number,
  more: Readonly<Record<string, string>> = {},
  method: 'GET' | 'POST' = 'GET',
): Promise<SruCount> {
  const versioned = version === '2.0' ? {} : { version, operation: 'searchRetrieve' };
  const fetched = await fetchXml(
    context,
    url,
    {
      ...versioned,
      query: cql,
      startRecord: String(start),
      maximumRecords: String(count),
      ...(schema === '' ? {} : { recordSchema: schema }),
      ...more,
    },
    method,
  );
  const { root } = fetched;
  const records = root === null ? null : firstChild(root, 'records');
  const uri = textAt(root, 'diagnostics', 'diagnostic', 'uri');
  return {
    hits: Number(/^\d{1,9}/.exec(textAt(root, 'numberOfRecords') ?? '')?.[0] ?? 0),
    records: records === null ? 0 : childrenOf(records, 'record').length,
    diagnostic: uri === null ? null : (diagnosticCode(uri) ?? 0),
    fetched,
  };
}

/** Hits of a term in an index by the server's own name. */
export async function countTerm(server: Server, index: string, term: string): Promise<Counted> {
  const { hits, diagnostic, fetched } = await search(
    server,
    `${index} = "${escapeTerm(term)}"`,
    1,
    1,
  );
  if (fetched.root === null) return { hits: 0, refused: fetched.problem ?? 'no XML' };
  return diagnostic === null ? { hits, refused: null } : { hits: 0, refused: `SRU ${diagnostic}` };
}
