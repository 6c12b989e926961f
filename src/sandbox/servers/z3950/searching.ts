import type {
  PresentRequest,
  PresentResponse,
  Records,
  SearchRequest,
  SearchResponse,
} from '../../../protocols/z3950/apdu/index.ts';
import type { CatalogueRecord } from '../../catalogue/catalogue.ts';
import { type FaultName, faultyCount, faultyRecords } from '../../faults.ts';
import type { Criterion } from '../../search/criterion.ts';
import type { Association } from './association.ts';
import { asDiagnostic, Bib1Diagnostic } from './diagnostics.ts';
import { readRpn } from './rpn.ts';
import { type RecordSyntax, syntaxOfOid, type Z3950ServerSettings } from './settings.ts';

const maxSets = 50;

/** Searches, keeps the result set, and sends along what the three bounds allow. */
export function search(
  session: Association,
  request: SearchRequest,
  fault: FaultName | null,
): SearchResponse {
  const { referenceId } = request;
  try {
    const found = runQuery(session, request);
    const count = faultyCount(found.length, fault);
    const wanted = piggybacked(request, found.length);
    const names =
      found.length <= request.smallSetUpperBound
        ? request.smallSetElementSetNames
        : request.mediumSetElementSetNames;
    const answer = { type: 'searchResponse', referenceId, resultCount: count } as const;
    if (wanted === 0) {
      return {
        ...answer,
        numberOfRecordsReturned: 0,
        nextResultSetPosition: 1,
        searchStatus: true,
      };
    }
    const page = readPage(session, found, 1, wanted, names, request.preferredRecordSyntax, fault);
    return { ...answer, ...page, searchStatus: true };
  } catch (error) {
    if (!(error instanceof Bib1Diagnostic)) throw error;
    return {
      type: 'searchResponse',
      referenceId,
      resultCount: 0,
      numberOfRecordsReturned: 0,
      nextResultSetPosition: 0,
      searchStatus: false,
      resultSetStatus: 3,
      records: failure(error),
    };
  }
}

function runQuery(session: Association, request: SearchRequest): readonly CatalogueRecord[] {
  const { settings, searcher } = session.server;
  const name = request.resultSetName;
  for (const database of request.databaseNames) {
    if (!settings.databases.some((known) => known.toLowerCase() === database.toLowerCase())) {
      throw new Bib1Diagnostic(109, database);
    }
  }
  if (!settings.namedSets && name !== 'default') throw new Bib1Diagnostic(22, name);
  if (session.sets.has(name) && !request.replaceIndicator) throw new Bib1Diagnostic(21, name);
  if (session.sets.size >= maxSets && !session.sets.has(name)) throw new Bib1Diagnostic(112, name);
  const found = searcher.find(readQuery(session, request));
  session.sets.set(name, found);
  return found;
}

function readQuery(session: Association, request: SearchRequest): Criterion {
  const { query } = request;
  if (query.type !== 'type-1' && query.type !== 'type-101') {
    throw new Bib1Diagnostic(107, query.type);
  }
  return readRpn(query.rpn, query.attributeSet, {
    settings: session.server.settings,
    charset: session.charset,
    resultSet: (name) => {
      const records = session.sets.get(name);
      return records === undefined ? undefined : new Set(records.map((record) => record.number));
    },
  });
}

/** How many records a search answer carries (ISO 23950 section 3.2.2.1.6). */
function piggybacked(request: SearchRequest, count: number): number {
  if (count <= request.smallSetUpperBound) return count;
  if (count >= request.largeSetLowerBound) return 0;
  return Math.min(count, request.mediumSetPresentNumber);
}

/** A stretch of a result set; fewer records than asked for where the server caps. */
export function present(
  session: Association,
  request: PresentRequest,
  fault: FaultName | null,
): PresentResponse {
  const { referenceId, start, count } = request;
  try {
    const found = session.sets.get(request.resultSetName);
    if (found === undefined) throw new Bib1Diagnostic(30, request.resultSetName);
    const names = request.elementSetNames;
    const syntax = request.preferredRecordSyntax;
    // A server that promised too much hands over what it has, and says that all went well.
    const reach = fault === 'wrong-count' ? found.length : start + count - 1;
    if (start < 1 || count < 0 || reach > found.length) throw new Bib1Diagnostic(13, '');
    return {
      type: 'presentResponse',
      referenceId,
      ...readPage(session, found, start, count, names, syntax, fault),
    };
  } catch (error) {
    if (!(error instanceof Bib1Diagnostic)) throw error;
    return {
      type: 'presentResponse',
      referenceId,
      numberOfRecordsReturned: 0,
      nextResultSetPosition: 0,
      presentStatus: 5,
      records: failure(error),
    };
  }
}

interface Page {
  readonly numberOfRecordsReturned: number;
  readonly nextResultSetPosition: number;
  readonly presentStatus: number;
  readonly records?: Records;
}

function readPage(
  session: Association,
  found: readonly CatalogueRecord[],
  start: number,
  count: number,
  names: SearchRequest['smallSetElementSetNames'],
  syntaxOid: string | undefined,
  fault: FaultName | null,
): Page {
  const { catalogue, settings, writer } = session.server;
  if (typeof names === 'string' && !/^[FBfb]?$/.test(names)) throw new Bib1Diagnostic(25, names);
  const syntax = chooseSyntax(settings, syntaxOid, fault);
  const charset = fault === 'wrong-charset' ? otherCharset(settings) : settings.recordCharset;
  const cap = Math.min(count, catalogue.profile.pageCap);
  const page = faultyRecords(found.slice(start - 1, start - 1 + cap), fault);
  const next = start + page.length;
  return {
    numberOfRecordsReturned: page.length,
    nextResultSetPosition: next > found.length ? 0 : next,
    // Partial-2: not all of them fit.
    presentStatus: page.length < count && next <= found.length && fault !== 'empty-present' ? 2 : 0,
    records: {
      kind: 'records',
      records: page.map((record) => writer.write(record, syntax, charset)),
    },
  };
}

function chooseSyntax(
  settings: Z3950ServerSettings,
  oid: string | undefined,
  fault: FaultName | null,
): RecordSyntax {
  const [usual = 'usmarc'] = settings.syntaxes;
  if (fault === 'wrong-syntax') return 'sutrs';
  if (oid === undefined) return usual;
  const asked = syntaxOfOid(oid);
  if (asked === null || !settings.syntaxes.includes(asked)) throw new Bib1Diagnostic(239, oid);
  return asked;
}

function otherCharset(settings: Z3950ServerSettings): 'utf-8' | 'gb18030' {
  return settings.recordCharset === 'utf-8' ? 'gb18030' : 'utf-8';
}

function failure(error: Bib1Diagnostic): Records {
  return { kind: 'diagnostics', multiple: false, diagnostics: [asDiagnostic(error)] };
}
