import type { BerNode } from '../ber/read.ts';
import { context } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { encodeOtherInformation, type OtherInformation, read } from './external.ts';

/** Reasons of Close by number (ISO 23950 section 3.2.11.1.1). */
export const closeReasons = [
  'finished',
  'shutdown',
  'systemProblem',
  'costLimit',
  'resources',
  'securityViolation',
  'protocolError',
  'lackOfActivity',
  'peerAbort',
  'unspecified',
] as const;
export type CloseReason = (typeof closeReasons)[number];

/** Either side may send it at any time, in the place of any answer. */
export interface Close {
  readonly type: 'close';
  readonly referenceId?: Uint8Array | undefined;
  readonly reason: CloseReason;
  readonly message?: string | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export function decodeClose(node: BerNode): Close {
  return {
    type: 'close',
    referenceId: read.octets(node, 2),
    reason: closeReasons[read.integer(node, 211) ?? 9] ?? 'unspecified',
    message: read.text(node, 3),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeClose(apdu: Close): write.BerValue {
  return write.field(48, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(211), closeReasons.indexOf(apdu.reason)),
    write.optional.text(3, apdu.message),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}
