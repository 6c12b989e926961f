import type { External } from '../apdu/external.ts';
import {
  type BerNode,
  boolean,
  child,
  childrenOf,
  encoded,
  inner,
  integer,
  need,
  octets,
  oid,
  parseBer,
  text,
} from '../ber/read.ts';
import { context, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import { recordSyntaxes } from '../oid.ts';
import type { DecodeText } from './text.ts';

export type GrsContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'oid'; readonly oid: string }
  | { readonly kind: 'date'; readonly text: string }
  | { readonly kind: 'subtree'; readonly elements: readonly GrsElement[] }
  /** Not there, empty, or no data requested. */
  | { readonly kind: 'nothing' }
  /** EXTERNAL, a number with a unit, a diagnostic: the encoded value. */
  | { readonly kind: 'other'; readonly encoded: Uint8Array };

/** TaggedElement of record syntax 1.2.840.10003.5.105; metadata and variants are skipped. */
export interface GrsElement {
  /** 1 for tagSet-M, 2 for tagSet-G, 3 for the server's own string tags. */
  readonly tagType?: number | undefined;
  readonly tag: string | number;
  readonly occurrence?: number | undefined;
  readonly content: GrsContent;
}

/** Reads the payload of an EXTERNAL of syntax GRS-1; the depth was capped when it was parsed. */
export function decodeGrs1(record: External, decode?: DecodeText): GrsElement[] {
  if (record.encoding !== 'single') {
    throw new Z3950Error('record_malformed', 'A GRS-1 record must be a single ASN.1 value.');
  }
  const string = (node: BerNode) => (decode === undefined ? text(node) : decode(octets(node)));
  return decodeElements(parseBer(record.content), string);
}

function decodeElements(node: BerNode, string: (node: BerNode) => string): GrsElement[] {
  return childrenOf(node).map((one) => {
    const type = child(one, 1);
    const value = inner(need(one, 2));
    const occurrence = child(one, 3);
    return {
      tagType: type === undefined ? undefined : integer(type),
      tag: value.tag === context(2) ? integer(value) : string(value),
      occurrence: occurrence === undefined ? undefined : integer(occurrence),
      content: decodeContent(inner(need(one, 4)), string),
    };
  });
}

function decodeContent(node: BerNode, string: (node: BerNode) => string): GrsContent {
  switch (node.tag) {
    case universal(universalTags.octetString):
      return { kind: 'octets', octets: octets(node) };
    case universal(universalTags.integer):
      return { kind: 'number', value: integer(node) };
    case universal(universalTags.generalizedTime):
      return { kind: 'date', text: text(node) };
    case universal(universalTags.generalString):
    case universal(universalTags.visibleString):
      return { kind: 'text', text: string(node) };
    case universal(universalTags.boolean):
      return { kind: 'boolean', value: boolean(node) };
    case universal(universalTags.oid):
      return { kind: 'oid', oid: oid(node) };
    case context(2):
    case context(3):
    case context(4):
      return { kind: 'nothing' };
    case context(6):
      return { kind: 'subtree', elements: decodeElements(withoutExplicitTag(node), string) };
    default:
      return { kind: 'other', encoded: encoded(node) };
  }
}

/** The subtree's tag is explicit in the module; some servers write it as implicit. */
function withoutExplicitTag(node: BerNode): BerNode {
  const [only] = childrenOf(node);
  const sequence = universal(universalTags.sequence);
  const isWrapped = childrenOf(node).length === 1 && only?.tag === sequence;
  return isWrapped && childrenOf(only).every((one) => one.tag === sequence) ? only : node;
}

export function encodeGrs1(elements: readonly GrsElement[]): External {
  return {
    reference: recordSyntaxes['grs-1'],
    encoding: 'single',
    content: write.encodeBer(encodeElements(elements)),
  };
}

function encodeElements(elements: readonly GrsElement[]): write.BerValue {
  return write.sequence(
    elements.map((one) =>
      write.sequence([
        write.optional.integer(1, one.tagType),
        write.field(2, [
          typeof one.tag === 'number'
            ? write.integer(context(2), one.tag)
            : write.text(context(1), one.tag),
        ]),
        write.optional.integer(3, one.occurrence),
        write.field(4, [encodeContent(one.content)]),
      ]),
    ),
  );
}

function encodeContent(content: GrsContent): write.BerValue {
  switch (content.kind) {
    case 'text':
      return write.text(universal(universalTags.generalString), content.text);
    case 'octets':
      return write.primitive(universal(universalTags.octetString), content.octets);
    case 'number':
      return write.integer(universal(universalTags.integer), content.value);
    case 'boolean':
      return write.boolean(universal(universalTags.boolean), content.value);
    case 'oid':
      return write.oid(universal(universalTags.oid), content.oid);
    case 'date':
      return write.text(universal(universalTags.generalizedTime), content.text);
    case 'subtree':
      return write.field(6, [encodeElements(content.elements)]);
    case 'nothing':
      return write.nothingValue(context(3));
    case 'other':
      return write.verbatim(content.encoded);
  }
}
