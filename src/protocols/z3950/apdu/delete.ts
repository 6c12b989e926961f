import {
  type BerNode,
  child,
  childrenOf,
  integer,
  need,
  text,
  universalChild,
} from '../ber/read.ts';
import { context, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { encodeOtherInformation, type OtherInformation, read } from './external.ts';

/** ISO 23950 section 3.2.4.1. */
export interface DeleteRequest {
  readonly type: 'deleteRequest';
  readonly referenceId?: Uint8Array | undefined;
  /** The sets to delete; null deletes all. */
  readonly resultSetNames: readonly string[] | null;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export interface DeleteStatus {
  readonly name: string;
  readonly status: number;
}

export interface DeleteResponse {
  readonly type: 'deleteResponse';
  readonly referenceId?: Uint8Array | undefined;
  /** 0 success; 1 did not exist; 9 not all of those named, and others. */
  readonly status: number;
  readonly statuses?: readonly DeleteStatus[] | undefined;
  readonly numberNotDeleted?: number | undefined;
  readonly message?: string | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export function decodeDeleteRequest(node: BerNode): DeleteRequest {
  const list = universalChild(node, universalTags.sequence);
  const all = integer(need(node, 32)) === 1;
  return {
    type: 'deleteRequest',
    referenceId: read.octets(node, 2),
    resultSetNames: all ? null : list === undefined ? [] : childrenOf(list).map(text),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeDeleteRequest(apdu: DeleteRequest): write.BerValue {
  const names = apdu.resultSetNames;
  return write.field(26, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(32), names === null ? 1 : 0),
    names === null ? null : write.sequence(names.map((name) => write.text(context(31), name))),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

export function decodeDeleteResponse(node: BerNode): DeleteResponse {
  const list = child(node, 1);
  return {
    type: 'deleteResponse',
    referenceId: read.octets(node, 2),
    status: integer(need(node, 0)),
    statuses:
      list === undefined
        ? undefined
        : childrenOf(list).map((one) => ({
            name: text(need(one, 31)),
            status: integer(need(one, 33)),
          })),
    numberNotDeleted: read.integer(node, 34),
    message: read.text(node, 36),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeDeleteResponse(apdu: DeleteResponse): write.BerValue {
  return write.field(27, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(0), apdu.status),
    apdu.statuses === undefined
      ? null
      : write.field(
          1,
          apdu.statuses.map(({ name, status }) =>
            write.sequence([write.text(context(31), name), write.integer(context(33), status)]),
          ),
        ),
    write.optional.integer(34, apdu.numberNotDeleted),
    write.optional.text(36, apdu.message),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}
