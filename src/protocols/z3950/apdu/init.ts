import {
  type BerNode,
  bits,
  boolean,
  child,
  childrenOf,
  inner,
  integer,
  need,
  text,
} from '../ber/read.ts';
import { context, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import {
  decodeExternal,
  type External,
  encodeExternal,
  encodeOtherInformation,
  type OtherInformation,
  read,
} from './external.ts';

/** Options of Init by bit number; a blank name is a bit without a meaning. */
export const initOptions = [
  'search',
  'present',
  'delSet',
  'resourceReport',
  'triggerResourceCtrl',
  'resourceCtrl',
  'accessCtrl',
  'scan',
  'sort',
  'unused',
  'extendedServices',
  'level1Segmentation',
  'level2Segmentation',
  'concurrentOperations',
  'namedResultSets',
  'encapsulation',
  'resultCount',
  'negotiationModel',
  'duplicateDetection',
  'queryType104',
  'pqesCorrection',
  'stringSchema',
] as const;
export type InitOption = (typeof initOptions)[number];

export type Authentication =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'open'; readonly token: string }
  | {
      readonly kind: 'idPass';
      readonly group?: string | undefined;
      readonly user?: string | undefined;
      readonly password?: string | undefined;
    }
  | { readonly kind: 'other'; readonly external: External };

interface InitCommon {
  readonly referenceId?: Uint8Array | undefined;
  /** Protocol versions, e.g. `[1, 2, 3]`; the highest common one is in force. */
  readonly versions: readonly number[];
  readonly options: readonly InitOption[];
  readonly preferredMessageSize: number;
  readonly exceptionalRecordSize: number;
  readonly implementationId?: string | undefined;
  readonly implementationName?: string | undefined;
  readonly implementationVersion?: string | undefined;
  readonly userInformation?: External | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

/** ISO 23950 section 3.2.1.1. */
export interface InitRequest extends InitCommon {
  readonly type: 'initRequest';
  readonly authentication?: Authentication | undefined;
}

export interface InitResponse extends InitCommon {
  readonly type: 'initResponse';
  /** False refuses the association. */
  readonly result: boolean;
}

export function decodeInitRequest(node: BerNode): InitRequest {
  const authentication = child(node, 7);
  return {
    type: 'initRequest',
    ...decodeCommon(node),
    authentication: authentication === undefined ? undefined : decodeAuthentication(authentication),
  };
}

export function decodeInitResponse(node: BerNode): InitResponse {
  return { type: 'initResponse', ...decodeCommon(node), result: boolean(need(node, 12)) };
}

function decodeCommon(node: BerNode): InitCommon {
  const userInformation = child(node, 11);
  return {
    referenceId: read.octets(node, 2),
    versions: bits(need(node, 3)).map((bit) => bit + 1),
    options: bits(need(node, 4)).flatMap((bit) => initOptions[bit] ?? []),
    preferredMessageSize: integer(need(node, 5)),
    exceptionalRecordSize: integer(need(node, 6)),
    implementationId: read.text(node, 110),
    implementationName: read.text(node, 111),
    implementationVersion: read.text(node, 112),
    userInformation:
      userInformation === undefined ? undefined : decodeExternal(inner(userInformation)),
    otherInformation: read.otherInformation(node),
  };
}

function decodeAuthentication(node: BerNode): Authentication {
  const value = inner(node);
  if (value.tag === universal(universalTags.null)) return { kind: 'anonymous' };
  if (value.tag === universal(universalTags.external)) {
    return { kind: 'other', external: decodeExternal(value) };
  }
  if (value.tag !== universal(universalTags.sequence)) return { kind: 'open', token: text(value) };
  const fields: Record<number, string> = {};
  for (const one of childrenOf(value)) fields[one.tag - context(0)] = text(one);
  return { kind: 'idPass', group: fields[0], user: fields[1], password: fields[2] };
}

export function encodeInitRequest(apdu: InitRequest): write.BerValue {
  return write.field(20, [
    ...encodeLead(apdu),
    apdu.authentication === undefined
      ? null
      : write.field(7, [encodeAuthentication(apdu.authentication)]),
    ...encodeTail(apdu),
  ]);
}

export function encodeInitResponse(apdu: InitResponse): write.BerValue {
  return write.field(21, [
    ...encodeLead(apdu),
    write.boolean(context(12), apdu.result),
    ...encodeTail(apdu),
  ]);
}

function encodeLead(apdu: InitCommon): (write.BerValue | null)[] {
  return [
    write.optional.octets(2, apdu.referenceId),
    write.bits(
      context(3),
      apdu.versions.map((version) => version - 1),
    ),
    write.bits(
      context(4),
      apdu.options.map((option) => initOptions.indexOf(option)),
    ),
    write.integer(context(5), apdu.preferredMessageSize),
    write.integer(context(6), apdu.exceptionalRecordSize),
  ];
}

function encodeTail(apdu: InitCommon): (write.BerValue | null)[] {
  return [
    write.optional.text(110, apdu.implementationId),
    write.optional.text(111, apdu.implementationName),
    write.optional.text(112, apdu.implementationVersion),
    apdu.userInformation === undefined
      ? null
      : write.field(11, [encodeExternal(apdu.userInformation)]),
    encodeOtherInformation(apdu.otherInformation),
  ];
}

function encodeAuthentication(value: Authentication): write.BerValue {
  switch (value.kind) {
    case 'anonymous':
      return write.nothingValue(universal(universalTags.null));
    case 'open':
      return write.text(universal(universalTags.visibleString), value.token);
    case 'idPass':
      return write.sequence([
        write.optional.text(0, value.group),
        write.optional.text(1, value.user),
        write.optional.text(2, value.password),
      ]);
    case 'other':
      return encodeExternal(value.external);
  }
}
