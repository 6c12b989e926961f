import { context, universal, universalTags } from './tag.ts';

/** A value ready to be written; lengths are definite. */
export interface BerValue {
  /** Null for bytes that are a whole value already. */
  readonly tag: number | null;
  readonly content: Uint8Array | readonly BerValue[];
  readonly contentBytes: number;
  readonly size: number;
}

type Maybe = BerValue | null | undefined;

/** A primitive value. */
export function primitive(tag: number, content: Uint8Array): BerValue {
  return sized(tag, content, content.length);
}

/** A constructed value; what is null or undefined (an optional field left out) is not written. */
export function constructed(tag: number, children: readonly Maybe[]): BerValue {
  const content = children.filter((one) => one !== null && one !== undefined);
  return sized(
    tag,
    content,
    content.reduce((sum, one) => sum + one.size, 0),
  );
}

/** A value that is encoded already. */
export function verbatim(bytes: Uint8Array): BerValue {
  return { tag: null, content: bytes, contentBytes: bytes.length, size: bytes.length };
}

function sized(tag: number, content: BerValue['content'], contentBytes: number): BerValue {
  const size = tagOctets(tag) + lengthOctets(contentBytes) + contentBytes;
  return { tag, content, contentBytes, size };
}

export function encodeBer(value: BerValue): Uint8Array {
  const target = new Uint8Array(value.size);
  const waiting: BerValue[] = [value];
  let at = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.tag !== null) at = writeHeader(target, at, next);
    if (next.content instanceof Uint8Array) {
      target.set(next.content, at);
      at += next.content.length;
    } else {
      for (let index = next.content.length - 1; index >= 0; index -= 1) {
        waiting.push(next.content[index] as BerValue);
      }
    }
  }
  return target;
}

function writeHeader(target: Uint8Array, from: number, value: BerValue): number {
  const tag = value.tag ?? 0;
  const number = tag & 0xffff;
  const lead = ((tag >> 16) << 6) | (value.content instanceof Uint8Array ? 0 : 0x20);
  let at = from;
  if (number < 31) target[at++] = lead | number;
  else {
    target[at++] = lead | 31;
    if (number >= 0x4000) target[at++] = 0x80 | (number >> 14);
    if (number >= 0x80) target[at++] = 0x80 | ((number >> 7) & 0x7f);
    target[at++] = number & 0x7f;
  }
  const length = value.contentBytes;
  if (length < 0x80) {
    target[at++] = length;
    return at;
  }
  const octets = lengthOctets(length) - 1;
  target[at++] = 0x80 | octets;
  for (let shift = octets - 1; shift >= 0; shift -= 1)
    target[at++] = (length >>> (8 * shift)) & 0xff;
  return at;
}

function tagOctets(tag: number): number {
  const number = tag & 0xffff;
  return number < 31 ? 1 : number < 0x80 ? 2 : number < 0x4000 ? 3 : 4;
}

function lengthOctets(length: number): number {
  if (length < 0x80) return 1;
  return length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5;
}

/** An INTEGER in as few octets as hold it (ISO 8825-1 section 8.3). */
export function integer(tag: number, value: number): BerValue {
  const octets: number[] = [];
  let rest = Math.trunc(value);
  do {
    octets.unshift(((rest % 256) + 256) % 256);
    rest = Math.floor(rest / 256);
  } while (rest !== 0 && rest !== -1);
  const negative = rest === -1;
  if ((octets[0] as number) >= 0x80 !== negative) octets.unshift(negative ? 0xff : 0);
  return primitive(tag, Uint8Array.from(octets));
}

const trueOctet = Uint8Array.of(0xff);
const falseOctet = Uint8Array.of(0);

export function boolean(tag: number, value: boolean): BerValue {
  return primitive(tag, value ? trueOctet : falseOctet);
}

const nothing = new Uint8Array(0);

export function nothingValue(tag: number): BerValue {
  return primitive(tag, nothing);
}

/** A BIT STRING with these bits set, padded to whole octets as YAZ does. */
export function bits(tag: number, set: readonly number[]): BerValue {
  const highest = set.reduce((most, bit) => Math.max(most, bit), 0);
  const content = new Uint8Array(2 + (highest >> 3));
  for (const bit of set) {
    const at = 1 + (bit >> 3);
    content[at] = (content[at] as number) | (0x80 >> (bit & 7));
  }
  return primitive(tag, content);
}

/** An OBJECT IDENTIFIER written in dots. */
export function oid(tag: number, dots: string): BerValue {
  const arcs = dots.split('.').map(Number);
  const [first = 0, second = 0, ...rest] = arcs;
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const parts = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      parts.unshift(0x80 | (left % 128));
    }
    octets.push(...parts);
  }
  return primitive(tag, Uint8Array.from(octets));
}

const utf8 = new TextEncoder();

/** A character string; text beyond ASCII goes out as UTF-8. */
export function text(tag: number, value: string): BerValue {
  return primitive(tag, utf8.encode(value));
}

export const sequence = (children: readonly Maybe[]): BerValue =>
  constructed(universal(universalTags.sequence), children);

/** An explicit tag, or a field whose type is constructed. */
export const field = (number: number, children: readonly Maybe[]): BerValue =>
  constructed(context(number), children);

/** Optional fields with a context tag: written where the value is not undefined. */
export const optional = {
  integer: (number: number, value: number | undefined) =>
    value === undefined ? null : integer(context(number), value),
  boolean: (number: number, value: boolean | undefined) =>
    value === undefined ? null : boolean(context(number), value),
  text: (number: number, value: string | undefined) =>
    value === undefined ? null : text(context(number), value),
  oid: (number: number, value: string | undefined) =>
    value === undefined ? null : oid(context(number), value),
  octets: (number: number, value: Uint8Array | undefined) =>
    value === undefined ? null : primitive(context(number), value),
};
