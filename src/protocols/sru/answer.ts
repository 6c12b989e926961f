import type { XmlHandler } from '../../marc/xml/reader.ts';
import { otherDocument } from '../answers/errors.ts';
import { diagnosticCode, type SruDiagnostic } from './diagnostics.ts';
import { createPayloadReader, type Payload, type PayloadReader } from './payload.ts';

/** One record of an answer, before it is a library's. */
export interface SruRecord {
  readonly schema: string;
  readonly identifier: string | null;
  readonly payload: Payload;
}

/** What an answer said beside its records. */
export interface SruAnswer {
  /** Null where the server gave none, or none that is a number. */
  readonly hits: number | null;
  readonly exact: boolean;
  readonly nextPosition: number | null;
  readonly diagnostics: readonly SruDiagnostic[];
  /** Version the answer calls itself by; null in 2.0. */
  readonly version: string | null;
}

export interface SruAnswerReader extends XmlHandler {
  /** The answer; before the end of the document, as far as it was read. */
  answer(): SruAnswer;
}

/** Children of the root and of a record whose text is wanted. */
const wanted: ReadonlySet<string> = new Set([
  'version',
  'numberOfRecords',
  'nextRecordPosition',
  'resultCountPrecision',
  'recordSchema',
  'recordIdentifier',
  'exact',
  'uri',
  'details',
  'message',
]);

const roots: ReadonlySet<string> = new Set([
  'searchRetrieveResponse',
  'explainResponse',
  'scanResponse',
  'diagnostics',
  'diagnostic',
]);

/**
 * Reads a searchRetrieve answer of SRU 1.1, 1.2 or 2.0 by local names, whatever prefixes and order the
 * server uses, and hands over each record when its element ends. Throws AnswerError for another document.
 */
export function createSruAnswerReader(onRecord: (record: SruRecord) => void): SruAnswerReader {
  const path: string[] = [];
  const top: Record<string, string> = Object.create(null);
  const diagnostics: SruDiagnostic[] = [];
  let fields: Record<string, string> = Object.create(null);
  let payload: PayloadReader | null = null;
  let payloadDepth = 0;
  let text = '';

  function closeRecord(): void {
    if (payload === null) return;
    const read = payload.finish();
    payload = null;
    onRecord({
      schema: fields.recordSchema?.trim() ?? '',
      identifier: fields.recordIdentifier?.trim() || null,
      payload: read,
    });
  }

  return {
    open(name, attributes, namespace) {
      const depth = path.length;
      if (depth === 0 && !roots.has(name)) {
        throw otherDocument(name, 'not_sru');
      }
      path.push(name);
      if (payload !== null && payloadDepth > 0) {
        payload.open(name, attributes, namespace);
        return;
      }
      text = '';
      if (name === 'record' && path[depth - 1] === 'records') fields = Object.create(null);
      else if (name === 'recordData' && path[depth - 1] === 'record') {
        payload = createPayloadReader();
        payloadDepth = path.length;
      } else if (name === 'diagnostic') fields = Object.create(null);
    },
    text(piece) {
      if (payload !== null && payloadDepth > 0) payload.text(piece);
      else text += piece;
    },
    close(name) {
      path.pop();
      if (payload !== null && payloadDepth > 0) {
        if (path.length >= payloadDepth) payload.close(name);
        else payloadDepth = 0;
        return;
      }
      const parent = path.at(-1);
      if (name === 'record' && parent === 'records') closeRecord();
      else if (name === 'diagnostic') diagnostics.push(diagnosticOf(fields));
      else if (wanted.has(name)) {
        const inside = parent === 'record' || parent === 'diagnostic';
        if (inside) fields[name] = text;
        else if (path.length === 1 || parent === 'extraResponseData') top[name] ??= text;
      }
      text = '';
    },
    answer: () => ({
      hits: countOf(top.numberOfRecords),
      exact: isExact(top),
      nextPosition: countOf(top.nextRecordPosition),
      diagnostics,
      version: top.version?.trim() || null,
    }),
  };
}

function diagnosticOf(fields: Readonly<Record<string, string>>): SruDiagnostic {
  return {
    code: diagnosticCode(fields.uri ?? ''),
    details: (fields.details ?? '').trim(),
    message: (fields.message ?? '').trim(),
  };
}

/** A count as servers write it, blanks and leading zeros included; null for anything else. */
function countOf(text: string | undefined): number | null {
  const digits = text?.trim() ?? '';
  if (!/^\d{1,15}$/.test(digits)) return null;
  return Number(digits);
}

/** SRU 2.0 resultCountPrecision, or Alma's `exact` among the extra response data. */
function isExact(top: Readonly<Record<string, string>>): boolean {
  const precision = top.resultCountPrecision?.trim();
  if (precision !== undefined && precision !== '') return /(?:^|\/)exact$/.test(precision);
  return top.exact?.trim() !== 'false';
}
