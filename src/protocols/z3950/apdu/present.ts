import { type BerNode, child, childrenOf, encoded, integer, need, text } from '../ber/read.ts';
import { context } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { encodeOtherInformation, type OtherInformation, read } from './external.ts';
import {
  decodeNamedRecords,
  decodeRecords,
  encodeNamedRecord,
  encodeRecords,
  type NamedRecord,
  type Records,
} from './records.ts';
import { decodeElementSetNames, type ElementSetNames, encodeElementSetNames } from './search.ts';

/** ISO 23950 section 3.2.3.1. */
export interface PresentRequest {
  readonly type: 'presentRequest';
  readonly referenceId?: Uint8Array | undefined;
  readonly resultSetName: string;
  /** From 1. */
  readonly start: number;
  readonly count: number;
  readonly additionalRanges?:
    | readonly { readonly start: number; readonly count: number }[]
    | undefined;
  readonly elementSetNames?: ElementSetNames | undefined;
  /** CompSpec of version 3, as an encoded value; nothing here reads inside it. */
  readonly compositionSpecification?: Uint8Array | undefined;
  readonly preferredRecordSyntax?: string | undefined;
  readonly maxSegmentCount?: number | undefined;
  readonly maxRecordSize?: number | undefined;
  readonly maxSegmentSize?: number | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export interface PresentResponse {
  readonly type: 'presentResponse';
  readonly referenceId?: Uint8Array | undefined;
  readonly numberOfRecordsReturned: number;
  readonly nextResultSetPosition: number;
  /** 0 success, 1–4 partial, 5 failure. */
  readonly presentStatus: number;
  readonly records?: Records | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

/** Records of a Present response that comes in several pieces; the response itself follows. */
export interface Segment {
  readonly type: 'segment';
  readonly referenceId?: Uint8Array | undefined;
  readonly numberOfRecordsReturned: number;
  readonly records: readonly NamedRecord[];
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export function decodePresentRequest(node: BerNode): PresentRequest {
  const ranges = child(node, 212);
  const simple = child(node, 19);
  const complex = child(node, 209);
  return {
    type: 'presentRequest',
    referenceId: read.octets(node, 2),
    resultSetName: text(need(node, 31)),
    start: integer(need(node, 30)),
    count: integer(need(node, 29)),
    additionalRanges:
      ranges === undefined
        ? undefined
        : childrenOf(ranges).map((one) => ({
            start: integer(need(one, 1)),
            count: integer(need(one, 2)),
          })),
    elementSetNames: simple === undefined ? undefined : decodeElementSetNames(simple),
    compositionSpecification: complex === undefined ? undefined : encoded(complex),
    preferredRecordSyntax: read.oid(node, 104),
    maxSegmentCount: read.integer(node, 204),
    maxRecordSize: read.integer(node, 206),
    maxSegmentSize: read.integer(node, 207),
    otherInformation: read.otherInformation(node),
  };
}

export function encodePresentRequest(apdu: PresentRequest): write.BerValue {
  return write.field(24, [
    write.optional.octets(2, apdu.referenceId),
    write.text(context(31), apdu.resultSetName),
    write.integer(context(30), apdu.start),
    write.integer(context(29), apdu.count),
    apdu.additionalRanges === undefined
      ? null
      : write.field(
          212,
          apdu.additionalRanges.map(({ start, count }) =>
            write.sequence([write.integer(context(1), start), write.integer(context(2), count)]),
          ),
        ),
    encodeElementSetNames(19, apdu.elementSetNames),
    apdu.compositionSpecification === undefined
      ? null
      : write.verbatim(apdu.compositionSpecification),
    write.optional.oid(104, apdu.preferredRecordSyntax),
    write.optional.integer(204, apdu.maxSegmentCount),
    write.optional.integer(206, apdu.maxRecordSize),
    write.optional.integer(207, apdu.maxSegmentSize),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

export function decodePresentResponse(node: BerNode): PresentResponse {
  return {
    type: 'presentResponse',
    referenceId: read.octets(node, 2),
    numberOfRecordsReturned: read.integer(node, 24) ?? 0,
    nextResultSetPosition: read.integer(node, 25) ?? 0,
    presentStatus: integer(need(node, 27)),
    records: decodeRecords(node),
    otherInformation: read.otherInformation(node),
  };
}

export function encodePresentResponse(apdu: PresentResponse): write.BerValue {
  return write.field(25, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(24), apdu.numberOfRecordsReturned),
    write.integer(context(25), apdu.nextResultSetPosition),
    write.integer(context(27), apdu.presentStatus),
    encodeRecords(apdu.records),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

export function decodeSegment(node: BerNode): Segment {
  const records = child(node, 0);
  return {
    type: 'segment',
    referenceId: read.octets(node, 2),
    numberOfRecordsReturned: read.integer(node, 24) ?? 0,
    records: records === undefined ? [] : decodeNamedRecords(records),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeSegment(apdu: Segment): write.BerValue {
  return write.field(45, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(24), apdu.numberOfRecordsReturned),
    write.field(0, apdu.records.map(encodeNamedRecord)),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}
