import { type BerNode, child, encoded, parseBer, parseCutBer } from '../ber/read.ts';
import { context, tagName } from '../ber/tag.ts';
import { type BerValue, encodeBer, verbatim } from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import { type BerLimits, clientLimits } from '../limits.ts';
import { type Close, decodeClose, encodeClose } from './close.ts';
import {
  type DeleteRequest,
  type DeleteResponse,
  decodeDeleteRequest,
  decodeDeleteResponse,
  encodeDeleteRequest,
  encodeDeleteResponse,
} from './delete.ts';
import { read } from './external.ts';
import {
  decodeInitRequest,
  decodeInitResponse,
  encodeInitRequest,
  encodeInitResponse,
  type InitRequest,
  type InitResponse,
} from './init.ts';
import {
  decodePresentRequest,
  decodePresentResponse,
  decodeSegment,
  encodePresentRequest,
  encodePresentResponse,
  encodeSegment,
  type PresentRequest,
  type PresentResponse,
  type Segment,
} from './present.ts';
import {
  decodeScanRequest,
  decodeScanResponse,
  encodeScanRequest,
  encodeScanResponse,
  type ScanRequest,
  type ScanResponse,
} from './scan.ts';
import {
  decodeSearchRequest,
  decodeSearchResponse,
  encodeSearchRequest,
  encodeSearchResponse,
  type SearchRequest,
  type SearchResponse,
} from './search.ts';
import {
  decodeSortRequest,
  decodeSortResponse,
  encodeSortRequest,
  encodeSortResponse,
  type SortRequest,
  type SortResponse,
} from './sort.ts';

export { type Close, type CloseReason, closeReasons } from './close.ts';
export type { DeleteRequest, DeleteResponse, DeleteStatus } from './delete.ts';
export type { Diagnostic } from './diagnostics.ts';
export type { External, OtherInformation } from './external.ts';
export type { Authentication, InitOption, InitRequest, InitResponse } from './init.ts';
export type { PresentRequest, PresentResponse, Segment } from './present.ts';
export type { Attribute, Proximity, Rpn, Term, WireQuery } from './query.ts';

import { decodeNamedRecords, type NamedRecord } from './records.ts';

export type { NamedRecord, Records } from './records.ts';
export type { ScanEntry, ScanRequest, ScanResponse } from './scan.ts';
export type { ElementSetNames, SearchRequest, SearchResponse } from './search.ts';
export type { SortKey, SortKeySpecification, SortRequest, SortResponse } from './sort.ts';

/** A PDU that the gateway has no use for (resource control, access control, extended services). */
export interface OtherApdu {
  readonly type: 'other';
  /** Number of the context tag. */
  readonly number: number;
  readonly encoded: Uint8Array;
}

/** Every Z39.50 PDU (ISO 23950 section 4.1), decoded. */
export type Apdu =
  | InitRequest
  | InitResponse
  | SearchRequest
  | SearchResponse
  | PresentRequest
  | PresentResponse
  | DeleteRequest
  | DeleteResponse
  | ScanRequest
  | ScanResponse
  | SortRequest
  | SortResponse
  | Segment
  | Close
  | OtherApdu;

/** Reads one PDU as a framer cuts them. Unknown fields are skipped; throws Z3950Error. */
export function decodeApdu(bytes: Uint8Array, limits: BerLimits = clientLimits): Apdu {
  const node = parseBer(bytes, limits);
  const number = node.tag - context(0);
  if (node.children === null || number < 20 || number > 50) {
    throw new Z3950Error('apdu_malformed', `${tagName(node.tag)} is no Z39.50 PDU.`);
  }
  return decoders[number]?.(node) ?? { type: 'other', number, encoded: encoded(node) };
}

const decoders: Readonly<Record<number, (node: BerNode) => Apdu>> = {
  20: decodeInitRequest,
  21: decodeInitResponse,
  22: decodeSearchRequest,
  23: decodeSearchResponse,
  24: decodePresentRequest,
  25: decodePresentResponse,
  26: decodeDeleteRequest,
  27: decodeDeleteResponse,
  35: decodeScanRequest,
  36: decodeScanResponse,
  43: decodeSortRequest,
  44: decodeSortResponse,
  45: decodeSegment,
  48: decodeClose,
};

/** Writes one PDU with definite lengths, which every peer reads. */
export function encodeApdu(apdu: Apdu): Uint8Array {
  return encodeBer(toBer(apdu));
}

function toBer(apdu: Apdu): BerValue {
  switch (apdu.type) {
    case 'initRequest':
      return encodeInitRequest(apdu);
    case 'initResponse':
      return encodeInitResponse(apdu);
    case 'searchRequest':
      return encodeSearchRequest(apdu);
    case 'searchResponse':
      return encodeSearchResponse(apdu);
    case 'presentRequest':
      return encodePresentRequest(apdu);
    case 'presentResponse':
      return encodePresentResponse(apdu);
    case 'deleteRequest':
      return encodeDeleteRequest(apdu);
    case 'deleteResponse':
      return encodeDeleteResponse(apdu);
    case 'scanRequest':
      return encodeScanRequest(apdu);
    case 'scanResponse':
      return encodeScanResponse(apdu);
    case 'sortRequest':
      return encodeSortRequest(apdu);
    case 'sortResponse':
      return encodeSortResponse(apdu);
    case 'segment':
      return encodeSegment(apdu);
    case 'close':
      return encodeClose(apdu);
    case 'other':
      return verbatim(apdu.encoded);
  }
}

/** What a response held before it was cut off. */
export interface Salvage {
  /** The count of a Search response, where it had come. */
  readonly hits: number | null;
  /** Records that were whole. */
  readonly records: readonly NamedRecord[];
}

/** Reads the whole records of a Search or Present response, or Segment, whose end never came. */
export function salvageApdu(bytes: Uint8Array, limits: BerLimits = clientLimits): Salvage {
  const nothing = { hits: null, records: [] };
  try {
    const node = parseCutBer(bytes, limits);
    const number = node === null ? 0 : node.tag - context(0);
    if (node === null || ![23, 25, 45].includes(number)) return nothing;
    const list = child(node, number === 45 ? 0 : 28);
    return {
      hits: number === 23 ? (read.integer(node, 23) ?? null) : null,
      records: list === undefined ? [] : decodeNamedRecords(list),
    };
  } catch (error) {
    if (error instanceof Z3950Error) return nothing;
    throw error;
  }
}
