import type { QueryCharset, RecordCharset } from '../types.ts';
import { decodeBig5 } from './big5.ts';
import { detectCharset } from './detect.ts';
import { encodeDoubleByte } from './doublebyte.ts';
import { UnmappableError } from './errors.ts';
import { decodeIso5426, decodeMarc8 } from './marc8-decode.ts';
import { encodeIso5426, encodeMarc8 } from './marc8-encode.ts';
import { decodeLatin1, decodeWithPlatform, encodeSingleByte } from './platform.ts';

export {
  type DetectedCharset,
  decodeAsWritten,
  decodeByEvidence,
  detectCharset,
} from './detect.ts';
export { UnmappableError } from './errors.ts';
export type { CharsetHint, ConcreteCharset, EvidentText } from './readings.ts';

/** Text of those bytes in NFC; what is malformed becomes U+FFFD. `auto` lets the bytes decide. */
export function decodeText(bytes: Uint8Array, charset: RecordCharset): string {
  return decodeAs(bytes, charset === 'auto' ? detectCharset(bytes, 'auto').charset : charset);
}

function decodeAs(bytes: Uint8Array, charset: Exclude<RecordCharset, 'auto'>): string {
  switch (charset) {
    case 'marc-8':
      return decodeMarc8(bytes).text.normalize('NFC');
    case 'iso-5426':
      return decodeIso5426(bytes).text.normalize('NFC');
    case 'iso-8859-1':
      return decodeLatin1(bytes);
    case 'big5':
    case 'big5-hkscs':
      return decodeBig5(bytes).normalize('NFC');
    default:
      return decodeWithPlatform(bytes, charset).normalize('NFC');
  }
}

/**
 * A query term as the library's server wants it. Throws UnmappableError rather than ask for something
 * else: a term that cannot be said would look like a book that is not there.
 */
export function encodeTerm(text: string, charset: QueryCharset): Uint8Array {
  if (charset === 'utf-8') return encodeUtf8(text);
  if (charset !== 'ascii') return encodeDoubleByte(text, charset);
  for (const character of text) {
    if (character > '\u007f') throw new UnmappableError(character, charset);
  }
  return Buffer.from(text, 'latin1');
}

/** Text of a record in that charset, for writers and servers; `auto` writes UTF-8. */
export function encodeRecordText(text: string, charset: RecordCharset): Uint8Array {
  switch (charset) {
    case 'auto':
    case 'utf-8':
      return encodeUtf8(text);
    case 'marc-8':
      return encodeMarc8(text);
    case 'iso-5426':
      return encodeIso5426(text);
    case 'gb2312':
    case 'gbk':
    case 'gb18030':
    case 'big5':
    case 'big5-hkscs':
      return encodeDoubleByte(text, charset);
    default:
      return encodeSingleByte(text, charset);
  }
}

function encodeUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new UnmappableError(loneSurrogate(text), 'utf-8');
  return Buffer.from(text);
}

function loneSurrogate(text: string): string {
  for (const character of text) {
    if (character >= '\ud800' && character <= '\udfff' && character.length === 1) return character;
  }
  return '';
}
