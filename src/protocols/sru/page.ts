import type { LibraryDocument, SruSettings } from '../../members/document.ts';
import type { Ask, Phase, SourceRecord } from '../../members/types.ts';
import { createElementSlicer } from '../answers/bytes.ts';
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
  readonly onRecords: (records: SourceRecord[], unreadable: number, hits: number | null) => void;
}

export interface PageAnswer extends SruAnswer {
  /** Records that came, readable or not, within what was asked for. */
  readonly seen: number;
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
  let taken = 0;
  let records: SourceRecord[] = [];
  let unreadable = 0;
  const flush = () => {
    if (records.length === 0 && unreadable === 0) return;
    const [handed, spoilt] = [records, unreadable];
    records = [];
    unreadable = 0;
    ask.onRecords(handed, spoilt, reader?.answer().hits ?? null);
  };
  try {
    await readXmlBody(
      answer,
      (store, repaired) => {
        const slicer = createElementSlicer(store, 'recordData');
        let seen = 0;
        reader = createSruAnswerReader((record) => {
          const raw = slicer.next();
          seen += 1;
          // A second reading of a repaired answer begins with what was handed over before.
          if (seen <= taken || seen > page.count) return;
          taken = seen;
          const position = page.start + seen - 1;
          const made = toSourceRecord(library, record, position, raw, repaired);
          if (made === null) unreadable += 1;
          else records.push(made);
        });
        return reader;
      },
      { trace, phase, onProgress: flush },
    );
  } catch (error) {
    flush();
    throw failure ?? error;
  }
  const said = (reader as SruAnswerReader | null)?.answer();
  if (failure !== null && (said === undefined || said.diagnostics.length === 0)) throw failure;
  return { ...(said as SruAnswer), seen: taken };
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
