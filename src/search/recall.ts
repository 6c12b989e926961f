import { ConnectorError } from '../members/errors.ts';
import type { Clock } from '../members/guards/clock.ts';
import type { Connector, SourceRecord } from '../members/types.ts';
import { byNumber } from '../query/by-number.ts';
import type { Query } from '../query/types.ts';
import { mergeGroup } from './merge.ts';
import {
  contentKey,
  isNumbered,
  type KeptLine,
  type LinePlaces,
  type RecordPlace,
  type RecordStore,
} from './records.ts';
import { createTrace } from './trace.ts';

export interface RecallServices {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly connectorFor: (id: string) => Connector | undefined;
  /** Places that other gateways have told of. */
  readonly elsewhere?: {
    line(id: string): Promise<LinePlaces | undefined>;
    source(
      library: string,
      localId: string,
    ): Promise<{ readonly place: RecordPlace; readonly query: Query } | undefined>;
  };
}

/** A line by its id: as remembered, or made again from its source records, asked for one by one. */
export async function recallLine(
  id: string,
  services: RecallServices,
): Promise<KeptLine | undefined> {
  const known = services.records.line(id);
  const told = await services.elsewhere?.line(id);
  // The same edition found in other libraries has the same id: the line is as it was last shown anywhere.
  if (known !== undefined && (told === undefined || isOf(known, told))) return known;
  const kept = told ?? services.records.places(id);
  if (kept === undefined) return undefined;
  const { places, reasons, query } = kept;
  const found = await Promise.all(
    places.map((place) => recallPlace(place, query, services).catch(ignoreConnectorError)),
  );
  const sources = found.filter((source) => source !== undefined);
  const [first] = sources;
  if (first === undefined) return undefined;
  const merged = mergeGroup({ key: contentKey(first), members: sources, reasons });
  const line = { record: { ...merged, id, score: 0 }, sources };
  services.records.keepLine(line, query);
  return line;
}

function isOf({ sources }: KeptLine, { places }: LinePlaces): boolean {
  return (
    sources.length === places.length &&
    sources.every((source) =>
      places.some(
        ({ library, localId }) => library === source.library && localId === source.localId,
      ),
    )
  );
}

function ignoreConnectorError(error: unknown): undefined {
  // The other libraries' records still make the line.
  if (!(error instanceof ConnectorError)) throw error;
}

/** A library's record by its own number; see SearchEngine.fetchSource. */
export async function recallSource(
  library: string,
  localId: string,
  services: RecallServices,
): Promise<SourceRecord | undefined> {
  const known = services.records.source(library, localId);
  if (known !== undefined) return known;
  const connector = services.connectorFor(library);
  if (connector === undefined) return undefined;
  if (connector.library.connector.indexes.id !== undefined) {
    return askFor(connector, byNumber(localId), 1, localId, services);
  }
  const found = await services.elsewhere?.source(library, localId);
  return found && askFor(connector, found.query, found.place.position, localId, services);
}

/** By its number where the library has an index of numbers, else where it was found before. */
async function recallPlace(
  place: RecordPlace,
  query: Query,
  services: RecallServices,
): Promise<SourceRecord | undefined> {
  const known = await recallSource(place.library, place.localId, services);
  const connector = services.connectorFor(place.library);
  if (known !== undefined || connector === undefined) return known;
  return askFor(connector, query, place.position, place.localId, services);
}

/**
 * A record asked for again at its library, whatever is remembered of it: by its number where the library
 * has an index of numbers, else where it was found before.
 */
export async function refetch(
  source: SourceRecord,
  places: { readonly place: RecordPlace; readonly query: Query } | undefined,
  { deadline }: { readonly deadline: number },
  signal: AbortSignal,
  services: RecallServices,
): Promise<SourceRecord | undefined> {
  const { library, localId } = source;
  const connector = services.connectorFor(library);
  if (connector === undefined) return undefined;
  const limit = { deadline, signal };
  if (connector.library.connector.indexes.id !== undefined && isNumbered(source)) {
    const found = await askFor(connector, byNumber(localId), 1, localId, services, limit).catch(
      ignoreUnsupported,
    );
    if (found !== undefined) return found;
  }
  return places && askFor(connector, places.query, places.place.position, localId, services, limit);
}

function ignoreUnsupported(error: unknown): undefined {
  if (!(error instanceof ConnectorError) || error.code !== 'unsupported') throw error;
}

/** One record from one place of an answer; undefined when another record stands there. */
async function askFor(
  connector: Connector,
  query: Query,
  start: number,
  localId: string,
  { records, clock }: RecallServices,
  until: { readonly deadline?: number; readonly signal?: AbortSignal } = {},
): Promise<SourceRecord | undefined> {
  let found: SourceRecord | undefined;
  const trace = createTrace(clock);
  const deadline = until.deadline ?? clock.now() + connector.library.connector.limits.timeoutMs;
  await connector.search(
    { query, start, limit: 1, sort: null, deadline, trace },
    until.signal ?? new AbortController().signal,
    (batch) => {
      found ??= batch.find((record) => record.localId === localId);
    },
  );
  return found && records.keep(found);
}
