import type { LibraryDocument, SruSettings } from '../../members/document.ts';
import type { Ask, Phase, SourceRecord } from '../../members/types.ts';
import { type ByteStore, createElementSlicer } from '../answers/bytes.ts';
import { createHandover } from '../answers/handover.ts';
import { readXmlBody } from '../answers/xml.ts';
import { httpFailure } from '../failures.ts';
import { marcSourceRecord, type RecordOrigin, sourceRecord } from '../records.ts';
import type { ConnectorDependencies, HttpAnswer } from '../types.ts';
import {
  createSruAnswerReader,
  type SruAnswer,
  type SruAnswerReader,
  type SruRecord,
} from './answer.ts';
import { encodeSearch, type SruDialect, type SruPage, toHttp } from './ask.ts';

export interface PageContext {
  readonly library: LibraryDocument<SruSettings>;
  readonly dependencies: ConnectorDependencies;
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

export interface PageAsk {
  readonly page: SruPage;
  readonly dialect: SruDialect;
  readonly phase: Phase;
  /** What was decoded since the last call, as soon as it was; `hits` once the server gave it. */
  readonly onRecords: (
    records: readonly SourceRecord[],
    unreadable: number,
    hits: number | null,
  ) => void;
  /** Head of the first page of this list; empty while asking for it. */
  readonly earlierHead: readonly Uint8Array[];
}

export interface PageAnswer extends SruAnswer {
  /** Records that came, readable or not, within what was asked for. */
  readonly seen: number;
  readonly head: readonly Uint8Array[];
  /** True when the server gave the first page again; none of it was handed over. */
  readonly isRepeated: boolean;
}

const repairedWarning = 'The answer was not well-formed XML and was repaired.';

/** Asks for one page and hands its records over while it arrives. */
export async function readPage(context: PageContext, ask: PageAsk): Promise<PageAnswer> {
  const { library, dependencies, signal } = context;
  const { trace, deadline } = context.ask;
  const { page, dialect, phase } = ask;
  const parameters = encodeSearch(library.connector, dialect, page);
  const request = { ...toHttp(library.connector, parameters, dependencies.secret), phase };
  const answer = await dependencies.egress.request(request, { signal, deadline, trace });
  const failure = httpFailure(library.id, answer);
  if (failure !== null && !mayHoldDiagnostics(answer)) {
    answer.discard();
    throw failure;
  }

  let reader: SruAnswerReader | null = null;
  const hits = () => reader?.answer().hits ?? null;
  const handover = createHandover({
    count: page.count,
    earlierHead: ask.earlierHead,
    onRecords: (records, unreadable) => ask.onRecords(records, unreadable, hits()),
  });
  const start = (store: ByteStore, repaired: boolean) => {
    const slicer = createElementSlicer(store, 'recordData');
    handover.begin();
    reader = createSruAnswerReader((record) => {
      const raw = slicer.next();
      handover.next(raw, (at) =>
        toSourceRecord(library, record, page.start + at - 1, raw, repaired),
      );
    });
    return reader;
  };
  try {
    await readXmlBody(answer, start, { trace, phase, onProgress: handover.flush });
  } catch (error) {
    handover.end();
    ask.onRecords([], 0, hits());
    throw failure ?? error;
  }
  handover.end();
  const said = (reader as SruAnswerReader | null)?.answer();
  if (failure !== null && (said === undefined || said.diagnostics.length === 0)) throw failure;
  const { taken, head, isRepeated } = handover;
  return { ...(said as SruAnswer), seen: taken, head, isRepeated };
}

/** Some servers put their diagnostics into an HTTP error; only XML is looked into. */
function mayHoldDiagnostics({ status, headers }: HttpAnswer): boolean {
  const isXml = /\bxml\b/i.test(String(headers['content-type'] ?? ''));
  return isXml && (status === 400 || status === 404 || status >= 500) && status !== 503;
}

/** Null for a record that cannot be read. */
function toSourceRecord(
  library: LibraryDocument<SruSettings>,
  { schema, identifier, payload }: SruRecord,
  position: number,
  raw: Uint8Array | null,
  repaired: boolean,
): SourceRecord | null {
  if (payload.kind === 'unreadable') return null;
  const origin: RecordOrigin = {
    position,
    localId: identifier,
    syntax: schema,
    dialect: library.connector.records,
    items: payload.items,
  };
  const repair = repaired ? [repairedWarning] : [];
  const evidence = { raw: raw ?? new Uint8Array(0), charset: 'utf-8' };
  if (payload.kind === 'bib') {
    return sourceRecord(library, payload.record, origin, {
      ...evidence,
      marc: null,
      warnings: repair,
    });
  }
  const { marc, warnings } = payload.record;
  const decoded = { ...evidence, marc, warnings: [...repair, ...warnings] };
  // The control number is what other protocols of the same library call the record.
  const numbered = marc.fields.some((field) => field.tag === '001');
  return marcSourceRecord(library, decoded, numbered ? { ...origin, localId: null } : origin);
}
