import {
  type BerNode,
  child,
  childrenOf,
  encoded,
  inner,
  integer,
  need,
  octets,
  oid,
  text,
  universalChild,
} from '../ber/read.ts';
import { context, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { attributeSets } from '../oid.ts';
import { type Diagnostic, decodeDiagnosticList, encodeDiagRec } from './diagnostics.ts';
import { encodeOtherInformation, type OtherInformation, read } from './external.ts';
import { type Attribute, decodeAttributes, encodeAttributes } from './query.ts';

export type SortKey =
  | { readonly kind: 'field'; readonly field: string }
  | {
      readonly kind: 'attributes';
      readonly attributeSet: string;
      readonly attributes: readonly Attribute[];
    }
  /** An element specification or a key per database: nothing here reads inside it. */
  | { readonly kind: 'other'; readonly encoded: Uint8Array };

export interface SortKeySpecification {
  readonly key: SortKey;
  /** 0 ascending, 1 descending, 3 and 4 by frequency. */
  readonly relation: number;
  /** 0 sensitive, 1 insensitive. */
  readonly caseSensitivity: number;
  readonly missing?:
    | { readonly action: 'abort' | 'null' }
    | { readonly action: 'data'; readonly octets: Uint8Array }
    | undefined;
}

/** ISO 23950 section 3.2.7.1. */
export interface SortRequest {
  readonly type: 'sortRequest';
  readonly referenceId?: Uint8Array | undefined;
  readonly inputResultSetNames: readonly string[];
  readonly sortedResultSetName: string;
  /** From major to minor. */
  readonly keys: readonly SortKeySpecification[];
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export interface SortResponse {
  readonly type: 'sortResponse';
  readonly referenceId?: Uint8Array | undefined;
  /** 0 success, 1 partial, 2 failure. */
  readonly sortStatus: number;
  readonly resultSetStatus?: number | undefined;
  readonly diagnostics?: readonly Diagnostic[] | undefined;
  readonly resultCount?: number | undefined;
  readonly otherInformation?: readonly OtherInformation[] | undefined;
}

export function decodeSortRequest(node: BerNode): SortRequest {
  return {
    type: 'sortRequest',
    referenceId: read.octets(node, 2),
    inputResultSetNames: childrenOf(need(node, 3)).map(text),
    sortedResultSetName: text(need(node, 4)),
    keys: childrenOf(need(node, 5)).map(decodeKeySpecification),
    otherInformation: read.otherInformation(node),
  };
}

function decodeKeySpecification(node: BerNode): SortKeySpecification {
  // The sort element's own tags, [1] and [2], are those of the fields behind it: only the order tells.
  const [element] = childrenOf(node);
  const rest = childrenOf(node).slice(1);
  const numbered = (number: number) => rest.find((one) => one.tag === context(number));
  const relation = numbered(1);
  const sensitivity = numbered(2);
  const missing = numbered(3);
  return {
    key: decodeKey(element),
    relation: relation === undefined ? 0 : integer(relation),
    caseSensitivity: sensitivity === undefined ? 1 : integer(sensitivity),
    missing: missing === undefined ? undefined : decodeMissing(inner(missing)),
  };
}

function decodeKey(element: BerNode | undefined): SortKey {
  if (element === undefined) return { kind: 'field', field: '' };
  if (element.tag !== context(1)) return { kind: 'other', encoded: encoded(element) };
  const key = inner(element);
  if (key.tag === context(0)) return { kind: 'field', field: text(key) };
  if (key.tag !== context(2)) return { kind: 'other', encoded: encoded(element) };
  const set = universalChild(key, universalTags.oid);
  const list = child(key, 44);
  return {
    kind: 'attributes',
    attributeSet: set === undefined ? attributeSets.bib1 : oid(set),
    attributes: list === undefined ? [] : decodeAttributes(list),
  };
}

function decodeMissing(choice: BerNode): SortKeySpecification['missing'] {
  if (choice.tag === context(3)) return { action: 'data', octets: octets(choice) };
  return { action: choice.tag === context(1) ? 'abort' : 'null' };
}

export function encodeSortRequest(apdu: SortRequest): write.BerValue {
  return write.field(43, [
    write.optional.octets(2, apdu.referenceId),
    write.field(
      3,
      apdu.inputResultSetNames.map((name) =>
        write.text(universal(universalTags.generalString), name),
      ),
    ),
    write.text(context(4), apdu.sortedResultSetName),
    write.field(5, apdu.keys.map(encodeKeySpecification)),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}

function encodeKeySpecification(one: SortKeySpecification): write.BerValue {
  return write.sequence([
    encodeKey(one.key),
    write.integer(context(1), one.relation),
    write.integer(context(2), one.caseSensitivity),
    one.missing === undefined ? null : write.field(3, [encodeMissing(one.missing)]),
  ]);
}

function encodeKey(key: SortKey): write.BerValue {
  switch (key.kind) {
    case 'field':
      return write.field(1, [write.text(context(0), key.field)]);
    case 'attributes':
      return write.field(1, [
        write.field(2, [
          write.oid(universal(universalTags.oid), key.attributeSet),
          encodeAttributes(key.attributes),
        ]),
      ]);
    case 'other':
      return write.verbatim(key.encoded);
  }
}

function encodeMissing(missing: NonNullable<SortKeySpecification['missing']>): write.BerValue {
  if (missing.action === 'data') return write.primitive(context(3), missing.octets);
  return write.nothingValue(context(missing.action === 'abort' ? 1 : 2));
}

export function decodeSortResponse(node: BerNode): SortResponse {
  const diagnostics = child(node, 5);
  return {
    type: 'sortResponse',
    referenceId: read.octets(node, 2),
    sortStatus: integer(need(node, 3)),
    resultSetStatus: read.integer(node, 4),
    diagnostics: diagnostics === undefined ? undefined : decodeDiagnosticList(diagnostics),
    resultCount: read.integer(node, 6),
    otherInformation: read.otherInformation(node),
  };
}

export function encodeSortResponse(apdu: SortResponse): write.BerValue {
  return write.field(44, [
    write.optional.octets(2, apdu.referenceId),
    write.integer(context(3), apdu.sortStatus),
    write.optional.integer(4, apdu.resultSetStatus),
    apdu.diagnostics === undefined ? null : write.field(5, apdu.diagnostics.map(encodeDiagRec)),
    write.optional.integer(6, apdu.resultCount),
    encodeOtherInformation(apdu.otherInformation),
  ]);
}
