import { Z3950Error } from '../errors.ts';
import { type BerLimits, clientLimits } from '../limits.ts';
import { context, tagName, universal } from './tag.ts';

/** One value of a parsed PDU: where it lies, and what lies in it. */
export interface BerNode {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** Offset of the tag. */
  readonly from: number;
  /** Offset of the content. */
  readonly start: number;
  /** Offset behind the content. */
  end: number;
  /** Offset behind the value, end-of-contents octets included. */
  to: number;
  /** The values inside a constructed one; null for a primitive. */
  children: readonly BerNode[] | null;
}

interface Open {
  readonly node: BerNode;
  readonly indefinite: boolean;
  /** Nothing inside may lie beyond this offset. */
  readonly bound: number;
  /** Where its inner values begin among those gathered. */
  readonly first: number;
}

/**
 * A value being walked through. Inner values are gathered in one list and cut out of it when what holds
 * them ends: a list that grows takes room for seventeen, and nearly all hold one or two.
 */
interface Walk {
  readonly stack: Open[];
  readonly gathered: BerNode[];
}

const nothing: readonly BerNode[] = [];

/**
 * Reads one BER value with everything in it (ISO 8825-1). One pass and one explicit stack; contents of
 * primitive values are not touched. Throws Z3950Error.
 */
export function parseBer(bytes: Uint8Array, limits: BerLimits = clientLimits): BerNode {
  const root = walk(bytes, limits, { stack: [], gathered: [] }, bytes.length);
  if (root.to !== bytes.length) {
    throw new Z3950Error('ber_length', `${bytes.length - root.to} bytes follow the value.`);
  }
  return root;
}

/**
 * Reads a value that was cut off: its fields, and in the field that was cut the values that are whole.
 * Null where not even the outermost header is there.
 */
