import { selectLibraries } from '../../members/selection.ts';
import type {
  LibraryAnswer,
  MergedRecord,
  SearchAnswer,
  SearchRequest,
} from '../../search/types.ts';
import type { WebContext } from '../context.ts';
import { descriptionOfLine, exportOfLine, type LibraryLookup } from '../line-export.ts';
import { SruDiagnostic } from './diagnostics.ts';
import { diagnosticElement, echoElement, envelope, recordElement } from './envelope.ts';
import { type Question, readQuestion } from './query.ts';
import { type Manner, readSearchParameters, type SearchParameters } from './request.ts';
import { idleSeconds, type OpenSet, type ResultSets } from './result-sets.ts';
import { federationElement, type Precision, precisionElement } from './status.ts';
import { element, nothing, optional, type Xml } from './xml.ts';

export interface SruServices {
  readonly context: WebContext;
  readonly sets: ResultSets;
  readonly libraryOf: LibraryLookup;
}

/** Who asks: gone when nobody listens any more, and whether the libraries are to be asked anew. */
export interface Caller {
  readonly gone: AbortSignal;
  readonly refresh: boolean;
  /** Called before libraries are asked; throws what refuses a caller that asks too much. */
  readonly pay: (libraries: number) => void;
}

/** Records given when a client names no number. */
export const defaultRecords = 10;
/**
 * A search of this server ends before a reader's would: a client that waits as long as readers do,
 * such as another gateway, still hears the libraries that have answered.
 */
export const shareOfWait = 0.75;

/** What was found, whatever it was found by. */
interface Found {
  readonly records: readonly (MergedRecord | undefined)[];
  readonly total: number;
  readonly next: number | null;
  readonly precision: Precision;
  readonly setId: string | null;
  readonly libraries: readonly LibraryAnswer[];
}

/** Answers a searchRetrieve request; throws SruDiagnostic and OverloadedError. */
export async function searchRetrieve(
  parameters: URLSearchParams,
  manner: Manner,
  services: SruServices,
  caller: Caller,
): Promise<string> {
  const asked = readSearchParameters(parameters, manner, {
    records: services.context.settings.search.maxPageSize,
    defaultRecords,
  });
  const question = readQuestion(asked);
  const found =
    question.kind === 'record'
      ? await findRecord(question.id, asked, services)
      : await findSet(question, asked, services, caller);
  const records = await writeRecords(found, asked, manner, services);
  const isTwo = manner.version === '2.0';
  const hasSet = found.setId !== null && found.total > 0;
  return envelope(manner, [
    element('numberOfRecords', found.total),
    hasSet ? optional('resultSetId', found.setId) : nothing,
    hasSet && !isTwo ? element('resultSetIdleTime', idleSeconds) : nothing,
    records.length === 0 ? nothing : element('records', records),
    optional('nextRecordPosition', found.next),
    echoElement(manner, parameters),
    element('extraResponseData', [
      isTwo ? nothing : precisionElement(found.precision),
      federationElement(found.libraries),
    ]),
    hasSet && isTwo ? element('resultSetTTL', idleSeconds) : nothing,
    isTwo
      ? element(
          'resultCountPrecision',
          `info:srw/vocabulary/resultCountPrecision/1/${found.precision}`,
        )
      : nothing,
  ]);
}

async function findSet(
  question: Exclude<Question, { kind: 'record' }>,
  asked: SearchParameters,
  services: SruServices,
  caller: Caller,
): Promise<Found> {
  const set = await openSet(question, asked, services, caller);
  const unwatch = set.search.watch();
  caller.gone.addEventListener('abort', unwatch, { once: true });
  if (caller.gone.aborted) unwatch();
  try {
    const page = await set.page(asked.start, asked.count);
    const { answer, total } = page;
    await set.search.settled();
    refuseUnanswered(answer);
    if (page.outOfRange) throw new SruDiagnostic(61);
    return {
      records: page.records,
      total,
      next: page.next,
      precision: precisionOf(answer),
      setId: set.id,
      libraries: answer.libraries,
    };
  } finally {
    unwatch();
  }
}

