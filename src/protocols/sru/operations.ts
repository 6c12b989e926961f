import type { LibraryDocument, SruSettings } from '../../members/document.ts';
import { escapeTerm } from '../../query/index.ts';
import { wholeBody } from '../answers/bytes.ts';
import { httpFailure, knownFailure } from '../failures.ts';
import type { ConnectorDependencies, EgressCall } from '../types.ts';
import { encodeOperation, type SruDialect, toHttp } from './ask.ts';
import { diagnosticFailure } from './diagnostics.ts';
import { decodeExplain, type SruExplain } from './explain.ts';
import { decodeScan, type ScannedTerm } from './scan.ts';

interface Server {
  readonly library: LibraryDocument<SruSettings>;
  readonly dependencies: ConnectorDependencies;
  readonly dialect?: SruDialect;
}

/** The server's explain record. Rejects with ConnectorError. */
export async function explainSru(server: Server, call: EgressCall): Promise<SruExplain> {
  return await run(server, 'explain', {}, call, decodeExplain);
}

export interface ScanWish {
  /** The server's own name of the index. */
  readonly index: string;
  readonly term: string;
  readonly count: number;
  /** Place of the term in the list, from 1. */
  readonly position?: number;
}

/** Terms of an index around a term. Rejects with ConnectorError. */
export async function scanSru(
  server: Server,
  { index, term, count, position = 1 }: ScanWish,
  call: EgressCall,
): Promise<readonly ScannedTerm[]> {
  const parameters = {
    scanClause: `${index} = "${escapeTerm(term)}"`,
    maximumTerms: String(count),
    responsePosition: String(position),
  };
  const { terms, diagnostics } = await run(server, 'scan', parameters, call, decodeScan);
  const [diagnostic] = diagnostics;
  if (terms.length > 0 || diagnostic === undefined) return terms;
  throw diagnosticFailure(server.library.id, diagnostic, null);
}

async function run<T>(
  { library, dependencies, dialect }: Server,
  operation: 'explain' | 'scan',
  parameters: Readonly<Record<string, string>>,
  call: EgressCall,
  decode: (bytes: Uint8Array) => T,
): Promise<T> {
  const { version } = library.connector;
  const asked = encodeOperation(dialect ?? { version, without: new Set() }, operation, parameters);
  try {
    const request = toHttp(library.connector, asked, dependencies.secret);
    const answer = await dependencies.egress.request({ ...request, phase: 'init' }, call);
    const failure = httpFailure(library.id, answer);
    if (failure !== null) {
      answer.discard();
      throw failure;
    }
    return decode(await wholeBody(answer.body));
  } catch (error) {
    const known = knownFailure(library.id, error);
    if (known === null) throw error;
    throw known;
  }
}
