import { big5Cell } from './big5.ts';
import { UnmappableError } from './errors.ts';
import { decodeWithPlatform } from './platform.ts';

/** Codes by character: two bytes as a number, or four-byte GB 18030 codes by their order. */
interface Inverse {
  /** By UTF-16 unit; 0 where there is none. */
  readonly bmp: Uint16Array;
  /** Characters beyond U+FFFF, and pairs of characters that are one code (Big5-HKSCS). */
  readonly others: ReadonlyMap<string, number>;
}

type Accepts = (lead: number, trail: number, character: string) => boolean;
export type DoubleByteCharset = 'gb2312' | 'gbk' | 'gb18030' | 'big5' | 'big5-hkscs';

/** The first GB 18030 four-byte code beyond the BMP, 90 30 81 30, as an order number. */
const GB18030_SUPPLEMENT = 189_000;
const GB18030_BMP_CODES = 39_420;

const accepts: Readonly<Record<DoubleByteCharset, Accepts>> = {
  gb2312: isGb2312,
  gbk: isGbk,
  gb18030: () => true,
  big5: isPlainBig5,
  'big5-hkscs': () => true,
};

const inverses = new Map<DoubleByteCharset, Inverse>();
let gb18030FourByte: Uint16Array | null = null;

/**
 * Text in a double-byte charset. GBK, GB 2312 and Big5 keep to their own repertoires, since servers of
 * that time read anything else as two wrong characters; only GB 18030 writes four-byte codes. Throws
 * UnmappableError.
 */
export function encodeDoubleByte(text: string, charset: DoubleByteCharset): Uint8Array {
  let inverse = inverses.get(charset);
  if (inverse === undefined) {
    inverse = invert(charset);
    inverses.set(charset, inverse);
  }
  const bytes = Buffer.allocUnsafe(text.length * 4);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      bytes[length++] = unit;
      continue;
    }
    const pair = inverse.others.get(text.slice(at, at + 2));
    const code = pair ?? (inverse.bmp[unit] as number);
    if (code !== 0) {
      bytes[length++] = code >> 8;
      bytes[length++] = code & 0xff;
      if (pair !== undefined) at += 1;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? unit);
    if (charset !== 'gb18030') throw new UnmappableError(character, charset);
    length = writeFourBytes(character, bytes, length);
    at += character.length - 1;
  }
  return bytes.subarray(0, length);
}

/** GB 2312-80: rows 1 to 9 with their gaps, level 1 (rows 16 to 55), level 2 (rows 56 to 87). */
export function isGb2312(lead: number, trail: number): boolean {
  if (trail < 0xa1 || trail > 0xfe || lead < 0xa1 || lead > 0xf7) return false;
  switch (lead) {
    case 0xa2:
      return (
        (trail >= 0xb1 && trail <= 0xe2) ||
        (trail >= 0xe5 && trail <= 0xee) ||
        (trail >= 0xf1 && trail <= 0xfc)
      );
    case 0xa4:
      return trail <= 0xf3;
    case 0xa5:
      return trail <= 0xf6;
    case 0xa6:
      return trail <= 0xb8 || (trail >= 0xc1 && trail <= 0xd8);
    case 0xa7:
      return trail <= 0xc1 || (trail >= 0xd1 && trail <= 0xf1);
    case 0xa8:
      return trail <= 0xba || (trail >= 0xc5 && trail <= 0xe9);
    case 0xa9:
      return trail >= 0xa4 && trail <= 0xef;
    case 0xd7:
      return trail <= 0xf9;
    default:
      return lead <= 0xa3 || lead >= 0xb0;
  }
}

/**
 * GBK as servers of its time know it (code page 936): without the user-defined areas, which mean
 * something else everywhere, and without the cells that only GB 18030 filled (€, ḿ, ǹ, 〾, ⿰, 䶮 …).
 */
function isGbk(lead: number, trail: number, character: string): boolean {
  if (character >= '\ue000' && character <= '\uf8ff') return false;
  switch (lead) {
    case 0xa2:
      return trail < 0xe3 || trail > 0xe4;
    case 0xa6:
      return trail < 0xd9 || (trail >= 0xe0 && trail <= 0xf5 && !GB18030_VERTICAL.has(trail));
    case 0xa8:
      return trail !== 0xbc && trail !== 0xbf;
    case 0xa9:
      return trail < 0x89 || trail > 0x95;
    case 0xfe:
      return trail < 0x50;
    default:
      return true;
  }
}