async function openSet(
  question: Exclude<Question, { kind: 'record' }>,
  asked: SearchParameters,
  { context, sets }: SruServices,
  { refresh, pay }: Caller,
): Promise<OpenSet> {
  if (question.kind === 'resultSet') {
    const open = await sets.find(question.id);
    if (open === undefined) throw new SruDiagnostic(51, question.id.slice(0, 100));
    return open;
  }
  const selected = selectLibraries(asked.libraries, context.directory, context.selection);
  if ('problems' in selected) {
    const problems = selected.problems.map(({ message }) => message).join('; ');
    throw new SruDiagnostic(6, `x-libraries: ${problems}`);
  }
  const { query, cql, sort } = question;
  const request: SearchRequest = {
    query,
    cql,
    sort,
    libraries: selected.ids,
    waitMs: Math.round(context.settings.search.waitMs * shareOfWait),
    refresh,
  };
  return sets.open(request, asked.start, () => pay(request.libraries.length));
}

/** When no library has answered nothing is known of what they hold: that is no empty list. */
function refuseUnanswered({ libraries }: SearchAnswer): void {
  if (libraries.some(({ hits, fetched }) => hits !== undefined || fetched > 0)) return;
  const states = libraries.map(({ id, state, cause }) => `${id} ${cause ?? state}`).join(', ');
  const isUnsupported =
    libraries.length > 0 && libraries.every(({ state }) => state === 'unsupported');
  throw new SruDiagnostic(isUnsupported ? 48 : 2, states || 'no library is there to be asked');
}

function precisionOf({ libraries, moreAtLibraries, total }: SearchAnswer): Precision {
  const isWhole = libraries.every(
    ({ state }) => state === 'answered' || state === 'answered_estimate' || state === 'empty',
  );
  if (!isWhole && total === 0) return 'unknown';
  const isLoaded = libraries.every(({ hits, fetched }) => (hits ?? 0) <= fetched);
  return isWhole && isLoaded && !moreAtLibraries ? 'exact' : 'minimum';
}

/** A record by the number that this server gave it, which no library knows. */
async function findRecord(
  id: string,
  { start, count }: SearchParameters,
  { context }: SruServices,
): Promise<Found> {
  const found = await context.engine.recall(id);
  const total = found === undefined ? 0 : 1;
  if (start > 1) throw new SruDiagnostic(61);
  return {
    records: found === undefined || count === 0 ? [] : [found.record],
    total,
    next: null,
    precision: 'exact',
    setId: null,
    libraries: [],
  };
}

/** Records written in one go, between which the network is served. */
const portion = 10;

async function writeRecords(
  { records }: Found,
  asked: SearchParameters,
  manner: Manner,
  services: SruServices,
): Promise<readonly Xml[]> {
  const written: Xml[] = [];
  for (const [at, record] of records.entries()) {
    if (at > 0 && at % portion === 0) await new Promise((resolve) => setImmediate(resolve));
    written.push(await writeRecord(record, asked.start + at, asked, manner, services));
  }
  return written;
}

async function writeRecord(
  record: MergedRecord | undefined,
  position: number,
  { schema, packing }: SearchParameters,
  { version }: Manner,
  { context, libraryOf }: SruServices,
): Promise<Xml> {
  const { engine } = context;
  const line = record && (engine.record(record.id) ?? (await engine.recall(record.id)));
  if (line === undefined) return missingRecord(position, version);
  const { dialect } = schema;
  const source =
    dialect === null
      ? { record: descriptionOfLine(line), marc: null }
      : exportOfLine(line, dialect, libraryOf);
  return recordElement(
    {
      schema: schema.identifier,
      packing,
      data: schema.print(source),
      identifier: line.record.id,
      position,
    },
    version,
  );
}

/** A surrogate diagnostic: the record's place is known, the record is not there now. */
function missingRecord(position: number, version: Manner['version']): Xml {
  const data = diagnosticElement({ number: 64, details: '' }, version);
  const schema = 'info:srw/schema/1/diagnostics-v1.1';
  return recordElement({ schema, packing: 'xml', data, position }, version);
}
