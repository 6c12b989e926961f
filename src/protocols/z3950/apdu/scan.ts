import {
  type BerNode,
  child,
  childrenOf,
  integer,
  need,
  octets,
  oid,
  text,
  universalChild,
} from '../ber/read.ts';
import { context, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import {
  type Diagnostic,
  decodeDiagnosticList,
  decodeWrappedDiagRec,
  encodeDiagRec,
} from './diagnostics.ts';
import { encodeOtherInformation, type OtherInformation, read } from './external.ts';
import {
  type Attribute,
  decodeAttributes,
  decodeAttributesPlusTerm,
  decodeTerm,
  encodeAttributes,
  encodeAttributesPlusTerm,
  encodeTerm,
  type Term,
} from './query.ts';

/** ISO 23950 section 3.2.8.1. */
export interface ScanRequest {
  readonly type: 'scanRequest';
  readonly referenceId?: Uint8Array | undefined;
  readonly databaseNames: readonly string[];
  readonly attributeSet?: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly term: Term;
  readonly stepSize?: number | undefined;
  readonly numberOfTermsRequested: number;
  readonly preferredPositionInResponse?: number | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export interface AlternativeTerm {
  readonly attributes: readonly Attribute[];
  readonly term: Term;
}

/** A term of an index, or the reason why there is none in its place. */
export type ScanEntry =
  | {
      readonly kind: 'term';
      readonly term: Term;
      /** To be shown instead of the term, in the server's charset. */
      readonly displayTerm?: Uint8Array | undefined;
      readonly suggestedAttributes?: readonly Attribute[] | undefined;
      readonly alternativeTerms?: readonly AlternativeTerm[] | undefined;
      readonly occurrences?: number | undefined;
      readonly otherInformation?: readonly OtherInformation[] | undefined;
    }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic };

export interface ScanResponse {
  readonly type: 'scanResponse';
  readonly referenceId?: Uint8Array | undefined;
  readonly stepSize?: number | undefined;
  /** 0 success, 1–5 partial, 6 failure. */
  readonly scanStatus: number;
  readonly numberOfEntriesReturned: number;
  readonly positionOfTerm?: number | undefined;
  readonly entries?: readonly ScanEntry[] | undefined;
  readonly diagnostics?: readonly Diagnostic[] | undefined;
  readonly attributeSet?: string | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export function decodeScanRequest(node: BerNode): ScanRequest {
  const set = universalChild(node, universalTags.oid);
  return {
    type: 'scanRequest',
    referenceId: read.octets(node, 2),
    databaseNames: childrenOf(need(node, 3)).map(text),
    attributeSet: set === undefined ? undefined : oid(set),
    ...decodeAttributesPlusTerm(need(node, 102)),
    stepSize: read.integer(node, 5),
    numberOfTermsRequested: integer(need(node, 6)),
    preferredPositionInResponse: read.integer(node, 7),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeScanRequest(apdu: ScanRequest): write.BerValue {
  return write.field(35, [
    write.optional.octets(2, apdu.referenceId),
    write.field(
      3,
      apdu.databaseNames.map((name) => write.text(context(105), name)),
    ),
    apdu.attributeSet === undefined
      ? null
      : write.oid(universal(universalTags.oid), apdu.attributeSet),
    encodeAttributesPlusTerm(apdu.attributes, apdu.term),
    write.optional.integer(5, apdu.stepSize),
    write.integer(context(6), apdu.numberOfTermsRequested),
    write.optional.integer(7, apdu.preferredPositionInResponse),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

export function decodeScanResponse(node: BerNode): ScanResponse {
  const list = child(node, 7);
  const entries = list === undefined ? undefined : child(list, 1);
  const diagnostics = list === undefined ? undefined : child(list, 2);
  return {
    type: 'scanResponse',
    referenceId: read.octets(node, 2),
    stepSize: read.integer(node, 3),
    scanStatus: integer(need(node, 4)),
    numberOfEntriesReturned: read.integer(node, 5) ?? 0,
    positionOfTerm: read.integer(node, 6),
    entries: entries === undefined ? undefined : childrenOf(entries).map(decodeEntry),
    diagnostics: diagnostics === undefined ? undefined : decodeDiagnosticList(diagnostics),
    attributeSet: read.oid(node, 8),
    otherInformation: read.otherInformation(node),
  };
}

const notTerms = new Set([0, 44, 4, 2, 3, 201].map(context));

function decodeEntry(node: BerNode): ScanEntry {
  if (node.tag === context(2))
    return { kind: 'diagnostic', diagnostic: decodeWrappedDiagRec(node) };
  const term = childrenOf(node).find((one) => !notTerms.has(one.tag));
  if (term === undefined) throw new Z3950Error('apdu_malformed', 'A scan entry has no term.');
  const display = child(node, 0);
  const suggested = child(node, 44);
  const alternatives = child(node, 4);
  return {
    kind: 'term',
    term: decodeTerm(term),
    displayTerm: display === undefined ? undefined : octets(display),
    suggestedAttributes: suggested === undefined ? undefined : decodeAttributes(suggested),
    alternativeTerms:
      alternatives === undefined
        ? undefined
        : childrenOf(alternatives).map(decodeAttributesPlusTerm),
    occurrences: read.integer(node, 2),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeScanResponse(apdu: ScanResponse): write.BerValue {
  const { entries, diagnostics } = apdu;
  return write.field(36, [
    write.optional.octets(2, apdu.referenceId),
    write.optional.integer(3, apdu.stepSize),
    write.integer(context(4), apdu.scanStatus),
    write.integer(context(5), apdu.numberOfEntriesReturned),
    write.optional.integer(6, apdu.positionOfTerm),
    entries === undefined && diagnostics === undefined
      ? null
      : write.field(7, [
          entries === undefined ? null : write.field(1, entries.map(encodeEntry)),
          diagnostics === undefined ? null : write.field(2, diagnostics.map(encodeDiagRec)),
        ]),
    write.optional.oid(8, apdu.attributeSet),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

function encodeEntry(entry: ScanEntry): write.BerValue {
  if (entry.kind === 'diagnostic') return write.field(2, [encodeDiagRec(entry.diagnostic)]);
  return write.field(1, [
    encodeTerm(entry.term),
    write.optional.octets(0, entry.displayTerm),
    entry.suggestedAttributes === undefined ? null : encodeAttributes(entry.suggestedAttributes),
    entry.alternativeTerms === undefined
      ? null
      : write.field(
          4,
          entry.alternativeTerms.map((one) => encodeAttributesPlusTerm(one.attributes, one.term)),
        ),
    write.optional.integer(2, entry.occurrences),
    encodeOtherInformation(entry.otherInformation),
  ]);
}