export function parseCutBer(bytes: Uint8Array, limits: BerLimits = clientLimits): BerNode | null {
  const stack: Open[] = [];
  const gathered: BerNode[] = [];
  try {
    return walk(bytes, limits, { stack, gathered }, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (!(error instanceof Z3950Error) || error.reason !== 'ber_truncated') throw error;
  }
  const [root, field] = stack;
  if (root === undefined) return null;
  // What lies deeper than a field is cut, and what holds it with it.
  const isInside = stack.length > 2;
  while (stack.length > 0) endInnermost({ stack, gathered });
  if (isInside && field?.node.children) field.node.children = field.node.children.slice(0, -1);
  return root.node;
}

/** Where the header that was read last lies; one for all, since every value has one. */
const header = { tag: 0, constructed: false, indefinite: false, length: 0, start: 0 };

function walk(bytes: Uint8Array, limits: BerLimits, walking: Walk, outerBound: number): BerNode {
  const { stack, gathered } = walking;
  let elements = 0;
  let at = 0;
  for (;;) {
    const top = stack.length === 0 ? null : (stack[stack.length - 1] as Open);
    const bound = top === null ? outerBound : top.bound;
    if (top !== null && !top.indefinite && at === bound) {
      top.node.end = at;
      top.node.to = at;
      endInnermost(walking);
      if (stack.length === 0) return top.node;
      continue;
    }
    readHeader(bytes, at, bound, limits);
    const { tag, constructed, indefinite, start } = header;
    if (top?.indefinite && tag === 0 && header.length === 0 && !indefinite && !constructed) {
      top.node.end = at;
      top.node.to = start;
      endInnermost(walking);
      if (stack.length === 0) return top.node;
      at = start;
      continue;
    }
    elements += 1;
    if (elements > limits.elements) {
      throw new Z3950Error('ber_elements', `A PDU has more than ${limits.elements} values.`);
    }
    const end = indefinite ? bound : start + header.length;
    const children = constructed ? nothing : null;
    const node: BerNode = { tag, bytes, from: at, start, end, to: end, children };
    if (!constructed && end > bytes.length) throw cutOff(at);
    if (top !== null) gathered.push(node);
    if (constructed) {
      if (stack.length >= limits.depth) {
        throw new Z3950Error('ber_depth', `Values nest deeper than ${limits.depth}.`);
      }
      stack.push({ node, indefinite, bound: end, first: gathered.length });
      at = start;
    } else {
      if (top === null) return node;
      at = end;
    }
  }
}

/** Gives the innermost open value what was gathered for it. */
function endInnermost({ stack, gathered }: Walk): void {
  const { node, first } = stack.pop() as Open;
  node.children = gathered.slice(first);
  while (gathered.length > first) gathered.pop();
}

function cutOff(from: number): Z3950Error {
  return new Z3950Error('ber_truncated', `The value at ${from} is cut off.`);
}

/** Reads tag and length of the value at `from` into `header`. */
function readHeader(bytes: Uint8Array, from: number, bound: number, limits: BerLimits): void {
  const stop = Math.min(bound, bytes.length);
  if (from >= stop) throw cutOff(from);
  const first = bytes[from] as number;
  let at = from + 1;
  let number = first & 0x1f;
  if (number === 0x1f) {
    number = 0;
    let octet: number;
    do {
      if (at >= stop) throw cutOff(from);
      octet = bytes[at++] as number;
      number = number * 128 + (octet & 0x7f);
      if (number > 0xffff) throw new Z3950Error('ber_tag', `The tag at ${from} is too large.`);
    } while (octet >= 0x80);
  }
  header.tag = (first >> 6) * 0x10000 + number;
  header.constructed = (first & 0x20) !== 0;
  if (at >= stop) throw cutOff(from);
  const lead = bytes[at++] as number;
  header.indefinite = lead === 0x80;
  let length = 0;
  if (lead === 0x80) {
    if (!header.constructed) {
      throw new Z3950Error('ber_length', `Indefinite primitive value at ${from}.`);
    }
  } else if (lead < 0x80) length = lead;
  else {
    const octets = lead & 0x7f;
    if (octets > limits.lengthOctets) {
      throw new Z3950Error('ber_length', `The length at ${from} is written in ${octets} octets.`);
    }
    for (let index = 0; index < octets; index += 1) {
      if (at >= stop) throw cutOff(from);
      length = length * 256 + (bytes[at++] as number);
    }
  }
  if (at + length > bound) {
    throw new Z3950Error('ber_length', `The value at ${from} is longer than what holds it.`);
  }
  header.length = length;
  header.start = at;
}

/** The values in a constructed one; none in a primitive, so that a wrong form reads as empty. */
export function childrenOf(node: BerNode): readonly BerNode[] {
  return node.children ?? [];
}

/** The first inner value with context tag `number`. */
export function child(node: BerNode, number: number): BerNode | undefined {
  return withTag(node, context(number));
}

/** The first inner value with universal tag `number`. */
export function universalChild(node: BerNode, number: number): BerNode | undefined {
  return withTag(node, universal(number));
}

function withTag(node: BerNode, tag: number): BerNode | undefined {
  for (const one of node.children ?? []) if (one.tag === tag) return one;
  return undefined;
}

/** The inner value with context tag `number`; throws where it is missing. */
export function need(node: BerNode, number: number): BerNode {
  const found = child(node, number);
  if (found !== undefined) return found;
  throw new Z3950Error(
    'apdu_malformed',
    `[${number}] is missing in the value ${tagName(node.tag)} at ${node.from}.`,
  );
}

/** What an explicit tag or a CHOICE wraps: its only inner value. */
export function inner(node: BerNode): BerNode {
  const first = node.children?.[0];
  if (first !== undefined) return first;
  throw new Z3950Error(
    'apdu_malformed',
    `The value ${tagName(node.tag)} at ${node.from} is empty.`,
  );
}

/** The value with its tag and length, as it stands in the PDU. */
export function encoded(node: BerNode): Uint8Array {
  return node.bytes.subarray(node.from, node.to);
}

/**
 * An INTEGER of any width (ISO 8825-1 section 8.3), clamped to what a number holds exactly. An empty one, which
 * the standard forbids and servers send, is 0.
 */
export function integer(node: BerNode): number {
  const { bytes, start, end } = primitive(node);
  if (start === end) return 0;
  const negative = (bytes[start] as number) >= 0x80;
  let value = negative ? -1 : 0;
  for (let at = start; at < end; at += 1) {
    value = value * 256 + (bytes[at] as number);
    if (!Number.isSafeInteger(value)) {
      return negative ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
    }
  }
  return value;
}

/** Any byte but zero is true. */
export function boolean(node: BerNode): boolean {
  const { bytes, start, end } = primitive(node);
  for (let at = start; at < end; at += 1) if (bytes[at] !== 0) return true;
  return false;
}

/** The positions of the bits that are set; bit 0 is the top bit of the first octet. */
export function bits(node: BerNode): number[] {
  const { bytes, start, end } = primitive(node);
  const unused = Math.min(bytes[start] ?? 0, 7);
  const last = Math.min((end - start - 1) * 8 - unused, 256);
  const set: number[] = [];
  for (let bit = 0; bit < last; bit += 1) {
    if (((bytes[start + 1 + (bit >> 3)] as number) >> (7 - (bit & 7))) & 1) set.push(bit);
  }
  return set;
}

/** Whether two primitive values hold the same bytes; never so for constructed ones. */
export function isSameContent(a: BerNode, b: BerNode): boolean {
  const length = a.end - a.start;
  if (a.children !== null || b.children !== null || b.end - b.start !== length) return false;
  for (let at = 0; at < length; at += 1) {
    if (a.bytes[a.start + at] !== b.bytes[b.start + at]) return false;
  }
  return true;
}

/** The identifier that was read last: every record of an answer names its syntax. */
let lastOid: { readonly node: BerNode; readonly text: string } | null = null;

/** An OBJECT IDENTIFIER in dots. */
export function oid(node: BerNode): string {
  if (lastOid !== null && isSameContent(lastOid.node, node)) return lastOid.text;
  const text = oidInDots(node);
  // Of its own bytes, so that no answer is kept for the sake of its syntax.
  const bytes = new Uint8Array(node.bytes.subarray(node.start, node.end));
  lastOid = { node: { ...node, bytes, start: 0, end: bytes.length }, text };
  return text;
}

function oidInDots(node: BerNode): string {
  const { bytes, start, end } = primitive(node);
  if (start === end || end - start > 64) {
    throw new Z3950Error('ber_value', `The object identifier at ${node.from} has a bad length.`);
  }
  const arcs: number[] = [];
  let arc = 0;
  for (let at = start; at < end; at += 1) {
    const octet = bytes[at] as number;
    arc = arc * 128 + (octet & 0x7f);
    if (!Number.isSafeInteger(arc)) {
      throw new Z3950Error('ber_value', `The object identifier at ${node.from} has a huge arc.`);
    }
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const root = Math.min(Math.floor(arc / 40), 2);
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** The bytes of an OCTET STRING or character string, whether written in one piece or in several. */
export function octets(node: BerNode): Uint8Array {
  if (node.children === null) return node.bytes.subarray(node.start, node.end);
  const pieces: Uint8Array[] = [];
  const waiting = [...node.children].reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.children === null) pieces.push(next.bytes.subarray(next.start, next.end));
    else waiting.push(...[...next.children].reverse());
  }
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : new Uint8Array(Buffer.concat(pieces));
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** A character string as text: UTF-8 where the bytes are, else one character a byte. */
export function text(node: BerNode): string {
  const bytes = octets(node);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

function primitive(node: BerNode): BerNode {
  if (node.children === null) return node;
  throw new Z3950Error(
    'ber_value',
    `The value ${tagName(node.tag)} at ${node.from} is constructed.`,
  );
}