/** Second bytes after A6 of the vertical forms that GB 18030 added among those of GBK. */
const GB18030_VERTICAL: ReadonlySet<number> = new Set([0xec, 0xed, 0xf3]);

/** Big5 as Taiwanese systems have it (code page 950), without what Hong Kong added. */
function isPlainBig5(lead: number, trail: number): boolean {
  if (lead < 0xa1 || lead > 0xf9) return false;
  if (lead === 0xc6) return trail <= 0x7e;
  return lead !== 0xc7 && lead !== 0xc8 && !(lead === 0xa3 && trail > 0xbf);
}

/** Every two-byte cell, decoded and turned round; Hong Kong's rows come after those of plain Big5. */
function invert(charset: DoubleByteCharset): Inverse {
  const bmp = new Uint16Array(0x10000);
  const others = new Map<string, number>();
  const big5 = charset.startsWith('big5');
  for (let n = 0; n < 126; n += 1) {
    const lead = n < 94 ? 0xa1 + n : 0x81 + n - 94;
    const cells = big5 ? big5Row(lead) : gbRow(lead);
    cells.forEach((character, index) => {
      const trail = index + 0x40;
      if (character === null || !accepts[charset](lead, trail, character)) return;
      const unit = character.charCodeAt(0);
      if (character.length > 1) others.set(character, (lead << 8) | trail);
      else if (bmp[unit] === 0 || (big5 && isLastOfTwo(character))) {
        bmp[unit] = (lead << 8) | trail;
      }
    });
  }
  return { bmp, others };
}

function big5Row(lead: number): (string | null)[] {
  return Array.from({ length: 191 }, (_, index) => big5Cell(lead, index + 0x40));
}

function gbRow(lead: number): (string | null)[] {
  const cells = Buffer.alloc(191 * 3);
  for (let index = 0; index < 191; index += 1) cells.set([lead, index + 0x40, 0x0a], index * 3);
  // A cell that is none decodes to U+FFFD, with the trail byte behind it where that is ASCII.
  const row = decodeWithPlatform(cells, 'gb18030').split('\n').slice(0, 191);
  return row.map((character) => (character.includes('\ufffd') ? null : character));
}

/** Characters Big5 has twice of which the second code is the usual one (Encoding Standard, section 5). */
function isLastOfTwo(character: string): boolean {
  return '═╞╡╪'.includes(character) || character === '十' || character === '卅';
}

function writeFourBytes(character: string, bytes: Buffer, start: number): number {
  const code = character.codePointAt(0) as number;
  const order = code > 0xffff ? GB18030_SUPPLEMENT + code - 0x10000 : fourByteOrder(code);
  if (order < 0) throw new UnmappableError(character, 'gb18030');
  bytes[start] = 0x81 + Math.floor(order / 12600);
  bytes[start + 1] = 0x30 + (Math.floor(order / 1260) % 10);
  bytes[start + 2] = 0x81 + (Math.floor(order / 10) % 126);
  bytes[start + 3] = 0x30 + (order % 10);
  return start + 4;
}

/** The order of a character of the BMP among the four-byte codes, or -1. */
function fourByteOrder(code: number): number {
  gb18030FourByte ??= invertFourByte();
  return (gb18030FourByte[code] as number) - 1;
}

function invertFourByte(): Uint16Array {
  const codes = Buffer.alloc(GB18030_BMP_CODES * 5);
  for (let order = 0; order < GB18030_BMP_CODES; order += 1) {
    codes.set(
      [
        0x81 + Math.floor(order / 12600),
        0x30 + (Math.floor(order / 1260) % 10),
        0x81 + (Math.floor(order / 10) % 126),
        0x30 + (order % 10),
        0x0a,
      ],
      order * 5,
    );
  }
  const orders = new Uint16Array(0x10000);
  decodeWithPlatform(codes, 'gb18030')
    .split('\n')
    .forEach((character, order) => {
      const unit = character.charCodeAt(0);
      if (character.length === 1 && (character !== '\ufffd' || order === FFFD_ORDER)) {
        orders[unit] = order + 1;
      }
    });
  return orders;
}

/** 84 31 A4 37, the code of U+FFFD itself. */
const FFFD_ORDER = (3 * 10 + 1) * 1260 + 35 * 10 + 7;
