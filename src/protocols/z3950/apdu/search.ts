import {
  type BerNode,
  boolean,
  child,
  childrenOf,
  inner,
  integer,
  need,
  text,
} from '../ber/read.ts';
import { context } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { encodeOtherInformation, type OtherInformation, read } from './external.ts';
import { decodeQuery, encodeQuery, type WireQuery } from './query.ts';
import { decodeRecords, encodeRecords, type Records } from './records.ts';

/** One name for all databases, or one for each. */
export type ElementSetNames =
  | string
  | readonly { readonly database: string; readonly elementSet: string }[];

/** ISO 23950 section 3.2.2.1. */
export interface SearchRequest {
  readonly type: 'searchRequest';
  readonly referenceId?: Uint8Array | undefined;
  /** Up to so many hits, all records come back at once. */
  readonly smallSetUpperBound: number;
  /** From so many hits on, no records come back. */
  readonly largeSetLowerBound: number;
  /** Between the two, so many records come back. */
  readonly mediumSetPresentNumber: number;
  readonly replaceIndicator: boolean;
  readonly resultSetName: string;
  readonly databaseNames: readonly string[];
  readonly smallSetElementSetNames?: ElementSetNames | undefined;
  readonly mediumSetElementSetNames?: ElementSetNames | undefined;
  readonly preferredRecordSyntax?: string | undefined;
  readonly query: WireQuery;
  readonly additionalSearchInformation?: readonly OtherInformation[] | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export const resultSetStatuses = { subset: 1, interim: 2, none: 3, estimate: 4 } as const;

export interface SearchResponse {
  readonly type: 'searchResponse';
  readonly referenceId?: Uint8Array | undefined;
  readonly resultCount: number;
  readonly numberOfRecordsReturned: number;
  readonly nextResultSetPosition: number;
  readonly searchStatus: boolean;
  /** 1 subset, 2 interim, 3 none, 4 estimate. */
  readonly resultSetStatus?: number | undefined;
  /** 0 success, 1–4 partial, 5 failure. */
  readonly presentStatus?: number | undefined;
  readonly records?: Records | undefined;
  readonly additionalSearchInformation?: readonly OtherInformation[] | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export function decodeSearchRequest(node: BerNode): SearchRequest {
  const small = child(node, 100);
  const medium = child(node, 101);
  return {
    type: 'searchRequest',
    referenceId: read.octets(node, 2),
    smallSetUpperBound: integer(need(node, 13)),
    largeSetLowerBound: integer(need(node, 14)),
    mediumSetPresentNumber: integer(need(node, 15)),
    replaceIndicator: boolean(need(node, 16)),
    resultSetName: text(need(node, 17)),
    databaseNames: childrenOf(need(node, 18)).map(text),
    smallSetElementSetNames: small === undefined ? undefined : decodeElementSetNames(small),
    mediumSetElementSetNames: medium === undefined ? undefined : decodeElementSetNames(medium),
    preferredRecordSyntax: read.oid(node, 104),
    query: decodeQuery(need(node, 21)),
    additionalSearchInformation: read.otherInformation(node, 203),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeSearchRequest(apdu: SearchRequest): write.BerValue {
  return write.field(22, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(13), apdu.smallSetUpperBound),
    write.integer(context(14), apdu.largeSetLowerBound),
    write.integer(context(15), apdu.mediumSetPresentNumber),
    write.boolean(context(16), apdu.replaceIndicator),
    write.text(context(17), apdu.resultSetName),
    write.field(
      18,
      apdu.databaseNames.map((name) => write.text(context(105), name)),
    ),
    encodeElementSetNames(100, apdu.smallSetElementSetNames),
    encodeElementSetNames(101, apdu.mediumSetElementSetNames),
    write.optional.oid(104, apdu.preferredRecordSyntax),
    write.field(21, [encodeQuery(apdu.query)]),
    encodeOtherInformation(apdu.additionalSearchInformation, 203),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

export function decodeSearchResponse(node: BerNode): SearchResponse {
  return {
    type: 'searchResponse',
    referenceId: read.octets(node, 2),
    resultCount: integer(need(node, 23)),
    numberOfRecordsReturned: read.integer(node, 24) ?? 0,
    nextResultSetPosition: read.integer(node, 25) ?? 0,
    searchStatus: boolean(need(node, 22)),
    resultSetStatus: read.integer(node, 26),
    presentStatus: read.integer(node, 27),
    records: decodeRecords(node),
    additionalSearchInformation: read.otherInformation(node, 203),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeSearchResponse(apdu: SearchResponse): write.BerValue {
  return write.field(23, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(23), apdu.resultCount),
    write.integer(context(24), apdu.numberOfRecordsReturned),
    write.integer(context(25), apdu.nextResultSetPosition),
    write.boolean(context(22), apdu.searchStatus),
    write.optional.integer(26, apdu.resultSetStatus),
    write.optional.integer(27, apdu.presentStatus),
    encodeRecords(apdu.records),
    encodeOtherInformation(apdu.additionalSearchInformation, 203),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

/** What the explicit tag of an ElementSetNames field holds. */
export function decodeElementSetNames(wrapper: BerNode): ElementSetNames {
  const choice = inner(wrapper);
  if (choice.tag === context(0)) return text(choice);
  return childrenOf(choice).map((one) => ({
    database: text(need(one, 105)),
    elementSet: text(need(one, 103)),
  }));
}

export function encodeElementSetNames(
  number: number,
  names: ElementSetNames | undefined,
): write.BerValue | null {
  if (names === undefined) return null;
  if (typeof names === 'string') return write.field(number, [write.text(context(0), names)]);
  const pairs = names.map(({ database, elementSet }) =>
    write.sequence([write.text(context(105), database), write.text(context(103), elementSet)]),
  );
  return write.field(number, [write.field(1, pairs)]);
}
