import {
  type BerNode,
  boolean,
  child,
  childrenOf,
  encoded,
  inner,
  integer,
  octets,
  oid,
  text,
  universalChild,
} from '../ber/read.ts';
import { context, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';

/** A value of a type that its object identifier names (ISO 8824-1 section 34). */
export interface External {
  readonly reference: string | null;
  /** `octets`: the bytes themselves (MARC, XML). `single`: `content` is one whole BER value. */
  readonly encoding: 'single' | 'octets' | 'bits';
  readonly content: Uint8Array;
}

/** The fields of an EXTERNAL, whatever tag they came under. */
export function decodeExternal(node: BerNode): External {
  const direct = universalChild(node, universalTags.oid);
  const reference = direct === undefined ? null : oid(direct);
  for (const one of childrenOf(node)) {
    if (one.tag === context(0)) {
      return { reference, encoding: 'single', content: encoded(inner(one)) };
    }
    if (one.tag === context(1)) return { reference, encoding: 'octets', content: octets(one) };
    if (one.tag === context(2)) {
      return { reference, encoding: 'bits', content: octets(one).subarray(1) };
    }
  }
  throw new Z3950Error('apdu_malformed', `The EXTERNAL at ${node.from} has no content.`);
}

/** An EXTERNAL under its own universal tag, or under the one that replaces it. */
export function encodeExternal(
  value: External,
  tag = universal(universalTags.external),
): write.BerValue {
  const reference =
    value.reference === null ? null : write.oid(universal(universalTags.oid), value.reference);
  return write.constructed(tag, [reference, encodeContent(value)]);
}

function encodeContent(value: External): write.BerValue {
  switch (value.encoding) {
    case 'single':
      return write.field(0, [write.verbatim(value.content)]);
    case 'octets':
      return write.primitive(context(1), value.content);
    case 'bits':
      return write.primitive(context(2), Uint8Array.of(0, ...value.content));
  }
}

/** One unit of OtherInformation: a category where given, and one of four kinds of content. */
export interface OtherInformation {
  readonly category?: { readonly type: string | null; readonly value: number } | undefined;
  readonly information:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'octets'; readonly octets: Uint8Array }
    | { readonly kind: 'external'; readonly external: External }
    | { readonly kind: 'oid'; readonly oid: string };
}

/** Reads OtherInformation; a unit of an unknown kind is left out. */
export function decodeOtherInformation(node: BerNode): OtherInformation[] {
  const units: OtherInformation[] = [];
  for (const unit of childrenOf(node)) {
    const information = decodeInformation(unit);
    if (information !== null) units.push({ category: decodeCategory(unit), information });
  }
  return units;
}

function decodeCategory(unit: BerNode): OtherInformation['category'] {
  const category = child(unit, 1);
  if (category === undefined) return undefined;
  const type = child(category, 1);
  const value = child(category, 2);
  return {
    type: type === undefined ? null : oid(type),
    value: value === undefined ? 0 : integer(value),
  };
}

function decodeInformation(unit: BerNode): OtherInformation['information'] | null {
  for (const one of childrenOf(unit)) {
    if (one.tag === context(2)) return { kind: 'text', text: text(one) };
    if (one.tag === context(3)) return { kind: 'octets', octets: octets(one) };
    if (one.tag === context(4)) return { kind: 'external', external: decodeExternal(one) };
    if (one.tag === context(5)) return { kind: 'oid', oid: oid(one) };
  }
  return null;
}

/** A field of OtherInformation: [201], or [203] for a search's additional information. */
export function encodeOtherInformation(
  units: readonly OtherInformation[] | undefined,
  number = 201,
): write.BerValue | null {
  if (units === undefined) return null;
  return write.field(
    number,
    units.map(({ category, information }) =>
      write.sequence([
        category === undefined
          ? null
          : write.field(1, [
              write.optional.oid(1, category.type ?? undefined),
              write.integer(context(2), category.value),
            ]),
        encodeInformation(information),
      ]),
    ),
  );
}

function encodeInformation(information: OtherInformation['information']): write.BerValue {
  switch (information.kind) {
    case 'text':
      return write.text(context(2), information.text);
    case 'octets':
      return write.primitive(context(3), information.octets);
    case 'external':
      return encodeExternal(information.external, context(4));
    case 'oid':
      return write.oid(context(5), information.oid);
  }
}

/** Optional fields as they are read: undefined where the field is not there. */
export const read = {
  integer: (node: BerNode, number: number) => optional(node, number, integer),
  boolean: (node: BerNode, number: number) => optional(node, number, boolean),
  text: (node: BerNode, number: number) => optional(node, number, text),
  octets: (node: BerNode, number: number) => optional(node, number, octets),
  oid: (node: BerNode, number: number) => optional(node, number, oid),
  otherInformation: (node: BerNode, number = 201) => optional(node, number, decodeOtherInformation),
};

function optional<T>(node: BerNode, number: number, decode: (found: BerNode) => T): T | undefined {
  const found = child(node, number);
  return found === undefined ? undefined : decode(found);
}
