import type { QueryCharset, RecordCharset } from '../../marc/types.ts';
import type { LibraryDocument, Z3950Input, Z3950Settings } from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import { recordSyntaxes } from '../../protocols/z3950/oid.ts';
import type { AttributeEntry, IndexName } from '../../query/types.ts';
import type { SearchWish, Session } from './session.ts';

export const syntaxNames = ['usmarc', 'unimarc', 'xml', 'opac', 'sutrs', 'grs-1'] as const;
export type SyntaxName = (typeof syntaxNames)[number];

/** What the probes of one Z39.50 target have found so far; each fills in its part. */
export interface Findings {
  readonly session: Session;
  readonly library: LibraryDocument<Z3950Settings>;
  readonly database: string;
  /** A search that finds something, to have records to look at. */
  seed: SearchWish;
  seedHits: number;
  /** Records really got, by the syntax asked for. */
  readonly bySyntax: Map<SyntaxName, readonly SourceRecord[]>;
  syntax: SyntaxName;
  elementSet: string;
  /** The sample in the chosen syntax. */
  records: readonly SourceRecord[];
  known: SourceRecord | null;
  /** False where hits say nothing, since the server finds whatever it is asked for. */
  believable: boolean;
  charset: Exclude<RecordCharset, 'auto'>;
  queryCharset: QueryCharset;
  negotiate: boolean;
  script: 'as-is' | 'simplified' | 'traditional' | 'both';
  isbnForms: NonNullable<NonNullable<Z3950Input['terms']>['isbn']>;
  readonly indexes: Partial<Record<IndexName, AttributeEntry>>;
  readonly sorts: { year?: Record<string, number>; title?: Record<string, number> };
  piggyback: boolean;
  pipeline: boolean;
  pageSize: number;
  connections: number;
  holdings: Z3950Input['holdings'];
}

export function newFindings(
  session: Session,
  library: LibraryDocument<Z3950Settings>,
  seed: SearchWish,
  seedHits: number,
): Findings {
  return {
    session,
    library,
    database: library.connector.databases[0]?.name ?? 'Default',
    seed,
    seedHits,
    bySyntax: new Map(),
    syntax: 'usmarc',
    elementSet: 'F',
    records: [],
    known: null,
    believable: true,
    charset: 'utf-8',
    queryCharset: 'utf-8',
    negotiate: false,
    script: 'as-is',
    isbnForms: ['plain13', 'hyphen13', 'plain10', 'hyphen10'],
    indexes: {},
    sorts: {},
    piggyback: true,
    pipeline: false,
    pageSize: 20,
    connections: 2,
    holdings: undefined,
  };
}

export const oidOf = (name: SyntaxName): string => recordSyntaxes[name];
